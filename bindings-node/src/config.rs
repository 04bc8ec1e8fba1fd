//! Configurations on their way out. JavaScript has checked their types.

use onsmq_ffi_safe::{Config, Result};

/// Names and values by turns.
pub(crate) type Pairs = Vec<String>;

pub(crate) fn pairs(flat: &Pairs) -> impl Iterator<Item = (&str, &str)> {
    flat.chunks_exact(2).map(|pair| (&*pair[0], &*pair[1]))
}

pub(crate) fn config(flat: &Pairs) -> Result<Config> {
    Config::new(pairs(flat))
}

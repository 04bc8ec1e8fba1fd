//! `ons_text_t`.

use crate::boundary::{guard_or, ons_view_t};

/// A text that was made for the caller. Any threads at once.
#[derive(Debug)]
pub struct ons_text_t(pub(crate) String);

/// The text, as UTF-8. Lives as long as `text`. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_text_view(text: Option<&ons_text_t>) -> ons_view_t {
    ons_view_t::text(text.map(|text| text.0.as_str()))
}

/// Frees a text. NULL: nothing happens.
#[unsafe(no_mangle)]
pub extern "C" fn ons_text_free(text: Option<Box<ons_text_t>>) {
    guard_or((), || drop(text));
}

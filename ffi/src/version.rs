//! Versions.

use crate::boundary::ons_view_t;

/// The version of the ABI. It grows when functions are added; within a major version of the
/// library none is changed or taken away.
pub const ONS_ABI_VERSION: u32 = 1;

/// The library's version, such as `0.1.0`: static text. Any thread; does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_version() -> ons_view_t {
    ons_view_t::text(Some(env!("CARGO_PKG_VERSION")))
}

/// The version of the ABI that the library has, to be compared with ONS_ABI_VERSION, the one that
/// the program was compiled against. Any thread; does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_abi_version() -> u32 {
    ONS_ABI_VERSION
}

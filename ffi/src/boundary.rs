//! The border: strings, slices, out parameters and panics. Raw pointers of callers are read here
//! and in `callback.rs`, nowhere else.

use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

use onsmq::{Error, ErrorKind, Result};

use crate::error::ons_error_t;

/// A view of bytes, or of UTF-8 text, that belong to somebody else: to the object that it was
/// asked of, and no longer than that object lives. Not ended by a NUL. `data` is never NULL.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ons_view_t {
    /// The first byte.
    pub data: *const u8,
    /// How many there are.
    pub len: usize,
}

impl ons_view_t {
    /// A view of text; of no text where there is none.
    pub(crate) const fn text(text: Option<&str>) -> Self {
        match text {
            Some(text) => Self::bytes(text.as_bytes()),
            None => Self::bytes(&[]),
        }
    }

    pub(crate) const fn bytes(bytes: &[u8]) -> Self {
        Self {
            data: bytes.as_ptr(),
            len: bytes.len(),
        }
    }
}

/// Runs the body of a function that can fail. A panic does not cross the border: it becomes an
/// error.
pub(crate) fn guard(body: impl FnOnce() -> Result<()>) -> Option<Box<ons_error_t>> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(Box::new(error.into())),
        Err(panic) => Some(Box::new(panicked(panic.as_ref()).into())),
    }
}

/// Runs the body of a function that cannot fail, or answers `otherwise` should it panic.
pub(crate) fn guard_or<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        tracing::error!("{}", panicked(panic.as_ref()));
        otherwise
    })
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Error {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text");
    Error::new(
        ErrorKind::Internal,
        format!("a fault of onsmq, please report it: {text}"),
    )
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

/// A handle or out parameter that must not be NULL.
pub(crate) fn arg<T>(value: Option<T>, name: &str) -> Result<T> {
    value.ok_or_else(|| invalid(format!("argument `{name}` is NULL")))
}

/// Writes an out parameter: the last thing that a function does.
pub(crate) fn put<T>(out: &mut MaybeUninit<T>, value: T) {
    out.write(value);
}

/// Bytes that a caller lends for the time of the call. Where there are none, the pointer does not
/// count.
///
/// # Safety
/// `data` points to `len` readable bytes, unless `len` is 0.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize, name: &str) -> Result<&'a [u8]> {
    match (len, data.is_null()) {
        (0, _) => Ok(&[]),
        (_, true) => Err(invalid(format!(
            "argument `{name}` is NULL and has a length of {len}"
        ))),
        // SAFETY: the caller of this function says so.
        _ => Ok(unsafe { std::slice::from_raw_parts(data, len) }),
    }
}

/// Text that a caller lends for the time of the call.
///
/// # Safety
/// As for [`bytes`].
pub(crate) unsafe fn text<'a>(
    data: *const std::ffi::c_char,
    len: usize,
    name: &str,
) -> Result<&'a str> {
    // SAFETY: the caller of this function says so.
    let bytes = unsafe { bytes(data.cast(), len, name) }?;
    std::str::from_utf8(bytes).map_err(|error| {
        invalid(format!(
            "argument `{name}` is not UTF-8 from byte {} on",
            error.valid_up_to()
        ))
    })
}

/// An array of pointers that a caller lends for the time of the call.
///
/// # Safety
/// `items` points to `count` pointers, each NULL or of a live `T`, unless `count` is 0.
pub(crate) unsafe fn array<'a, T>(
    items: *const *const T,
    count: usize,
    name: &str,
) -> Result<Vec<&'a T>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if items.is_null() {
        return Err(invalid(format!(
            "argument `{name}` is NULL and has a length of {count}"
        )));
    }
    // SAFETY: the caller of this function says so.
    let items = unsafe { std::slice::from_raw_parts(items, count) };
    items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            // SAFETY: the caller of this function says that each is NULL or of a live `T`.
            let item = unsafe { item.as_ref() };
            // The name of one is made for an error only: there may be many.
            item.map_or_else(|| arg(None, &format!("{name}[{at}]")), Ok)
        })
        .collect()
}

/// Texts that a caller lends for the time of the call, as views.
///
/// # Safety
/// `views` points to `count` views, each of as many readable bytes as it says, unless `count` is 0.
pub(crate) unsafe fn texts<'a>(
    views: *const ons_view_t,
    count: usize,
    name: &str,
) -> Result<Vec<&'a str>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if views.is_null() {
        return Err(invalid(format!(
            "argument `{name}` is NULL and has a length of {count}"
        )));
    }
    // SAFETY: the caller of this function says so.
    let views = unsafe { std::slice::from_raw_parts(views, count) };
    views
        .iter()
        .enumerate()
        // SAFETY: as above.
        .map(|(at, view)| unsafe { text(view.data.cast(), view.len, &format!("{name}[{at}]")) })
        .collect()
}

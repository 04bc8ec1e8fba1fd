//! Every unsafe line of the bindings: out slots, views, closures as callbacks.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use onsmq_ffi::{ons_error_t, ons_view_t};

use crate::{Error, Result};

/// What a call that can fail says.
pub(crate) fn check(error: Option<Box<ons_error_t>>) -> Result<()> {
    error.map_or(Ok(()), |error| Err(Error::from(error)))
}

/// What a call puts into its out parameter. The call writes it whenever it does not fail.
pub(crate) fn out<T>(
    call: impl FnOnce(Option<&mut MaybeUninit<T>>) -> Option<Box<ons_error_t>>,
) -> Result<T> {
    let mut slot = MaybeUninit::uninit();
    check(call(Some(&mut slot)))?;
    // SAFETY: the ABI's rule: out parameters are written on success.
    Ok(unsafe { slot.assume_init() })
}

/// Text as the ABI takes it.
pub(crate) const fn str_parts(text: &str) -> (*const c_char, usize) {
    (text.as_ptr().cast(), text.len())
}

/// The bytes of a view, for as long as its owner lives.
pub(crate) fn bytes<O>(view: ons_view_t, _owner: &O) -> &[u8] {
    // SAFETY: the ABI's rule: a view lives as long as the object that was asked, here `_owner`.
    unsafe { std::slice::from_raw_parts(view.data, view.len) }
}

/// The text of a view, for as long as its owner lives.
pub(crate) fn text<O>(view: ons_view_t, owner: &O) -> &str {
    // The ABI gives text as UTF-8 only.
    std::str::from_utf8(bytes(view, owner)).unwrap_or_default()
}

/// The text of a view, or nothing where it is empty.
pub(crate) fn some_text<O>(view: ons_view_t, owner: &O) -> Option<&str> {
    Some(text(view, owner)).filter(|text| !text.is_empty())
}

/// Text that is part of the library.
pub(crate) fn static_text(view: ons_view_t) -> &'static str {
    text(view, &())
}

/// A closure that is called at most once, as userdata.
pub(crate) struct Once<F>(Option<F>);

/// A closure that is called any number of times, as userdata. Its `destroy` is [`destroy`].
pub(crate) fn userdata<F>(closure: F) -> *mut c_void {
    Box::into_raw(Box::new(closure)).cast()
}

impl<F> Once<F> {
    pub(crate) fn userdata(closure: F) -> *mut c_void {
        userdata(Self(Some(closure)))
    }

    /// # Safety
    /// `userdata` was made by [`Once::userdata`] for this `F`, is not destroyed, and this is the
    /// only thread that uses it.
    pub(crate) unsafe fn take(userdata: *mut c_void) -> Option<F> {
        // SAFETY: as this function requires.
        unsafe { userdata.cast::<Self>().as_mut() }?.0.take()
    }
}

/// Destroys userdata.
///
/// # Safety
/// `pointer` was made by [`userdata`] for this `F` and is used no more.
pub(crate) unsafe extern "C" fn destroy<F>(pointer: *mut c_void) {
    // SAFETY: as this function requires.
    drop(unsafe { Box::from_raw(pointer.cast::<F>()) });
}

/// Objects that the ABI wrote into an array, taken over.
///
/// # Safety
/// Each pointer is NULL or an object that is given away.
pub(crate) unsafe fn take_all<T>(pointers: &[*mut T]) -> impl Iterator<Item = Option<Box<T>>> {
    pointers.iter().map(|pointer| {
        // SAFETY: as this function requires.
        (!pointer.is_null()).then(|| unsafe { Box::from_raw(*pointer) })
    })
}

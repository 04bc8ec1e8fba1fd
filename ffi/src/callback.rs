//! Callbacks: a function, its userdata and the userdata's destructor as one value.

use std::ffi::c_void;

/// Called once with a callback's userdata, after the callback's last call, on any thread.
pub type ons_destroy_fn = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// The userdata of a callback. It is destroyed when its holder lets go of it, which is how
/// `destroy` comes to be called exactly once, and after the last call.
#[derive(Debug)]
pub(crate) struct Userdata {
    pointer: *mut c_void,
    destroy: ons_destroy_fn,
}

// SAFETY: the pointer is only handed back to the caller's own functions, which the header requires
// to be callable on any thread.
unsafe impl Send for Userdata {}
// SAFETY: as above.
unsafe impl Sync for Userdata {}

impl Userdata {
    pub(crate) const fn new(pointer: *mut c_void, destroy: ons_destroy_fn) -> Self {
        Self { pointer, destroy }
    }
}

impl Drop for Userdata {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: the caller gave the two for each other, and this is the only call.
            unsafe { destroy(self.pointer) };
        }
    }
}

/// A callback of type `F`, an `unsafe extern "C" fn`.
#[derive(Debug)]
pub(crate) struct Callback<F> {
    function: F,
    userdata: Userdata,
}

impl<F: Copy> Callback<F> {
    pub(crate) const fn new(function: F, userdata: Userdata) -> Self {
        Self { function, userdata }
    }

    /// Calls the function by way of `call`, which gives it the userdata and its arguments.
    pub(crate) fn call<R>(&self, call: impl FnOnce(F, *mut c_void) -> R) -> R {
        call(self.function, self.userdata.pointer)
    }
}

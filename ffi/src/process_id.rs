//! Which process this is: a fork makes another one, in which the threads of the first are missing.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// The id of this process as it was last asked for; 0 after a fork.
static KNOWN: AtomicU32 = AtomicU32::new(0);

/// The id of this process. Every call of the library asks, and the system would take as long for
/// it as the rest of a send: it is asked once, and again after a fork.
pub(crate) fn process_id() -> u32 {
    match KNOWN.load(Ordering::Relaxed) {
        0 => {
            let id = process::id();
            if forget_on_fork() {
                KNOWN.store(id, Ordering::Relaxed);
            }
            id
        }
        known => known,
    }
}

/// Has a fork's child not know its id. Whether it will.
#[cfg(unix)]
fn forget_on_fork() -> bool {
    extern "C" fn forget() {
        KNOWN.store(0, Ordering::Relaxed);
    }
    static WILL: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *WILL.get_or_init(|| {
        // SAFETY: the function stores a number, which a child may do before all else.
        let failed = unsafe { libc::pthread_atfork(None, None, Some(forget)) };
        failed == 0
    })
}

/// No system but Unix has forks.
#[cfg(not(unix))]
const fn forget_on_fork() -> bool {
    true
}

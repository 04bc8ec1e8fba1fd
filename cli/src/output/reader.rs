//! Whether somebody still reads standard output.

use crate::flag::{Flag, flag};

/// Notices that the other end of a pipe was closed, also while there is nothing to write.
pub(crate) struct Reader(Flag);

impl Reader {
    /// Watches from now on, in a thread that ends with the process.
    pub(crate) fn watch() -> Self {
        let (tell, told) = flag();
        let watching = move || {
            if is_gone() {
                tell.raise();
            }
        };
        // Without the thread the next line tells.
        let _ = std::thread::Builder::new()
            .name("reader".into())
            .spawn(watching);
        Self(told)
    }

    /// Waits until nobody reads. For ever, where that cannot be known before something is written.
    pub(crate) async fn gone(&self) {
        self.0.raised().await;
    }
}

/// Waits until nobody reads; false where that cannot be waited for.
#[cfg(unix)]
fn is_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::Errno;

    let out = std::io::stdout();
    loop {
        // Nothing is asked for: what is wrong is told all the same.
        let mut looked_at = [PollFd::new(&out, PollFlags::empty())];
        match poll(&mut looked_at, None) {
            Err(Errno::INTR) => {}
            Err(_) => return false,
            Ok(_) => {
                let wrong = PollFlags::ERR | PollFlags::HUP;
                return looked_at[0].revents().intersects(wrong);
            }
        }
    }
}

/// Elsewhere the next line tells.
#[cfg(not(unix))]
const fn is_gone() -> bool {
    false
}

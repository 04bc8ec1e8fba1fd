//! Something that is so from a moment on, and is waited for.

use tokio::sync::watch;

/// Says that it is so.
pub(crate) struct Raise(watch::Sender<bool>);

/// Whether it is so. Clones are told alike.
#[derive(Clone)]
pub(crate) struct Flag(watch::Receiver<bool>);

/// A flag that is not raised yet.
pub(crate) fn flag() -> (Raise, Flag) {
    let (raise, flag) = watch::channel(false);
    (Raise(raise), Flag(flag))
}

impl Raise {
    /// Answers whether it was so before.
    pub(crate) fn raise(&self) -> bool {
        self.0.send_replace(true)
    }
}

impl Flag {
    /// Waits until it is so: for ever, where nobody is left to say it.
    pub(crate) async fn raised(&self) {
        if self.0.clone().wait_for(|it| *it).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn is_raised(&self) -> bool {
        *self.0.borrow()
    }
}

//! The end of a producer or consumer, which comes once.

use onsmq_proto::machine::{Lifecycle, Phase};
use tokio_util::sync::CancellationToken;

/// Whoever begins the end sees it through, and all others wait for it.
#[derive(Default)]
pub(crate) struct Ending {
    /// Cancelled when the end was seen through.
    over: CancellationToken,
}

impl Ending {
    /// Begins the end, with `end` as what sees it through, or waits until whoever began it has.
    /// Begun is begun when this is called; nobody waits for ever should the future be given up.
    pub(crate) fn see_through<E: Future<Output = ()> + Send>(
        &self,
        lifecycle: &mut Lifecycle,
        end: E,
    ) -> impl Future<Output = ()> + Send + use<E> {
        let over = self.over.clone();
        let begun = lifecycle.shutdown().then(|| over.clone().drop_guard());
        if lifecycle.phase() == Phase::Closed {
            over.cancel();
        }
        async move {
            match begun {
                Some(_until_here) => end.await,
                None => over.cancelled().await,
            }
        }
    }
}

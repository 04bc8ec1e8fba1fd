//! Large bodies travel compressed.

use bytes::Bytes;
use onsmq_proto::message::compression::Algorithm;

use super::outgoing::Outgoing;
use crate::config::ProducerConfig;

/// From so many bytes on, compressing takes longer than having another thread do it: zlib manages
/// some 50 bytes a microsecond.
const OFF_THREAD: usize = 32 << 10;

/// Whether a body travels compressed, where it becomes smaller.
pub(super) const fn is_to_be_compressed(body: &Bytes, config: &ProducerConfig) -> bool {
    body.len() > config.compress_over
}

impl Outgoing {
    /// Compresses the body where it is over the limit and becomes smaller. Java sends what became
    /// larger too.
    pub(super) async fn compress(&mut self, config: &ProducerConfig) {
        if !is_to_be_compressed(&self.body, config) {
            return;
        }
        let (algorithm, level) = (config.compression, config.compress_level);
        if let Some(body) = compress(self.body.clone(), algorithm, level).await {
            self.body = body;
            self.sys_flag |= algorithm.flag();
        }
    }
}

async fn compress(body: Bytes, algorithm: Algorithm, level: u32) -> Option<Bytes> {
    let before = body.len();
    let work = move || algorithm.compress(&body, level).ok();
    let small = match before {
        0..OFF_THREAD => work(),
        // It does not panic; and what is not compressed travels as it is.
        _ => tokio::task::spawn_blocking(work).await.ok().flatten(),
    };
    small.filter(|small| small.len() < before)
}

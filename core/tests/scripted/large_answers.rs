//! Answers that are larger than any is taken.

use std::time::Duration;

use bytes::BytesMut;
use onsmq_proto::codec::{Command, DEFAULT_MAX_FRAME, ResponseCode, Serialization};

use crate::peer::answer;
use crate::recorder::Recorder;
use crate::scene::{PULL, Queues, found, pass, record};

/// The beginning of an answer that is said to be longer than any is taken.
fn too_large(opaque: i32) -> BytesMut {
    let answer = Command {
        opaque,
        ..answer(ResponseCode::SUCCESS, "")
    };
    let mut raw = BytesMut::new();
    answer
        .encode(Serialization::Json, &mut raw)
        .expect("it fits");
    let length = u32::try_from(DEFAULT_MAX_FRAME + 1).expect("it fits");
    raw[..4].copy_from_slice(&length.to_be_bytes());
    raw
}

#[tokio::test]
async fn an_answer_that_is_too_large_holds_up_its_own_queue_only() {
    let recorder = Recorder::default();
    let _recording = tracing::subscriber::set_default(recorder.clone());
    let Queues {
        mut peer,
        pulls,
        inbox,
        consumer: _running,
        ..
    } = Queues::start(2).await;
    let (large, other) = (&pulls[0], &pulls[1]);
    large.raw(&too_large(large.command.opaque)).await;
    for offset in [150, 151, 152] {
        let pull = peer.expect(PULL).await;
        assert_eq!(
            (pull.field("queueId"), pull.field("queueOffset")),
            (other.field("queueId"), &*offset.to_string()),
        );
        pull.reply(found(offset + 1, &[record(offset, "T", "")]))
            .await;
        let came = inbox.receive(1).await;
        assert_eq!(came[0].message().queue_offset(), offset);
    }
    peer.expect(PULL).await;
    assert!(
        peer.has_none(PULL),
        "the large answer is not asked for again"
    );
    let told = recorder.errors();
    assert_eq!(told.len(), 1, "{told:?}");
    for part in ["the queue stands still", "16777217 bytes", "maxMessageSize"] {
        assert!(told[0].get("message").contains(part), "{told:?}");
    }
    assert_eq!(told[0].get("offset"), "150");
    pass(Duration::from_secs(5)).await;
    let again = peer.expect(PULL).await;
    assert_eq!(again.field("queueId"), large.field("queueId"));
}

use onsmq::Message;
use onsmq_proto::codec::RequestCode;
use onsmq_proto::message::compression;

use crate::peer::{Peer, Request, TOPIC, stored};

const SEND: RequestCode = RequestCode::SEND_MESSAGE_V2;

/// Sends a body with these properties, and answers the request that it makes.
async fn sent(properties: &[(&str, &str)], body: Vec<u8>) -> Request {
    let mut peer = Peer::start().await;
    let config = properties
        .iter()
        .fold(peer.config(), |config, (key, value)| config.set(key, value));
    let producer = peer.producer_of(&config).await;
    let sending = tokio::spawn(async move { producer.send(Message::new(TOPIC, body)).await });
    let request = peer.expect(SEND).await;
    request.reply(stored("1", "42")).await;
    sending.await.expect("no panic").expect("stored");
    request
}

fn text(length: usize) -> Vec<u8> {
    "0123456789".bytes().cycle().take(length).collect()
}

#[tokio::test]
async fn bodies_over_the_limit_travel_compressed() {
    for (properties, length, flag) in [
        (&[][..], 4096, 0),
        (&[], 4097, 1),
        // On a thread of its own.
        (&[], 1 << 20, 1),
        (&[("CompressType", "LZ4")], 5000, 0x101),
        (
            &[("compressType", "zstd"), ("CompressLevel", "9")],
            5000,
            0x201,
        ),
        (&[("compressMsgBodyOverHowmuch", "100")], 101, 1),
        (&[("compressMsgBodyOverHowmuch", "2147483647")], 1 << 20, 0),
    ] {
        let request = sent(properties, text(length)).await;
        assert_eq!(
            request.field("f"),
            flag.to_string(),
            "{properties:?} {length}"
        );
        let body = &request.command.body;
        match flag {
            0 => assert_eq!(*body, text(length)),
            _ => {
                assert!(body.len() < length / 2);
                let read = compression::decompress(flag, body, length).expect("compressed");
                assert_eq!(read, text(length));
            }
        }
    }
}

#[tokio::test]
async fn what_does_not_become_smaller_travels_as_it_is() {
    let mut random = fastrand::Rng::with_seed(7);
    let body: Vec<u8> = (0..100_000).map(|_| random.u8(..)).collect();
    let request = sent(&[], body.clone()).await;
    assert_eq!(request.field("f"), "0");
    assert_eq!(request.command.body, body);
}

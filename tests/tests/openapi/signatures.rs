//! Signatures on the wire are those of `openssl`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use onsmq_tests::console::{Console, SECRET_KEY, Seen};
use onsmq_tests::unique;

use crate::calls::{all, client};

/// `echo -n TEXT | openssl dgst -hmac SECRET -sha1 -binary | base64`.
fn openssl(text: &str) -> String {
    let mut openssl = Command::new("sh")
        .args([
            "-c",
            "openssl dgst -hmac \"$1\" -sha1 -binary | base64",
            "sh",
            SECRET_KEY,
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut stdin = openssl.stdin.take().expect("a pipe");
    stdin.write_all(text.as_bytes()).expect("written");
    drop(stdin);
    let output = openssl.wait_with_output().expect("openssl on the PATH");
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .expect("text")
        .trim()
        .to_owned()
}

/// The values in the order of their names, without the signature.
fn signed(seen: &Seen) -> String {
    let parameters = seen.parameters.iter();
    parameters
        .filter(|(name, _)| *name != "_signature")
        .map(|(_, value)| value.as_str())
        .collect()
}

/// Text of the kinds of characters that go wrong, different for each seed.
fn strange(seed: usize) -> String {
    const PIECES: [&str; 16] = [
        "+", "/", "=", "&", "%", " ", "主题", "😀", "%2B", "?", "#", "é", "\"", "a", "Z9", "\n",
    ];
    let mut state = seed + 1;
    let mut text = String::new();
    for _ in 0..1 + seed % 12 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        text.push_str(PIECES[(state >> 33) % PIECES.len()]);
    }
    text
}

#[tokio::test]
async fn they_agree_for_generated_parameters() {
    let run = unique("signatures");
    let client = client(&Console::shared().config(&format!("/run/{run}")));
    for (_, call) in all(&client) {
        call.await.expect("a signature that the console takes");
    }
    for seed in 0..200 {
        let (key, sub) = (strange(seed), strange(seed + 1000));
        // Names of its own, so that there are other orders too: to be refused, it has to be understood.
        let own = format!("{}{seed}", ["P", "z", "a-", "Ω"][seed % 4]);
        let asked = [("topic", "T"), ("key", &key), (own.as_str(), &sub)];
        let error = client.call("message/getByKey", asked).await;
        let error = error.expect_err("a parameter that nobody knows");
        assert!(error.message().contains("is unknown"), "{error}");
        client
            .message()
            .get_by_key("T", &key)
            .await
            .expect("signed");
    }
    let seen = Console::shared().seen(&run);
    assert_eq!(seen.len(), 439);
    let mut checked = 0;
    // Those of all operations, and each strange one once.
    for (at, seen) in seen.iter().enumerate() {
        if at < 39 || at % 2 == 1 {
            let text = signed(seen);
            assert_eq!(seen.parameters["_signature"], openssl(&text), "{text:?}");
            checked += 1;
        }
    }
    assert!(checked >= 239, "only {checked}");
}

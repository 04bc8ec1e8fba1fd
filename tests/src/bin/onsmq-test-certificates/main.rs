//! `onsmq-test-certificates FOLDER` writes certificates for tests in other languages: `good` for
//! 127.0.0.1, `expired`, and `elsewhere` for another host, each `NAME.pem`, `NAME.key`, and the
//! authority that issued it, `NAME-ca.pem`.

use std::path::Path;

use onsmq_tests::certificates::Certificate;

fn main() {
    let folder = std::env::args_os().nth(1).expect("a folder");
    let folder = Path::new(&folder);
    for certificate in [
        Certificate::of_host(folder, "good", "127.0.0.1"),
        Certificate::expired(folder, "expired", "127.0.0.1"),
        Certificate::of_host(folder, "elsewhere", "console.example"),
    ] {
        println!("{}", certificate.certificate.display());
    }
}

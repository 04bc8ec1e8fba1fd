//! TLS beside plain text, on the same ports.

use std::sync::Arc;

use onsmq_devserver::DevServer;
use onsmq_proto::codec::ResponseCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

#[tokio::test]
async fn who_trusts_the_file_is_served_and_plain_text_is_too() {
    let server = crate::support::start(DevServer::builder().tls(true)).await;
    let file = server.ca_file().expect("a file").to_owned();
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(&file).expect("a certificate");
    roots.add(authority).expect("trusted");
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));

    let socket = TcpStream::connect(server.namesrv_addr()).await;
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let mut secured = connector
        .connect(name, socket.expect("a connection"))
        .await
        .expect("a handshake");
    let mut request = bytes::BytesMut::new();
    onsmq_proto::codec::Command::request(
        onsmq_proto::codec::RequestCode::GET_ROUTEINFO_BY_TOPIC,
        crate::support::fields([("topic", "TBW102")]),
        bytes::Bytes::new(),
    )
    .encode(onsmq_proto::codec::Serialization::Json, &mut request)
    .expect("short");
    secured.write_all(&request).await.expect("written");
    assert!(secured.read_u32().await.expect("an answer") > 0);

    let plain = crate::support::route(&server, "TBW102").await;
    assert_eq!(plain.response_code(), ResponseCode::SUCCESS);
    server.shutdown().await;
    assert!(!file.exists(), "deleted with the server");
}

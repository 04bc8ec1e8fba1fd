//! TLS with a certificate that is made when the server starts, and trusted by nobody else.

use std::io;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, version};

/// The first byte of a TLS connection. No frame begins so: it would be longer than any may be.
const HANDSHAKE: u8 = 0x16;
/// How long a client may take for its first byte and its handshake.
const PATIENCE: Duration = Duration::from_secs(120);

/// What clients trust, and what is shown to them.
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    /// Deleted with this.
    authority: NamedTempFile,
}

/// A connection, of either kind.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Tls {
    /// Makes an authority, and a certificate of it for this machine's loopback.
    pub(crate) fn new() -> io::Result<Self> {
        let (authority, certificate, key) = certificates().map_err(io::Error::other)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.into()], key)
            .map_err(io::Error::other)?;
        let mut file = tempfile::Builder::new()
            .prefix("onsmq-dev-server-")
            .suffix(".pem")
            .tempfile()?;
        file.write_all(authority.as_bytes())?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            authority: file,
        })
    }

    /// The file with the authority's certificate, which clients are to trust.
    pub(crate) fn ca_file(&self) -> &Path {
        self.authority.path()
    }

    /// Takes a connection that may be of either kind, as real brokers do in their permissive mode.
    pub(crate) async fn accept(&self, socket: TcpStream) -> io::Result<Box<dyn Stream>> {
        let accept = async {
            let mut first = [0];
            if socket.peek(&mut first).await? == 1 && first[0] == HANDSHAKE {
                let secured = self.acceptor.accept(socket).await?;
                return Ok(Box::new(secured) as Box<dyn Stream>);
            }
            Ok(Box::new(socket) as Box<dyn Stream>)
        };
        tokio::time::timeout(PATIENCE, accept)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("ca_file", &self.ca_file())
            .finish_non_exhaustive()
    }
}

/// The authority's certificate as PEM, and a server's with its key.
fn certificates() -> Result<(String, rcgen::Certificate, PrivateKeyDer<'static>), rcgen::Error> {
    let authority_key = KeyPair::generate()?;
    let mut params = named("onsmq dev server's authority", CertificateParams::default());
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = params.self_signed(&authority_key)?.pem();

    let key = KeyPair::generate()?;
    let names = ["localhost", "127.0.0.1", "::1"].map(String::from);
    let mut server = named("onsmq dev server", CertificateParams::new(names)?);
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = server.signed_by(&key, &Issuer::new(params, authority_key))?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok((authority, certificate, key.into()))
}

fn named(name: &str, mut params: CertificateParams) -> CertificateParams {
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

//! What rustls is told: whom to trust, and what to show of this client.

use std::sync::Arc;

use rustls_platform_verifier::Verifier;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};

use super::pem;
use crate::config::{ClientCertificate, TlsConfig, keys};
use crate::{Error, ErrorKind, Result};

/// For name servers and brokers.
pub(super) fn server_settings(config: &TlsConfig) -> Result<Arc<ClientConfig>> {
    let provider = Arc::new(ring::default_provider());
    let verifier = match &config.trust_cert_path {
        _ if config.insecure_skip_verify => unverified(&provider),
        Some(path) => {
            let roots = pem::certificates(keys::TLS_TRUST_CERT_PATH, path)?;
            trusting_only(roots, &provider)?
        }
        None => trusting_platform_and(Vec::new(), &provider)?,
    };
    let settings = settings(config.certificate.as_ref(), verifier, provider)?;
    Ok(Arc::new(settings))
}

/// For HTTP: public servers are trusted, and those of the authorities that were given.
pub(crate) fn http_settings(config: &TlsConfig, is_https: bool) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let roots = match &config.trust_cert_path {
        Some(path) => pem::certificates(keys::TLS_TRUST_CERT_PATH, path)?,
        None => Vec::new(),
    };
    let verifier = if config.insecure_skip_verify {
        unverified(&provider)
    } else {
        match trusting_platform_and(roots, &provider) {
            // A host without authorities of its own can still be told over plain HTTP: there is
            // nothing to verify.
            Err(_) if !is_https => Arc::new(Unverified(WebPkiSupportedAlgorithms {
                all: &[],
                mapping: &[],
            })),
            verifier => verifier?,
        }
    };
    settings(None, verifier, provider)
}

fn settings(
    certificate: Option<&ClientCertificate>,
    verifier: Arc<dyn ServerCertVerifier>,
    provider: Arc<CryptoProvider>,
) -> Result<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal(format!("TLS is not to be had: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let Some(ClientCertificate {
        cert_path,
        key_path,
    }) = certificate
    else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = pem::certificates(keys::TLS_CERT_PATH, cert_path)?;
    let key = pem::private_key(keys::TLS_KEY_PATH, key_path)?;
    builder.with_client_auth_cert(chain, key).map_err(|error| {
        Error::new(
            ErrorKind::Configuration,
            format!(
                "properties {} and {}: the certificate in {} does not go with the key in {}: {error}",
                keys::TLS_CERT_PATH,
                keys::TLS_KEY_PATH,
                cert_path.display(),
                key_path.display(),
            ),
        )
        .with_source(error)
    })
}

fn trusting_only(
    certificates: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate).map_err(not_an_authority)?;
    }
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map_err(not_an_authority)?;
    Ok(verifier)
}

fn not_an_authority(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let text = format!(
        "property {}: the file holds a certificate that cannot be trusted: {error}",
        keys::TLS_TRUST_CERT_PATH
    );
    Error::new(ErrorKind::Configuration, text).with_source(error)
}

fn trusting_platform_and(
    more: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    let verifier = Verifier::new_with_extra_roots(more, Arc::clone(provider));
    let verifier = verifier.map_err(|error| {
        let text = format!(
            "this host trusts no authority ({error}): install its certificates (ca-certificates), or set {}",
            keys::TLS_TRUST_CERT_PATH
        );
        Error::new(ErrorKind::Configuration, text).with_source(error)
    })?;
    Ok(Arc::new(verifier))
}

fn unverified(provider: &Arc<CryptoProvider>) -> Arc<dyn ServerCertVerifier> {
    Arc::new(Unverified(provider.signature_verification_algorithms))
}

/// Takes any certificate, as it was told to.
#[derive(Debug)]
struct Unverified(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

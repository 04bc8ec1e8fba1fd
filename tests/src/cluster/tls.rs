//! A certificate authority and a server certificate that live as long as the cluster.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use super::error::Error;

/// Where the files are.
#[derive(Debug)]
pub(super) struct TlsFiles {
    /// What a client has to trust.
    pub(super) ca: PathBuf,
    /// What the servers are told to read (`tls.config.file`).
    pub(super) config: PathBuf,
}

impl TlsFiles {
    /// Makes new keys and certificates in `folder`.
    pub(super) fn create(folder: &Path) -> Result<Self, Error> {
        let ca_key = KeyPair::generate()?;
        let ca_params = ca_params();
        let ca_certificate = ca_params.self_signed(&ca_key)?;
        let key = KeyPair::generate()?;
        let certificate = server_params()?.signed_by(&key, &Issuer::new(ca_params, ca_key))?;

        fs::create_dir_all(folder).map_err(Error::io(format!("create {}", folder.display())))?;
        let write = |name: &str, text: String| {
            let path = folder.join(name);
            fs::write(&path, text).map_err(Error::io(format!("write {}", path.display())))?;
            Ok::<_, Error>(path)
        };
        let certificate = write("server.pem", certificate.pem())?;
        let key = write("server.key", key.serialize_pem())?;
        Ok(Self {
            ca: write("ca.pem", ca_certificate.pem())?,
            config: write("tls.properties", properties(&certificate, &key))?,
        })
    }
}

fn ca_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "onsmq test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server_params() -> Result<CertificateParams, Error> {
    let names = ["localhost", "127.0.0.1", "::1"].map(String::from);
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "onsmq test server");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

/// Without `test.mode.enable=false` the servers make up a certificate of their own.
fn properties(certificate: &Path, key: &Path) -> String {
    format!(
        "tls.test.mode.enable=false\ntls.server.need.client.auth=none\n\
         tls.server.certPath={}\ntls.server.keyPath={}\n",
        certificate.display(),
        key.display()
    )
}

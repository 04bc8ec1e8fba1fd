//! Certificates for servers in tests, each of an authority of its own that this process makes up.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};

/// PEM files of a certificate.
#[derive(Debug)]
pub struct Certificate {
    /// The authority that issued it.
    pub ca: PathBuf,
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Certificate {
    /// A certificate of a host: `NAME-ca.pem`, `NAME.pem` and `NAME.key` in a folder.
    ///
    /// # Panics
    /// Where the folder cannot be written.
    #[must_use]
    pub fn of_host(folder: &Path, name: &str, host: &str) -> Self {
        Self::new(folder, name, host, |_| {})
    }

    /// One whose time is over.
    ///
    /// # Panics
    /// As [`Self::of_host`].
    #[must_use]
    pub fn expired(folder: &Path, name: &str, host: &str) -> Self {
        Self::new(folder, name, host, |params| {
            params.not_after = date_time_ymd(2020, 1, 1);
        })
    }

    fn new(
        folder: &Path,
        name: &str,
        host: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority_key = KeyPair::generate().expect("a key");
        let root = authority
            .self_signed(&authority_key)
            .expect("a certificate");
        let mut params = CertificateParams::new(vec![host.to_owned()]).expect("a host");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let issuer = Issuer::new(authority, authority_key);
        let certificate = params.signed_by(&key, &issuer).expect("a certificate");
        let write = |name: String, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, text).expect("a file");
            path
        };
        Self {
            ca: write(format!("{name}-ca.pem"), root.pem()),
            certificate: write(format!("{name}.pem"), certificate.pem()),
            key: write(format!("{name}.key"), key.serialize_pem()),
        }
    }
}

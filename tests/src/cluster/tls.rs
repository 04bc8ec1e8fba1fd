//! A certificate authority and certificates that live as long as the cluster.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::error::Error;

/// How servers take TLS, on the ports that they have.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Brokers take nothing else. Name servers do, since this tool speaks no TLS.
    pub enforcing: bool,
    /// Servers take clients with a certificate of the authority only.
    pub client_auth: bool,
    /// What the name servers show, by number; those that are missing here are good, as brokers are.
    pub namesrvs: Vec<Certificate>,
}

/// What a server shows of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// It names this host.
    Good,
    /// Its time is over.
    Expired,
    /// It names another host.
    OtherHost,
}

/// A certificate and its key, as files in PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Where the files are.
#[derive(Debug)]
pub(super) struct TlsFiles {
    options: Tls,
    folder: PathBuf,
    issuer: Issuer<'static, KeyPair>,
    /// What a client has to trust.
    pub(super) ca: PathBuf,
    /// What a client may show.
    pub(super) client: Identity,
}

/// What a server is told to read (`tls.config.file`), in its home.
pub(super) const CONFIG: &str = "tls.properties";

impl TlsFiles {
    /// Makes new keys and certificates in `folder`.
    pub(super) fn create(folder: &Path, options: Tls) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::io(format!("create {}", folder.display())))?;
        let key = KeyPair::generate()?;
        let params = ca_params();
        let ca = write(folder, "ca.pem", &params.self_signed(&key)?.pem())?;
        let issuer = Issuer::new(params, key);
        let client = params_for(&["client"], ExtendedKeyUsagePurpose::ClientAuth)?;
        Ok(Self {
            client: issue(&issuer, &client, folder, "client")?,
            options,
            folder: folder.to_owned(),
            issuer,
            ca,
        })
    }

    /// Writes what a server in `home` reads: the name server of a number, or a broker.
    pub(super) fn configure(&self, home: &Path, namesrv: Option<usize>) -> Result<(), Error> {
        let shown = namesrv.and_then(|index| self.options.namesrvs.get(index));
        let shown = *shown.unwrap_or(&Certificate::Good);
        let params = server_params(shown)?;
        let server = issue(&self.issuer, &params, &self.folder, &format!("{shown:?}"))?;
        write(home, CONFIG, &self.properties(&server)).map(drop)
    }

    /// The mode of a server, and where it reads the rest.
    /// A broker that takes TLS only would else talk to name servers in TLS, as nobody.
    pub(super) fn flags(&self, home: &Path, is_broker: bool) -> [String; 3] {
        let mode = match self.options.enforcing && is_broker {
            true => "enforcing",
            false => "permissive",
        };
        [
            format!("-Dtls.server.mode={mode}"),
            "-Dtls.enable=false".to_owned(),
            format!("-Dtls.config.file={}", home.join(CONFIG).display()),
        ]
    }

    /// Without `test.mode.enable=false` the servers make up a certificate of their own.
    fn properties(&self, server: &Identity) -> String {
        let need = match self.options.client_auth {
            true => "require",
            false => "none",
        };
        format!(
            "tls.test.mode.enable=false\ntls.server.need.client.auth={need}\n\
             tls.server.authClient={}\ntls.server.trustCertPath={}\n\
             tls.server.certPath={}\ntls.server.keyPath={}\n",
            self.options.client_auth,
            self.ca.display(),
            server.certificate.display(),
            server.key.display()
        )
    }
}

fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, Error> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(Error::io(format!("write {}", path.display())))?;
    Ok(path)
}

fn issue(
    issuer: &Issuer<'_, KeyPair>,
    params: &CertificateParams,
    folder: &Path,
    name: &str,
) -> Result<Identity, Error> {
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?;
    Ok(Identity {
        certificate: write(folder, &format!("{name}.pem"), &certificate.pem())?,
        key: write(folder, &format!("{name}.key"), &key.serialize_pem())?,
    })
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

fn params_for(names: &[&str], usage: ExtendedKeyUsagePurpose) -> Result<CertificateParams, Error> {
    let names: Vec<_> = names.iter().map(|&it| it.to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "onsmq test");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    Ok(params)
}

fn server_params(shown: Certificate) -> Result<CertificateParams, Error> {
    let names: &[&str] = match shown {
        Certificate::OtherHost => &["broker.example"],
        _ => &["localhost", "127.0.0.1", "::1"],
    };
    let mut params = params_for(names, ExtendedKeyUsagePurpose::ServerAuth)?;
    if shown == Certificate::Expired {
        params.not_after = date_time_ymd(2020, 1, 1);
    }
    Ok(params)
}

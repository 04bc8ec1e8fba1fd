//! Certificates and keys out of files.

use std::path::Path;

use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::{Error, ErrorKind, Result};

/// The certificates in the file that a property names.
///
/// # Errors
/// [`ErrorKind::Configuration`] with the property and the file.
pub(super) fn certificates(property: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| bad_file(property, path, error))?;
    match certificates.is_empty() {
        true => Err(bad_file(property, path, pem::Error::NoItemsFound)),
        false => Ok(certificates),
    }
}

/// The private key in the file that a property names.
///
/// # Errors
/// As [`certificates`].
pub(super) fn private_key(property: &str, path: &Path) -> Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| bad_file(property, path, error))
}

fn bad_file(property: &str, path: &Path, error: pem::Error) -> Error {
    let why = match &error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound if property.ends_with("keyPath") => {
            "it holds no private key in PEM; one that is encrypted has to be decrypted".to_owned()
        }
        pem::Error::NoItemsFound => "it holds no certificate in PEM".to_owned(),
        other => format!("it is not PEM: {other}"),
    };
    Error::new(
        ErrorKind::Configuration,
        format!("property {property}: cannot use {}: {why}", path.display()),
    )
    .with_source(error)
}

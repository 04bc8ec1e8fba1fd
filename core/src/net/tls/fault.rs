//! What is said where no secure connection comes about.

use std::error::Error as StdError;
use std::fmt::Display;
use std::io;

use tokio_rustls::rustls::{AlertDescription, CertificateError, Error as TlsError, InvalidMessage};

use crate::{Error, ErrorKind};

/// What is wrong with TLS at `peer`, where that is in what an error holds.
pub(crate) fn explained(peer: &str, error: &(dyn StdError + 'static)) -> Option<Error> {
    let fault = find(error)?;
    Some(Error::new(
        ErrorKind::Tls,
        format!("no secure connection to {peer}: {}", text(peer, fault)),
    ))
}

/// The same for a server of HTTP, which properties of brokers do not count for.
pub(crate) fn explained_by_http(peer: &str, error: &(dyn StdError + 'static)) -> Option<Error> {
    let fault = find(error)?;
    let what = match fault {
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => format!(
            "its certificate is for others than the host in {peer} ({fault}): use a host that the \
             certificate names, or have the server's certificate name this one"
        ),
        TlsError::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => {
            "what it answers is not TLS: check the port, or write http in place of https".to_owned()
        }
        _ => text(peer, fault),
    };
    let text = format!("no secure connection to {peer}: {what}");
    Some(Error::new(ErrorKind::Tls, text))
}

/// The connection ended in the middle of the handshake: no TLS there, or a server that goes down.
pub(super) fn cut_off(peer: &str, why: &dyn Display) -> Error {
    Error::new(
        ErrorKind::Tls,
        format!(
            "no secure connection to {peer}: the handshake was cut off ({why}): check that this port \
             takes TLS, or set tls.enable to false"
        ),
    )
    .passing()
}

/// Whether what a peer sent to a client without TLS is how TLS says no.
pub(crate) fn is_alert(sent: &[u8]) -> bool {
    sent.starts_with(&[0x15, 0x03])
}

fn find<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a TlsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(fault) = error.downcast_ref() {
            return Some(fault);
        }
        // Its source would be that of what it holds.
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    None
}

fn text(peer: &str, fault: &TlsError) -> String {
    match fault {
        TlsError::InvalidCertificate(fault) => certificate(peer, fault),
        TlsError::AlertReceived(alert) => refused(*alert),
        TlsError::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => "what it answers is not TLS: check the port, or set tls.enable to false".to_owned(),
        TlsError::PeerIncompatible(_) => {
            format!("{fault}: have the server speak TLS 1.2 or 1.3")
        }
        _ => fault.to_string(),
    }
}

fn certificate(peer: &str, fault: &CertificateError) -> String {
    use CertificateError as Fault;
    match fault {
        Fault::Expired | Fault::ExpiredContext { .. } => format!(
            "its certificate has expired ({fault}): have it renewed, and check this host's clock"
        ),
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => {
            format!("its certificate is not valid yet ({fault}): check this host's clock")
        }
        // The latter where an authority of the same name is trusted, as after its keys were made anew.
        Fault::UnknownIssuer | Fault::BadSignature => {
            "its certificate is of an authority that is not trusted here: set \
             tls.client.trustCertPath to a PEM file of that authority's certificate"
                .to_owned()
        }
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => format!(
            "its certificate is for others than {peer} ({fault}): have the server's certificate name \
             it among its subject alternative names (brokers mostly go by IP address), or set \
             tls.serverName to what it does name"
        ),
        Fault::Revoked => "its certificate was revoked: have a new one issued".to_owned(),
        _ => format!(
            "its certificate is not good ({fault}): have a server certificate issued by an authority, \
             and trust that in tls.client.trustCertPath"
        ),
    }
}

fn refused(alert: AlertDescription) -> String {
    use AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired => {
            "it asks for a client certificate: set tls.client.certPath and tls.client.keyPath"
                .to_owned()
        }
        // What Java's servers say of both.
        Alert::BadCertificate => {
            "it asks for a client certificate, or does not take this client's (BadCertificate): set \
             tls.client.certPath and tls.client.keyPath, and check whom the server trusts"
                .to_owned()
        }
        Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied
        | Alert::DecryptError => format!(
            "it does not take this client's certificate ({alert:?}): check tls.client.certPath, and \
             whom the server trusts"
        ),
        Alert::HandshakeFailure => {
            "it breaks off the handshake (HandshakeFailure): it may ask for a client certificate \
             (tls.client.certPath), or have no cipher in common"
                .to_owned()
        }
        _ => format!("it breaks off ({alert:?})"),
    }
}

//! As much of the protocol as it takes to ask a server something: one JSON request over its own
//! connection. Deliberately not the client's codec, which is what the tests are about.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;

use super::acl::Account;
use super::error::Error;

const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_FRAME: usize = 16 << 20;
/// Answers to clients of this version have standard JSON in their bodies.
const CLIENT_VERSION: i64 = 479;

/// A request to a name server or a broker.
#[derive(Clone, Debug)]
pub struct Request {
    code: i64,
    fields: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Response {
    /// The response code, 0 for success.
    pub code: i64,
    /// The text of an error, empty if there is none.
    pub remark: String,
    /// The response's own fields.
    pub fields: Value,
    /// The body, empty if there is none.
    pub body: Vec<u8>,
}

impl Request {
    /// A request with this code, without fields or body.
    pub fn new(code: i64) -> Self {
        Self {
            code,
            fields: BTreeMap::new(),
            body: Vec::new(),
        }
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl ToString) -> Self {
        self.fields.insert(name.to_owned(), value.to_string());
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Signs the request as it is now; what is added later is not covered.
    #[must_use]
    pub fn signed(self, account: Account) -> Self {
        let request = self.field("AccessKey", account.access_key);
        let mut mac = Hmac::<Sha1>::new_from_slice(account.secret_key.as_bytes())
            .expect("HMAC takes keys of any length");
        // A BTreeMap gives its values in the order of their keys, which is what is signed.
        request
            .fields
            .values()
            .for_each(|value| mac.update(value.as_bytes()));
        mac.update(&request.body);
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        request.field("Signature", signature)
    }

    /// Sends the request to `address` and waits for the answer.
    ///
    /// # Errors
    /// [`Error::Io`] if the server cannot be reached or does not answer in five seconds.
    pub fn send(&self, address: &str) -> Result<Response, Error> {
        let exchange = || -> std::io::Result<Response> {
            let target: SocketAddr = address.parse().map_err(std::io::Error::other)?;
            let mut stream = TcpStream::connect_timeout(&target, TIMEOUT)?;
            stream.set_read_timeout(Some(TIMEOUT))?;
            stream.set_write_timeout(Some(TIMEOUT))?;
            stream.write_all(&self.frame(1))?;
            Response::read(&mut stream)
        };
        exchange().map_err(Error::io(format!("ask {address} (code {})", self.code)))
    }

    /// As [`send`](Self::send), but any code other than success is an error.
    pub(super) fn demand(&self, address: &str, what: &str) -> Result<Response, Error> {
        let response = self.send(address)?;
        if response.code == 0 {
            return Ok(response);
        }
        Err(Error::Refused {
            address: address.to_owned(),
            what: what.to_owned(),
            code: response.code,
            remark: response.remark,
        })
    }

    /// The request as it is sent, with this id.
    pub fn frame(&self, opaque: i32) -> Vec<u8> {
        let header = json!({
            "code": self.code,
            "language": "RUST",
            "version": CLIENT_VERSION,
            "opaque": opaque,
            "flag": 0,
            "extFields": self.fields,
        })
        .to_string();
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
        let mut frame = Vec::new();
        frame.extend(length(4 + header.len() + self.body.len()));
        // The high byte of the header's length says how it is serialised: 0, JSON.
        frame.extend(length(header.len()));
        frame.extend(header.as_bytes());
        frame.extend(&self.body);
        frame
    }
}

impl Response {
    /// Reads the next response, whatever its id.
    ///
    /// # Errors
    /// When the stream ends or fails, or what it brings is not a response in JSON.
    pub fn read(stream: &mut impl Read) -> std::io::Result<Self> {
        let mut lengths = [0; 8];
        stream.read_exact(&mut lengths)?;
        let [a, b, c, d, kind, e, f, g] = lengths;
        let total = u32::from_be_bytes([a, b, c, d]) as usize;
        let header_length = u32::from_be_bytes([0, e, f, g]) as usize;
        if kind != 0 || total > MAX_FRAME || header_length + 4 > total {
            return Err(std::io::Error::other(
                "the answer is not a frame with a JSON header",
            ));
        }
        let mut rest = vec![0; total - 4];
        stream.read_exact(&mut rest)?;
        let body = rest.split_off(header_length);
        let header: Value = serde_json::from_slice(&rest)?;
        Ok(Self {
            code: header["code"].as_i64().unwrap_or(-1),
            remark: header["remark"].as_str().unwrap_or_default().to_owned(),
            fields: header["extFields"].clone(),
            body,
        })
    }
}

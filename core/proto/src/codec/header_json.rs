//! The JSON header.

mod scan;
mod text;

use bytes::{BufMut, Bytes, BytesMut};
use serde::Deserialize;

use self::scan::scan;
use self::text::{count_special, find_special};
use super::fields::QUOTES;
use super::{Command, ExtFields, Language};
use crate::WireError;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    code: i16,
    language: Language,
    version: i16,
    opaque: i32,
    flag: i32,
    #[serde(default)]
    remark: Option<String>,
    #[serde(default)]
    ext_fields: Option<ExtFields>,
}

/// Longer than what comes before a remark can be.
const LONGEST_HEAD: usize = 128;

/// Written by hand, as it is read by [`scan`]: a library's writer took a sixth more instructions
/// for a send. What all headers have is written in one piece, and so are plain fields: a buffer
/// that grows is asked for room by each piece that is added to it.
pub(super) fn encode(command: &Command, buf: &mut BytesMut) {
    let mut head = [0; LONGEST_HEAD];
    let mut rest = head.as_mut_slice();
    put_head(command, &mut rest);
    let length = LONGEST_HEAD - rest.len();
    buf.extend_from_slice(&head[..length]);
    if let Some(remark) = &command.remark {
        buf.extend_from_slice(b",\"remark\":");
        put_string(remark, buf);
    }
    if !command.fields.is_empty() {
        put_fields(&command.fields, buf);
    }
    buf.extend_from_slice(b",\"serializeTypeCurrentRPC\":\"JSON\"}");
}

fn put_head(command: &Command, rest: &mut &mut [u8]) {
    let mut number = itoa::Buffer::new();
    rest.put_slice(b"{\"code\":");
    rest.put_slice(number.format(command.code).as_bytes());
    rest.put_slice(b",\"language\":\"");
    rest.put_slice(command.language.name().as_bytes());
    rest.put_slice(b"\",\"version\":");
    rest.put_slice(number.format(command.version).as_bytes());
    rest.put_slice(b",\"opaque\":");
    rest.put_slice(number.format(command.opaque).as_bytes());
    rest.put_slice(b",\"flag\":");
    rest.put_slice(number.format(command.flag).as_bytes());
}

fn put_fields(fields: &ExtFields, buf: &mut BytesMut) {
    let text = fields.text().as_bytes();
    // Looked at once: what is plain, as all that servers answer, is written as it is.
    let is_plain = count_special(text) == QUOTES * fields.len();
    match text.strip_suffix(b",\"").filter(|_| is_plain) {
        Some(text) => {
            buf.reserve(text.len() + 64);
            buf.extend_from_slice(b",\"extFields\":{\"");
            buf.extend_from_slice(text);
            buf.put_u8(b'}');
        }
        None => put_any_fields(fields, buf),
    }
}

fn put_any_fields(fields: &ExtFields, buf: &mut BytesMut) {
    let mut before: &[u8] = b",\"extFields\":{";
    for (name, value) in fields.iter() {
        buf.extend_from_slice(before);
        put_string(name, buf);
        buf.put_u8(b':');
        put_string(value, buf);
        before = b",";
    }
    buf.put_u8(b'}');
}

fn put_string(text: &str, buf: &mut BytesMut) {
    let bytes = text.as_bytes();
    let mut from = 0;
    // With its quotes, if nothing of it is escaped.
    buf.reserve(bytes.len() + 2);
    buf.put_u8(b'"');
    while let Some(at) = find_special(bytes, from) {
        buf.extend_from_slice(&bytes[from..at]);
        match bytes[at] {
            special @ (b'"' | b'\\') => buf.extend_from_slice(&[b'\\', special]),
            control => {
                let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 0xF)];
                buf.extend_from_slice(&[
                    b'\\',
                    b'u',
                    b'0',
                    b'0',
                    digit(control >> 4),
                    digit(control),
                ]);
            }
        }
        from = at + 1;
    }
    buf.extend_from_slice(&bytes[from..]);
    buf.put_u8(b'"');
}

pub(super) fn decode(header: &[u8], body: Bytes) -> Result<Command, WireError> {
    let header = match scan(header) {
        Some(header) => header,
        None => read_any(header)?,
    };
    Ok(Command {
        code: header.code,
        language: header.language,
        version: header.version,
        opaque: header.opaque,
        flag: header.flag,
        // Servers write an empty one where they have nothing to say.
        remark: header.remark.filter(|remark| !remark.is_empty()),
        fields: header.ext_fields.unwrap_or_default(),
        body,
    })
}

/// Any JSON that is a header: with blanks, members that nobody knows, and escapes everywhere.
fn read_any(header: &[u8]) -> Result<Header, WireError> {
    serde_json::from_slice(header).map_err(|error| WireError::json("header", &error))
}

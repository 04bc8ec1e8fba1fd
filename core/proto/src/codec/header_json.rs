//! The JSON header.

mod scan;
mod text;

use bytes::{BufMut, Bytes, BytesMut};
use serde::Deserialize;

use self::scan::scan;
use self::text::find_special;
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

/// Written by hand, as it is read by [`scan`]: a library's writer took a sixth more instructions
/// for a send.
pub(super) fn encode(command: &Command, buf: &mut BytesMut) {
    let mut number = itoa::Buffer::new();
    buf.extend_from_slice(b"{\"code\":");
    buf.extend_from_slice(number.format(command.code).as_bytes());
    buf.extend_from_slice(b",\"language\":\"");
    buf.extend_from_slice(command.language.name().as_bytes());
    buf.extend_from_slice(b"\",\"version\":");
    buf.extend_from_slice(number.format(command.version).as_bytes());
    buf.extend_from_slice(b",\"opaque\":");
    buf.extend_from_slice(number.format(command.opaque).as_bytes());
    buf.extend_from_slice(b",\"flag\":");
    buf.extend_from_slice(number.format(command.flag).as_bytes());
    if let Some(remark) = &command.remark {
        buf.extend_from_slice(b",\"remark\":");
        put_string(remark, buf);
    }
    if !command.fields.is_empty() {
        put_fields(&command.fields, buf);
    }
    buf.extend_from_slice(b",\"serializeTypeCurrentRPC\":\"JSON\"}");
}

fn put_fields(fields: &ExtFields, buf: &mut BytesMut) {
    // Looked at once: what is plain, as all that servers answer, is not looked at string by string.
    match find_special(fields.text().as_bytes(), 0) {
        None => put_plain_fields(fields, buf),
        Some(_) => put_any_fields(fields, buf),
    }
}

fn put_plain_fields(fields: &ExtFields, buf: &mut BytesMut) {
    // With the quotes, the colon and the comma of each.
    buf.reserve(fields.text().len() + 6 * fields.len());
    let mut before: &[u8] = b",\"extFields\":{\"";
    for (name, value) in fields.iter() {
        buf.extend_from_slice(before);
        buf.extend_from_slice(name.as_bytes());
        buf.extend_from_slice(b"\":\"");
        buf.extend_from_slice(value.as_bytes());
        before = b"\",\"";
    }
    buf.extend_from_slice(b"\"}");
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

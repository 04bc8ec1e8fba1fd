//! The JSON header.

use std::borrow::Cow;
use std::io;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use super::{Command, ExtFields, Language};
use crate::WireError;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header<'a> {
    code: i16,
    language: Language,
    version: i16,
    opaque: i32,
    flag: i32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    remark: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ext_fields: Option<Cow<'a, ExtFields>>,
    #[serde(default, rename = "serializeTypeCurrentRPC", skip_deserializing)]
    serialize_type: &'static str,
}

pub(super) fn encode(command: &Command, buf: &mut BytesMut) -> Result<(), WireError> {
    let header = Header {
        code: command.code,
        language: command.language,
        version: command.version,
        opaque: command.opaque,
        flag: command.flag,
        remark: command.remark.as_deref().map(Cow::Borrowed),
        ext_fields: (!command.fields.is_empty()).then_some(Cow::Borrowed(&command.fields)),
        serialize_type: "JSON",
    };
    serde_json::to_writer(Appended(buf), &header).map_err(|error| WireError::json("header", &error))
}

/// Takes what is written in one go: of a header come a hundred pieces of a few bytes, each of which
/// `BufMut::writer` takes in a loop.
struct Appended<'a>(&'a mut BytesMut);

impl io::Write for Appended<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn decode(header: &[u8], body: Bytes) -> Result<Command, WireError> {
    let header: Header<'_> =
        serde_json::from_slice(header).map_err(|error| WireError::json("header", &error))?;
    Ok(Command {
        code: header.code,
        language: header.language,
        version: header.version,
        opaque: header.opaque,
        flag: header.flag,
        // Servers write an empty one where they have nothing to say.
        remark: header
            .remark
            .filter(|remark| !remark.is_empty())
            .map(Cow::into_owned),
        fields: header.ext_fields.map(Cow::into_owned).unwrap_or_default(),
        body,
    })
}

//! The binary header, which Java calls ROCKETMQ.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::{Command, ExtFields, Language};
use crate::WireError;

pub(super) fn encode(command: &Command, buf: &mut BytesMut) -> Result<(), WireError> {
    buf.put_i16(command.code);
    buf.put_u8(command.language as u8);
    buf.put_i16(command.version);
    buf.put_i32(command.opaque);
    buf.put_i32(command.flag);
    put_text(buf, "remark", command.remark.as_deref().unwrap_or_default())?;
    let length_at = buf.len();
    buf.put_u32(0);
    for (name, value) in command.fields.iter() {
        let length = i16::try_from(name.len()).map_err(|_| WireError::TooLong {
            what: "name of a field",
            length: name.len(),
        })?;
        buf.put_i16(length);
        buf.put_slice(name.as_bytes());
        put_text(buf, "value of a field", value)?;
    }
    let length = buf.len() - length_at - 4;
    let written = i32::try_from(length).map_err(|_| WireError::TooLong {
        what: "fields",
        length,
    })?;
    buf[length_at..length_at + 4].copy_from_slice(&written.to_be_bytes());
    Ok(())
}

fn put_text(buf: &mut BytesMut, what: &'static str, text: &str) -> Result<(), WireError> {
    let length = i32::try_from(text.len()).map_err(|_| WireError::TooLong {
        what,
        length: text.len(),
    })?;
    buf.put_i32(length);
    buf.put_slice(text.as_bytes());
    Ok(())
}

/// `spare` is fields that nobody needs any more, whose memory is taken.
pub(super) fn decode(header: &[u8], body: Bytes, spare: ExtFields) -> Result<Command, WireError> {
    let mut header = Reader(header);
    Ok(Command {
        code: header.fixed("code", <&[u8]>::get_i16)?,
        language: Language::from_code(header.fixed("language", <&[u8]>::get_u8)?),
        version: header.fixed("version", <&[u8]>::get_i16)?,
        opaque: header.fixed("opaque", <&[u8]>::get_i32)?,
        flag: header.fixed("flag", <&[u8]>::get_i32)?,
        remark: {
            let length = header.fixed("remark", <&[u8]>::get_i32)?;
            let text = header.text("remark", length)?;
            (!text.is_empty()).then(|| text.to_owned())
        },
        fields: {
            let length = header.fixed("fields", <&[u8]>::get_i32)?;
            ExtFields::read(header.bytes("fields", length)?, spare)?
        },
        body,
    })
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn fixed<T>(
        &mut self,
        what: &'static str,
        get: fn(&mut &'a [u8]) -> T,
    ) -> Result<T, WireError> {
        if self.0.len() < size_of::<T>() {
            return Err(WireError::Truncated { what });
        }
        Ok(get(&mut self.0))
    }

    fn bytes(&mut self, what: &'static str, length: i32) -> Result<&'a [u8], WireError> {
        let length = usize::try_from(length).map_err(|_| WireError::Truncated { what })?;
        let Some((taken, rest)) = self.0.split_at_checked(length) else {
            return Err(WireError::Truncated { what });
        };
        self.0 = rest;
        Ok(taken)
    }

    fn text(&mut self, what: &'static str, length: i32) -> Result<&'a str, WireError> {
        std::str::from_utf8(self.bytes(what, length)?).map_err(|_| WireError::Utf8 { what })
    }
}

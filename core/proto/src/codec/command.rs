//! Commands: requests and responses.

use bytes::{Buf, Bytes, BytesMut};

use super::frame::Parts;
use super::{ExtFields, Frame, Language, RequestCode, ResponseCode, Serialization};
use super::{header_binary, header_json};
use crate::WireError;

const FLAG_RESPONSE: i32 = 1;
const FLAG_ONEWAY: i32 = 2;

/// A request or a response (`org.apache.rocketmq.remoting.protocol.RemotingCommand`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// A [`RequestCode`] or a [`ResponseCode`], as [`Command::is_response`] says.
    pub code: i16,
    /// What the sender is written in.
    pub language: Language,
    /// The sender's version, an ordinal of Java's `MQVersion`.
    pub version: i16,
    /// Ties a response to its request.
    pub opaque: i32,
    /// Bit 0: response. Bit 1: one-way.
    pub flag: i32,
    /// The text of an error.
    pub remark: Option<String>,
    /// The command's own fields.
    pub fields: ExtFields,
    /// What follows the header.
    pub body: Bytes,
}

impl Command {
    /// The version that this client tells: 4.9.7, the lowest that gets standard JSON routes and
    /// everything else this client needs (`wire.md`, section 1).
    pub const VERSION: i16 = 407;

    /// A request. Its opaque is given when it is sent.
    #[must_use]
    pub fn request(code: RequestCode, fields: ExtFields, body: Bytes) -> Self {
        Self {
            code: code.0,
            language: Language::Rust,
            version: Self::VERSION,
            opaque: 0,
            flag: 0,
            remark: None,
            fields,
            body,
        }
    }

    /// A response to the request with this opaque.
    #[must_use]
    pub fn response(code: ResponseCode, opaque: i32) -> Self {
        Self {
            flag: FLAG_RESPONSE,
            opaque,
            ..Self::request(RequestCode(code.0), ExtFields::new(), Bytes::new())
        }
    }

    /// The same request, marked as one that is not to be answered.
    #[must_use]
    pub fn oneway(mut self) -> Self {
        self.flag |= FLAG_ONEWAY;
        self
    }

    /// Whether this answers a request.
    #[must_use]
    pub const fn is_response(&self) -> bool {
        self.flag & FLAG_RESPONSE != 0
    }

    /// Whether no answer is awaited.
    #[must_use]
    pub const fn is_oneway(&self) -> bool {
        self.flag & FLAG_ONEWAY != 0
    }

    /// The code of a request.
    #[must_use]
    pub const fn request_code(&self) -> RequestCode {
        RequestCode(self.code)
    }

    /// The code of a response.
    #[must_use]
    pub const fn response_code(&self) -> ResponseCode {
        ResponseCode(self.code)
    }

    /// Reads a command out of a frame. The body stays a slice of the frame.
    ///
    /// # Errors
    /// [`WireError`] where the header is not what its serialisation says.
    pub fn decode(frame: Frame) -> Result<Self, WireError> {
        let Frame {
            serialization,
            header,
            body,
        } = frame;
        decode(serialization, &header, body, ExtFields::new)
    }

    /// Takes the first command out of `buf`, if all of it is there: as by way of a [`Frame`], but
    /// its header is read where it is. Where they can, its fields take the memory of those that
    /// `spare` gives, which nobody needs any more.
    ///
    /// # Errors
    /// As for [`Frame::decode`] and [`Command::decode`]. The stream cannot be read on after any.
    pub fn take(
        buf: &mut BytesMut,
        max: usize,
        spare: impl FnOnce() -> ExtFields,
    ) -> Result<Option<Self>, WireError> {
        let Some(parts) = Parts::of_first(buf, max)? else {
            return Ok(None);
        };
        let header = &buf[8..8 + parts.header];
        let mut command = decode(parts.serialization, header, Bytes::new(), spare)?;
        buf.advance(8 + parts.header);
        if parts.body > 0 {
            command.body = buf.split_to(parts.body).freeze();
        }
        Ok(Some(command))
    }

    /// Writes the frame up to its body: for callers that write the body without copying it.
    ///
    /// # Errors
    /// [`WireError::TooLong`]; then nothing was written.
    pub fn encode_head(
        &self,
        serialization: Serialization,
        buf: &mut BytesMut,
    ) -> Result<(), WireError> {
        Frame::encode_head(
            serialization,
            self.body.len(),
            buf,
            |buf| match serialization {
                Serialization::Json => {
                    header_json::encode(self, buf);
                    Ok(())
                }
                Serialization::Binary => header_binary::encode(self, buf),
            },
        )
    }

    /// Writes the whole frame.
    ///
    /// # Errors
    /// [`WireError::TooLong`]; then nothing was written.
    pub fn encode(
        &self,
        serialization: Serialization,
        buf: &mut BytesMut,
    ) -> Result<(), WireError> {
        self.encode_head(serialization, buf)?;
        buf.extend_from_slice(&self.body);
        Ok(())
    }
}

fn decode(
    serialization: Serialization,
    header: &[u8],
    body: Bytes,
    spare: impl FnOnce() -> ExtFields,
) -> Result<Command, WireError> {
    match serialization {
        Serialization::Json => header_json::decode(header, body),
        Serialization::Binary => header_binary::decode(header, body, spare()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_taken_as_they_are_decoded_from_frames() {
        for serialization in [Serialization::Json, Serialization::Binary] {
            let mut bytes = BytesMut::new();
            for body in ["one", "", "three"] {
                let mut fields = ExtFields::new();
                fields.push("topic", body).push("queueId", 3);
                let code = RequestCode::SEND_MESSAGE;
                Command::request(code, fields, Bytes::from(body))
                    .encode(serialization, &mut bytes)
                    .expect("short");
            }
            let (mut frames, whole) = (bytes.clone(), bytes.len());
            bytes.truncate(whole - 1);
            let spare = || {
                let mut used = ExtFields::new();
                used.push("what", "was before");
                used
            };
            for there in [true, true, false] {
                let taken = Command::take(&mut bytes, whole, spare).expect("a command");
                let frame = Frame::decode(&mut frames, whole).expect("a frame");
                let decoded = frame.map(|it| Command::decode(it).expect("a command"));
                assert_eq!(taken, decoded.filter(|_| there));
            }
            let error = Command::take(&mut bytes, 4, spare).expect_err("too long");
            assert!(matches!(error, WireError::FrameLength { max: 4, .. }));
        }
    }

    /// Text that was read is written on as it is where it can be, whatever stood in it.
    #[test]
    fn fields_that_were_read_are_written_as_the_same_fields() {
        let member = |fields: &str| {
            let head = r#"{"code":0,"language":"JAVA","version":479,"opaque":1,"flag":1"#;
            Bytes::from(format!(r#"{head},"extFields":{fields}}}"#))
        };
        for (written, expected) in [
            (r#"{"a":"1","b":""}"#, &[("a", "1"), ("b", "")][..]),
            (r#"{"a":null,"b":"2"}"#, &[("b", "2")]),
            (r#"{"a":null,"b":null,"c":"3"}"#, &[("c", "3")]),
            (r#"{"a":"\u0001","b":"\\"}"#, &[("a", "\u{1}"), ("b", "\\")]),
            (r"{}", &[]),
        ] {
            let read = Command::decode(Frame {
                serialization: Serialization::Json,
                header: member(written),
                body: Bytes::new(),
            });
            let mut command = read.expect("a command");
            assert_eq!(command.fields.iter().collect::<Vec<_>>(), expected);
            command.fields.push("last", 4);
            for serialization in [Serialization::Json, Serialization::Binary] {
                let mut bytes = BytesMut::new();
                command.encode(serialization, &mut bytes).expect("short");
                let again = Command::take(&mut bytes, 1024, ExtFields::new).expect("a command");
                let again = again.expect("all of it");
                assert_eq!(again.fields, command.fields, "{written}");
                let mut bytes = BytesMut::new();
                again
                    .encode(Serialization::Json, &mut bytes)
                    .expect("short");
                let third = Command::take(&mut bytes, 1024, ExtFields::new).expect("a command");
                assert_eq!(third.expect("all of it").fields, command.fields);
            }
        }
    }
}

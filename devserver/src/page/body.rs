//! Bodies as they are shown: as text if they are text, else in hexadecimal.

use std::fmt::Write as _;

use onsmq_proto::message::{StoredMessage, compression};

/// Bytes of text that are shown.
const TEXT: usize = 8 * 1024;
/// Bytes that are shown in hexadecimal.
const HEX: usize = 512;
/// Bytes on a line of it.
const LINE: usize = 16;

/// A body for people.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) is_hex: bool,
    /// What is to be known of it besides.
    pub(super) note: Option<String>,
}

/// The body of a message, decompressed if it is compressed.
pub(super) fn shown(message: &StoredMessage) -> Shown {
    let mut message = message.clone();
    let stored = message.body().len();
    match message.decompress(compression::MAX_BODY) {
        Ok(()) => {
            let mut shown = of_bytes(message.body());
            if message.body().len() != stored {
                let note = format!("{} bytes, sent as {stored}", message.body().len());
                shown.note.get_or_insert(note);
            }
            shown
        }
        Err(error) => Shown {
            note: Some(format!("it cannot be decompressed: {error}")),
            ..of_bytes(message.body())
        },
    }
}

fn of_bytes(body: &[u8]) -> Shown {
    match std::str::from_utf8(body) {
        Ok(text) if is_plain(text) => of_text(text),
        _ => of_hex(body),
    }
}

/// Whether nothing in a text is for machines.
fn is_plain(text: &str) -> bool {
    text.chars()
        .all(|char| !char.is_control() || "\n\r\t".contains(char))
}

fn of_text(text: &str) -> Shown {
    let is_longer = text.len() > TEXT;
    let mut end = if is_longer { TEXT } else { text.len() };
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Shown {
        text: text[..end].to_owned(),
        is_hex: false,
        note: is_longer.then(|| format!("the first {end} of {} bytes", text.len())),
    }
}

fn of_hex(body: &[u8]) -> Shown {
    let start = &body[..body.len().min(HEX)];
    let mut text = String::new();
    for line in start.chunks(LINE) {
        for byte in line {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x} ");
        }
        text.pop();
        text.push('\n');
    }
    Shown {
        text,
        is_hex: true,
        note: (start.len() < body.len())
            .then(|| format!("the first {HEX} of {} bytes", body.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::{HEX, TEXT, of_bytes};

    #[test]
    fn text_is_text_and_the_rest_is_hexadecimal() {
        let text = of_bytes("<b>\n主".as_bytes());
        assert_eq!((text.text.as_str(), text.is_hex), ("<b>\n主", false));
        let binary = of_bytes(b"\x00\xff17");
        assert_eq!(
            (binary.text.as_str(), binary.is_hex),
            ("00 ff 31 37\n", true)
        );
        assert!(of_bytes(b"a\x1b[1m").is_hex, "a terminal's escapes");
    }

    #[test]
    fn what_is_long_is_cut_and_says_so() {
        let long = "主".repeat(TEXT);
        let shown = of_bytes(long.as_bytes());
        assert_eq!(shown.text.len(), TEXT / 3 * 3);
        assert!(shown.note.is_some_and(|it| it.ends_with("of 24576 bytes")));
        let shown = of_bytes(&[0; HEX + 1]);
        assert_eq!(shown.text.len(), HEX * 3);
        assert!(shown.note.is_some());
    }
}

//! Reads a JSON header as servers and clients write it, which is most of the work that a small
//! answer makes: a library that reads any JSON takes more than a third as many instructions again.

use std::ops::Range;

use super::super::{ExtFields, Language};
use super::Header;
use super::text::find_special;

/// The header, if it is written without blanks and has the usual members only, each once. What
/// this does not read may still be a header.
pub(super) fn scan(header: &[u8]) -> Option<Header> {
    let mut scanner = Scanner {
        // Once for all of it: what is between two quotes is whole characters then.
        text: std::str::from_utf8(header).ok()?,
        at: 0,
    };
    let header = scanner.header()?;
    (scanner.at == scanner.text.len()).then_some(header)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn header(&mut self) -> Option<Header> {
        let (mut code, mut language, mut version, mut opaque, mut flag) = Default::default();
        let (mut remark, mut fields, mut serialize_type) = Default::default();
        self.expect(b'{')?;
        loop {
            let name = self.plain_string()?;
            self.expect(b':')?;
            match name {
                "code" => once(&mut code, self.number()?)?,
                "language" => once(&mut language, Language::from_name(self.plain_string()?))?,
                "version" => once(&mut version, self.number()?)?,
                "opaque" => once(&mut opaque, self.number()?)?,
                "flag" => once(&mut flag, self.number()?)?,
                "remark" => once(&mut remark, self.string_or_null()?)?,
                "extFields" => once(&mut fields, self.fields()?)?,
                "serializeTypeCurrentRPC" => once(&mut serialize_type, self.plain_string()?)?,
                _ => return None,
            }
            match self.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        Some(Header {
            code: code?,
            language: language?,
            version: version?,
            opaque: opaque?,
            flag: flag?,
            remark: remark.flatten(),
            ext_fields: fields,
        })
    }

    fn fields(&mut self) -> Option<ExtFields> {
        let start = self.at;
        self.plain_fields().or_else(|| {
            self.at = start;
            self.any_fields()
        })
    }

    /// Fields without escapes: they are what they are here, in one piece.
    fn plain_fields(&mut self) -> Option<ExtFields> {
        let mut fields = ExtFields::to_be_read();
        // Behind the brace and the first quote.
        let start = self.at + 2;
        self.each_field(|scanner, name| {
            let value = scanner.plain_range()?;
            let from_start = |it: Range<usize>| it.start - start..it.end - start;
            fields.mark(from_start(name), from_start(value));
            Some(())
        })?;
        // In front of the last quote and the brace: none where there is no field.
        if let Some(text) = self.text.get(start..self.at - 2) {
            fields.set_text(text);
        }
        Some(fields)
    }

    fn any_fields(&mut self) -> Option<ExtFields> {
        let mut fields = ExtFields::new();
        self.each_field(|scanner, name| {
            let name = &scanner.text[name];
            fields.push_with(name, |text| scanner.string_into(text))
        })?;
        Some(fields)
    }

    /// An object of strings; `read_value` reads the one of a name.
    fn each_field(
        &mut self,
        mut read_value: impl FnMut(&mut Self, Range<usize>) -> Option<()>,
    ) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            let name = self.plain_range()?;
            self.expect(b':')?;
            // Java writes null for an unset value: the same as no field.
            if self.null().is_none() {
                read_value(self, name)?;
            }
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn null(&mut self) -> Option<()> {
        let is_null = self.text[self.at..].starts_with("null");
        is_null.then(|| self.at += 4)
    }

    fn string_or_null(&mut self) -> Option<Option<String>> {
        if self.null().is_some() {
            return Some(None);
        }
        let mut text = String::new();
        self.string_into(&mut text)?;
        Some(Some(text))
    }

    /// A string without escapes.
    fn plain_string(&mut self) -> Option<&'a str> {
        self.plain_range().map(|it| &self.text[it])
    }

    /// Where such a string is.
    fn plain_range(&mut self) -> Option<Range<usize>> {
        self.expect(b'"')?;
        let start = self.at;
        let end = find_special(self.text.as_bytes(), start)?;
        self.at = end;
        self.expect(b'"')?;
        Some(start..end)
    }

    /// Any string, behind what is in `text`.
    fn string_into(&mut self, text: &mut String) -> Option<()> {
        self.expect(b'"')?;
        loop {
            let end = find_special(self.text.as_bytes(), self.at)?;
            text.push_str(&self.text[self.at..end]);
            self.at = end;
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => text.push(self.escaped()?),
                _ => return None,
            }
        }
    }

    /// What an escape stands for, behind its backslash. Halves of surrogate pairs are left to
    /// the library.
    fn escaped(&mut self) -> Option<char> {
        Some(match self.next()? {
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4)?;
                if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                    return None;
                }
                self.at += 4;
                char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
            }
            escape @ (b'"' | b'\\' | b'/') => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            _ => return None,
        })
    }

    /// An integer as JSON writes it: no plus, no zero in front.
    fn number<T: std::str::FromStr>(&mut self) -> Option<T> {
        let rest = &self.text[self.at..];
        let length = rest
            .bytes()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-'))
            .count();
        let digits = &rest[..length];
        let unsigned = digits.strip_prefix('-').unwrap_or(digits);
        if unsigned.starts_with('0') && digits != "0" {
            return None;
        }
        self.at += length;
        digits.parse().ok()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, expected: u8) -> Option<()> {
        (self.next()? == expected).then_some(())
    }
}

/// Puts a member in its place; the second of a name is none that servers write.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

#[cfg(test)]
mod tests {
    use super::super::read_any;
    use super::*;

    fn sample() -> String {
        let fields = r#"{"i":"TAGS\u0001\u00e9\u0002K\"\\\/\n","b":"orders","l":null,"e":"-1"}"#;
        format!(
            r#"{{"code":310,"extFields":{fields},"flag":0,"language":"JAVA","opaque":-7,"remark":"why","serializeTypeCurrentRPC":"JSON","version":455}}"#
        )
    }

    #[test]
    fn the_usual_header_is_read_as_the_library_reads_it() {
        let text = sample();
        let scanned = scan(text.as_bytes()).expect("it is usual");
        assert_eq!(scanned, read_any(text.as_bytes()).expect("a header"));
        let fields = scanned.ext_fields.expect("it has fields");
        assert_eq!(fields.get("i"), Some("TAGS\u{1}é\u{2}K\"\\/\n"));
        assert_eq!(fields.get("l"), None);
    }

    /// Whatever is changed of a header: what is read here, the library reads too, and to the same.
    #[test]
    fn nothing_is_read_that_the_library_reads_otherwise() {
        let text = sample();
        let mut read = 0;
        for at in 0..text.len() {
            for byte in 0..=u8::MAX {
                let mut changed = text.clone().into_bytes();
                changed[at] = byte;
                if let Some(scanned) = scan(&changed) {
                    let changed = String::from_utf8_lossy(&changed);
                    let library = read_any(changed.as_bytes());
                    assert_eq!(Some(scanned), library.ok(), "{changed}");
                    read += 1;
                }
            }
            for cut in [&text[..at], &text[at..]] {
                assert_eq!(scan(cut.as_bytes()).is_some(), cut.len() == text.len());
            }
        }
        assert!(read > text.len(), "most changes within strings are read");
    }
}

//! The JSON that Java's fastjson writes for maps whose keys are no strings.

use std::borrow::Cow;

/// Makes standard JSON of fastjson's: keys that are numbers or objects become strings, a key
/// `{"a":1}` the string that holds just that text (`wire.md`, sections 5 and 11). What is
/// standard already is lent back as it is; what is no JSON at all stays none.
#[must_use]
pub fn to_standard_json(raw: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::new();
    let mut copied = 0;
    let mut scanner = Scanner {
        raw,
        at: 0,
        open: Vec::new(),
    };
    while let Some(key) = scanner.next_odd_key() {
        out.extend_from_slice(&raw[copied..key.start]);
        out.push(b'"');
        for byte in to_standard_json(&raw[key.clone()]).iter() {
            if matches!(byte, b'"' | b'\\') {
                out.push(b'\\');
            }
            out.push(*byte);
        }
        out.push(b'"');
        copied = key.end;
    }
    if copied == 0 {
        return Cow::Borrowed(raw);
    }
    out.extend_from_slice(&raw[copied..]);
    Cow::Owned(out)
}

struct Scanner<'a> {
    raw: &'a [u8],
    at: usize,
    /// The brackets that are open, and whether a key is due in each.
    open: Vec<(u8, bool)>,
}

impl Scanner<'_> {
    /// Goes on to the next key that is no string, and past it.
    fn next_odd_key(&mut self) -> Option<std::ops::Range<usize>> {
        while let Some(&byte) = self.raw.get(self.at) {
            let key_is_due = self.open.last().is_some_and(|(_, due)| *due);
            let start = self.at;
            match byte {
                b'"' => {
                    self.skip_string();
                    self.set_key_due(false);
                }
                b'{' if key_is_due => {
                    self.skip_object();
                    self.set_key_due(false);
                    return Some(start..self.at);
                }
                b'-' | b'0'..=b'9' if key_is_due => {
                    while self
                        .raw
                        .get(self.at)
                        .is_some_and(|it| !b": \t\r\n".contains(it))
                    {
                        self.at += 1;
                    }
                    self.set_key_due(false);
                    return Some(start..self.at);
                }
                b'{' | b'[' => {
                    self.open.push((byte, byte == b'{'));
                    self.at += 1;
                }
                b'}' | b']' => {
                    self.open.pop();
                    self.at += 1;
                }
                b',' => {
                    let in_object = self
                        .open
                        .last()
                        .is_some_and(|(bracket, _)| *bracket == b'{');
                    self.set_key_due(in_object);
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        None
    }

    fn set_key_due(&mut self, due: bool) {
        if let Some(top) = self.open.last_mut() {
            top.1 = due;
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(&byte) = self.raw.get(self.at) {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(self.raw.len());
    }

    /// From an opening brace past the one that closes it.
    fn skip_object(&mut self) {
        let mut depth = 0usize;
        while let Some(&byte) = self.raw.get(self.at) {
            match byte {
                b'"' => {
                    self.skip_string();
                    continue;
                }
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::to_standard_json;

    fn standard(raw: &str) -> serde_json::Value {
        serde_json::from_slice(&to_standard_json(raw.as_bytes())).expect("standard JSON")
    }

    #[test]
    fn integer_keys_become_strings() {
        assert_eq!(
            standard(r#"{"brokerAddrs":{0:"a:1",-1 : "b:2"},"l":[1,2]}"#),
            serde_json::json!({"brokerAddrs": {"0": "a:1", "-1": "b:2"}, "l": [1, 2]})
        );
    }

    #[test]
    fn object_keys_become_their_text() {
        let value =
            standard(r#"{"offsetTable":{{"brokerName":"a\"}","queueId":1}:5,{"q":{2:3}}:6}}"#);
        let table = value["offsetTable"].as_object().expect("an object");
        assert_eq!(table[r#"{"brokerName":"a\"}","queueId":1}"#], 5);
        assert_eq!(table[r#"{"q":{"2":3}}"#], 6);
    }

    #[test]
    fn standard_json_is_lent_back() {
        let raw = br#"{"a":{"0":[{"b":-1}]},"c":"{1:2}"}"#;
        assert!(matches!(to_standard_json(raw), std::borrow::Cow::Borrowed(it) if it == raw));
    }

    #[test]
    fn no_json_does_not_panic() {
        for raw in [
            "",
            "{",
            "{{",
            "{1",
            "\"\\",
            "{{\"",
            "}}}",
            "[}{1:",
            "{\"a\":{{\"b\":1",
        ] {
            let _ = to_standard_json(raw.as_bytes());
        }
    }
}

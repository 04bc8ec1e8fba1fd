//! Messages on their way out: the parts of many in a few values, since each look at a value of
//! JavaScript's costs as much as a message. `lib/parcel.js` packs them, and has checked their types.

use std::slice::Iter;

use napi::bindgen_prelude::{Float64ArraySlice, Uint8ArraySlice};
use napi_derive::napi;
use onsmq_ffi_safe::{Message, Result};

/// Messages to be sent.
#[napi(object, object_to_js = false)]
pub struct Parcel<'env> {
    /// Of each message: the length of its body (below 0: it is in `large`), when it is to be
    /// delivered (0: at once), how many user properties it has, and the lengths of its texts in
    /// units of UTF-16 (below 0: it has none): topic, tag, key, sharding key, and the name and value
    /// of each property.
    pub numbers: Float64ArraySlice<'env>,
    /// The texts of all messages, each with U+0000 behind it: otherwise a half of a surrogate pair
    /// at the end of one and the other half at the beginning of the next would become whole.
    pub texts: String,
    /// The small bodies.
    pub small: Uint8ArraySlice<'env>,
    /// The other ones, in order.
    pub large: Vec<Uint8ArraySlice<'env>>,
}

impl Parcel<'_> {
    /// Its messages, in their order. Bodies are copied.
    pub(crate) fn messages(&self) -> impl Iterator<Item = Result<Message>> {
        Unpacking {
            numbers: self.numbers.iter(),
            texts: &self.texts,
            small: &self.small,
            large: self.large.iter(),
        }
    }
}

struct Unpacking<'a> {
    numbers: Iter<'a, f64>,
    texts: &'a str,
    small: &'a [u8],
    large: Iter<'a, Uint8ArraySlice<'a>>,
}

impl Iterator for Unpacking<'_> {
    type Item = Result<Message>;

    fn next(&mut self) -> Option<Self::Item> {
        let body_len = *self.numbers.next()?;
        Some(self.message(body_len))
    }
}

impl<'a> Unpacking<'a> {
    /// All parts are taken before any is looked at: where one is at fault, the next message begins
    /// where it should.
    fn message(&mut self, body_len: f64) -> Result<Message> {
        let body = self.body(body_len);
        let start_deliver_time = self.number() as i64;
        let property_count = self.number() as usize;
        let topic = self.text().unwrap_or_default();
        let [tag, key, sharding_key] = [self.text(), self.text(), self.text()];
        let properties: Vec<_> = (0..property_count)
            .filter_map(|_| Some((self.text()?, self.text()?)))
            .collect();

        let mut message = Message::new(topic, body)?;
        if let Some(tag) = tag {
            message.set_tag(tag)?;
        }
        if let Some(key) = key {
            message.set_key(key)?;
        }
        if let Some(key) = sharding_key {
            message.set_sharding_key(key)?;
        }
        if start_deliver_time != 0 {
            message.set_start_deliver_time(start_deliver_time)?;
        }
        for (name, value) in properties {
            message.set_property(name, value)?;
        }
        Ok(message)
    }

    fn number(&mut self) -> f64 {
        self.numbers.next().copied().unwrap_or_default()
    }

    fn body(&mut self, len: f64) -> &'a [u8] {
        if len < 0.0 {
            return self.large.next().map_or(&[], |body| body);
        }
        let (body, rest) = self.small.split_at(self.small.len().min(len as usize));
        self.small = rest;
        body
    }

    fn text(&mut self) -> Option<&'a str> {
        let len = self.number();
        if len < 0.0 {
            return None;
        }
        let (text, rest) = split_units(self.texts, len as usize);
        self.texts = rest.strip_prefix('\0').unwrap_or(rest);
        Some(text)
    }
}

/// A text in two, the first of so many units of UTF-16.
fn split_units(text: &str, units: usize) -> (&str, &str) {
    let first = text.as_bytes().get(..units);
    if first.is_some_and(<[u8]>::is_ascii) {
        return text.split_at(units);
    }
    let mut seen = 0;
    let end = text.char_indices().find_map(|(at, char)| {
        let is_end = seen >= units;
        seen += char.len_utf16();
        is_end.then_some(at)
    });
    text.split_at(end.unwrap_or(text.len()))
}

//! The parameters of a request.

use std::str::FromStr;

use onsmq_proto::names;

use super::answer::Refused;

/// What a request comes with, decoded.
#[derive(Debug, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query.
    ///
    /// # Errors
    /// A parameter is there twice: which of them was signed?
    pub(super) fn parse(query: &str) -> Result<Self, Refused> {
        let mut all: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if all.iter().any(|(known, _)| *known == name) {
                return Err(Refused::field(&name, "it is given twice"));
            }
            all.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(all))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value)
    }

    /// Text that is needed.
    pub(super) fn text(&self, name: &str) -> Result<&str, Refused> {
        match self.get(name) {
            None => Err(Refused::field(name, "it is missing")),
            Some("") => Err(Refused::field(name, "it is empty")),
            Some(text) => Ok(text),
        }
    }

    /// The name of a topic, a group or an instance, which is needed.
    pub(super) fn name(&self, name: &str) -> Result<&str, Refused> {
        let given = self.text(name)?;
        match names::is_valid(given) {
            true => Ok(given),
            false => Err(Refused::field(
                name,
                "1 to 255 characters of a-z A-Z 0-9 - _ are allowed",
            )),
        }
    }

    /// The same where it may be left out.
    pub(super) fn name_if_any(&self, name: &str) -> Result<Option<&str>, Refused> {
        self.get(name).map(|_| self.name(name)).transpose()
    }

    /// A number that is needed.
    pub(super) fn int64(&self, name: &str) -> Result<i64, Refused> {
        self.text(name).and_then(|text| number(name, text))
    }

    /// A number that may be left out.
    pub(super) fn int32_if_any(&self, name: &str) -> Result<Option<i32>, Refused> {
        self.get(name).map(|text| number(name, text)).transpose()
    }

    /// One of few numbers, which is needed.
    pub(super) fn choice(&self, name: &str, allowed: &[i64]) -> Result<i64, Refused> {
        let given = self.int64(name)?;
        match allowed.contains(&given) {
            true => Ok(given),
            false => Err(not_among(name, allowed)),
        }
    }

    /// One of few words, which is needed.
    pub(super) fn word(
        &self,
        name: &str,
        allowed: &[&'static str],
    ) -> Result<&'static str, Refused> {
        let given = self.text(name)?;
        let found = allowed.iter().find(|it| **it == given);
        found.copied().ok_or_else(|| not_among(name, allowed))
    }

    /// One of few words, which may be left out.
    pub(super) fn word_if_any(
        &self,
        name: &str,
        allowed: &[&'static str],
    ) -> Result<Option<&'static str>, Refused> {
        self.get(name).map(|_| self.word(name, allowed)).transpose()
    }

    /// Whether something is wanted; not unless it is said.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Refused> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Refused::field(name, "true or false is allowed")),
        }
    }

    /// A page, or the size of one.
    pub(super) fn page(&self, name: &str, default: i32) -> Result<i32, Refused> {
        match self.int32_if_any(name)? {
            Some(..1) => Err(Refused::field(name, "a whole number from 1 on is allowed")),
            Some(page) => Ok(page),
            None => Ok(default),
        }
    }

    /// A time from which and a time until which.
    pub(super) fn times(&self) -> Result<(i64, i64), Refused> {
        let (begin, end) = (self.int64("beginTime")?, self.int64("endTime")?);
        match begin <= end {
            true => Ok((begin, end)),
            false => Err(Refused::field("beginTime", "it is after endTime")),
        }
    }
}

fn number<T: FromStr>(name: &str, text: &str) -> Result<T, Refused> {
    text.parse()
        .map_err(|_| Refused::field(name, "a whole number is allowed"))
}

fn not_among(name: &str, allowed: &[impl ToString]) -> Refused {
    let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
    Refused::field(name, &format!("{} is allowed", allowed.join(" or ")))
}

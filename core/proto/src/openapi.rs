//! The signature and the query of the console's Open API (`openapi.md`, Signing). Pure functions.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// The parameter of the signature itself: not signed.
pub const SIGNATURE: &str = "_signature";

/// Base64 of HMAC-SHA1 over the parameters' values, raw and without anything between them, in the
/// order of the parameters' names by bytes. [`SIGNATURE`] is left out.
#[must_use]
pub fn signature<'a>(
    secret_key: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret_key.as_bytes())
        .expect("HMAC takes a key of any length");
    for (_, value) in sorted(parameters) {
        mac.update(value.as_bytes());
    }
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

/// What is signed: for error searches and tests. It holds no secret.
#[must_use]
pub fn signed_text<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    sorted(parameters)
        .into_iter()
        .map(|(_, value)| value)
        .collect()
}

/// Whether a request's parameters, its [`SIGNATURE`] among them, were signed with this secret: what
/// a console asks. It takes as long for a wrong signature as for the right one.
#[must_use]
pub fn is_signed<'a>(
    secret_key: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> bool {
    let parameters: Vec<_> = parameters.into_iter().collect();
    let given = parameters.iter().find(|(name, _)| *name == SIGNATURE);
    let Some(given) = given.and_then(|(_, given)| BASE64_STANDARD.decode(given).ok()) else {
        return false;
    };
    let mut mac = Hmac::<Sha1>::new_from_slice(secret_key.as_bytes())
        .expect("HMAC takes a key of any length");
    for (_, value) in sorted(parameters) {
        mac.update(value.as_bytes());
    }
    mac.verify_slice(&given).is_ok()
}

fn sorted<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
    let signed = |(name, _): &(&str, &str)| *name != SIGNATURE;
    let mut sorted: Vec<_> = parameters.into_iter().filter(signed).collect();
    sorted.sort_by_key(|(name, _)| *name);
    sorted
}

/// A query: names and values percent-encoded, in the order given.
#[must_use]
pub fn query<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = String::new();
    for (name, value) in parameters {
        if !query.is_empty() {
            query.push('&');
        }
        query += &encoded(name);
        query.push('=');
        query += &encoded(value);
    }
    query
}

/// Text percent-encoded. Everything is but what RFC 3986 calls unreserved: a blank is `%20`, which
/// servers that know forms and servers that do not read alike.
#[must_use]
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{is_signed, query, signature, signed_text};

    /// The guide's example.
    const EXAMPLE: [(&str, &str); 6] = [
        ("topic", "TOPIC_XXX"),
        ("_regionId", "mq-private"),
        ("_signature", "is not signed"),
        ("_platform", "onsConsole"),
        ("_accesskey", "ACCESSKEY_XXX"),
        ("__preventCache", "1498029701000"),
    ];

    #[test]
    fn the_text_that_is_signed_is_the_guides() {
        let text = "1498029701000ACCESSKEY_XXXonsConsolemq-privateTOPIC_XXX";
        assert_eq!(signed_text(EXAMPLE), text);
    }

    #[test]
    fn the_signature_is_that_of_openssl() {
        // echo -n '1498029701000ACC...' | openssl dgst -hmac secret -sha1 -binary | base64
        assert_eq!(signature("secret", EXAMPLE), "zj/6GyZMotA/z6wsnS/dD+N7wtI=");
    }

    #[test]
    fn what_was_signed_is_known_and_nothing_else() {
        let signed = |secret: &str, topic: &str, signature: &str| {
            is_signed(secret, [("topic", topic), ("_signature", signature)])
        };
        let made = signature("secret", [("topic", "T")]);
        assert!(signed("secret", "T", &made));
        assert!(!signed("other", "T", &made));
        assert!(!signed("secret", "U", &made));
        assert!(!signed("secret", "T", &made[1..]));
        assert!(!is_signed("secret", [("topic", "T")]));
    }

    #[test]
    fn names_are_sorted_by_bytes() {
        let pairs = [("a", "4"), ("_b", "3"), ("__c", "2"), ("P", "1")];
        assert_eq!(signed_text(pairs), "1234");
    }

    #[test]
    fn queries_hold_unreserved_characters_only() {
        let made = query([("k", "a+b/c=d&e%f 主"), ("_x", "-.~")]);
        assert_eq!(made, "k=a%2Bb%2Fc%3Dd%26e%25f%20%E4%B8%BB&_x=-.~");
    }
}

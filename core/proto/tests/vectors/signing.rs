use onsmq_proto::codec::ExtFields;
use onsmq_proto::sign::signature;

use crate::support::{ValueExt as _, vectors};

#[test]
fn signatures_are_those_of_java() {
    let mut checked = 0;
    for vector in vectors("signing") {
        let mut fields = ExtFields::new();
        for field in vector["fields_sorted"].list() {
            fields.push(field[0].text(), field[1].text());
        }
        // The vendor signs its route request as if one more field were there. Name servers do
        // not check it (wire.md, section 3), and this client signs by the rule.
        let quirk = vector["quirk"].as_str();
        if quirk.is_some_and(|quirk| quirk.contains("split")) {
            fields.push("split", "\u{1}");
        }
        // Apache's client signs a field here that 4.9.7 does not, which then refuses the request.
        if fields.get("_UNIQUE_KEY_QUERY").is_some() {
            continue;
        }
        let made = signature(
            vector["secret_key"].text(),
            &fields,
            &vector["body_hex"].bytes(),
        );
        assert_eq!(made, vector["signature"].text(), "{vector}");
        checked += 1;
    }
    assert!(checked >= 80, "only {checked} signatures were there");
}

#[test]
fn the_field_that_brokers_do_not_sign_is_left_out() {
    let mut fields = ExtFields::new();
    fields.push("topic", "t");
    let without = signature("secret", &fields, b"");
    fields
        .push("_UNIQUE_KEY_QUERY", "true")
        .push("Signature", "anything");
    assert_eq!(signature("secret", &fields, b""), without);
}

//! Reading of the vectors.

use serde_json::Value;

/// The lines of a file of vectors.
pub(crate) fn vectors(name: &str) -> Vec<Value> {
    let path = format!(
        "{}/../../tests/golden/{name}.jsonl",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON line"))
        .collect();
    assert!(!lines.is_empty(), "{path} is empty");
    lines
}

/// The lines of one kind; there is at least one.
pub(crate) fn of_kind(name: &str, kind: &str) -> Vec<Value> {
    let lines: Vec<Value> = vectors(name)
        .into_iter()
        .filter(|line| line["kind"] == kind)
        .collect();
    assert!(!lines.is_empty(), "{name} has no line of kind {kind}");
    lines
}

pub(crate) trait ValueExt {
    fn text(&self) -> &str;
    fn int(&self) -> i64;
    fn list(&self) -> &[Value];
    fn bytes(&self) -> Vec<u8>;
}

impl ValueExt for Value {
    fn text(&self) -> &str {
        self.as_str().unwrap_or_else(|| panic!("{self} is no text"))
    }

    fn int(&self) -> i64 {
        self.as_i64()
            .unwrap_or_else(|| panic!("{self} is no number"))
    }

    fn list(&self) -> &[Self] {
        self.as_array()
            .unwrap_or_else(|| panic!("{self} is no list"))
    }

    fn bytes(&self) -> Vec<u8> {
        let text = self.text();
        (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits"))
            .collect()
    }
}

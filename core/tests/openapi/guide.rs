//! `tests/golden/openapi.json` is the guide: the table of operations and codes says the same.

use onsmq::openapi::{Answers, OPERATIONS, OpenApiCode, Operation, Parameter, ParameterKind};
use serde_json::Value;

fn guide() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/openapi.json");
    let text = std::fs::read_to_string(path).expect("the guide");
    serde_json::from_str(&text).expect("JSON")
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// As the guide types it.
fn type_of(parameter: &Parameter) -> &'static str {
    match parameter.kind {
        ParameterKind::Name | ParameterKind::Text => "string",
        ParameterKind::User => "int64 or string",
        ParameterKind::Page | ParameterKind::Int32 => "int32",
        ParameterKind::Int64 => "int64",
        ParameterKind::Bool => "bool",
        _ => "unknown",
    }
}

fn same_parameter(guide: &Value, operation: &Operation) {
    let name = guide["name"].as_str().expect("a name");
    let whose = format!("{} {name}", operation.name);
    let ours = operation.parameter(name).expect(&whose);
    let type_name = guide["type"].as_str().expect("a type");
    let type_name = match guide["also"].as_str() {
        Some(also) => format!("{type_name} or {also}"),
        None => type_name.to_owned(),
    };
    assert_eq!(type_of(ours), type_name, "{whose}");
    assert_eq!(guide["required"], ours.is_required, "{whose}");
    let allowed: Vec<_> = list(guide, "allowed")
        .iter()
        .map(|value| value.as_str().map_or(value.to_string(), str::to_owned))
        .collect();
    assert_eq!(ours.allowed, allowed, "{whose}");
}

#[test]
fn all_39_operations_are_those_of_the_guide() {
    let guide = guide();
    let operations = list(&guide, "operations");
    assert_eq!((operations.len(), OPERATIONS.len()), (39, 39));
    for it in operations {
        let path = it["path"].as_str().expect("a path");
        let name = path.strip_prefix("/json/").expect("a path");
        let ours = Operation::find(name).expect(name);
        assert_eq!(it["section"], ours.section, "{name}");
        assert_eq!(it["doc"], ours.doc, "{name}");
        let answers = match it["data"].as_str() {
            Some("json") => Answers::Json,
            _ => Answers::Nothing,
        };
        assert_eq!(ours.answers, answers, "{name}");
        let parameters = list(it, "params");
        assert_eq!(ours.parameters.len(), parameters.len(), "{name}");
        for parameter in parameters {
            same_parameter(parameter, ours);
        }
    }
}

#[test]
fn what_changes_something_is_a_write() {
    let writes: Vec<_> = OPERATIONS
        .iter()
        .filter(|it| it.is_write)
        .map(|it| it.name)
        .collect();
    let known = [
        "topic/create",
        "topic/delete",
        "publish/create",
        "publish/delete",
        "subscription/create",
        "subscription/delete",
        "consumer/resetoffset",
        "empower/create",
        "empower/createBySub",
        "empower/delete",
        "vpcTunnel/tunnelSwitch",
    ];
    assert_eq!(writes, known);
}

#[test]
fn all_17_codes_are_those_of_the_guide() {
    let guide = guide();
    let codes = list(&guide, "errors");
    assert_eq!((codes.len(), OpenApiCode::KNOWN.len()), (17, 17));
    for (it, ours) in codes.iter().zip(OpenApiCode::KNOWN) {
        assert_eq!(it["code"], ours.as_str());
        assert_eq!(it["meaning"].as_str(), ours.meaning(), "{ours}");
        assert_eq!(it["remedy"].as_str(), ours.remedy(), "{ours}");
    }
}

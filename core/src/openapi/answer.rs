//! What the console answers. Deployments differ in how they write it (`openapi.md`, Response).

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::code::OpenApiCode;
use super::operation::Answers;
use crate::{Error, ErrorKind, Result};

/// The code of success.
const SUCCESS: i64 = 200;

/// What the console answered to something that it did.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// The data, decoded, however it was wrapped; null where there is none.
    pub data: Value,
    /// How many items there are over all pages; 0 where that is not told.
    pub total: i64,
    /// The page that this is; 0 where that is not told.
    pub current_page: i64,
    /// Items on a full page; 0 where that is not told.
    pub page_size: i64,
    /// The page to ask for next (`currentPage`), of an operation that has pages; none where this is
    /// the last.
    pub next_page: Option<i32>,
    /// The request's id, for the vendor's support; empty where there is none.
    pub request_id: String,
    /// What the console says.
    pub message: String,
}

/// An answer of either sort.
pub(super) enum Outcome {
    Done(Answer),
    Refused(Refusal),
}

/// What the console answered to something that it did not do.
pub(super) struct Refusal {
    pub(super) code: Option<OpenApiCode>,
    /// A number in `code`.
    pub(super) number: Option<i64>,
    pub(super) message: String,
    pub(super) request_id: String,
}

impl Answer {
    /// The data as a type of the caller's.
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`] where it is not of that type.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(&self.data).map_err(|error| {
            let text = format!("the console's data is not what was expected: {error}");
            Error::new(ErrorKind::Protocol, text)
        })
    }

    /// The items of a list: of the data itself, or of the only list in it.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        let mut lists = match &self.data {
            Value::Array(items) => return items,
            Value::Object(fields) => fields.values().filter_map(Value::as_array),
            _ => return &[],
        };
        match (lists.next(), lists.next()) {
            (Some(items), None) => items,
            _ => &[],
        }
    }
}

/// Reads an answer; else what is wrong with its bytes.
pub(super) fn parse(bytes: &[u8], answers: Answers) -> Result<Outcome, serde_json::Error> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let fields: Map<String, Value> = serde_json::from_slice(bytes)?;
    let request_id = text(&fields, "requestId");
    let message = text(&fields, "message");
    if !is_success(&fields) {
        return Ok(Outcome::Refused(refusal(&fields, message, request_id)));
    }
    Ok(Outcome::Done(Answer {
        data: data(fields.get("data"), answers),
        total: number(&fields, "total"),
        current_page: number(&fields, "currentPage"),
        page_size: number(&fields, "pageSize"),
        next_page: None,
        request_id,
        message,
    }))
}

/// The code decides; where there is none, whatever else says that it went well.
fn is_success(fields: &Map<String, Value>) -> bool {
    match fields.get("code") {
        Some(code @ (Value::Number(_) | Value::String(_))) if *code != "" => {
            integer(code) == Some(SUCCESS)
        }
        _ => {
            fields.get("success") == Some(&Value::Bool(true))
                || text(fields, "status").eq_ignore_ascii_case("success")
        }
    }
}

fn refusal(fields: &Map<String, Value>, message: String, request_id: String) -> Refusal {
    let places = ["code", "dynamicCode", "status", "message"].map(|name| text(fields, name));
    let number = fields.get("code").and_then(integer);
    let code = OpenApiCode::search(&places.each_ref().map(String::as_str)).or_else(|| {
        // Nothing looks like a code: then what stands where one should.
        let given = places[..2].iter().find(|text| !text.is_empty());
        given.map(|text| OpenApiCode::Unknown(text.clone()))
    });
    let dynamic = text(fields, "dynamicMessage");
    Refusal {
        code,
        number,
        message: if message.is_empty() { dynamic } else { message },
        request_id,
    }
}

/// Text, or a number as text; empty for anything else.
fn text(fields: &Map<String, Value>, name: &str) -> String {
    match fields.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn number(fields: &Map<String, Value>, name: &str) -> i64 {
    fields.get(name).and_then(integer).unwrap_or(0)
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_i64(),
    }
}

/// Data may be JSON, or text that holds JSON.
fn data(given: Option<&Value>, answers: Answers) -> Value {
    let data = match given {
        Some(Value::String(text)) => unwrapped(text),
        Some(value) => value.clone(),
        None => Value::Null,
    };
    match (&data, answers) {
        (Value::String(text), _) if text.is_empty() => Value::Null,
        (Value::Object(fields), Answers::Nothing) if fields.is_empty() => Value::Null,
        _ => data,
    }
}

/// What text holds; text that holds no JSON, or a number that would not keep its digits, is itself.
fn unwrapped(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(Value::Number(number)) if number.is_f64() => Value::String(text.to_owned()),
        Ok(value) => value,
        Err(_) => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Outcome, parse};
    use crate::openapi::code::OpenApiCode;
    use crate::openapi::operation::Answers;

    fn data(written: &str, answers: Answers) -> Value {
        let text = format!(r#"{{"code":200{written}}}"#);
        match parse(text.as_bytes(), answers) {
            Ok(Outcome::Done(answer)) => answer.data,
            _ => panic!("{text} is a success"),
        }
    }

    #[test]
    fn data_is_taken_in_every_shape() {
        let json = |written: &str| data(written, Answers::Json);
        assert_eq!(json(r#","data":{"a":[1]}"#), json!({"a": [1]}));
        assert_eq!(json(r#","data":"{\"a\":[1]}""#), json!({"a": [1]}));
        assert_eq!(json(r#","data":"[\"x\"]""#), json!(["x"]));
        assert_eq!(json(r#","data":["x"]"#), json!(["x"]));
        assert_eq!(json(r#","data":7"#), json!(7));
        assert_eq!(json(r#","data":"7""#), json!(7));
        assert_eq!(json(r#","data":true"#), json!(true));
        assert_eq!(json(r#","data":"10.0.0.1:80""#), json!("10.0.0.1:80"));
        let digits = "123456789012345678901234567890";
        assert_eq!(json(&format!(r#","data":"{digits}""#)), json!(digits));
        assert_eq!(json(r#","data":{}"#), json!({}));
        for nothing in ["", r#","data":null"#, r#","data":"""#, r#","data":"null""#] {
            assert_eq!(json(nothing), Value::Null, "{nothing}");
        }
        for nothing in ["", r#","data":{}"#, r#","data":"{}""#, r#","data":"""#] {
            assert_eq!(data(nothing, Answers::Nothing), Value::Null, "{nothing}");
        }
    }

    #[test]
    fn fields_that_are_missing_null_or_strange_do_not_hide_the_others() {
        let text = r#"{"code":"200","total":"41","pageSize":null,"currentPage":[],"new":{},
            "requestId":7,"data":[1],"message":null}"#;
        let Ok(Outcome::Done(answer)) = parse(text.as_bytes(), Answers::Json) else {
            panic!("a success");
        };
        assert_eq!((answer.total, answer.page_size), (41, 0));
        assert_eq!((answer.current_page, answer.request_id.as_str()), (0, "7"));
        assert_eq!(answer.items(), [json!(1)]);
    }

    #[test]
    fn a_code_is_found_wherever_it_is() {
        let known = OpenApiCode::BizTopicNotFound;
        for (text, code) in [
            (r#"{"code":"BIZ_TOPIC_NOT_FOUND"}"#, &known),
            (r#"{"code":1,"dynamicCode":"BIZ_TOPIC_NOT_FOUND"}"#, &known),
            (r#"{"code":1,"status":"BIZ_TOPIC_NOT_FOUND"}"#, &known),
            (
                r#"{"code":1,"dynamicCode":"NEW_ONE","message":"no (BIZ_TOPIC_NOT_FOUND): x"}"#,
                &known,
            ),
            (
                r#"{"success":false,"status":"BIZ_TOPIC_NOT_FOUND"}"#,
                &known,
            ),
            (
                r#"{"code":1,"dynamicCode":"NEW_ONE","status":"FAILED"}"#,
                &OpenApiCode::Unknown("NEW_ONE".to_owned()),
            ),
            (r#"{"code":"odd"}"#, &OpenApiCode::Unknown("odd".to_owned())),
            (r#"{"code":503}"#, &OpenApiCode::Unknown("503".to_owned())),
        ] {
            let Ok(Outcome::Refused(refusal)) = parse(text.as_bytes(), Answers::Json) else {
                panic!("{text} is a refusal");
            };
            assert_eq!(refusal.code.as_ref(), Some(code), "{text}");
        }
    }

    #[test]
    fn what_says_nothing_of_success_is_none() {
        for text in ["{}", r#"{"code":null}"#, r#"{"success":null,"data":{}}"#] {
            let parsed = parse(text.as_bytes(), Answers::Json);
            assert!(matches!(parsed, Ok(Outcome::Refused(_))), "{text}");
        }
    }
}

//! Answers of the Open API.

use onsmq::openapi::Answer;
use serde_json::{Value, json};

use super::table::tables;
use super::text::{plain, table_width};

/// All of an answer, on one line.
pub(crate) fn as_json(answer: &Answer) -> String {
    let answer = json!({
        "data": answer.data,
        "total": answer.total,
        "currentPage": answer.current_page,
        "pageSize": answer.page_size,
        "nextPage": answer.next_page,
        "requestId": answer.request_id,
        "message": answer.message,
    });
    answer.to_string()
}

/// What an answer holds, for people; which page it is, where it is one of several.
pub(crate) fn as_table(operation: &str, answer: &Answer, is_single: bool) -> String {
    let mut text = match &answer.data {
        Value::Null => done(operation, answer),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        data => tables(data, table_width()),
    };
    if is_single && answer.total > 0 && answer.current_page > 0 {
        let (page, total) = (answer.current_page, answer.total);
        text += &format!("\n\npage {page}, {total} in all");
    }
    text
}

fn done(operation: &str, answer: &Answer) -> String {
    match answer.request_id.is_empty() {
        true => format!("{operation}: done"),
        false => format!(
            "{operation}: done (request id {})",
            plain(&answer.request_id)
        ),
    }
}

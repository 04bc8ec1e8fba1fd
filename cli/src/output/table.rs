//! Data as tables: lists of objects have a row each, an object a row for each of its fields, and
//! what is inside of them has tables of its own below.

use comfy_table::{CellAlignment, Table};
use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr as _;

use super::text::{columns, plain};

/// Rows below a header; numbers to the right.
pub(crate) fn rows(header: &[&str], rows: &[Vec<Value>], width: u16) -> String {
    let mut table = columns(width);
    table.set_header(header.iter().map(|name| plain(name).into_owned()));
    for row in rows {
        table.add_row(row.iter().map(cell));
    }
    for at in 0..header.len() {
        let is_number =
            |row: &Vec<Value>| row.get(at).is_none_or(|it| it.is_number() || it.is_null());
        if let (true, Some(column)) = (rows.iter().all(is_number), table.column_mut(at)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    trimmed(&table)
}

/// Data of any kind.
pub(super) fn tables(data: &Value, width: u16) -> String {
    let mut parts = Vec::new();
    add(&mut parts, "", data, width);
    parts.join("\n\n")
}

/// A part for the data, and one for each thing in it that is no field of a row.
fn add(parts: &mut Vec<String>, path: &str, data: &Value, width: u16) {
    let title = match path.is_empty() {
        true => String::new(),
        false => format!("{}:\n", plain(path)),
    };
    match data {
        Value::Array(items) => {
            let records: Option<Vec<_>> = items.iter().map(Value::as_object).collect();
            let text = match records {
                Some(records) => list(&records, width),
                None => items.iter().map(cell).collect::<Vec<_>>().join("\n"),
            };
            parts.push(title + &text);
        }
        Value::Object(fields) => {
            let (inner, own): (Vec<_>, Vec<_>) = fields.iter().partition(|(_, it)| has_table(it));
            if !own.is_empty() || inner.is_empty() {
                parts.push(title + &pairs(own, width));
            }
            for (name, value) in inner {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                add(parts, &path, value, width);
            }
        }
        scalar => parts.push(title + &cell(scalar)),
    }
}

/// Whether something gets a table of its own: what is in lists of lists does not.
fn has_table(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_object),
        Value::Object(fields) => !fields.is_empty(),
        _ => false,
    }
}

/// A row each, or where they do not fit, a table each.
fn list(records: &[&Map<String, Value>], width: u16) -> String {
    let mut header: Vec<&str> = Vec::new();
    for name in records.iter().flat_map(|it| it.keys()) {
        if !header.contains(&name.as_str()) {
            header.push(name);
        }
    }
    let row = |record: &&Map<String, Value>| -> Vec<Value> {
        let field = |name: &&str| record.get(*name).cloned().unwrap_or(Value::Null);
        header.iter().map(field).collect()
    };
    let table = rows(
        &header,
        &records.iter().map(row).collect::<Vec<_>>(),
        u16::MAX,
    );
    match table.lines().all(|line| line.width() <= usize::from(width)) {
        true => table,
        false => {
            let each = records
                .iter()
                .map(|record| pairs(record.iter().collect(), width));
            each.collect::<Vec<_>>().join("\n\n")
        }
    }
}

fn pairs(fields: Vec<(&String, &Value)>, width: u16) -> String {
    let mut table = columns(width);
    for (name, value) in fields {
        table.add_row([plain(name).into_owned(), cell(value)]);
    }
    trimmed(&table)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => plain(text).into_owned(),
        other => plain(&other.to_string()).into_owned(),
    }
}

/// A table without the blanks that its lines begin and end with.
fn trimmed(table: &Table) -> String {
    let lines: Vec<_> = table.lines().collect();
    let trim = |line: &String| {
        let line = line.strip_prefix(' ').unwrap_or(line);
        line.trim_end().to_owned()
    };
    lines.iter().map(trim).collect::<Vec<_>>().join("\n")
}

//! `docs/sdk.md` names tests and sources that exist.

use std::path::PathBuf;

use onsmq_tests::native::root;

/// Where a column's tests are.
fn test_file(column: usize, file: &str) -> PathBuf {
    let root = root();
    let in_rust = |file: &str| match file.strip_prefix("scripted/") {
        Some(file) => root.join(format!("core/tests/scripted/{file}.rs")),
        None => root.join(format!("tests/tests/{file}.rs")),
    };
    let foreign = match column {
        5 => root.join(format!("bindings-python/tests/test_{file}.py")),
        6 => root.join(format!("bindings-node/test/{file}.test.mjs")),
        _ => return in_rust(file),
    };
    // A test of several languages is in Rust.
    match foreign.exists() {
        true => foreign,
        false => in_rust(file),
    }
}

/// What is wrong with one cell of the table.
fn fault(column: usize, cell: &str) -> Option<String> {
    let cell = cell.trim_matches('`');
    if column == 1 {
        let missing = cell.split("`, `").find(|path| !root().join(path).exists());
        return missing.map(|path| format!("{path} does not exist"));
    }
    if column == 0 || cell == "-" {
        return None;
    }
    let (file, name) = cell.split_once(": ")?;
    let path = test_file(column, file);
    match std::fs::read_to_string(&path) {
        Err(error) => Some(format!("{}: {error}", path.display())),
        Ok(text) if !text.contains(name) => Some(format!("{} has no `{name}`", path.display())),
        Ok(_) => None,
    }
}

#[test]
fn the_table_of_the_sdk_names_tests_that_exist() {
    let table = std::fs::read_to_string(root().join("docs/sdk.md")).expect("docs/sdk.md");
    let rows = table.lines().filter(|line| {
        line.starts_with("| ") && !line.starts_with("| |") && !line.starts_with("| ---")
    });
    let cells = rows.flat_map(|row| {
        let row = row.trim_start_matches("| ").trim_end_matches(" |");
        row.split(" | ").enumerate()
    });
    let faults: Vec<_> = cells
        .filter_map(|(column, cell)| fault(column, cell))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

//! C and C++ get what Rust gets.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use onsmq::Error;
use onsmq::openapi::{Answer, OpenApiCode};
use onsmq_tests::console::{ACCESS_KEY, Console, SECRET_KEY, Seen};
use onsmq_tests::{native, unique};
use serde_json::Value;

use crate::calls::{client, results};

fn c() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let sources = ["tests/c/openapi.c", "tests/c/support.c"];
    PROGRAM.get_or_init(|| native::compile("openapi-c", &sources))
}

fn cpp() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| native::compile("openapi-cpp", &["tests/cpp/openapi.cpp"]))
}

/// What Rust's client asked a console for, as lines, and what became of each.
async fn by_rust(setting: &str) -> (String, Vec<String>) {
    let run = unique("native");
    let config = Console::shared().config(&format!("/run/{run}{setting}"));
    let results = results(&client(&config)).await;
    let seen = Console::shared().seen(&run);
    assert_eq!(seen.len(), results.len());
    let lines = seen.iter().map(line);
    let told = results.into_iter().map(|(_, result)| shown(result));
    (lines.collect(), told.collect())
}

/// A request as the programs read it.
fn line(seen: &Seen) -> String {
    let own = seen
        .parameters
        .iter()
        .filter(|(name, _)| !name.starts_with('_'));
    let parts: String = own
        .map(|(name, value)| format!("\t{name}\t{value}"))
        .collect();
    format!("{}{parts}\n", seen.operation)
}

/// As the programs print it.
fn shown(result: Result<Answer, Error>) -> String {
    match result {
        Ok(it) => format!(
            "ok\t{}\t{}\t{}\t{}\t{}\t{}",
            it.request_id, it.message, it.total, it.current_page, it.page_size, it.data
        ),
        Err(error) => {
            let code = error.openapi_code();
            let name: String = format!("{:?}", error.kind())
                .char_indices()
                .flat_map(|(at, c)| {
                    (at > 0 && c.is_uppercase())
                        .then_some('_')
                        .into_iter()
                        .chain([c])
                })
                .collect();
            format!(
                "error\t{}\t{}\t{}\t{}\t{}",
                name.to_uppercase(),
                error.operation().unwrap_or_default(),
                code.map_or("", OpenApiCode::as_str),
                error.request_id().unwrap_or_default(),
                code.and_then(OpenApiCode::remedy).unwrap_or_default(),
            )
        }
    }
}

/// What a program says to these lines.
fn told_by(command: &mut Command, setting: &str, lines: &str, more: &[&str]) -> Vec<String> {
    let endpoint = Console::shared().endpoint(setting);
    let mut program = command
        .args([&endpoint, ACCESS_KEY, SECRET_KEY])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a program");
    let mut stdin = program.stdin.take().expect("a pipe");
    stdin.write_all(lines.as_bytes()).expect("written");
    drop(stdin);
    let output = program.wait_with_output().expect("its end");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{}: {text}", output.status);
    // What was misused is said on lines that begin with blanks.
    let answers = text.lines().filter(|line| !line.starts_with(' '));
    answers.map(str::to_owned).collect()
}

#[tokio::test]
async fn c_and_cpp_get_what_rust_gets() {
    for setting in [
        "/shape/native",
        "/shape/text",
        "/shape/bare",
        "/code/BIZ_NOVEL_CASE",
        "/code/EMPOWER_EXIST_ERROR/at/status",
        "/fault/html",
    ] {
        let (lines, expected) = by_rust(setting).await;
        assert_eq!(expected.len(), 39);
        assert_eq!(
            told_by(&mut Command::new(c()), setting, &lines, &[]),
            expected,
            "C {setting}"
        );
        assert_eq!(
            told_by(&mut Command::new(cpp()), setting, &lines, &[]),
            expected,
            "C++ {setting}"
        );
    }
}

#[tokio::test]
async fn the_methods_of_cpp_send_what_those_of_rust_send() {
    for shape in ["/shape/native", "/code/BIZ_NO_MESSAGE"] {
        let (lines, expected) = by_rust(shape).await;
        let run = unique("cpp");
        let setting = format!("/run/{run}{shape}");
        assert_eq!(
            told_by(&mut Command::new(cpp()), &setting, "", &["methods"]),
            expected
        );
        let seen = Console::shared().seen(&run);
        // Each waits, then asks again in the background.
        let once = seen.iter().step_by(2).map(line);
        let again = seen.iter().skip(1).step_by(2).map(line);
        assert_eq!(once.collect::<String>(), lines);
        assert_eq!(again.collect::<String>(), lines);
    }
}

#[tokio::test]
async fn the_abi_leaks_nothing_and_survives_misuse() {
    let (lines, expected) = by_rust("").await;
    let (_, refusals) = by_rust("/code/BIZ_NO_MESSAGE").await;
    for (setting, expected) in [("", expected), ("/code/BIZ_NO_MESSAGE", refusals)] {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--quiet", "--leak-check=full", "--error-exitcode=9"]);
        valgrind.args([
            "--errors-for-leak-kinds=definite",
            "--show-leak-kinds=definite",
        ]);
        valgrind.arg(c());
        let misuse: &[&str] = if setting.is_empty() { &["misuse"] } else { &[] };
        assert_eq!(
            told_by(&mut valgrind, setting, &lines, misuse),
            expected,
            "{setting}"
        );
    }
}

#[test]
fn json_of_the_abi_is_json() {
    let told = told_by(
        &mut Command::new(c()),
        "/shape/blanks",
        "topic/get\ttopic\tT\n",
        &[],
    );
    let data = told[0].rsplit('\t').next().expect("data");
    let data: Value = serde_json::from_str(data).expect("JSON");
    assert_eq!(data["owner"], 1234567890123456789_i64);
}

/// Runs an example as it says itself, and answers what it prints.
fn example(command: &mut Command) -> String {
    let account = [
        ("ONS_ACCESS_KEY", ACCESS_KEY),
        ("ONS_SECRET_KEY", SECRET_KEY),
    ];
    let output = native::run(command.envs(account));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_examples_in_c_and_cpp_run() {
    for language in ["c", "cpp"] {
        let source = format!("examples/{language}/openapi.{language}");
        let program = native::compile(&format!("example-openapi-{language}"), &[&source]);
        let endpoint = Console::shared().endpoint("");
        let told = example(Command::new(&program).args([&endpoint, "T", "inst", "CID_a"]));
        let expected = "created   T\nbacklog   ";
        assert!(
            told.starts_with(expected) && told.contains("\"totalDiff\":7"),
            "{told}"
        );
    }
}

/// It is built beside: `make examples` does it.
#[test]
fn the_example_in_rust_runs() {
    let program = native::build_folder().join("examples").join("openapi");
    let endpoint = Console::shared().endpoint("");
    let told = example(Command::new(program).args([&endpoint, "T", "inst"]));
    assert!(told.starts_with("created   T\npage 1 "), "{told}");
}

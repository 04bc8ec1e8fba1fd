//! The examples in C, C++ and Rust: each shows its feature on every server.
//!
//! Those in Rust are built beside: `make programs` does it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use onsmq_tests::native::{self, build_folder, root};
use onsmq_tests::{Running, Server, on_every_server};

/// One test of each feature on each server, in each language. A feature is the name of an example,
/// and of the function below that knows what it prints.
macro_rules! features {
    ($($feature:ident)*) => {
        const FEATURES: &[&str] = &[$(stringify!($feature)),*];
        language!(c: $($feature)*);
        language!(cpp: $($feature)*);
        language!(rust: $($feature)*);
    };
}

macro_rules! language {
    ($language:ident: $($feature:ident)*) => {
        mod $language {
            use super::*;

            $(fn $feature(server: Server) {
                static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
                let language = stringify!($language);
                let program = PROGRAM.get_or_init(|| program(language, stringify!($feature)));
                super::$feature(&run(program, server));
            })*
            on_every_server!($($feature),*);
        }
    };
}

features! { quickstart ordered transaction batch broadcasting receive sql_filter delayed }

fn program(language: &str, name: &str) -> PathBuf {
    if language != "rust" {
        let source = format!("examples/{language}/{name}.{language}");
        return native::compile(&format!("{name}-{language}"), &[&source]);
    }
    let program = build_folder().join("examples").join(name);
    assert!(
        program.exists(),
        "{} is not there: make programs",
        program.display()
    );
    program
}

/// What an example prints, which is nothing on standard error. It starts a dev server by itself.
fn run(program: &Path, server: Server) -> Vec<String> {
    let running = (server != Server::Dev).then(|| server.run());
    let address = running.iter().map(Running::address);
    let output = native::run(Command::new(program).args(address));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let printed = String::from_utf8(output.stdout).expect("text");
    printed.lines().map(str::to_owned).collect()
}

fn quickstart(printed: &[String]) {
    // Two threads print.
    let find = |verb| printed.iter().find_map(|line| line.strip_prefix(verb));
    let id = find("sent      ").expect("what was sent");
    let received = find("received  ").expect("what was received");
    let expected = format!("{id}  \"hello from ");
    assert!(received.starts_with(&expected), "{printed:?}");
}

fn ordered(printed: &[String]) {
    assert_eq!(printed.len(), 9, "{printed:?}");
    for order in ["order-1", "order-2", "order-3"] {
        let steps: Vec<_> = printed
            .iter()
            .filter_map(|line| line.strip_prefix(order))
            .collect();
        assert_eq!(steps, [" is created", " is paid", " is shipped"]);
    }
}

fn transaction(printed: &[String]) {
    let begin = |text: &str| printed.iter().any(|line| line.starts_with(text));
    assert!(begin("committed payment-1"), "{printed:?}");
    assert!(begin("received  payment-1"), "{printed:?}");
    for (key, names) in [
        (
            "payment-2",
            ["TRANSACTION_ROLLED_BACK", "TransactionRolledBack"],
        ),
        ("payment-3", ["TRANSACTION_UNKNOWN", "TransactionUnknown"]),
    ] {
        let reported = names.map(|name| format!("{name}: {key} ("));
        assert!(reported.iter().any(|line| begin(line)), "{printed:?}");
        assert!(!begin(&format!("received  {key}")), "{printed:?}");
    }
}

fn batch(printed: &[String]) {
    let length = |line: &String| -> Option<usize> {
        let length = line.strip_prefix("received  ")?.strip_suffix(" at once")?;
        length.parse().ok()
    };
    let lengths: Vec<_> = printed.iter().filter_map(length).collect();
    assert_eq!(lengths.iter().sum::<usize>(), 100, "{printed:?}");
    assert!(lengths.iter().all(|it| (1..=16).contains(it)));
}

fn broadcasting(printed: &[String]) {
    let printed: BTreeSet<_> = printed.iter().map(String::as_str).collect();
    let expected = ["first", "second"].map(|name| format!("{name} received  hello to all"));
    assert!(printed.iter().eq(&expected), "{printed:?}");
}

fn receive(printed: &[String]) {
    let printed: BTreeSet<_> = printed.iter().cloned().collect();
    let expected: BTreeSet<_> = (0..20).map(|at| format!("received  {at}")).collect();
    assert_eq!(printed, expected);
}

fn sql_filter(printed: &[String]) {
    assert_eq!(printed, ["received  order of 200 in north"]);
}

fn delayed(printed: &[String]) {
    let seconds = |what: &str| {
        let line = printed.iter().find_map(|line| line.strip_prefix(what))?;
        line.strip_suffix(" s")?.parse::<u32>().ok()
    };
    seconds("received  news after ").expect("what came at once");
    let delay = seconds("received  a reminder after ").expect("what came later");
    // Brokers round to whole seconds.
    assert!(delay >= 4, "{printed:?}");
}

/// Faults are the dev server's own, and the same text in every language.
#[test]
fn faults_are_made_in_c() {
    let printed = run(&program("c", "faults"), Server::Dev);
    let answers: Vec<_> = printed
        .iter()
        .filter_map(|line| line.strip_prefix("    "))
        .collect();
    assert_eq!(answers[..3], [r#"{"id":1}"#, r#"{"count":2}"#, "{}"]);
    assert!(answers[3].contains(r#""running":false"#), "{answers:?}");
    assert_eq!(answers[4], "{}");
}

/// Spans are the Rust crate's own.
mod spans {
    use super::*;

    fn tracing(server: Server) {
        let printed = run(&program("rust", "tracing"), server);
        let trace = |text: &str| printed.iter().find_map(|line| line.strip_prefix(text));
        let sent = trace("sent in trace ").expect("what was sent");
        assert_eq!(Some(sent), trace("processed in trace "), "{printed:?}");
        assert_ne!(sent, "0".repeat(32));
    }
    on_every_server!(tracing);

    #[test]
    fn the_guide_shows_what_the_example_does() {
        let guide = std::fs::read_to_string(root().join("docs/tracing.md")).expect("the guide");
        let example = root().join("examples/rust/examples/tracing.rs");
        let example = std::fs::read_to_string(example).expect("the example");
        let (_, shown) = guide.split_once("```rust\n").expect("lines in Rust");
        let (propagator, _) = shown.split_once("\n\nlet client").expect("its use");
        assert!(
            example.contains(propagator),
            "the example has not:\n{propagator}"
        );
    }
}

#[test]
fn every_example_is_run() {
    // The Open API is no broker's: `tests/openapi/native.rs` runs its examples.
    let features: BTreeSet<_> = FEATURES
        .iter()
        .chain(&["openapi"])
        .map(ToString::to_string)
        .collect();
    let only_in = [("c", "faults"), ("rust/examples", "tracing")];
    for (folder, extension) in [("c", "c"), ("cpp", "cpp"), ("rust/examples", "rs")] {
        let files = std::fs::read_dir(root().join("examples").join(folder)).expect("a folder");
        let mut names: BTreeSet<_> = files
            .map(|file| file.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|it| it == extension))
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        for (only, name) in only_in {
            assert_eq!(names.remove(name), folder == only, "{name}");
        }
        assert_eq!(names, features, "examples/{folder}");
    }
}

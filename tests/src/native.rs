//! Programs in C and C++: compiled against the library as users do it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The repository's folder.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where cargo puts what it builds: two folders above a test, or one above a program.
#[must_use]
pub fn build_folder() -> PathBuf {
    let program = std::env::current_exe().expect("the path of this program");
    let folder = program.parent().expect("a folder");
    match folder.ends_with("deps") {
        true => folder.parent().expect("a folder").to_owned(),
        false => folder.to_owned(),
    }
}

/// The library, which is built beside the tests.
#[must_use]
pub fn library() -> PathBuf {
    let library = build_folder().join("libonsmq.so");
    assert!(
        library.exists(),
        "{} is not there: cargo build -p libonsmq",
        library.display()
    );
    library
}

/// Runs a command to its end.
///
/// # Panics
/// Where it does not start or fails, with what it wrote.
pub fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

const C: [&str; 2] = ["-std=c11", "-D_POSIX_C_SOURCE=200809L"];
const CPP: [&str; 1] = ["-std=c++17"];
const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-pedantic", "-Werror"];

fn compiler(variable: &str, otherwise: &str) -> Command {
    Command::new(std::env::var(variable).unwrap_or_else(|_| otherwise.to_owned()))
}

fn object(source: &Path, folder: &Path) -> PathBuf {
    let is_c = source.extension().is_some_and(|it| it == "c");
    let object = folder
        .join(source.file_name().expect("a name"))
        .with_extension("o");
    let mut command = if is_c {
        compiler("CC", "cc")
    } else {
        compiler("CXX", "c++")
    };
    command
        .args(if is_c { &C[..] } else { &CPP[..] })
        .args(WARNINGS)
        .args(["-g", "-O1", "-c"]);
    command
        .arg("-I")
        .arg(root().join("include"))
        .arg(source)
        .arg("-o")
        .arg(&object);
    run(&mut command);
    object
}

/// Compiles a program out of sources (named from the repository's folder) and links it with the
/// library.
///
/// # Panics
/// Where a compiler warns.
#[must_use]
pub fn compile(name: &str, sources: &[&str]) -> PathBuf {
    let library = library();
    let folder = build_folder()
        .join("native")
        .join(format!("{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for objects");
    let objects: Vec<_> = sources
        .iter()
        .map(|source| object(&root().join(source), &folder))
        .collect();
    let program = folder.join(name);
    let mut command = compiler("CXX", "c++");
    command
        .args(objects)
        .arg("-o")
        .arg(&program)
        .arg(&library)
        .arg("-pthread");
    command.arg(format!("-Wl,-rpath,{}", build_folder().display()));
    run(&mut command);
    program
}

/// The scenarios in C.
#[must_use]
pub fn c_suite() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let names = [
            "main",
            "support",
            "roundtrip",
            "subscriptions",
            "member",
            "errors",
            "rounds",
            "slow",
            "ordered",
            "transactions",
            "batches",
        ];
        let sources = names.map(|name| format!("tests/c/{name}.c"));
        compile("suite-c", &sources.each_ref().map(String::as_str))
    })
}

/// The scenarios in C++.
#[must_use]
pub fn cpp_suite() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let sources = [
            "tests/cpp/suite.cpp",
            "tests/cpp/kinds.cpp",
            "tests/c/support.c",
        ];
        compile("suite-cpp", &sources)
    })
}

//! The jars that Java programs of the tests are made of, fetched once and kept.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{FlockOperation, flock};

use super::error::Error;
use super::version::Version;

const LAUNCHER: &str = include_str!("../../rocketmq/Launcher.java");
/// What is compiled here, of each program.
const OWN_JAR: &str = "onsmq-launcher.jar";
const STAMP: &str = "made-from";

/// What a Java program is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    /// What tells it from others: the name of its folder.
    pub(crate) name: &'static str,
    /// The Maven project that lists its jars.
    pub(crate) pom: &'static str,
    /// A source file, and its text.
    pub(crate) source: (&'static str, &'static str),
}

impl From<Version> for Parts {
    fn from(version: Version) -> Self {
        Self {
            name: version.as_str(),
            pom: version.pom(),
            source: ("Launcher.java", LAUNCHER),
        }
    }
}

/// Answers the folder with all jars of a program, made now if need be.
pub(crate) fn prepare(parts: impl Into<Parts>) -> Result<PathBuf, Error> {
    let parts = parts.into();
    let cache = cache_folder();
    let folder = cache.join(parts.name);
    fs::create_dir_all(&cache).map_err(Error::io(format!("create {}", cache.display())))?;
    // Two test processes may start at once: the second waits for what the first fetches.
    let lock = File::create(cache.join(format!("{}.lock", parts.name)))
        .map_err(Error::io("create the lock of the jars"))?;
    flock(&lock, FlockOperation::LockExclusive)
        .map_err(|errno| Error::io("lock the jars")(errno.into()))?;
    if !is_current(&folder, parts) {
        make(&cache, &folder, parts)?;
    }
    Ok(folder)
}

/// The class path of all jars in `folder`, in a stable order, our own first.
pub(crate) fn class_path(folder: &Path) -> Result<String, Error> {
    let what = || format!("list {}", folder.display());
    let mut jars = vec![folder.join(OWN_JAR)];
    let entries = fs::read_dir(folder).map_err(Error::io(what()))?;
    let mut others = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, io::Error>>()
        .map_err(Error::io(what()))?;
    others.retain(|path| path.extension() == Some(OsStr::new("jar")) && *path != jars[0]);
    others.sort();
    jars.append(&mut others);
    let names: Vec<_> = jars.iter().map(|jar| jar.to_string_lossy()).collect();
    Ok(names.join(":"))
}

/// `rocketmq` in the target folder: cargo's, so that `cargo clean` removes the jars too.
fn cache_folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    );
    std::path::absolute(&target)
        .unwrap_or(target)
        .join("rocketmq")
}

/// What the jars are made from; others are wanted when it changes.
fn stamp(parts: Parts) -> String {
    format!("{}\n{}", parts.pom, parts.source.1)
}

fn is_current(folder: &Path, parts: Parts) -> bool {
    fs::read_to_string(folder.join(STAMP)).is_ok_and(|made_from| made_from == stamp(parts))
}

/// Makes the jars beside their place and moves them there when complete, so that a run that is
/// killed half way leaves nothing that looks finished.
fn make(cache: &Path, folder: &Path, parts: Parts) -> Result<(), Error> {
    let staging = tempfile::Builder::new()
        .prefix("staging-")
        .tempdir_in(cache)
        .map_err(Error::io("create a folder for the jars"))?;
    let path = staging.path();
    write(&path.join("pom.xml"), parts.pom)?;
    fetch_jars(path, parts)?;
    compile(path, parts)?;
    write(&path.join(STAMP), &stamp(parts))?;
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::io("remove the old jars"))?;
    }
    fs::rename(staging.keep(), folder).map_err(Error::io("move the jars to their place"))
}

fn fetch_jars(folder: &Path, parts: Parts) -> Result<(), Error> {
    let mut maven = Command::new("mvn");
    maven
        .args(["-q", "-B", "dependency:copy-dependencies"])
        .arg(format!("-DoutputDirectory={}", folder.display()))
        .current_dir(folder);
    run(maven, "mvn", "maven (3.6 or later)", parts)
}

fn compile(folder: &Path, parts: Parts) -> Result<(), Error> {
    const JDK: &str = "a JDK, 11 or later (17 is tested)";
    let (name, text) = parts.source;
    let classes = folder.join("launcher");
    let source = classes.join(name);
    fs::create_dir_all(&classes).map_err(Error::io("create a folder for classes"))?;
    write(&source, text)?;
    let mut javac = Command::new("javac");
    javac
        .args(["--release", "11", "-cp"])
        .arg(folder.join("*"))
        .arg("-d")
        .arg(&classes)
        .arg(&source);
    run(javac, "javac", JDK, parts)?;
    let mut jar = Command::new("jar");
    jar.arg("cf")
        .arg(folder.join(OWN_JAR))
        .arg("-C")
        .arg(&classes)
        .arg(".");
    run(jar, "jar", JDK, parts)
}

fn run(
    mut command: Command,
    program: &'static str,
    install: &'static str,
    parts: Parts,
) -> Result<(), Error> {
    let output = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::MissingProgram { program, install },
        _ => Error::io(format!("run {program}"))(error),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Err(Error::Prepare {
        name: parts.name,
        program,
        output: text,
    })
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::io(format!("write {}", path.display())))
}

//! The jars of a RocketMQ version, fetched once and kept.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{FlockOperation, flock};

use super::error::Error;
use super::version::Version;

const LAUNCHER: &str = include_str!("../../rocketmq/Launcher.java");
const LAUNCHER_JAR: &str = "onsmq-launcher.jar";
const STAMP: &str = "made-from";

/// Answers the folder with the jars of `version` and the launcher, made now if need be.
pub(super) fn prepare(version: Version) -> Result<PathBuf, Error> {
    let cache = cache_folder();
    let folder = cache.join(version.as_str());
    fs::create_dir_all(&cache).map_err(Error::io(format!("create {}", cache.display())))?;
    // Two test processes may start at once: the second waits for what the first fetches.
    let lock = File::create(cache.join(format!("{version}.lock")))
        .map_err(Error::io("create the lock of the jars"))?;
    flock(&lock, FlockOperation::LockExclusive)
        .map_err(|errno| Error::io("lock the jars")(errno.into()))?;
    if !is_current(&folder, version) {
        make(&cache, &folder, version)?;
    }
    Ok(folder)
}

/// The class path of all jars in `folder`, in a stable order, the launcher first.
pub(super) fn class_path(folder: &Path) -> Result<String, Error> {
    let what = || format!("list {}", folder.display());
    let mut jars = vec![folder.join(LAUNCHER_JAR)];
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
fn stamp(version: Version) -> String {
    format!("{}\n{LAUNCHER}", version.pom())
}

fn is_current(folder: &Path, version: Version) -> bool {
    fs::read_to_string(folder.join(STAMP)).is_ok_and(|made_from| made_from == stamp(version))
}

/// Makes the jars beside their place and moves them there when complete, so that a run that is
/// killed half way leaves nothing that looks finished.
fn make(cache: &Path, folder: &Path, version: Version) -> Result<(), Error> {
    let staging = tempfile::Builder::new()
        .prefix("staging-")
        .tempdir_in(cache)
        .map_err(Error::io("create a folder for the jars"))?;
    let path = staging.path();
    write(&path.join("pom.xml"), version.pom())?;
    fetch_jars(path, version)?;
    build_launcher(path, version)?;
    write(&path.join(STAMP), &stamp(version))?;
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::io("remove the old jars"))?;
    }
    fs::rename(staging.keep(), folder).map_err(Error::io("move the jars to their place"))
}

fn fetch_jars(folder: &Path, version: Version) -> Result<(), Error> {
    let mut maven = Command::new("mvn");
    maven
        .args(["-q", "-B", "dependency:copy-dependencies"])
        .arg(format!("-DoutputDirectory={}", folder.display()))
        .current_dir(folder);
    run(maven, "mvn", "maven (3.6 or later)", version)
}

fn build_launcher(folder: &Path, version: Version) -> Result<(), Error> {
    let classes = folder.join("launcher");
    let source = classes.join("Launcher.java");
    fs::create_dir_all(&classes).map_err(Error::io("create the launcher's folder"))?;
    write(&source, LAUNCHER)?;
    let mut javac = Command::new("javac");
    javac
        .args(["--release", "11", "-d"])
        .arg(&classes)
        .arg(&source);
    run(javac, "javac", "a JDK, 11 or later (17 is tested)", version)?;
    let mut jar = Command::new("jar");
    jar.arg("cf")
        .arg(folder.join(LAUNCHER_JAR))
        .arg("-C")
        .arg(&classes)
        .arg(".");
    run(jar, "jar", "a JDK, 11 or later (17 is tested)", version)
}

fn run(
    mut command: Command,
    program: &'static str,
    install: &'static str,
    version: Version,
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
        version,
        program,
        output: text,
    })
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::io(format!("write {}", path.display())))
}

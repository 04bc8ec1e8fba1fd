//! The classes that servers load, in the form in which a JVM has them at once.
//!
//! Loading and checking thousands of classes from jars is most of what a server does while it
//! starts; with an archive of them (class data sharing) it starts in about half the time.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{FlockOperation, flock};

use super::builder::Options;
use super::cluster::Cluster;
use super::error::Error;
use super::jars;
use super::tls::Tls;
use super::version::Version;

/// Lies with the jars, and goes when they do.
const ARCHIVE: &str = "classes.jsa";
/// What a server in training writes into its home.
pub(super) const CLASS_LIST: &str = "classes.lst";

/// The archive of the jars in `folder`, which need not be there.
pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join(ARCHIVE)
}

/// Makes the archive of `version` unless it is there: a matter of ten seconds, once.
pub(super) fn ensure(version: Version) -> Result<(), Error> {
    let folder = jars::prepare(version)?;
    let lock = File::create(folder.with_file_name(format!("{version}-archive.lock")))
        .map_err(Error::io("create the lock of the class archive"))?;
    flock(&lock, FlockOperation::LockExclusive)
        .map_err(|errno| Error::io("lock the class archive")(errno.into()))?;
    if path(&folder).exists() {
        return Ok(());
    }
    // Without an archive everything works, only slower; and what keeps this cluster from
    // starting keeps the wanted one as well, which then says so.
    let Ok(cluster) = Cluster::launch(training(version)) else {
        return Ok(());
    };
    let staging = folder.join("classes.new");
    if dump(&cluster, &folder, &staging).is_none() {
        // A JVM that cannot do it need not try again: it passes over an empty archive.
        File::create(&staging).map_err(Error::io("create the class archive"))?;
    }
    fs::rename(&staging, path(&folder)).map_err(Error::io("move the class archive to its place"))
}

/// A cluster that uses everything there is, so that it loads every class.
fn training(version: Version) -> Options {
    Options {
        acl: true,
        tls: Some(Tls::default()),
        training: true,
        ..Options::new(version)
    }
}

fn dump(cluster: &Cluster, folder: &Path, archive: &Path) -> Option<()> {
    let lists = cluster
        .servers()
        .map(|server| fs::read_to_string(server.home.join(CLASS_LIST)));
    let list = lists.collect::<Result<String, _>>().ok()?;
    let list_file = cluster.folder().join(CLASS_LIST);
    fs::write(&list_file, list).ok()?;
    let flag = |name: &str, path: &Path| format!("-XX:{name}={}", path.display());
    Command::new("java")
        .args(["-Xshare:dump", "-Xlog:disable", "-XX:+UseSerialGC"])
        .arg(flag("SharedClassListFile", &list_file))
        .arg(flag("SharedArchiveFile", archive))
        .args([
            OsStr::new("-cp"),
            OsStr::new(&jars::class_path(folder).ok()?),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()
        .filter(|status| status.success() && archive.exists())
        .map(|_| ())
}

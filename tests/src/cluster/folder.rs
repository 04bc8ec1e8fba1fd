//! The temporary folder of a cluster, and who clears it away when nobody is left to.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::error::Error;

/// Waits until its standard input ends, which the kernel sees to when the process that holds the
/// pipe dies, however that happens; kills the group that it leads, to which all servers belong;
/// and removes the folder. The last two in a session of their own, or it would kill itself first.
const JANITOR: &str = r#"read -r _
exec setsid sh -c 'kill -9 -- "-$1"
for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$2" && exit; sleep 0.1; done' sh "$$" "$1""#;

/// A folder that outlives neither its owner nor its owner's process.
#[derive(Debug)]
pub(super) struct Folder {
    folder: TempDir,
    janitor: Child,
}

impl Folder {
    pub(super) fn create() -> Result<Self, Error> {
        let folder = tempfile::Builder::new()
            .prefix("onsmq-cluster-")
            .tempdir()
            .map_err(Error::io("create a temporary folder"))?;
        let janitor = Command::new("sh")
            .args(["-c", JANITOR, "onsmq-janitor"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(Error::io("start a shell"))?;
        Ok(Self { folder, janitor })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The process group that ends when the process does.
    pub(super) fn group(&self) -> Result<i32, Error> {
        i32::try_from(self.janitor.id())
            .map_err(|error| Error::io("use the janitor's group")(io::Error::other(error)))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Not asked to end, since it would then do its work: the servers are down by now.
        let _ = self.janitor.kill();
        let _ = self.janitor.wait();
    }
}

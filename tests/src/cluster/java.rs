//! How a Java program of RocketMQ is called.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::archive;
use super::builder::Options;
use super::error::Error;
use super::folder::Folder;
use super::jars;

/// What all servers start fastest with. The access flags are what RocketMQ and Netty reach for
/// and JDK 17 closes; the one for java.net is the launcher's own.
const FLAGS: [&str; 15] = [
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    // Else a class archive of another JVM is complained of on standard output, then passed over.
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "-Djava.net.preferIPv4Stack=true",
    "--add-opens=java.base/java.net=ALL-UNNAMED",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
    // 4.9.7 stops taking messages on a fuller disk; for 5.3.3 the launcher sees to it.
    "-Drocketmq.broker.diskSpaceWarningLevelRatio=2.0",
    "-Drocketmq.broker.diskSpaceCleanForciblyRatio=2.0",
    "-Drocketmq.client.logUseSlf4j=true",
];

/// Compiles a little, and at once.
const START_FAST: &str = "-XX:TieredStopAtLevel=1";

/// What makes servers start fast the next time, or this time.
#[derive(Debug)]
enum Classes {
    /// Each server lists what it loads, for the archive.
    Listed,
    /// They come from the archive, if it is there and fits.
    Archived(PathBuf),
}

impl Classes {
    fn flag(&self, home: &Path) -> String {
        match self {
            Self::Listed => {
                format!(
                    "-XX:DumpLoadedClassList={}",
                    home.join(archive::CLASS_LIST).display()
                )
            }
            Self::Archived(path) => format!("-XX:SharedArchiveFile={}", path.display()),
        }
    }
}

/// The Java of one cluster.
#[derive(Debug)]
pub(super) struct Java {
    class_path: String,
    /// Where classes come from, or are listed.
    classes: Classes,
    /// Whose end ends all servers.
    group: i32,
    /// MiB of heap of servers that are to be as fast as they can be.
    heap: Option<u32>,
}

impl Java {
    /// Prepares the jars.
    pub(super) fn new(options: &Options, cluster: &Folder) -> Result<Self, Error> {
        let folder = jars::prepare(options.version)?;
        let archive = archive::path(&folder);
        Ok(Self {
            class_path: jars::class_path(&folder)?,
            classes: if options.training {
                Classes::Listed
            } else {
                Classes::Archived(archive)
            },
            group: cluster.group()?,
            heap: options.heap,
        })
    }

    /// A command that runs `main_class` through the launcher, with `home` for all its files.
    pub(super) fn command(
        &self,
        main_class: &str,
        home: &Path,
        heap: (u32, u32),
        tls: &[String],
    ) -> Command {
        let path = |name: &str| home.join(name).display().to_string();
        let mut command = Command::new("java");
        let heap = self.heap.map_or(heap, |heap| (heap, heap));
        command
            .args([format!("-Xms{}m", heap.0), format!("-Xmx{}m", heap.1)])
            .args(self.heap.is_none().then_some(START_FAST))
            .args(FLAGS)
            .arg(self.classes.flag(home))
            .args(tls)
            .arg(format!("-Donsmq.log={}", path("server.log")))
            .arg(format!("-Duser.home={}", home.display()))
            .arg(format!("-Djava.io.tmpdir={}", path("tmp")))
            .arg(format!("-Drocketmq.home.dir={}", home.display()))
            .arg(format!(
                "-Drmq.logback.configurationFile={}",
                path("conf/logback_broker.xml")
            ))
            .args(["-cp", &self.class_path, "Launcher", main_class])
            // Each thread that allocates natively would else reserve an arena of its own.
            .env("MALLOC_ARENA_MAX", "2")
            // Ctrl-C is for the tool, which then stops its servers in order.
            .process_group(self.group)
            .current_dir(home);
        command
    }
}

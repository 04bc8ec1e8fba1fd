//! Accounts and profiles.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use onsmq_tests::command::{Told, onsmq, told};
use onsmq_tests::console::{ACCESS_KEY, Console, SECRET_KEY};
use tempfile::TempDir;

use crate::support::fed;

/// A home folder with a profile file.
struct Home(TempDir);

impl Home {
    fn new(profiles: &str, mode: u32) -> Self {
        let home = Self(TempDir::new().expect("a folder"));
        home.write(".config/onsmq/profile.toml", profiles, mode);
        home
    }

    fn write(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("its owner's");
        path
    }

    fn onsmq(&self) -> Command {
        let mut command = onsmq();
        command.env("HOME", self.0.path());
        command
    }

    /// Asks for regions, which every account may.
    fn regions(&self, arguments: &[&str]) -> Told {
        told(self.onsmq().args(["api", "region", "list"]).args(arguments))
    }
}

fn profile(name: &str, secret: &str) -> String {
    let endpoint = Console::shared().endpoint("");
    format!(
        "[{name}]\nendpoint = \"{endpoint}\"\nAccessKey = \"{ACCESS_KEY}\"\nSecretKey = \"{secret}\"\n"
    )
}

fn is_silent(told: &Told) {
    let shown = format!("{} {}", told.out, told.err);
    assert!(
        !shown.contains(SECRET_KEY) && !shown.contains("hidden"),
        "{shown}"
    );
}

#[test]
fn a_profile_is_its_owners_alone() {
    let profiles = profile("default", SECRET_KEY);
    for mode in [0o600, 0o400] {
        let told = Home::new(&profiles, mode).regions(&[]);
        assert_eq!(
            (told.code, told.out.as_str()),
            (0, "mq-private\ncn-杭州\n"),
            "{told:?}"
        );
    }
    for mode in [0o644, 0o640, 0o620, 0o601] {
        let told = Home::new(&profiles, mode).regions(&["-vvv"]);
        assert_eq!(told.code, 2, "{told:?}");
        let words = told.words();
        assert!(
            words.contains(&format!("{mode:04o}")) && words.contains("chmod 600"),
            "{words}"
        );
        is_silent(&told);
    }
}

#[test]
fn a_profile_that_is_asked_for_wins_over_the_environment() {
    let profiles = profile("default", "wrong") + &profile("other", SECRET_KEY);
    let home = Home::new(&profiles, 0o600);
    assert_eq!(home.regions(&[]).code, 3);
    assert_eq!(home.regions(&["--profile=other"]).code, 0);
    let mut by_environment = home.onsmq();
    by_environment
        .env("ONS_ACCESS_KEY", ACCESS_KEY)
        .env("ONS_SECRET_KEY", SECRET_KEY);
    assert_eq!(told(by_environment.args(["api", "region", "list"])).code, 0);
    let unknown = home.regions(&["--profile=third"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.words().contains("default, other"), "{unknown:?}");
}

#[test]
fn what_is_wrong_with_a_profile_is_told_without_what_it_holds() {
    for (profiles, words) in [
        ("[default]\nSecretKey = hidden", "line 2 is not TOML"),
        ("[default]\nnovel = \"hidden\"", "novel"),
        ("[default]\nSecretKey = [\"hidden\"]", "property SecretKey"),
        ("[default]\nSecretKey = \"hidden\"", "AccessKey"),
    ] {
        let told = Home::new(profiles, 0o600).regions(&["--endpoint=http://127.0.0.1:1", "-vvv"]);
        assert_eq!(told.code, 2, "{profiles}: {told:?}");
        assert!(told.words().contains(words), "{profiles}: {told:?}");
        is_silent(&told);
    }
}

#[test]
fn secrets_come_from_files_and_standard_input_and_not_from_arguments() {
    let home = Home::new("", 0o600);
    let endpoint = Console::shared().endpoint("");
    let regions = |secret: &[&str]| {
        let mut command = home.onsmq();
        command.args([
            "api",
            "region",
            "list",
            "--endpoint",
            &endpoint,
            "--access-key",
            ACCESS_KEY,
        ]);
        command.args(secret);
        command
    };
    let file = home.write("secret", &format!("{SECRET_KEY}\n"), 0o600);
    let open = home.write("open", SECRET_KEY, 0o644);
    let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    assert_eq!(
        told(&mut regions(&["--secret-key-file", &path(&file)])).code,
        0
    );
    let piped = fed(
        &mut regions(&["--secret-key-file=-"]),
        SECRET_KEY.as_bytes(),
    );
    assert_eq!(piped.code, 0, "{piped:?}");
    assert_eq!(
        told(&mut regions(&["--secret-key-file", &path(&open)])).code,
        2
    );
    for arguments in [
        &["--secret-key", "hidden"][..],
        &["--secret-key=hidden"],
        &["--security-token=hidden"],
        &["-c", "SecretKey=hidden"],
        &["--config=security-token=hidden"],
    ] {
        let told = told(&mut regions(arguments));
        assert_eq!(told.code, 2, "{arguments:?}: {told:?}");
        assert!(told.words().contains("--secret-key-file"), "{told:?}");
        is_silent(&told);
    }
    let help = told(
        home.onsmq()
            .env("ONS_SECRET_KEY", SECRET_KEY)
            .args(["produce", "--help"]),
    );
    assert!(help.out.contains("ONS_SECRET_KEY"), "{help:?}");
    is_silent(&help);
}

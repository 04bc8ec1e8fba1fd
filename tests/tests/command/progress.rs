//! The bar of long work: on a terminal, and nowhere else.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use onsmq_tests::Server;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::support::{LIMIT, Scene};

/// Work is long after a second.
const LONG: Duration = Duration::from_millis(1500);

/// Both ends of a terminal of 80 columns: what is written at the second is read at the first.
fn terminal() -> (File, File) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).expect("it is ours");
    unlockpt(&ours).expect("it is ours");
    let size = Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&ours, size).expect("a terminal");
    let name = ptsname(&ours, Vec::new()).expect("a name");
    let name = name.to_str().expect("UTF-8");
    let mut options = File::options();
    let theirs = options.read(true).write(true).open(name).expect(name);
    (ours.into(), theirs)
}

/// Sends a line after the other, until it is enough; then what it says comes to its end.
fn feed(child: &mut Child, mut is_enough: impl FnMut() -> bool) {
    let begin = Instant::now();
    let mut stdin = child.stdin.take().expect("a pipe");
    while !is_enough() {
        assert!(begin.elapsed() < LIMIT, "it is never enough");
        stdin.write_all(b"line\n").expect("it reads");
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(stdin);
    assert!(child.wait().expect("a child").success());
}

/// What is written there, as it comes.
fn read(mut terminal: File) -> mpsc::Receiver<String> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buf = [0; 4096];
        // It fails once nobody holds the other end.
        while let Ok(length @ 1..) = terminal.read(&mut buf) {
            let _ = tell.send(String::from_utf8_lossy(&buf[..length]).into_owned());
        }
    });
    told
}

#[test]
fn long_work_shows_a_bar_on_a_terminal() {
    let scene = Scene::new(Server::Dev, "command_bar");
    let (ours, theirs) = terminal();
    let mut command = scene.produce(&[]);
    command
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(theirs);
    let mut child = command.spawn().expect("the command");
    // It holds the other end of the terminal.
    drop(command);
    let written = read(ours);
    let mut shown = String::new();
    feed(&mut child, || {
        shown.extend(written.try_iter());
        shown.contains(" sent, ")
    });
    shown.extend(written.iter());
    assert!(shown.contains("/s"), "{shown:?}");
    let (_, last) = shown.rsplit_once(" sent, ").expect("it was shown");
    assert!(
        last.contains("\u{1b}[2K"),
        "the bar is gone at the end: {last:?}"
    );
}

#[test]
fn long_work_shows_nothing_in_a_pipe() {
    let scene = Scene::new(Server::Dev, "command_no_bar");
    let mut command = scene.produce(&[]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command");
    let mut stderr = child.stderr.take().expect("a pipe");
    let begin = Instant::now();
    feed(&mut child, || begin.elapsed() > LONG);
    let mut shown = String::new();
    stderr.read_to_string(&mut shown).expect("UTF-8");
    assert_eq!(shown, "");
}

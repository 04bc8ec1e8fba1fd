//! A folder as the store that the dev server wants.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use onsmq_devserver::Data as _;
use onsmq_devserver_data::Folder;

const LIMIT: Duration = Duration::from_secs(60);

fn open(path: &Path) -> Folder {
    Folder::open(path).expect("a folder")
}

fn entries(folder: &Folder, prefix: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut entries = Vec::new();
    let look = &mut |key: &[u8], value: &[u8]| {
        entries.push((key.to_vec(), value.to_vec()));
        Ok(())
    };
    folder.each(prefix, look).expect("readable");
    entries
}

fn keys(folder: &Folder, prefix: &[u8]) -> Vec<Vec<u8>> {
    let entries = entries(folder, prefix).into_iter();
    entries.map(|(key, _)| key).collect()
}

#[test]
fn entries_are_there_in_the_order_of_their_keys_when_it_is_opened_again() {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("in/it");
    let folder = open(&path);
    let large = vec![7; 5 * 1024 * 1024];
    folder
        .put(&[(b"b", b"2"), (b"ab", &large), (b"c", b"3"), (b"aa", b"")])
        .expect("room");
    folder.put(&[(b"b", b"new")]).expect("room");
    folder.remove(b"c").expect("room");
    folder.remove(b"nothing").expect("room");
    drop(folder);
    let folder = open(&path);
    let entry = |key: &[u8], value: &[u8]| (key.to_vec(), value.to_vec());
    let all = [entry(b"aa", b""), entry(b"ab", &large), entry(b"b", b"new")];
    assert_eq!(entries(&folder, b""), all);
    assert_eq!(entries(&folder, b"a"), all[..2]);
    folder.remove_prefix(b"a").expect("room");
    assert_eq!(keys(&folder, b""), [b"b"]);
}

#[test]
fn prefixes_end_where_they_do() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = open(place.path());
    let all: [&[u8]; 4] = [b"\x00", b"\xfe\xff", b"\xff", b"\xff\xff\x00"];
    folder.put(&all.map(|key| (key, &b""[..]))).expect("room");
    assert_eq!(keys(&folder, b"\xff"), all[2..]);
    folder.remove_prefix(b"\xff\xff").expect("room");
    assert_eq!(keys(&folder, b""), all[..3]);
}

#[test]
fn who_looks_may_end_it() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = open(place.path());
    folder.put(&[(b"a", b""), (b"b", b"")]).expect("room");
    let mut seen = 0;
    let ended = folder.each(b"", &mut |_, _| {
        seen += 1;
        Err(io::Error::other("enough"))
    });
    assert_eq!(
        (ended.expect_err("ended").to_string().as_str(), seen),
        ("enough", 1)
    );
}

#[test]
fn a_key_that_is_too_long_is_refused_and_nothing_else() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = open(place.path());
    let long = vec![7; 70_000];
    let refused = folder.put(&[(b"a", b""), (&long, b"")]);
    assert_eq!(
        refused.expect_err("refused").kind(),
        ErrorKind::InvalidInput
    );
    assert!(keys(&folder, b"").is_empty());
    folder.put(&[(b"a", b"")]).expect("room");
}

/// How many bytes the files below a folder have.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).expect("a folder");
    // Files go while they are looked at.
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(it) if it.is_dir() => size(&entry.path()),
        Ok(it) => it.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[test]
fn what_is_written_over_takes_no_room() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = open(place.path());
    let value = vec![7; 64 * 1024];
    for _ in 0..6400 {
        folder.put(&[(b"an offset", &value)]).expect("room");
    }
    let begin = Instant::now();
    // 400 MiB were written; a piece of the store's journal has 32 from the start, and it is the
    // store's choice when it lets go of the last ones: up to 135 MiB were seen to stay.
    while size(place.path()) > 256 * 1024 * 1024 {
        assert!(begin.elapsed() < LIMIT, "{} bytes", size(place.path()));
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_folder_is_one_users_and_no_other_things() {
    let place = tempfile::tempdir().expect("a folder");
    let ours = place.path().join("ours");
    let folder = open(&ours);
    let kind = |path: &Path| Folder::open(path).expect_err("refused").kind();
    assert_eq!(kind(&ours), ErrorKind::ResourceBusy);
    drop(folder);
    open(&ours);
    assert_eq!(
        kind(place.path()),
        ErrorKind::InvalidInput,
        "it holds another folder"
    );
    let file = place.path().join("file");
    fs::write(&file, "text").expect("written");
    kind(&file);
    assert_eq!(fs::read(&file).expect("a file"), b"text");
}

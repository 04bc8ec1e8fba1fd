//! Where the bodies of messages come from. They are read in a thread of its own, no more of them
//! than are asked for: a read of standard input cannot be broken off.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;

use crate::args::Sources;
use crate::exit::{Failure, Result};

/// No body is longer, whatever MaxMessageSize says.
const LONGEST: usize = 16_000_000;
/// Bodies that are read ahead.
const AHEAD: usize = 16;

/// The body of a message, and where it was.
pub(crate) struct Body {
    pub(crate) place: String,
    pub(crate) bytes: Vec<u8>,
    /// What the input took for it.
    pub(crate) length: u64,
}

/// Bodies, one after the other; a failure is the last.
pub(crate) struct Bodies(mpsc::Receiver<Result<Body>>);

impl Bodies {
    /// Begins to read.
    pub(crate) fn read(sources: Sources) -> Self {
        let (give, take) = mpsc::channel(AHEAD);
        std::thread::spawn(move || {
            let read = read(&sources, &|body| give.blocking_send(Ok(body)).is_ok());
            if let Err(failure) = read {
                // Nobody may want it any more.
                let _ = give.blocking_send(Err(failure));
            }
        });
        Self(take)
    }

    pub(crate) async fn next(&mut self) -> Option<Result<Body>> {
        self.0.recv().await
    }
}

/// How long the input is, where that is known: bytes of files, and none of standard input.
pub(crate) fn length(sources: &Sources) -> Option<u64> {
    let size = |path: &PathBuf| {
        fs::metadata(path)
            .ok()
            .filter(fs::Metadata::is_file)
            .map(|it| it.len())
    };
    match &sources.lines {
        Some(path) => size(path),
        None if !sources.file.is_empty() => sources.file.iter().map(size).sum(),
        None if !sources.body.is_empty() => {
            Some(sources.body.iter().map(|it| it.len() as u64).sum())
        }
        None => None,
    }
}

/// Gives all bodies for as long as somebody takes them.
fn read(sources: &Sources, give: &dyn Fn(Body) -> bool) -> Result<()> {
    if !sources.body.is_empty() {
        for (at, text) in sources.body.iter().enumerate() {
            give_whole(format!("body {}", at + 1), text.clone().into_bytes(), give);
        }
        return Ok(());
    }
    for path in &sources.file {
        let bytes = fs::read(path).map_err(|error| Failure::io(path.display(), &error))?;
        give_whole(path.display().to_string(), bytes, give);
    }
    match &sources.lines {
        Some(path) if path != Path::new("-") => {
            let file = File::open(path).map_err(|error| Failure::io(path.display(), &error))?;
            lines(&path.display().to_string(), BufReader::new(file), give)
        }
        None if !sources.file.is_empty() => Ok(()),
        _ => lines("standard input", io::stdin().lock(), give),
    }
}

fn give_whole(place: String, bytes: Vec<u8>, give: &dyn Fn(Body) -> bool) -> bool {
    let length = bytes.len() as u64;
    give(Body {
        place,
        bytes,
        length,
    })
}

fn lines(name: &str, mut from: impl BufRead, give: &dyn Fn(Body) -> bool) -> Result<()> {
    for number in 1_u64.. {
        let place = format!("{name}, line {number}");
        let line = line(&mut from).map_err(|error| Failure::io(&place, &error))?;
        let Some((bytes, length)) = line else {
            return Ok(());
        };
        if !give(Body {
            place,
            bytes,
            length,
        }) {
            return Ok(());
        }
    }
    Ok(())
}

/// A line without its line feed, and what it took; none at the end.
fn line(from: &mut impl BufRead) -> io::Result<Option<(Vec<u8>, u64)>> {
    let mut bytes = Vec::new();
    let limit = LONGEST as u64 + 2;
    let taken = io::Read::take(from, limit).read_until(b'\n', &mut bytes)?;
    if taken == 0 {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    match bytes.len() > LONGEST {
        false => Ok(Some((bytes, taken as u64))),
        true => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("longer than {LONGEST} bytes, which no message may be"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::{LONGEST, lines};

    fn bodies(text: &[u8]) -> Vec<Vec<u8>> {
        let read = RefCell::new(Vec::new());
        lines("it", text, &|body| {
            read.borrow_mut().push(body.bytes);
            true
        })
        .expect("lines");
        read.into_inner()
    }

    #[test]
    fn lines_are_bodies_byte_by_byte() {
        assert_eq!(
            bodies(b"a\r\n\xff\n\nlast"),
            [&b"a\r"[..], b"\xff", b"", b"last"]
        );
        assert_eq!(bodies(b""), [b""; 0]);
    }

    #[test]
    fn a_line_without_an_end_is_not_read_into_memory() {
        let failure = lines("it", &vec![b'a'; LONGEST + 2][..], &|_| true).expect_err("too long");
        assert!(
            format!("{failure:?}").contains("it, line 1: longer than"),
            "{failure:?}"
        );
    }
}

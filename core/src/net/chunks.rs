//! Bytes in several pieces, which are written with one call.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::{Buf, Bytes};

/// Pieces that follow each other, none of them empty.
#[derive(Default)]
pub(super) struct Chunks(VecDeque<Bytes>);

impl Chunks {
    pub(super) fn push(&mut self, chunk: Bytes) {
        if !chunk.is_empty() {
            self.0.push_back(chunk);
        }
    }

    /// These come after those.
    pub(super) fn put_before(&mut self, mut before: Self) {
        before.0.append(&mut self.0);
        *self = before;
    }
}

/// A head and its body would leave as two packets if they were written one after the other, and be
/// read by the server in two goes.
impl Buf for Chunks {
    fn remaining(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    fn has_remaining(&self) -> bool {
        !self.0.is_empty()
    }

    fn chunk(&self) -> &[u8] {
        self.0.front().map_or(&[], |chunk| chunk)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let pairs = slices.iter_mut().zip(&self.0);
        pairs
            .map(|(slice, chunk)| *slice = IoSlice::new(chunk))
            .count()
    }

    fn advance(&mut self, mut count: usize) {
        while let Some(chunk) = self.0.front_mut() {
            if count < chunk.len() {
                chunk.advance(count);
                return;
            }
            count -= chunk.len();
            self.0.pop_front();
        }
        assert_eq!(count, 0, "no more is written than there is");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(texts: &[&'static str]) -> Chunks {
        let mut chunks = Chunks::default();
        for text in texts {
            chunks.push(Bytes::from_static(text.as_bytes()));
        }
        chunks
    }

    #[test]
    fn what_is_written_goes_from_the_front_whatever_piece_it_ends_in() {
        let all = b"abcdefg";
        for count in 0..=all.len() {
            let mut chunks = chunks(&["abc", "", "d", "efg"]);
            chunks.advance(count);
            assert_eq!(chunks.remaining(), all.len() - count);
            assert_eq!(chunks.has_remaining(), count < all.len());
            let mut slices = [IoSlice::new(&[]); 4];
            let filled = chunks.chunks_vectored(&mut slices);
            let seen: Vec<u8> = slices[..filled].iter().flat_map(|it| it.to_vec()).collect();
            assert_eq!(seen, all[count..]);
            assert!(all[count..].starts_with(chunks.chunk()));
        }
    }

    #[test]
    fn what_was_not_written_comes_before_what_came_meanwhile() {
        let mut waiting = chunks(&["later"]);
        waiting.put_before(chunks(&["first", "second"]));
        let all = waiting.copy_to_bytes(waiting.remaining());
        assert_eq!(all, "firstsecondlater");
    }
}

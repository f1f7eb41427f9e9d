//! A look at the first bytes of a stream that are then read as if nobody had looked: what is
//! inside is told by content, and a pipe cannot be rewound.

use std::io::{Read, Result};

/// A stream whose first bytes are known.
pub(super) struct Peeked<R> {
    head: Vec<u8>,
    at: usize,
    rest: R,
    /// What stopped the look, told once the head has been read.
    trouble: Option<std::io::Error>,
}

impl<R: Read> Peeked<R> {
    /// Reads up to `want` bytes ahead; fewer only when there are no more or they can't be read.
    pub(super) fn new(mut rest: R, want: usize) -> Self {
        // With room for all of it, or it would be read in many small steps.
        let mut head = Vec::with_capacity(want);
        let trouble = (&mut rest).take(want as u64).read_to_end(&mut head).err();
        Self {
            head,
            at: 0,
            rest,
            trouble,
        }
    }

    /// The first bytes.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// The stream itself, for what it can tell.
    pub(super) fn inner(&self) -> &R {
        &self.rest
    }

    /// Whether nothing was there because it could not be read.
    pub(super) fn trouble(&self) -> Option<&std::io::Error> {
        self.trouble.as_ref()
    }
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let left = self.head.get(self.at..).unwrap_or_default();
        if !left.is_empty() {
            let mut left = left;
            let count = left.read(into)?;
            self.at += count;
            return Ok(count);
        }
        match self.trouble.take() {
            Some(trouble) => Err(trouble),
            None => self.rest.read(into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_takes_nothing_away() {
        let mut peeked = Peeked::new(&b"abcdef"[..], 4);
        assert_eq!(peeked.head(), b"abcd");
        let mut all = Vec::new();
        peeked.read_to_end(&mut all).unwrap();
        assert_eq!(all, b"abcdef");
    }

    #[test]
    fn trouble_comes_after_what_was_read() {
        struct Broken(u8);
        impl Read for Broken {
            fn read(&mut self, into: &mut [u8]) -> Result<usize> {
                self.0 += 1;
                if self.0 > 1 {
                    return Err(std::io::Error::other("broken"));
                }
                into[0] = b'x';
                Ok(1)
            }
        }
        let mut peeked = Peeked::new(Broken(0), 8);
        assert_eq!(peeked.head(), b"x");
        assert!(peeked.trouble().is_some());
        let mut all = Vec::new();
        assert!(peeked.read_to_end(&mut all).is_err());
        assert_eq!(all, b"x");
    }
}

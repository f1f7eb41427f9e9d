//! Reads a stream on a thread of its own, a few blocks ahead: what takes time to give its bytes
//! (unpacking, decoding) then overlaps with what is done with them.

use crossbeam_channel::{Receiver, Sender, bounded};
use std::io::{Error, ErrorKind, Read, Result};
use std::thread;

/// How much is passed on at once.
const BLOCK: usize = 256 << 10;
/// How many blocks are on their way.
const AHEAD: usize = 4;

/// Calls `work` with a reader that gives what `source` gives. A short stream is read before, for a
/// thread would cost more than it saves.
pub(super) fn beside<T>(
    source: &mut (impl Read + Send),
    work: impl FnOnce(&mut (dyn Read + Send)) -> T,
) -> T {
    let mut head = Vec::with_capacity(BLOCK);
    let read = fill(source, &mut head);
    match read {
        Ok(true) => {}
        Ok(false) => return work(&mut &*head),
        Err(error) => return work(&mut (&*head).chain(Failed(Some(error)))),
    }
    thread::scope(|scope| {
        let (send, blocks) = bounded::<Result<Vec<u8>>>(AHEAD);
        let (give_back, spare) = bounded::<Vec<u8>>(AHEAD);
        scope.spawn(move || pump(source, &send, &spare));
        let mut rest = Blocks {
            coming: blocks,
            give_back,
            block: head,
            at: 0,
        };
        work(&mut rest)
        // The channel closes with `rest`, and the thread ends at its next block.
    })
}

/// Fills a block; false when the stream ended before it was full.
fn fill(source: &mut impl Read, block: &mut Vec<u8>) -> Result<bool> {
    block.clear();
    source.take(BLOCK as u64).read_to_end(block)?;
    Ok(block.len() == BLOCK)
}

fn pump(source: &mut impl Read, send: &Sender<Result<Vec<u8>>>, spare: &Receiver<Vec<u8>>) {
    loop {
        let mut block = spare
            .try_recv()
            .unwrap_or_else(|_| Vec::with_capacity(BLOCK));
        let filled = fill(source, &mut block);
        // What came before an error is passed on before it.
        if (filled.is_ok() || !block.is_empty()) && send.send(Ok(block)).is_err() {
            return;
        }
        match filled {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                let _ = send.send(Err(error));
                return;
            }
        }
    }
}

/// The stream as its blocks come in.
struct Blocks {
    coming: Receiver<Result<Vec<u8>>>,
    give_back: Sender<Vec<u8>>,
    block: Vec<u8>,
    at: usize,
}

impl Read for Blocks {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        while self.at == self.block.len() {
            match self.coming.recv() {
                Ok(block) => {
                    let used = std::mem::replace(&mut self.block, block?);
                    self.at = 0;
                    let _ = self.give_back.try_send(used);
                }
                Err(_) => return Ok(0),
            }
        }
        let mut left = self.block.get(self.at..).unwrap_or_default();
        let count = left.read(into)?;
        self.at += count;
        Ok(count)
    }
}

/// Gives one error, then nothing.
struct Failed(Option<Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> Result<usize> {
        match self.0.take() {
            Some(error) if error.kind() != ErrorKind::Interrupted => Err(error),
            _ => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives so many bytes, then perhaps an error.
    struct Source(usize, bool);

    impl Read for Source {
        fn read(&mut self, into: &mut [u8]) -> Result<usize> {
            if self.0 == 0 && std::mem::take(&mut self.1) {
                return Err(Error::other("the archive is damaged"));
            }
            let count = into.len().min(self.0).min(70_000);
            into[..count].fill(b'x');
            self.0 -= count;
            Ok(count)
        }
    }

    #[test]
    fn everything_comes_through_and_then_the_error() {
        for len in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 9 * BLOCK + 7] {
            for fails in [false, true] {
                let mut all = Vec::new();
                let read = beside(&mut Source(len, fails), |reader| {
                    reader.read_to_end(&mut all).map(drop)
                });
                assert_eq!((all.len(), read.is_err()), (len, fails));
            }
        }
    }

    #[test]
    fn whoever_stops_early_does_not_wait_for_the_rest() {
        let first = beside(&mut Source(usize::MAX, false), |reader| {
            let mut byte = [0];
            reader.read_exact(&mut byte).map(|()| byte)
        });
        assert_eq!(first.unwrap(), *b"x");
    }
}

//! The text of a record once more, from the evidence itself: what the raw pane and an export show
//! is never a copy that was kept. Says so when the file is not what it was.

use super::archive::{self, Content, Flow, Found, Walker};
use super::encoding::{Decoded, Encoding};
use super::format::{Detected, Format, ParseContext};
use super::framing::{self, Frame};
use super::member::{Member, Origin};
use super::open::Opened;
use super::{evtx, guard};
use crate::event::record::Identity;
use crate::event::{Locator, Position};
use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};

/// Why a record can't be had again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RereadError {
    /// It came from a stream.
    #[error("'{0}' was read as a stream, which can't be read twice; save it to a file")]
    Stream(String),
    /// The file is not what it was.
    #[error("'{0}' has changed since it was read; read it again")]
    Changed(String),
    /// There is no such record at that place.
    #[error("'{name}' has no record at {position} any more; read it again")]
    Gone {
        /// The log.
        name: String,
        /// The place.
        position: Position,
    },
    /// It can't be read.
    #[error("'{name}' can't be read: {reason}")]
    Unreadable {
        /// The log.
        name: String,
        /// Why.
        reason: String,
    },
}

/// A record to be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Where it is.
    pub position: Position,
    /// What it was: a text that is another event now is an error.
    pub identity: Option<Identity>,
}

/// Which log the records are in, and how it was read.
#[derive(Debug, Clone, Copy)]
pub struct Reread<'a> {
    /// The log.
    pub member: &'a Member,
    /// Its format.
    pub detected: &'a Detected,
    /// How its records were understood.
    pub context: &'a ParseContext,
}

/// A record found again: its place in the list of those wanted, its text, its bytes for parsing.
type Again = HashMap<usize, Vec<u8>>;

impl Reread<'_> {
    /// The text of one record.
    pub fn one(&self, wanted: Wanted) -> Result<String, RereadError> {
        let mut texts = self.many(&[wanted]);
        texts.pop().unwrap_or_else(|| Err(self.gone(wanted)))
    }

    /// The texts of several records in one pass over the log, in the order of the list.
    pub fn many(&self, wanted: &[Wanted]) -> Vec<Result<String, RereadError>> {
        let read = guard::catch(|| self.read(wanted));
        let again = match read {
            Ok(Ok(again)) => again,
            Ok(Err(error)) => return vec![Err(error); wanted.len()],
            Err(reason) => return vec![Err(self.unreadable(&reason)); wanted.len()],
        };
        let text = |(number, wanted): (usize, &Wanted)| match again.get(&number) {
            Some(bytes) => self.text(bytes, *wanted),
            None => Err(self.gone(*wanted)),
        };
        wanted.iter().enumerate().map(text).collect()
    }

    fn text(&self, bytes: &[u8], wanted: Wanted) -> Result<String, RereadError> {
        if let Some(identity) = wanted.identity {
            let locator = Locator {
                source: self.member.id,
                position: wanted.position,
            };
            let xml;
            let detected = if self.detected.format == Format::Evtx {
                xml = evtx::rendered_format();
                &xml
            } else {
                self.detected
            };
            let record = framing::parse(detected, bytes, locator, self.context);
            if !record.is_ok_and(|record| record.identity() == identity) {
                return Err(RereadError::Changed(self.member.name.clone()));
            }
        }
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    fn read(&self, wanted: &[Wanted]) -> Result<Again, RereadError> {
        let mut file = self.open()?;
        let mut order: Vec<(usize, Position)> = wanted
            .iter()
            .enumerate()
            .map(|(number, wanted)| (number, wanted.position))
            .collect();
        order.sort_by_key(|(number, position)| (*position, *number));
        let unpacked = self.member.place.0.is_empty() && !archive::is_packed(&mut file);
        if unpacked && self.detected.format != Format::Csv && self.is_plain(&mut file)? {
            let read = take(&mut InPlace(file), &order);
            return read.map_err(|error| self.unreadable(&error.to_string()));
        }
        let mut done = None;
        let mut visit = |found: Found<'_>| {
            done = Some(match found.content {
                Content::Open(bytes) => self.stream(bytes, &order),
                Content::Closed(outcome) => Err(io::Error::other(
                    outcome
                        .reason
                        .unwrap_or_else(|| "it is not opened".to_owned()),
                )),
            });
            Flow::Break(())
        };
        let mut walker = Walker::new(&mut visit).only(&self.member.place);
        let _ = walker.file(&mut file, None);
        match done {
            Some(read) => read.map_err(|error| self.unreadable(&error.to_string())),
            None => Err(RereadError::Changed(self.member.name.clone())),
        }
    }

    /// Opens the file, if it is still the one that was read.
    fn open(&self) -> Result<Opened, RereadError> {
        if self.member.origin == Origin::Stream {
            return Err(RereadError::Stream(self.member.name.clone()));
        }
        let unreadable = |error: io::Error| self.unreadable(&error.to_string());
        let opened = Opened::member(self.member).map_err(unreadable)?;
        let origin = Some(self.member.origin);
        if !opened.is_as_listed(origin).map_err(unreadable)? {
            return Err(RereadError::Changed(self.member.name.clone()));
        }
        Ok(opened)
    }

    /// Whether the bytes of the file are those that positions count.
    fn is_plain(&self, file: &mut Opened) -> Result<bool, RereadError> {
        let mut head = Vec::new();
        let read = file.seek(SeekFrom::Start(0)).and_then(|_| {
            let count = (&mut *file).take(64).read_to_end(&mut head);
            file.seek(SeekFrom::Start(0)).and(count)
        });
        read.map_err(|error| self.unreadable(&error.to_string()))?;
        Ok(self.detected.format == Format::Evtx || Encoding::of(&head) == Encoding::Utf8)
    }

    fn stream(&self, bytes: archive::Bytes<'_>, order: &[(usize, Position)]) -> io::Result<Again> {
        if self.detected.format == Format::Evtx {
            return take(
                &mut OnTheWay {
                    inner: bytes,
                    at: 0,
                },
                order,
            );
        }
        let head = bytes.head().to_vec();
        let mut text = Decoded::new(bytes, &head);
        if self.detected.format == Format::Csv {
            return self.by_frames(&mut text, order);
        }
        take(&mut OnTheWay { inner: text, at: 0 }, order)
    }

    /// Records that are more than a run of bytes: cut out again from the start.
    fn by_frames(
        &self,
        text: &mut (dyn Read + Send + '_),
        order: &[(usize, Position)],
    ) -> io::Result<Again> {
        let mut frames = framing::frames(self.detected, Box::new(text));
        let mut again = Again::new();
        let mut rest = order;
        while !rest.is_empty() {
            let Some(frame) = frames.next()? else { break };
            let Frame::Record { offset, len, bytes } = frame else {
                continue;
            };
            let here = Position::Span { offset, len };
            while let Some(((number, position), later)) = rest.split_first() {
                if *position > here {
                    break;
                }
                if *position == here {
                    again.insert(*number, bytes.to_vec());
                }
                rest = later;
            }
        }
        Ok(again)
    }

    fn gone(&self, wanted: Wanted) -> RereadError {
        RereadError::Gone {
            name: self.member.name.clone(),
            position: wanted.position,
        }
    }

    fn unreadable(&self, reason: &str) -> RereadError {
        RereadError::Unreadable {
            name: self.member.name.clone(),
            reason: reason.to_owned(),
        }
    }
}

/// Records by their bytes, in the order of the log.
fn take(reader: &mut impl Forward, order: &[(usize, Position)]) -> io::Result<Again> {
    let mut again = Again::new();
    let mut rest = order;
    while let Some(((_, first), _)) = rest.split_first() {
        let same = rest
            .iter()
            .take_while(|(_, position)| together(first, position))
            .count();
        let (now, later) = rest.split_at(same.max(1));
        rest = later;
        let found = match *first {
            Position::Span { offset, len } => {
                reader.forward(offset)?;
                let mut bytes = Vec::new();
                let read = (&mut *reader).take(len).read_to_end(&mut bytes)?;
                vec![(read as u64 == len).then_some(bytes); now.len()]
            }
            Position::Evtx { chunk, .. } => {
                reader.forward(chunk)?;
                // A chunk that was cut short is followed by the next one too early.
                let most = match rest.first() {
                    Some((_, Position::Evtx { chunk: next, .. })) => next - chunk,
                    _ => u64::MAX,
                };
                let chunk = evtx::read_chunk(&mut (&mut *reader).take(most))?;
                let positions: Vec<Position> = now.iter().map(|(_, p)| *p).collect();
                evtx::render_at(chunk, &positions)
            }
        };
        let found = now.iter().zip(found);
        again.extend(found.filter_map(|((number, _), bytes)| Some((*number, bytes?))));
    }
    Ok(again)
}

/// Whether two records are read at once: the same bytes, or the same chunk.
fn together(one: &Position, other: &Position) -> bool {
    match (one, other) {
        (Position::Evtx { chunk: one, .. }, Position::Evtx { chunk: other, .. }) => one == other,
        _ => one == other,
    }
}

/// A reader that can be taken to a later place.
trait Forward: Read {
    fn forward(&mut self, place: u64) -> io::Result<()>;
}

/// A file, which is gone to.
struct InPlace(Opened);

impl Read for InPlace {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Forward for InPlace {
    fn forward(&mut self, place: u64) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(place)).map(drop)
    }
}

/// A stream, which is read up to there.
struct OnTheWay<R> {
    inner: R,
    at: u64,
}

impl<R: Read> Read for OnTheWay<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl<R: Read> Forward for OnTheWay<R> {
    fn forward(&mut self, place: u64) -> io::Result<()> {
        let missing = place
            .checked_sub(self.at)
            .ok_or_else(|| io::Error::other("records overlap"))?;
        let read = io::copy(&mut self.take(missing), &mut io::sink())?;
        if read < missing {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

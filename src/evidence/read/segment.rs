//! A large plain text or event log in segments that can be read beside each other. Each begins at
//! the first place near its start where a record may begin; whether that is right is known when the segment
//! before has been read up to there. If it ended elsewhere, what follows is read again from where
//! it ended: so the result is that of one reading, whatever the text holds.

use super::account::numbered;
use super::log::{HEAD, Reader};
use super::{ReadOptions, Visitor};
use crate::event::SourceId;
use crate::evidence::archive::{Flow, begins_packed};
use crate::evidence::discover::Input;
use crate::evidence::encoding::Encoding;
use crate::evidence::format::Detected;
use crate::evidence::framing::{self, LEAD};
use crate::evidence::member::{Member, Origin, Place};
use crate::evidence::meter::{Metered, Stop};
use crate::evidence::outcome::{Outcome, Status};
use crate::evidence::{detect, evtx, guard, kind};
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

/// A file of fewer bytes is read in one go.
const LARGE: u64 = 8 << 20;
/// Bytes of a segment of which little is told.
const LONG: u64 = 16 << 20;
/// Bytes of one of which everything is: it should be ready before its turn to be told comes.
const SHORT: u64 = 1 << 20;

/// A file that is read in segments.
#[derive(Debug)]
pub(super) struct Parts {
    /// Its number among the inputs.
    pub(super) input: usize,
    pub(super) member: Member,
    pub(super) detected: Detected,
    bytes: u64,
    /// Of an event log: what its file header tells.
    header: Option<evtx::Header>,
    /// Bytes of a segment.
    segment: u64,
}

/// One segment.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) of: Arc<Parts>,
    /// Where it begins, roughly or (`exact`) to the byte.
    pub(super) from: u64,
    pub(super) exact: bool,
    /// Where the next one begins, roughly; none for the last.
    pub(super) until: Option<u64>,
}

/// What became of a segment.
#[derive(Debug)]
pub(super) struct SegmentEnd {
    /// Where the next one begins to the byte; none at the end of the file, or when that can't be told.
    pub(super) place: Option<u64>,
    /// How far the file was read.
    pub(super) reached: u64,
    /// What it adds to the log's outcome; a status other than read ends the log.
    pub(super) outcome: Outcome,
    /// Reading was stopped.
    pub(super) stopped: bool,
}

impl Parts {
    /// Of an input that is a large plain text or event log.
    pub(super) fn of(input: &Input, number: usize, options: &ReadOptions) -> Option<Self> {
        let Origin::File { bytes, .. } = input.origin else {
            return None;
        };
        if bytes < LARGE || input.refused.is_some() {
            return None;
        }
        // What can't be opened or read is told by whoever reads it whole.
        let mut head = Vec::new();
        let file = input.open().ok()?;
        file.take(HEAD as u64).read_to_end(&mut head).ok()?;
        let header = evtx::header(&head);
        let plain = !begins_packed(&head)
            && evtx::detect(&head).is_none()
            && kind::by_magic(&head).is_none()
            && Encoding::of(&head) == Encoding::Utf8;
        let detected = match header {
            Some(_) => evtx::detect(&head)?,
            None => detect::detect(&head).filter(|_| plain)?,
        };
        let filter = options.prefilter.as_deref();
        let little = filter.is_some_and(|filter| match header {
            Some(_) => filter.chunks().is_some(),
            None => filter.text(detected.format).is_some(),
        });
        Some(Self {
            input: number,
            member: numbered(SourceId(0), input, None, Place::default(), None),
            segment: if little { LONG } else { SHORT },
            detected,
            bytes,
            header,
        })
    }

    /// The segment that begins near `from`; none behind the end.
    pub(super) fn segment(self: &Arc<Self>, from: u64) -> Option<Segment> {
        (from < self.bytes).then(|| Segment {
            of: self.clone(),
            from,
            exact: from == 0,
            until: Some(self.next(from)).filter(|until| *until < self.bytes),
        })
    }

    /// Where the segment behind the one at `from` begins: in an event log that is in order, where
    /// a chunk does.
    fn next(&self, from: u64) -> u64 {
        let header = self.header.map_or(0, |header| header.first_chunk);
        from.max(header) + self.segment
    }
}

impl Segment {
    /// The same up to the same place, from where the one before has ended.
    pub(super) fn again(&self, from: u64) -> Self {
        Self {
            from,
            exact: true,
            ..self.clone()
        }
    }

    /// Reads it: tells where it begins, then all that is in it.
    pub(super) fn read(
        &self,
        input: &Input,
        (options, stop): (&ReadOptions, Stop),
        visitor: &mut dyn Visitor,
        start: &mut dyn FnMut(Option<u64>),
    ) -> SegmentEnd {
        let mut end = SegmentEnd {
            place: None,
            reached: self.from,
            outcome: Outcome::new(Status::Read),
            stopped: false,
        };
        let mut reader = Reader::new(options, stop.clone(), visitor);
        let read = guard::catch(|| match self.of.header {
            Some(header) => self.chunks(input, header, &mut reader, start, &mut end),
            None => self.frames(input, &mut reader, start, &mut end),
        });
        match read {
            Ok(Ok(flow)) => end.stopped = flow.is_break(),
            Ok(Err(_)) if stop.is_set() => end.stopped = true,
            Ok(Err(error)) => {
                end.outcome.bytes = end.reached;
                reader.failed(&mut end.outcome, &error);
            }
            Err(reason) => {
                end.outcome.status = Status::Partly;
                end.outcome.reason = Some(reason);
            }
        }
        end
    }

    fn chunks(
        &self,
        input: &Input,
        header: evtx::Header,
        reader: &mut Reader<'_>,
        start: &mut dyn FnMut(Option<u64>),
        end: &mut SegmentEnd,
    ) -> io::Result<Flow> {
        let mut file = reader.metered(input)?;
        file.seek(SeekFrom::Start(self.from))?;
        start(Some(self.from));
        let mut pieces = if self.from == 0 {
            evtx::Pieces::new(&mut file)
        } else {
            let until = self.until.unwrap_or(u64::MAX);
            evtx::Pieces::segment(&mut file, header, self.from, until)
        }
        .filtered(reader.prefilter());
        let flow = reader.pieces(&self.of.member, &mut pieces, self.until, &mut end.outcome);
        end.place = pieces.place().filter(|_| self.until.is_some());
        end.reached = pieces.offset();
        flow
    }

    fn frames(
        &self,
        input: &Input,
        reader: &mut Reader<'_>,
        start: &mut dyn FnMut(Option<u64>),
        end: &mut SegmentEnd,
    ) -> io::Result<Flow> {
        let detected = &self.of.detected;
        let mut file = reader.metered(input)?;
        let frames = if self.from == 0 {
            Some(framing::frames(detected, Box::new(&mut file)))
        } else if self.exact {
            file.seek(SeekFrom::Start(self.from))?;
            framing::resume(detected, Box::new(&mut file), self.from)
        } else {
            file.seek(SeekFrom::Start(self.from.saturating_sub(LEAD)))?;
            framing::segment(detected, Box::new(&mut file), self.from)?
        };
        let Some(frames) = frames else {
            start(None);
            return Ok(Flow::Continue(()));
        };
        start(frames.place());
        let (filter, count) = reader.filter(detected);
        let mut frames = frames.filtered(filter, count).until(self.until);
        let flow = reader.frames(&self.of.member, detected, &mut frames, &mut end.outcome);
        end.place = frames.place().filter(|_| self.until.is_some());
        end.reached = frames.offset();
        flow
    }
}

impl Reader<'_> {
    /// Opens an input to be read in parts.
    fn metered(&self, input: &Input) -> io::Result<Metered> {
        input.open().map(|file| self.meter(input, file))
    }
}

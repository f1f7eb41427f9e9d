//! Reads one input, on the thread that it is called on: goes to each log in it, finds out its
//! format, cuts and parses its records, and tells a visitor. Logs are numbered from nought here.

use super::account::{note_shrunk, numbered};
use super::beside::beside;
use super::{ReadOptions, Visitor, Whole};
use crate::event::{Locator, Position, Record, SourceId};
use crate::evidence::archive::{Bytes, Content, Flow, Found, Walker};
use crate::evidence::discover::{self, Input};
use crate::evidence::encoding::Decoded;
use crate::evidence::format::Detected;
use crate::evidence::framing::{self, Frame, Frames, Parsed};
use crate::evidence::member::{Member, Origin, Place};
use crate::evidence::meter::{Meter, Metered, Stop};
use crate::evidence::open::Opened;
use crate::evidence::outcome::{BadRecord, Outcome, Status};
use crate::evidence::peek::Peeked;
use crate::evidence::prefilter::{Prefilter, TextFilter};
use crate::evidence::{detect, evtx, guard, kind};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much of a text a format is told by.
pub(super) const HEAD: usize = 64 * 1024;
/// Progress is told when so many more bytes were read.
const STEP: u64 = 1 << 20;

/// Reads one input.
pub(super) struct Reader<'a> {
    options: &'a ReadOptions,
    stop: Stop,
    visitor: &'a mut dyn Visitor,
    /// Number of the next log.
    next: u32,
    /// What was last told of the progress.
    told: u64,
    /// Bytes read of the input.
    meter: Arc<Meter>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(options: &'a ReadOptions, stop: Stop, visitor: &'a mut dyn Visitor) -> Self {
        Self {
            options,
            stop,
            visitor,
            next: 0,
            told: 0,
            meter: Arc::default(),
        }
    }
}

impl<'a> Reader<'a> {
    /// Tells everything of an input; breaks when reading is to end.
    pub(super) fn input(&mut self, input: &Input) -> Flow {
        if self.cancelled() {
            return Flow::Break(());
        }
        if let Some(outcome) = &input.refused {
            let member = self.number(input, None, Place::default(), None);
            self.visitor.end(&member, outcome.clone());
            return Flow::Continue(());
        }
        let flow = match input.open() {
            Ok(file) => self.walk(input, file),
            Err(error) => {
                let member = self.number(input, None, Place::default(), None);
                self.visitor.end(&member, discover::unreadable(&error));
                Flow::Continue(())
            }
        };
        self.tell(0);
        flow
    }

    fn walk(&mut self, input: &Input, file: Opened) -> Flow {
        let mut metered = self.meter(input, file);
        let walked = guard::catch(|| {
            let mut visit = |found: Found<'_>| self.member(input, found);
            let mut walker = Walker::new(&mut visit);
            match input.origin {
                Origin::File { bytes, .. } => walker.file(&mut metered, Some(bytes)),
                Origin::BuiltIn(bytes) => walker.file(&mut metered, Some(bytes.len() as u64)),
                Origin::Stream => walker.stream(&mut metered, None),
            }
        });
        walked.unwrap_or_else(|reason| {
            let member = self.number(input, None, Place::default(), None);
            let mut outcome = Outcome::new(Status::Partly);
            outcome.reason = Some(reason);
            self.visitor.end(&member, outcome);
            Flow::Continue(())
        })
    }

    /// Counts what is read of the file.
    pub(super) fn meter(&self, input: &Input, file: Opened) -> Metered {
        Metered {
            inner: file,
            slow: input.origin == Origin::Stream,
            place: 0,
            meter: self.meter.clone(),
            stop: self.stop.clone(),
        }
    }

    fn number(
        &mut self,
        input: &Input,
        name: Option<String>,
        place: Place,
        bytes: Option<u64>,
    ) -> Member {
        let id = SourceId(self.next);
        self.next = self.next.saturating_add(1);
        numbered(id, input, name, place, bytes)
    }

    fn member(&mut self, input: &Input, found: Found<'_>) -> Flow {
        let member = self.number(input, found.member, found.place, found.bytes);
        let packed = found.packed && input.origin != Origin::Stream;
        let bytes = match found.content {
            Content::Closed(outcome) => {
                self.visitor.end(&member, outcome);
                return self.tick();
            }
            Content::Open(bytes) => bytes,
        };
        let mut outcome = Outcome::new(Status::NotOpened);
        let count = AtomicU64::new(0);
        // A panic costs the rest of this log; what the visitor was told of it before stays true.
        let read = guard::catch(|| self.content(&member, bytes, packed, &count, &mut outcome));
        outcome.bytes = count.load(Ordering::Relaxed);
        let stopped = match read {
            Ok(Ok(flow)) => flow.is_break(),
            Ok(Err(error)) => {
                self.failed(&mut outcome, &error);
                false
            }
            Err(reason) => {
                outcome.status = Status::Partly;
                outcome.reason = Some(reason);
                false
            }
        };
        let stopped = stopped || self.cancelled();
        if stopped && outcome.reason.is_none() {
            outcome.reason = match outcome.status {
                Status::Read => Some("stopped before its end".to_owned()),
                Status::NotOpened => Some("stopped before it was read".to_owned()),
                Status::Partly | Status::NotEvidence => None,
            };
            if outcome.status == Status::Read {
                outcome.status = Status::Partly;
            }
        }
        note_shrunk(&member, self.meter.furthest(), &mut outcome);
        self.visitor.end(&member, outcome);
        if stopped {
            return Flow::Break(());
        }
        self.tick()
    }

    pub(super) fn failed(&self, outcome: &mut Outcome, error: &io::Error) {
        if self.cancelled() {
            return;
        }
        if outcome.status == Status::Read {
            outcome.status = Status::Partly;
        }
        outcome.reason = Some(format!(
            "can't be read after {} bytes: {error}",
            outcome.bytes
        ));
        outcome.hint = Some("copy or collect it again".to_owned());
    }

    fn begin(&mut self, member: &Member, detected: &Detected, outcome: &mut Outcome) {
        outcome.status = Status::Read;
        self.visitor.begin(member, detected);
    }

    /// Reads what is in a log.
    fn content(
        &mut self,
        member: &Member,
        bytes: Bytes<'_>,
        packed: bool,
        count: &AtomicU64,
        outcome: &mut Outcome,
    ) -> io::Result<Flow> {
        let known = evtx::detect(bytes.head());
        let other = kind::by_magic(bytes.head());
        if let Some(outcome_by_magic) = other.filter(|_| known.is_none()) {
            if let Some(trouble) = bytes.trouble() {
                return Err(io::Error::new(trouble.kind(), trouble.to_string()));
            }
            *outcome = outcome_by_magic;
            return Ok(Flow::Continue(()));
        }
        let head = bytes.head().to_vec();
        let mut counted = Counted {
            inner: bytes,
            count,
        };
        match known {
            Some(detected) => {
                self.begin(member, &detected, outcome);
                if packed {
                    return beside(&mut counted, |reader| self.evtx(member, reader, outcome));
                }
                self.evtx(member, &mut counted, outcome)
            }
            None => self.text(member, Decoded::new(counted, &head), packed, outcome),
        }
    }

    fn text(
        &mut self,
        member: &Member,
        decoded: Decoded<impl Read + Send>,
        packed: bool,
        outcome: &mut Outcome,
    ) -> io::Result<Flow> {
        outcome.encoding = decoded.encoding();
        let mut peeked = Peeked::new(decoded, HEAD);
        let Some(detected) = detect::detect(peeked.head()) else {
            if let Some(trouble) = peeked.trouble() {
                return Err(io::Error::new(trouble.kind(), trouble.to_string()));
            }
            let encoding = outcome.encoding;
            *outcome = kind::unknown(peeked.head());
            outcome.encoding = encoding;
            return Ok(Flow::Continue(()));
        };
        self.begin(member, &detected, outcome);
        let flow = if packed || !outcome.encoding.is_utf8() {
            beside(&mut peeked, |reader| {
                self.stream(member, &detected, reader, outcome)
            })
        } else {
            self.stream(member, &detected, &mut peeked, outcome)
        };
        if peeked.inner().repaired() {
            // The decoder replaced something; it does not know in which record.
            outcome.repaired = outcome.repaired.max(1);
        }
        flow
    }

    fn stream(
        &mut self,
        member: &Member,
        detected: &Detected,
        reader: &mut (dyn Read + Send + '_),
        outcome: &mut Outcome,
    ) -> io::Result<Flow> {
        let frames = framing::frames(detected, Box::new(reader));
        let (filter, count) = self.filter(detected);
        self.frames(
            member,
            detected,
            &mut frames.filtered(filter, count),
            outcome,
        )
    }

    /// What is passed over by.
    pub(super) fn prefilter(&self) -> Option<&'a Prefilter> {
        self.options.prefilter.as_deref()
    }

    /// What a text of that format is passed over by, and whether its records are counted.
    pub(super) fn filter(&self, detected: &Detected) -> (Option<&'a TextFilter>, bool) {
        let filter = self.prefilter().filter(|_| !detected.read_whole);
        let filter = filter.and_then(|filter| filter.text(detected.format));
        (filter, self.options.count)
    }

    /// Reads what the frames give.
    pub(super) fn frames(
        &mut self,
        member: &Member,
        detected: &Detected,
        frames: &mut Frames<'_>,
        outcome: &mut Outcome,
    ) -> io::Result<Flow> {
        while let Some(frame) = frames.next()? {
            let flow = match frame {
                Frame::Record { offset, len, bytes } => {
                    let position = Position::Span { offset, len };
                    self.parse(member, detected, (position, bytes, None), outcome)
                }
                Frame::Bad { offset, reason, .. } => {
                    let bad = BadRecord {
                        offset,
                        record_id: None,
                        reason,
                    };
                    self.bad(member, outcome, bad)
                }
                Frame::Skipped { len, .. } => {
                    outcome.skipped_bytes += len;
                    Flow::Continue(())
                }
                Frame::Passed { len, records, .. } => {
                    outcome.uncounted |= records == 0;
                    outcome.passed_bytes += len;
                    outcome.passed_over += records;
                    self.tick()
                }
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(Flow::Continue(()))
    }

    /// Reads a record of its bytes and tells it.
    fn parse(
        &mut self,
        member: &Member,
        detected: &Detected,
        (position, bytes, remark): (Position, &[u8], Option<&str>),
        outcome: &mut Outcome,
    ) -> Flow {
        let locator = Locator {
            source: member.id,
            position,
        };
        let context = &self.options.context;
        let parsed = match &self.options.whole {
            None => framing::parse(detected, bytes, locator, context).map(Parsed::Whole),
            Some(Whole(whole)) => {
                framing::parse_wanted(detected, bytes, locator, context, &**whole)
            }
        };
        match parsed {
            Ok(Parsed::Whole(mut record)) => {
                if let Some(remark) = remark {
                    record.remark = Some(Arc::from(remark));
                }
                self.record(record, bytes, outcome)
            }
            Ok(Parsed::Outline(outline)) => {
                outcome.records += 1;
                outcome.repaired += u64::from(outline.repaired);
                self.visitor.outline(outline)?;
                self.tick()
            }
            Err(reason) => {
                let bad = match position {
                    Position::Evtx { .. } => evtx::bad_at(position, reason),
                    Position::Span { offset, .. } => BadRecord {
                        offset,
                        record_id: None,
                        reason,
                    },
                };
                self.bad(member, outcome, bad)
            }
        }
    }

    fn evtx(
        &mut self,
        member: &Member,
        reader: impl Read,
        outcome: &mut Outcome,
    ) -> io::Result<Flow> {
        let filter = self.prefilter();
        let mut pieces = evtx::Pieces::new(reader).filtered(filter);
        self.pieces(member, &mut pieces, None, outcome)
    }

    /// Reads what the pieces of a binary log give, to its end or to where a chunk begins at
    /// `until` or behind it.
    pub(super) fn pieces<R: Read>(
        &mut self,
        member: &Member,
        pieces: &mut evtx::Pieces<'_, R>,
        until: Option<u64>,
        outcome: &mut Outcome,
    ) -> io::Result<Flow> {
        let format = evtx::rendered_format();
        let done = |at: Option<u64>| until.zip(at).is_some_and(|(until, at)| at >= until);
        while !done(pieces.place()) {
            let Some(piece) = pieces.next()? else {
                break;
            };
            let flow = match piece {
                evtx::Piece::Record {
                    position,
                    xml,
                    uncounted,
                } => {
                    let remark = uncounted.then_some(evtx::UNCOUNTED);
                    self.parse(member, &format, (position, xml, remark), outcome)
                }
                evtx::Piece::Bad(bad) => self.bad(member, outcome, bad),
                evtx::Piece::Skipped(len) => {
                    outcome.skipped_bytes += len;
                    Flow::Continue(())
                }
                evtx::Piece::Passed { bytes, records } => {
                    outcome.passed_bytes += bytes;
                    outcome.passed_over += records;
                    self.tick()
                }
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(Flow::Continue(()))
    }

    fn record(&mut self, record: Record, bytes: &[u8], outcome: &mut Outcome) -> Flow {
        outcome.records += 1;
        outcome.repaired += u64::from(record.repaired);
        let mut raw = || Arc::from(String::from_utf8_lossy(bytes));
        self.visitor.record(record, &mut raw)?;
        self.tick()
    }

    fn bad(&mut self, member: &Member, outcome: &mut Outcome, bad: BadRecord) -> Flow {
        outcome.bad += 1;
        self.visitor.bad(member, bad);
        self.tick()
    }

    /// Looks at the flag and tells the progress, now and then.
    fn tick(&mut self) -> Flow {
        if self.cancelled() {
            return Flow::Break(());
        }
        self.tell(STEP);
        Flow::Continue(())
    }

    fn tell(&mut self, step: u64) {
        let read = self.meter.read();
        if read > self.told && read - self.told >= step {
            self.told = read;
            self.visitor.progress(read, None);
        }
    }

    fn cancelled(&self) -> bool {
        self.stop.is_set()
    }
}

/// Counts what is read of a log.
struct Counted<'a, R> {
    inner: R,
    count: &'a AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

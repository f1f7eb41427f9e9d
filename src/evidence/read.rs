//! Drives the reading: every log of every input, one after another, to a visitor. Knows no format
//! and keeps nothing; what is done with a record is the visitor's.
//!
//! One thread: the order of what the visitor is told is the order of the evidence. A file is the
//! unit that could be read beside another: the number of its first log is all that it needs of those
//! before it.

use super::archive::{Bytes, Content, Flow, Found, Walker};
use super::discover::{self, Input};
use super::encoding::Decoded;
use super::format::{Detected, ParseContext};
use super::framing::{self, Frame};
use super::member::{Member, Origin, Place, display_name};
use super::meter::{Meter, Metered};
use super::open::Opened;
use super::outcome::{BadRecord, Outcome, Status};
use super::peek::Peeked;
use super::prefilter::Prefilter;
use super::{detect, evtx, guard, kind};
use crate::event::{Locator, Outline, Position, Record, SourceId};
use std::fmt;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How much of a text a format is told by.
const HEAD: usize = 64 * 1024;
/// Progress is told when so many more bytes were read.
const STEP: u64 = 1 << 20;

/// What reading needs to know.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// How records are to be understood.
    pub context: ParseContext,
    /// Set by anyone to end the reading soon.
    pub cancel: Arc<AtomicBool>,
    /// How many bytes there are to read, when the inputs were counted.
    pub total: Option<u64>,
    /// Passes over what can't matter; without it every record is read.
    pub prefilter: Option<Arc<Prefilter>>,
    /// Count the records that are passed over, one by one.
    pub count: bool,
    /// Which Windows events, by provider and event id, are read whole; of the others an outline
    /// is told where one can be made. Without it all are.
    pub whole: Option<Whole>,
}

/// Says by provider and event id whether a Windows event is to be read whole.
#[derive(Clone)]
pub struct Whole(pub Arc<dyn Fn(&str, u32) -> bool + Send + Sync>);

impl fmt::Debug for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Whole")
    }
}

/// Who is told what is read. For every log either `begin` … `end` or, when nothing of it was to be
/// read, `end` alone.
pub trait Visitor {
    /// A log of a known format begins.
    fn begin(&mut self, member: &Member, detected: &Detected);

    /// A record of it. `raw` makes the record's text as the evidence has it (an EVTX record's as
    /// XML); it is made only when asked for. Breaking ends the reading of everything.
    fn record(&mut self, record: Record, raw: &mut dyn FnMut() -> Arc<str>) -> ControlFlow<()>;

    /// A Windows event that [`ReadOptions::whole`] did not ask for.
    fn outline(&mut self, outline: Outline) -> ControlFlow<()> {
        let _ = outline;
        ControlFlow::Continue(())
    }

    /// A record that could not be read.
    fn bad(&mut self, member: &Member, bad: BadRecord);

    /// How many bytes of the files were read so far (packed ones count packed), of how many.
    fn progress(&mut self, read: u64, total: Option<u64>);

    /// What became of a log.
    fn end(&mut self, member: &Member, outcome: Outcome);
}

/// How the reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// Everything was gone through.
    Complete,
    /// The visitor or the flag stopped it.
    Stopped,
}

/// Reads `inputs` in their order. Nothing that one of them holds ends the reading of the others.
pub fn read(
    inputs: impl IntoIterator<Item = Input>,
    options: &ReadOptions,
    visitor: &mut dyn Visitor,
) -> Finished {
    let mut reader = Reader {
        options,
        visitor,
        next: 0,
        finished: 0,
        told: 0,
        meter: Arc::default(),
    };
    for input in inputs {
        if reader.input(&input).is_break() {
            return Finished::Stopped;
        }
    }
    Finished::Complete
}

struct Reader<'a> {
    options: &'a ReadOptions,
    visitor: &'a mut dyn Visitor,
    /// Number of the next log.
    next: u32,
    /// Bytes of the inputs that are done.
    finished: u64,
    /// What was last told of the progress.
    told: u64,
    /// Bytes read of the input at hand.
    meter: Arc<Meter>,
}

impl Reader<'_> {
    fn input(&mut self, input: &Input) -> Flow {
        if self.cancelled() {
            return Flow::Break(());
        }
        if let Some(outcome) = &input.refused {
            let member = self.number(input, None, Place::default(), None);
            self.visitor.end(&member, outcome.clone());
            return Flow::Continue(());
        }
        self.meter.reset();
        let flow = match input.open() {
            Ok(file) => self.walk(input, file),
            Err(error) => {
                let member = self.number(input, None, Place::default(), None);
                self.visitor.end(&member, discover::unreadable(&error));
                Flow::Continue(())
            }
        };
        self.finished += input.bytes().max(match input.origin {
            Origin::Stream => self.meter.read(),
            Origin::File { .. } | Origin::BuiltIn(_) => 0,
        });
        self.meter.reset();
        self.tell(0);
        flow
    }

    fn walk(&mut self, input: &Input, file: Opened) -> Flow {
        let mut metered = Metered {
            inner: file,
            slow: input.origin == Origin::Stream,
            place: 0,
            meter: self.meter.clone(),
            cancel: self.options.cancel.clone(),
        };
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

    fn number(
        &mut self,
        input: &Input,
        name: Option<String>,
        place: Place,
        bytes: Option<u64>,
    ) -> Member {
        let id = SourceId(self.next);
        self.next = self.next.saturating_add(1);
        Member {
            id,
            name: display_name(&input.path, name.as_deref()),
            named_on_command_line: input.named_on_command_line && name.is_none(),
            path: input.path.clone(),
            member: name,
            bytes: bytes.or(match input.origin {
                Origin::File { bytes, .. } if place == Place::default() => Some(bytes),
                Origin::BuiltIn(bytes) if place == Place::default() => Some(bytes.len() as u64),
                _ => None,
            }),
            origin: input.origin,
            place,
        }
    }

    fn member(&mut self, input: &Input, found: Found<'_>) -> Flow {
        let member = self.number(input, found.member, found.place, found.bytes);
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
        let read = guard::catch(|| self.content(&member, bytes, &count, &mut outcome));
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
        self.note_shrunk(&member, &mut outcome);
        self.visitor.end(&member, outcome);
        if stopped {
            return Flow::Break(());
        }
        self.tick()
    }

    /// A file that gave fewer bytes than it had when it was listed was cut in between. (One that
    /// grew was read to the end that it had.)
    fn note_shrunk(&self, member: &Member, outcome: &mut Outcome) {
        let Origin::File { bytes, .. } = member.origin else {
            return;
        };
        let read = self.meter.furthest();
        // Of an archive only what is wanted is read.
        let whole = member.place == Place::default() && outcome.status == Status::Read;
        if whole && read < bytes {
            outcome.status = Status::Partly;
            outcome.reason = Some(format!(
                "it gave {read} bytes and had {bytes} when it was listed: something has cut it"
            ));
            outcome.hint = Some("copy or collect it again".to_owned());
        }
    }

    fn failed(&self, outcome: &mut Outcome, error: &io::Error) {
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
        let counted = Counted {
            inner: bytes,
            count,
        };
        match known {
            Some(detected) => {
                self.begin(member, &detected, outcome);
                self.evtx(member, counted, outcome)
            }
            None => self.text(member, Decoded::new(counted, &head), outcome),
        }
    }

    fn text(
        &mut self,
        member: &Member,
        decoded: Decoded<impl Read + Send>,
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
        let flow = self.frames(member, &detected, &mut peeked, outcome);
        if peeked.inner().repaired() {
            // The decoder replaced something; it does not know in which record.
            outcome.repaired = outcome.repaired.max(1);
        }
        flow
    }

    fn frames(
        &mut self,
        member: &Member,
        detected: &Detected,
        reader: &mut (dyn Read + Send + '_),
        outcome: &mut Outcome,
    ) -> io::Result<Flow> {
        let filter = self.options.prefilter.as_deref();
        let filter = filter.and_then(|filter| filter.text(detected.format));
        let mut frames =
            framing::frames(detected, Box::new(reader)).filtered(filter, self.options.count);
        while let Some(frame) = frames.next()? {
            match frame {
                Frame::Record { offset, len, bytes } => {
                    let position = Position::Span { offset, len };
                    let locator = Locator {
                        source: member.id,
                        position,
                    };
                    let record = framing::parse(detected, bytes, locator, &self.options.context);
                    let flow = match record {
                        Ok(record) => self.record(record, bytes, outcome),
                        Err(reason) => self.bad(
                            member,
                            outcome,
                            BadRecord {
                                offset,
                                record_id: None,
                                reason,
                            },
                        ),
                    };
                    if flow.is_break() {
                        return Ok(flow);
                    }
                }
                Frame::Bad { offset, reason, .. } => {
                    let bad = BadRecord {
                        offset,
                        record_id: None,
                        reason,
                    };
                    if self.bad(member, outcome, bad).is_break() {
                        return Ok(Flow::Break(()));
                    }
                }
                Frame::Skipped { len, .. } => outcome.skipped_bytes += len,
                Frame::Passed { len, records, .. } => {
                    outcome.passed_bytes += len;
                    outcome.passed_over += records;
                    if self.tick().is_break() {
                        return Ok(Flow::Break(()));
                    }
                }
            }
        }
        Ok(Flow::Continue(()))
    }

    fn evtx(
        &mut self,
        member: &Member,
        reader: impl Read,
        outcome: &mut Outcome,
    ) -> io::Result<Flow> {
        let xml_format = evtx::rendered_format();
        let mut pieces = evtx::Pieces::new(reader).filtered(self.options.prefilter.as_deref());
        while let Some(piece) = pieces.next()? {
            let flow = match piece {
                evtx::Piece::Record {
                    position,
                    xml,
                    uncounted,
                } => {
                    let locator = Locator {
                        source: member.id,
                        position,
                    };
                    let parsed = framing::parse(&xml_format, xml, locator, &self.options.context);
                    match parsed {
                        Ok(mut record) => {
                            if uncounted {
                                record.remark = Some(Arc::from(evtx::UNCOUNTED));
                            }
                            self.record(record, xml, outcome)
                        }
                        Err(reason) => self.bad(member, outcome, evtx::bad_at(position, reason)),
                    }
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
        let read = self.finished + self.meter.read();
        // Parts of an archive are read twice; more than everything is never said.
        let read = self.options.total.map_or(read, |total| read.min(total));
        if read > self.told && read - self.told >= step {
            self.told = read;
            self.visitor.progress(read, self.options.total);
        }
    }

    fn cancelled(&self) -> bool {
        self.options.cancel.load(Ordering::Relaxed)
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

#[cfg(test)]
pub(super) mod tests;

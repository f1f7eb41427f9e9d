//! Goes through a file and the archives in it to the logs inside: gz, zst, zip, tar and what they
//! wrap, told by content and never by name. Nothing is unpacked to disk.
//!
//! All streams, so that memory stays flat whatever the ratio of compression; a file that inflates
//! without end costs time, which the ledger shows and Ctrl-C ends. The one exception is a zip that
//! is itself compressed: a zip is read from its end, so it is held in memory up to
//! [`NESTED_ZIP_LIMIT`]. (A nested zip that is stored plainly is read in place.)

#[cfg(test)]
pub(super) mod pack;
mod tar;
mod unpack;
mod zip;

use super::kind;
use super::member::Place;
use super::outcome::{Outcome, Status};
use super::peek::Peeked;
use std::io::{Cursor, Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::ops::ControlFlow;

/// The most bytes of a compressed zip inside another archive that are held in memory.
pub const NESTED_ZIP_LIMIT: u64 = 1 << 30;
/// How deep archives may be nested: one inside another.
const MOST_ARCHIVES: usize = 2;
/// How often something may be compressed over again, archives counted out.
const MOST_LAYERS: usize = 8;
/// How much of a file tells what it is. The furthest mark is the first chunk of an event log whose
/// file header was lost, at 4096.
const HEAD: usize = 8192;

/// A file that can be read from any place.
pub(super) trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// Unpacked bytes of a log, with its first ones known.
pub(super) type Bytes<'a> = Peeked<&'a mut (dyn Read + Send + 'a)>;

/// A log that was come to.
pub(super) struct Found<'a> {
    /// Its name in the archive.
    pub(super) member: Option<String>,
    /// Its place.
    pub(super) place: Place,
    /// Its length, if the archive tells.
    pub(super) bytes: Option<u64>,
    /// It is unpacked while it is read.
    pub(super) packed: bool,
    /// What is in it, or why that can't be had.
    pub(super) content: Content<'a>,
}

/// What is in a log.
pub(super) enum Content<'a> {
    /// Its bytes.
    Open(Bytes<'a>),
    /// It is not to be opened; or it is an archive of which something must be said.
    Closed(Outcome),
}

/// What a visitor says: go on, or stop.
pub(super) type Flow = ControlFlow<()>;

/// Goes through one file.
pub(super) struct Walker<'v> {
    visit: &'v mut dyn FnMut(Found<'_>) -> Flow,
    /// Names of the archive members that were entered.
    names: Vec<String>,
    /// Their numbers.
    place: Vec<u32>,
    layers: usize,
    /// The one log to go to, if not all are wanted.
    only: Option<&'v Place>,
    nested_zip_limit: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zstd,
    Zip,
    Tar,
}

impl Packing {
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 0x08, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            // The third is the mark of a split archive, before the first entry.
            [b'P', b'K', 3, 4, ..]
            | [b'P', b'K', 5, 6, ..]
            | [b'P', b'K', 7, 8, b'P', b'K', 3, 4, ..] => Some(Self::Zip),
            head if head.get(257..262) == Some(b"ustar") => Some(Self::Tar),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip file",
            Self::Zstd => "zstd file",
            Self::Zip => "zip archive",
            Self::Tar => "tar archive",
        }
    }
}

/// Whether what begins like that is compressed or an archive.
pub(super) fn begins_packed(head: &[u8]) -> bool {
    Packing::of(head).is_some()
}

/// Whether a file is compressed or an archive. Leaves the file wherever it has read to.
pub(super) fn is_packed(file: &mut (impl Read + ?Sized)) -> bool {
    Packing::of(Peeked::new(file, HEAD).head()).is_some()
}

impl<'v> Walker<'v> {
    /// Goes to every log, in the order in which they stand in the file.
    pub(super) fn new(visit: &'v mut dyn FnMut(Found<'_>) -> Flow) -> Self {
        Self {
            visit,
            names: Vec::new(),
            place: Vec::new(),
            layers: 0,
            only: None,
            nested_zip_limit: NESTED_ZIP_LIMIT,
        }
    }

    /// Goes to the log at `place` and to no other.
    pub(super) fn only(mut self, place: &'v Place) -> Self {
        self.only = Some(place);
        self
    }

    /// Goes through a file that can be read from any place.
    pub(super) fn file(&mut self, file: &mut (dyn ReadSeek + '_), bytes: Option<u64>) -> Flow {
        let mut head = Vec::with_capacity(HEAD);
        // What can't be read here can't be read below, and is told there.
        let _ = (&mut *file).take(HEAD as u64).read_to_end(&mut head);
        let _ = file.seek(SeekFrom::Start(0));
        if Packing::of(&head) == Some(Packing::Zip) {
            return if self.may_enter(Packing::Zip)? {
                self.zip(file)
            } else {
                Flow::Continue(())
            };
        }
        let mut reader = file;
        self.stream(&mut reader, bytes)
    }

    /// Goes through a stream.
    pub(super) fn stream(
        &mut self,
        reader: &mut (dyn Read + Send + '_),
        bytes: Option<u64>,
    ) -> Flow {
        let reader: &mut (dyn Read + Send) = reader;
        let peeked: Bytes<'_> = Peeked::new(reader, HEAD);
        let Some(packing) = Packing::of(peeked.head()) else {
            return self.found(bytes, Content::Open(peeked));
        };
        if !self.may_enter(packing)? {
            return Flow::Continue(());
        }
        match packing {
            Packing::Gzip => self.layer(&mut unpack::gunzip(peeked)),
            Packing::Zstd => match unpack::unzstd(peeked) {
                Ok(mut reader) => self.layer(&mut reader),
                Err(error) => self.closed(Status::NotOpened, error.to_string(), None),
            },
            Packing::Tar => self.tar(peeked),
            Packing::Zip => self.zip_in_memory(peeked),
        }
    }

    fn layer(&mut self, reader: &mut (dyn Read + Send + '_)) -> Flow {
        self.layers += 1;
        let flow = self.stream(reader, None);
        self.layers -= 1;
        flow
    }

    fn zip_in_memory(&mut self, mut reader: impl Read) -> Flow {
        let mut held = Vec::new();
        let limit = self.nested_zip_limit;
        let read = (&mut reader)
            .take(limit.saturating_add(1))
            .read_to_end(&mut held);
        if held.len() as u64 > limit {
            let reason = format!(
                "a compressed zip inside another file, of more than {} MiB",
                limit >> 20
            );
            let hint = "unpack it, then give the folder";
            return self.closed(Status::NotOpened, reason, Some(hint));
        }
        self.zip(&mut Cursor::new(held))?;
        match read {
            Ok(_) => Flow::Continue(()),
            Err(error) => self.closed(Status::Partly, ends_early(&error), None),
        }
    }

    /// Whether one more archive may be entered; says so when not.
    fn may_enter(&mut self, packing: Packing) -> ControlFlow<(), bool> {
        let archive = matches!(packing, Packing::Zip | Packing::Tar);
        if (archive && self.place.len() < MOST_ARCHIVES) || (!archive && self.layers < MOST_LAYERS)
        {
            return ControlFlow::Continue(true);
        }
        let mut outcome = Outcome::new(Status::NotOpened);
        outcome.kind = Some(packing.name().to_owned());
        outcome.reason = Some(format!(
            "a {} too deep inside others to be opened",
            packing.name()
        ));
        outcome.hint = Some("unpack the outermost one, then give the folder".to_owned());
        self.found(None, Content::Closed(outcome))?;
        ControlFlow::Continue(false)
    }

    /// Enters a member of an archive; nothing is done for one that is not wanted.
    fn member(&mut self, number: usize, name: String, go: impl FnOnce(&mut Self) -> Flow) -> Flow {
        if !self.wants(number) {
            return Flow::Continue(());
        }
        let layers = std::mem::take(&mut self.layers);
        self.names.push(name);
        self.place.push(u32::try_from(number).unwrap_or(u32::MAX));
        let flow = go(self);
        self.names.pop();
        self.place.pop();
        self.layers = layers;
        flow
    }

    /// Whether the member of that number is on the way to what is wanted.
    fn wants(&self, number: usize) -> bool {
        self.only.is_none_or(|place| {
            place
                .0
                .get(self.place.len())
                .is_some_and(|wanted| usize::try_from(*wanted) == Ok(number))
        })
    }

    fn found(&mut self, bytes: Option<u64>, content: Content<'_>) -> Flow {
        if self.only.is_some_and(|place| place.0 != self.place) {
            return Flow::Continue(());
        }
        let member = (!self.names.is_empty()).then(|| self.names.join("!"));
        (self.visit)(Found {
            member,
            place: Place(self.place.clone()),
            bytes,
            packed: self.layers > 0 || !self.place.is_empty(),
            content,
        })
    }

    /// Says of the file or archive that is being gone through what became of it.
    fn closed(&mut self, status: Status, reason: String, hint: Option<&str>) -> Flow {
        let mut outcome = Outcome::new(status);
        outcome.reason = Some(reason);
        outcome.hint = hint.map(str::to_owned);
        self.found(None, Content::Closed(outcome))
    }

    /// Says of it that it is a thing of a kind in the table.
    fn closed_as(&mut self, bytes: Option<u64>, name: &str) -> Flow {
        self.found(bytes, Content::Closed(kind::named(name)))
    }
}

/// So many bytes of a reader, or an error: an entry that is cut off is not taken for a short one.
struct Exactly<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Exactly<R> {
    fn new(inner: R, left: u64) -> Self {
        Self { inner, left }
    }

    /// How many are still to be read.
    fn left(&self) -> u64 {
        self.left
    }
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(into.len());
        let count = self.inner.read(into.get_mut(..most).unwrap_or_default())?;
        if count == 0 && most > 0 {
            return Err(Error::new(
                ErrorKind::UnexpectedEof,
                "the archive ends inside of it",
            ));
        }
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

fn ends_early(error: &Error) -> String {
    format!("the archive can't be read to its end: {error}")
}

#[cfg(test)]
mod tests;

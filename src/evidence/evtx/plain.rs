//! Makes sure that a chunk can be passed over when no needle was found in its bytes: that it is in
//! order, and that every text which its records render to stands in its bytes in one piece. Counts
//! its records. Renders nothing.
//!
//! Where this finds anything out of the ordinary it says so, and the chunk is read; real logs hold
//! little that is (a test over all that are at hand counts them). What it asks of a chunk, and what
//! a hostile one could else do:
//!
//! - Each element and each attribute has at most one text, be it a literal or a substitution:
//!   `msi` in a template beside `exec` in a record would render to one word. Between two there is
//!   one of the five entities, which stand for no letter of a needle. For the same reason there is
//!   no CDATA, no character reference and no processing instruction.
//! - Names have the letters of names: markup in one could put such texts side by side.
//! - An 8-bit string has no NUL before its end: the renderer leaves it out.
//! - Every value has the size of its type: reading would else go astray from its place on, and a
//!   fragment of XML be read from where none was looked at. (A string array whose last item has no
//!   end is one that would.)
//! - A fragment in a value is made in the same way, down to [`DEEPEST`].
//! - A record past the chunk's end that the log would be read on to is none of those counted.
//!
//! The rest is told from the bytes alone: strings and arrays of strings, literals and names are
//! UTF-16 or 8-bit texts in one piece, wherever a damaged offset says they are.

use super::values::{self, Size};

/// Bytes before the first record.
const FIRST: usize = super::CHUNK_HEADER;
const RECORD_MAGIC: &[u8] = b"\x2a\x2a\0\0";
/// What a record's header takes, and the copy of its size at its end.
const HEADER: usize = 24;
const TRAILER: usize = 4;
/// The header of a template.
const TEMPLATE: usize = 24;
/// A record that was written later has no time that can be read.
const LATEST: u64 = 2_650_000_000_000_000_000;
/// Fragments in values of fragments; in real records two.
const DEEPEST: usize = 4;
/// Elements in elements of one template or fragment: as many as a word has bits.
const DEEPEST_ELEMENT: u32 = 64;
/// What may be referred to: `&`, `<`, `>`, `"`, `'`.
const ENTITIES: [&[u8]; 5] = [
    b"a\0m\0p\0",
    b"l\0t\0",
    b"g\0t\0",
    b"q\0u\0o\0t\0",
    b"a\0p\0o\0s\0",
];
/// Tokens of all templates of a chunk, and letters of names; real ones have some thousands.
const MOST_TOKENS: usize = 1 << 16;

/// A record in its chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Where it begins.
    pub(super) offset: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// Its `EventRecordID`.
    pub(super) id: u64,
}

/// The records that a chunk counts, one behind the other without a gap; `None` when anything is
/// out of order. Of a log that was open, also when there are more (see [`super::render`]).
pub(super) fn records(chunk: &[u8], open: bool, found: &mut Vec<Place>) -> Option<()> {
    found.clear();
    let mut at = At {
        bytes: chunk,
        place: 32,
    };
    let last = at.u64()?;
    at.place = 48;
    let end = usize::try_from(at.u32()?).ok()?.min(chunk.len());
    at.place = FIRST;
    while at.place < end {
        let place = record(&mut at)?;
        found.push(place);
        if place.id == last {
            break;
        }
    }
    let slack = chunk.get(at.place..)?;
    if open && carries_on(slack, last) {
        return None;
    }
    Some(())
}

fn record(at: &mut At<'_>) -> Option<Place> {
    let offset = at.place;
    if at.take(4)? != RECORD_MAGIC {
        return None;
    }
    let size = at.size()?;
    let id = at.u64()?;
    if at.u64()? >= LATEST || size < HEADER + TRAILER {
        return None;
    }
    at.place = offset;
    at.take(size)?;
    Some(Place {
        offset,
        end: at.place,
        id,
    })
}

/// Whether there may be a record with the next id.
fn carries_on(slack: &[u8], last: u64) -> bool {
    let next = last.checked_add(1).map(u64::to_le_bytes);
    memchr::memmem::find_iter(slack, RECORD_MAGIC).any(|place| {
        let id = slack.get(place + 8..place + 16);
        next.is_some_and(|next| id == Some(&next[..]))
    })
}

/// Looks at chunks; keeps its room from one to the next.
pub(super) struct Plain {
    names: Marks,
    chained: Marks,
    templates: Marks,
    /// What was done for names and templates.
    tokens: usize,
}

impl Plain {
    pub(super) fn new() -> Self {
        Self {
            names: Marks::new(),
            chained: Marks::new(),
            templates: Marks::new(),
            tokens: 0,
        }
    }

    /// Whether what the module asks for holds of these records.
    pub(super) fn holds(&mut self, chunk: &[u8], records: &[Place]) -> bool {
        for marks in [&mut self.names, &mut self.chained, &mut self.templates] {
            marks.clear();
        }
        self.tokens = 0;
        let all = records.iter().all(|record| {
            let at = At {
                bytes: chunk,
                place: record.offset + HEADER,
            };
            self.fragment(at, record.end - TRAILER, 0).is_some()
        });
        all && self.chains(chunk).is_some()
    }

    /// A record's contents or a value: an instance of a template, or elements.
    fn fragment(&mut self, mut at: At<'_>, end: usize, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let start = at;
        if at.peek()? == 0x0f {
            at.take(4)?;
        }
        if at.u8()? != 0x0c {
            return self.elements(start, end, false);
        }
        self.instance(&mut at, end, depth)?;
        (at.place == end || (at.place < end && at.peek()? == 0)).then_some(())
    }

    /// A template's number and place, sometimes the template itself, and the values.
    fn instance(&mut self, at: &mut At<'_>, end: usize, depth: usize) -> Option<()> {
        at.take(5)?;
        let template = at.size()?;
        if template == at.place {
            at.take(TEMPLATE - 4)?;
            let size = at.size()?;
            at.take(size)?;
        }
        if !self.templates.mark(template)? {
            self.template(at.bytes, template)?;
        }
        let count = at.size()?;
        let kinds = at.take(count.checked_mul(4)?)?;
        for kind in kinds.as_chunks::<4>().0 {
            let [low, high, kind, _] = *kind;
            let size = usize::from(u16::from_le_bytes([low, high]));
            let is_plain = match values::size(kind) {
                Size::Any => true,
                Size::Exactly(exactly) => usize::from(exactly) == size,
                Size::Even => size & 1 == 0,
                Size::Told => self.value(*at, kind, size, end, depth).is_some(),
                Size::Never => false,
            };
            if !is_plain {
                return None;
            }
            at.place += size;
        }
        (at.place <= end).then_some(())
    }

    /// A value that must be looked into.
    fn value(&mut self, at: At<'_>, kind: u8, size: usize, end: usize, depth: usize) -> Option<()> {
        let bytes = at.bytes.get(at.place..at.place + size)?;
        match kind {
            0x21 if size == 0 => Some(()),
            0x21 if at.place + size <= end => self.fragment(at, at.place + size, depth + 1),
            _ => values::is_whole(kind, bytes).then_some(()),
        }
    }

    fn template(&mut self, bytes: &[u8], offset: usize) -> Option<()> {
        let mut at = At {
            bytes,
            place: offset,
        };
        at.take(TEMPLATE - 4)?;
        let size = at.size()?;
        let end = at.place.checked_add(size).filter(|end| *end <= bytes.len());
        self.elements(at, end?, true)
    }

    /// The tokens of one element, with those in it.
    fn elements(&mut self, mut at: At<'_>, end: usize, in_template: bool) -> Option<()> {
        let mut open = Open::default();
        while at.place < end {
            self.tokens += 1;
            if self.tokens > MOST_TOKENS {
                return None;
            }
            match at.u8()? {
                0x00 => break,
                token @ (0x01 | 0x41) => {
                    at.take(if in_template { 6 } else { 4 })?;
                    self.name(&mut at)?;
                    at.take(if token == 0x41 { 4 } else { 0 })?;
                    open.start()?;
                }
                0x02 => open.enter()?,
                0x03 => {
                    open.enter()?;
                    open.leave()?;
                }
                0x04 => open.leave()?,
                0x05 | 0x45 => {
                    if at.u8()? != 0x01 {
                        return None;
                    }
                    let letters = at.u16()?;
                    at.take(usize::from(letters) * 2)?;
                    open.text()?;
                }
                0x06 | 0x46 => {
                    self.name(&mut at)?;
                    open.attribute()?;
                }
                0x09 | 0x49 => {
                    let name = self.name(&mut at)?;
                    open.part(ENTITIES.contains(&name))?;
                }
                0x0d | 0x0e if in_template => {
                    at.take(3)?;
                    open.text()?;
                }
                0x0f if open.is_outside() => {
                    at.take(3)?;
                }
                _ => return None,
            }
        }
        open.is_done().then_some(())
    }

    /// A name, by its place; it may stand right here.
    fn name<'a>(&mut self, at: &mut At<'a>) -> Option<&'a [u8]> {
        let offset = at.size()?;
        let (text, _, behind) = self.named(at.bytes, offset)?;
        if offset == at.place {
            at.place = behind;
        }
        Some(text)
    }

    /// The name at a place, the place of the next one in its chain, and where it ends.
    fn named<'a>(&mut self, bytes: &'a [u8], place: usize) -> Option<(&'a [u8], usize, usize)> {
        let mut at = At { bytes, place };
        let next = at.size()?;
        at.take(2)?;
        let letters = usize::from(at.u16()?);
        let text = at.take(letters * 2)?;
        at.take(2)?;
        if !self.names.mark(place)? {
            self.tokens += letters / 16;
            let is_letter = |unit: &[u8; 2]| match unit {
                [letter, 0] => letter.is_ascii_alphanumeric() || b"_-.:".contains(letter),
                _ => false,
            };
            if letters == 0 || !text.as_chunks().0.iter().all(is_letter) {
                return None;
            }
        }
        Some((text, next, at.place))
    }

    /// The chunk's chains of names, all of which are read before its first record.
    fn chains(&mut self, bytes: &[u8]) -> Option<()> {
        let mut heads = At { bytes, place: 128 };
        for _ in 0..64 {
            let mut place = heads.size()?;
            while place != 0 && !self.chained.mark(place)? {
                (_, place, _) = self.named(bytes, place)?;
            }
        }
        (self.tokens <= MOST_TOKENS).then_some(())
    }
}

/// The elements that are open.
#[derive(Default)]
struct Open {
    depth: u32,
    /// A bit for each that has a text.
    texts: u64,
    /// The head of the innermost is not at its end: whether it has an attribute that may have one.
    head: Option<bool>,
    done: bool,
}

impl Open {
    fn start(&mut self) -> Option<()> {
        let free = self.head.is_none() && !self.done && self.depth < DEEPEST_ELEMENT;
        self.head = Some(false);
        free.then_some(())
    }

    fn attribute(&mut self) -> Option<()> {
        *self.head.as_mut()? = true;
        Some(())
    }

    fn text(&mut self) -> Option<()> {
        if let Some(may) = &mut self.head {
            return std::mem::take(may).then_some(());
        }
        let bit = 1_u64.checked_shl(self.depth.checked_sub(1)?)?;
        let free = self.texts & bit == 0;
        self.texts |= bit;
        free.then_some(())
    }

    /// What parts one text from the next.
    fn part(&mut self, parts: bool) -> Option<()> {
        if let Some(may) = &mut self.head {
            *may = true;
        } else {
            self.texts &= !1_u64.checked_shl(self.depth.checked_sub(1)?)?;
        }
        parts.then_some(())
    }

    fn enter(&mut self) -> Option<()> {
        self.head.take()?;
        self.texts &= !1_u64.checked_shl(self.depth)?;
        self.depth += 1;
        Some(())
    }

    fn leave(&mut self) -> Option<()> {
        if self.head.is_some() {
            return None;
        }
        self.depth = self.depth.checked_sub(1)?;
        self.done = self.depth == 0;
        Some(())
    }

    fn is_outside(&self) -> bool {
        self.depth == 0 && self.head.is_none()
    }

    fn is_done(&self) -> bool {
        self.done && self.is_outside()
    }
}

/// Which places of a chunk were come to.
struct Marks(Vec<u64>);

impl Marks {
    fn new() -> Self {
        Self(vec![0; super::CHUNK / 64])
    }

    fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Marks a place; says whether it was marked before. `None` outside of the chunk.
    fn mark(&mut self, place: usize) -> Option<bool> {
        let word = self.0.get_mut(place / 64)?;
        let bit = 1 << (place % 64);
        let known = *word & bit != 0;
        *word |= bit;
        Some(known)
    }
}

/// A place in a chunk; everything read from it moves it on.
#[derive(Clone, Copy)]
struct At<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl<'a> At<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let end = self.place.checked_add(len)?;
        let taken = self.bytes.get(self.place..end)?;
        self.place = end;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let array = self.bytes.get(self.place..)?.first_chunk()?;
        self.place += N;
        Some(*array)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.place).copied()
    }

    fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// A length or a place.
    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }
}

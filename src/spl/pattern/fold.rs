//! How a value looks to a pattern: entities decoded and, unless case counts, every letter folded.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

/// Letters in the longest entity behind its `&`.
pub const LONGEST_ENTITY: usize = 5;

/// The five entities of XML, behind their `&`.
const ENTITIES: [(&str, char); 5] = [
    ("amp;", '&'),
    ("lt;", '<'),
    ("gt;", '>'),
    ("quot;", '"'),
    ("apos;", '\''),
];

/// What the entity at the start of `text` (behind its `&`) stands for, and its length.
pub fn entity(text: &str) -> Option<(char, usize)> {
    let (name, letter) = ENTITIES.iter().find(|(name, _)| text.starts_with(name))?;
    Some((*letter, name.len()))
}

/// Simple case folding: one letter for one letter. By way of the capital, so that `ſ` is `s` and
/// `ς` is `σ` as in Unicode's CaseFolding.txt; the Turkish dotless i is no i there.
pub fn letter(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    if c == 'ı' {
        return c;
    }
    single(single(c, char::to_uppercase), char::to_lowercase)
}

fn single<I: Iterator<Item = char>>(c: char, change: fn(char) -> I) -> char {
    let mut changed = change(c);
    match (changed.next(), changed.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// A value that patterns are tried on.
#[derive(Debug)]
pub struct Subject<'a> {
    decoded: Cow<'a, str>,
    /// None: as it is.
    folded: OnceCell<Option<String>>,
}

impl<'a> Subject<'a> {
    /// Of a value.
    pub fn new(value: &'a str) -> Self {
        Self {
            decoded: decode(value),
            folded: OnceCell::new(),
        }
    }

    /// What a pattern that regards case, or does not, looks at.
    pub fn text(&self, case_sensitive: bool) -> &str {
        if case_sensitive {
            return &self.decoded;
        }
        let folded = self.folded.get_or_init(|| fold(&self.decoded));
        folded.as_deref().unwrap_or(&self.decoded)
    }
}

/// None where that changes nothing.
fn fold(text: &str) -> Option<String> {
    if !text.is_ascii() {
        return Some(text.chars().map(letter).collect());
    }
    let changes = text.bytes().any(|letter| letter.is_ascii_uppercase());
    changes.then(|| text.to_ascii_lowercase())
}

fn decode(value: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', value.as_bytes()) else {
        return Cow::Borrowed(value);
    };
    let (before, mut rest) = value.split_at_checked(first).unwrap_or((value, ""));
    let mut out = String::with_capacity(value.len());
    out.push_str(before);
    while let Some(behind) = rest.strip_prefix('&') {
        let (letter, length) = entity(behind).unwrap_or(('&', 0));
        out.push(letter);
        rest = behind.get(length..).unwrap_or("");
        let next = memchr::memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        let (plain, behind) = rest.split_at_checked(next).unwrap_or((rest, ""));
        out.push_str(plain);
        rest = behind;
    }
    Cow::Owned(out)
}

/// A folded value that knows where each of its letters was.
pub struct Traced {
    /// What the pattern looks at.
    pub text: String,
    /// Of every letter: its place in `text` and in the value; one more for the ends.
    letters: Vec<(usize, usize)>,
}

impl Traced {
    /// Of a value.
    pub fn new(value: &str, case_sensitive: bool) -> Self {
        let mut text = String::with_capacity(value.len());
        let mut letters = Vec::with_capacity(value.len() + 1);
        let mut at = 0;
        while let Some(c) = value.get(at..).and_then(|rest| rest.chars().next()) {
            let behind = value.get(at + c.len_utf8()..).unwrap_or("");
            let decoded = if c == '&' { entity(behind) } else { None };
            let (c, length) = decoded.map_or((c, c.len_utf8()), |(c, length)| (c, length + 1));
            letters.push((text.len(), at));
            text.push(if case_sensitive { c } else { letter(c) });
            at += length;
        }
        letters.push((text.len(), at));
        Self { text, letters }
    }

    /// The place in the value of a place in the text.
    pub fn original(&self, span: Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let index = self.letters.partition_point(|(folded, _)| *folded < at);
            self.letters.get(index).map_or(0, |(_, original)| *original)
        };
        place(span.start)..place(span.end)
    }
}

//! A first look at bytes: which short blocks of them may hold a text that is looked for. Says where
//! a search is worth its while, never that something stands there, and passes over no block that
//! holds something.
//!
//! Of each text two letters are looked for at their distance. Compared are blocks of a fixed
//! length without a branch in between, which the compiler turns into vector instructions, those of
//! the machine that it runs on (`pulp`): several times as fast as a search for the first letters of
//! several texts at once. What it costs grows with the number of texts.

use pulp::{Arch, NullaryFnOnce};

/// How many bytes are looked at together. Longer ones cost less each, and hold something that only
/// looks like a text more often.
pub const BLOCK: usize = 512;

/// More texts than these are faster by other searches.
const MOST: usize = 10;
/// The two letters stand among so many first ones of a text.
const NEAR: usize = 16;

/// What usual logs are made of, shortened: the two letters of a text are those that stand least
/// often there at their distance. Only the speed depends on it. A line is XML or JSON.
static USUAL: &str = include_str!("../../../assets/needles/usual.txt");

/// See the module.
#[derive(Debug)]
pub struct Sieve {
    folded: Vec<Pair>,
    exact: Vec<Pair>,
    /// Where a block holds none of these, it holds none of [`Self::rarely`].
    rare: Option<[u8; 3]>,
    rarely: Vec<Pair>,
    reach: usize,
    lead: usize,
}

/// Two letters of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pair {
    /// How far the second stands behind the first.
    gap: usize,
    /// The bits of each that count: without the one that tells small letters from large ones.
    masks: [u8; 2],
    /// What these bits are.
    are: [u8; 2],
    /// How far the first may stand behind the beginning of the text, in bytes.
    lead: usize,
}

impl Sieve {
    /// For needles (see [`super::is_needle_letter`]) in any case, texts that are looked for as they
    /// are, and texts that hold one of three rare letters; these two in bytes of which a line usually
    /// begins with one of `begins`. `None` where others are faster, or a needle has no two letters to look
    /// for.
    pub fn new(
        needles: &[&str],
        exact: &[&str],
        rarely: Option<Rarely>,
        begins: &[char],
    ) -> Option<Self> {
        if needles.len() + exact.len() > MOST {
            return None;
        }
        let lines = USUAL.split_inclusive('\n');
        let usual: String = lines.filter(|line| line.starts_with(begins)).collect();
        let usual = usual.as_bytes();
        let folded: Option<Vec<Pair>> = needles
            .iter()
            .map(|text| Pair::rarest(text, Form::Folded, USUAL.as_bytes()))
            .collect();
        let exact: Option<Vec<Pair>> = exact
            .iter()
            .map(|text| Pair::rarest(text, Form::Exact, usual))
            .collect();
        let texts = rarely.map_or(&[] as &[&str], |rarely| rarely.texts);
        let seldom: Option<Vec<Pair>> = texts
            .iter()
            .map(|text| Pair::rarest(text, Form::Exact, usual))
            .collect();
        Some(Self::of(folded?, exact?, seldom?, rarely))
    }

    /// For needles in any case in the bytes of a binary event log, in both of its encodings.
    pub fn of_chunks(needles: &[&str]) -> Option<Self> {
        if 2 * needles.len() > MOST {
            return None;
        }
        let usual = USUAL.as_bytes();
        let forms = needles.iter().flat_map(|text| {
            [Form::Narrow, Form::Wide].map(|form| Pair::rarest(text, form, usual))
        });
        let folded: Option<Vec<Pair>> = forms.collect();
        Some(Self::of(folded?, Vec::new(), Vec::new(), None))
    }

    fn of(folded: Vec<Pair>, exact: Vec<Pair>, seldom: Vec<Pair>, rarely: Option<Rarely>) -> Self {
        let all = || folded.iter().chain(&exact).chain(&seldom);
        let reach = all().map(|pair| pair.gap).max().unwrap_or(0);
        let lead = all().map(|pair| pair.lead).max().unwrap_or(0);
        Self {
            reach,
            lead,
            rare: rarely.map(|rarely| rarely.letters),
            folded,
            exact,
            rarely: seldom,
        }
    }

    /// Where the next block begins that may hold the two letters of a text, from `from` on in steps
    /// of [`BLOCK`]; the last bytes always may. The end of the bytes when there is none.
    pub fn next(&self, bytes: &[u8], from: usize) -> usize {
        let next = Next {
            sieve: self,
            bytes,
            from,
        };
        Arch::new().dispatch(next)
    }

    /// How far before a block a text may begin whose letters stand in it.
    pub fn lead(&self) -> usize {
        self.lead
    }
}

/// Texts that are looked for only where one of three letters stands, one of which each holds.
#[derive(Debug, Clone, Copy)]
pub struct Rarely {
    pub letters: [u8; 3],
    pub texts: &'static [&'static str],
}

struct Next<'s> {
    sieve: &'s Sieve,
    bytes: &'s [u8],
    from: usize,
}

impl NullaryFnOnce for Next<'_> {
    type Output = usize;

    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "so that it is compiled for the machine's vectors"
    )]
    fn call(self) -> usize {
        let Self { sieve, bytes, from } = self;
        let mut at = from;
        while let Some(block) = bytes.get(at..at + BLOCK + sieve.reach) {
            if sieve.may_hold(block) {
                return at;
            }
            at += BLOCK;
        }
        at.min(bytes.len())
    }
}

#[allow(
    clippy::inline_always,
    reason = "so that it is compiled for the machine's vectors"
)]
impl Sieve {
    #[inline(always)]
    fn may_hold(&self, block: &[u8]) -> bool {
        self.folded.iter().any(|pair| pair.may_stand(block))
            || self.exact.iter().any(|pair| pair.stands(block))
            || self.rare.is_some_and(|rare| holds(block, rare))
                && self.rarely.iter().any(|pair| pair.stands(block))
    }
}

#[inline(always)]
#[allow(
    clippy::inline_always,
    reason = "so that it is compiled for the machine's vectors"
)]
fn holds(block: &[u8], [x, y, z]: [u8; 3]) -> bool {
    let Some(block) = block.first_chunk::<BLOCK>() else {
        return true;
    };
    let mut any = 0;
    for byte in block {
        any |= u8::from(*byte == x) | u8::from(*byte == y) | u8::from(*byte == z);
    }
    any != 0
}

#[allow(
    clippy::inline_always,
    reason = "so that it is compiled for the machine's vectors"
)]
impl Pair {
    #[inline(always)]
    fn both(self, block: &[u8]) -> Option<(&[u8; BLOCK], &[u8; BLOCK])> {
        Some((block.first_chunk()?, block.get(self.gap..)?.first_chunk()?))
    }

    #[inline(always)]
    fn may_stand(self, block: &[u8]) -> bool {
        let Some((first, second)) = self.both(block) else {
            return true;
        };
        let ([m, n], [x, y]) = (self.masks, self.are);
        let mut any = 0;
        for (a, b) in first.iter().zip(second) {
            any |= u8::from(a & m == x) & u8::from(b & n == y);
        }
        any != 0
    }

    /// The same where all bits count.
    #[inline(always)]
    fn stands(self, block: &[u8]) -> bool {
        let Some((first, second)) = self.both(block) else {
            return true;
        };
        let [x, y] = self.are;
        let mut any = 0;
        for (a, b) in first.iter().zip(second) {
            any |= u8::from(*a == x) & u8::from(*b == y);
        }
        any != 0
    }
}

impl Pair {
    /// The two letters of a text that stand least often in usual logs.
    fn rarest(text: &str, form: Form, usual: &[u8]) -> Option<Self> {
        let text = text.as_bytes();
        let folds = form != Form::Exact;
        let counts = counts(usual, folds);
        let count = |letter: u8| counts.get(usize::from(letter)).copied().unwrap_or(0);
        let mut best: Option<((usize, usize), Self)> = None;
        for (first, a) in text.iter().enumerate().take(NEAR) {
            for (second, b) in text.iter().enumerate().take(NEAR).skip(first + 1) {
                if !form.allows(text.get(first..=second).unwrap_or_default()) {
                    continue;
                }
                let mask =
                    |letter: &u8| 0xff ^ (u8::from(folds && letter.is_ascii_alphabetic()) << 5);
                let pair = Self {
                    gap: second - first,
                    masks: [mask(a), mask(b)],
                    are: [a & mask(a), b & mask(b)],
                    lead: first * form.widest(),
                };
                let least = best.map_or((usize::MAX, usize::MAX), |(times, _)| times);
                // Many stand there never: then those whose letters are rare.
                let [x, y] = pair.are;
                let alone = count(x) * count(y);
                let times = pair.times(usual, least.0.saturating_add(1));
                if (times, alone) < least {
                    best = Some(((times, alone), pair));
                }
            }
        }
        let width = if form == Form::Wide { 2 } else { 1 };
        best.map(|(_, pair)| Self {
            gap: pair.gap * width,
            ..pair
        })
    }

    /// How often it stands in a text, up to `limit`.
    fn times(self, text: &[u8], limit: usize) -> usize {
        let ([m, n], [x, y]) = (self.masks, self.are);
        let seconds = text.iter().skip(self.gap);
        let stands = |(a, b): &(&u8, &u8)| *a & m == x && *b & n == y;
        text.iter().zip(seconds).filter(stands).take(limit).count()
    }
}

/// How often each letter stands in a text, without regard to case if it `folds`.
fn counts(text: &[u8], folds: bool) -> [usize; 256] {
    let mut counts = [0; 256];
    for byte in text {
        let byte = if folds {
            byte.to_ascii_uppercase()
        } else {
            *byte
        };
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    counts
}

/// How a text is written in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it is.
    Exact,
    /// In any case: for s and k the search takes a letter of two and of three bytes, too.
    Folded,
    /// The same in a binary log, which has control characters where an underscore is rendered.
    Narrow,
    /// The same in UTF-16, where those letters are as wide as all.
    Wide,
}

impl Form {
    /// Whether a part of a text can be looked for by its first letter and its last: these stand for
    /// nothing else, and what is between them is as long as it is written.
    fn allows(self, part: &[u8]) -> bool {
        let ends = [part.first(), part.last()];
        let rendered = ends.contains(&Some(&b'_'));
        let other = |letter: &u8| b"skSK".contains(letter);
        match self {
            Self::Exact => true,
            Self::Folded => !part.iter().any(other),
            Self::Narrow => !part.iter().any(other) && !rendered,
            Self::Wide => !ends.into_iter().flatten().any(other) && !rendered,
        }
    }

    /// How many bytes a letter may take.
    fn widest(self) -> usize {
        match self {
            Self::Exact => 1,
            Self::Folded | Self::Narrow => 3,
            Self::Wide => 2,
        }
    }
}

#[cfg(test)]
mod tests;

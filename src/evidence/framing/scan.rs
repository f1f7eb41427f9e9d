//! Follows one JSON value through a stream of bytes to its end. It knows strings, nesting and what
//! may follow what, as far as is needed to notice early that a value is broken; numbers and
//! escapes are the parser's to check.

use memchr::memchr3;

/// The parser's own limit. A deeper value is broken, which also bounds how often bytes are looked
/// at again after a broken value.
const DEEPEST: u32 = 127;

/// How far the scan of a value came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It goes on behind the bytes.
    More,
    /// It ends before this place.
    End(usize),
    /// Here begins the first of the records that it holds in an array: `hits.hits` of
    /// Elasticsearch, `results` of Splunk, `Results` of Microsoft's hunting API, `records` of
    /// Azure's streaming, `events` of Security Onion, `rows` of our own.
    Holds(usize),
    /// It is no JSON from this place on.
    Broken(usize, &'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Token,
    Text { key: bool },
    Bare,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Other,
    Hits,
    Results,
}

/// Whether the value may hold the records in an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    No,
    Maybe,
    /// Such an array has just begun.
    Here,
}

/// The open brackets: a bit a level, set for an object.
#[derive(Debug, Clone, Copy, Default)]
pub struct Brackets {
    bits: u128,
    depth: u32,
}

/// A scan in progress; the value begins at the first byte.
#[derive(Debug, Clone)]
pub struct Scan {
    open: Brackets,
    expect: Expect,
    mode: Mode,
    at: usize,
    /// A line end was passed.
    pub lines: bool,
    /// A line that begins with `{` ends this value: records stand on one line each.
    one_line: bool,
    holds: Holds,
    text_from: usize,
    keys: [Key; 2],
    /// The last place where the value could be closed by brackets alone.
    whole: Option<(usize, Brackets)>,
}

impl Brackets {
    fn push(&mut self, object: bool) -> bool {
        self.bits = (self.bits << 1) | u128::from(object);
        self.depth += 1;
        self.depth <= DEEPEST
    }

    fn pop(&mut self) {
        self.bits >>= 1;
        self.depth = self.depth.saturating_sub(1);
    }

    fn object(self) -> bool {
        self.depth > 0 && self.bits & 1 == 1
    }

    fn closers(mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while self.depth > 0 {
            out.push(if self.object() { b'}' } else { b']' });
            self.pop();
        }
        out
    }
}

impl Scan {
    /// A value at the first byte.
    pub fn new(one_line: bool, holds: bool) -> Self {
        Self {
            open: Brackets::default(),
            expect: Expect::Value,
            mode: Mode::Token,
            at: 0,
            lines: false,
            one_line,
            holds: if holds { Holds::Maybe } else { Holds::No },
            text_from: 0,
            keys: [Key::Other; 2],
            whole: None,
        }
    }

    /// The rest of a value that holds records, from behind the last of them.
    pub fn behind(open: Brackets) -> Self {
        let mut scan = Self::new(false, false);
        scan.open = open;
        scan.expect = Expect::CommaOrEnd;
        scan
    }

    /// The brackets that are open.
    pub fn open(&self) -> Brackets {
        self.open
    }

    /// Goes on in `bytes`, which begin with the value.
    pub fn run(&mut self, bytes: &[u8], last: bool) -> Step {
        while let Some(byte) = bytes.get(self.at).copied() {
            match self.mode {
                Mode::Text { key } => {
                    if let Some(step) = self.text(bytes, key) {
                        return step;
                    }
                    continue;
                }
                Mode::Bare if byte.is_ascii_alphanumeric() || b"+-._".contains(&byte) => {
                    self.at += 1;
                    continue;
                }
                Mode::Bare => {
                    self.mode = Mode::Token;
                    self.expect = Expect::CommaOrEnd;
                }
                Mode::Token => {}
            }
            if byte == b'\n' {
                match bytes.get(self.at + 1) {
                    None if self.one_line && !last => return Step::More,
                    Some(b'{') if self.one_line => {
                        return Step::Broken(self.at, "the line ends inside of its JSON value");
                    }
                    _ => self.lines = true,
                }
            }
            if !byte.is_ascii_whitespace()
                && let Some(step) = self.token(byte)
            {
                return step;
            }
            self.at += 1;
        }
        Step::More
    }

    /// In a string, up to its end or that of the bytes.
    fn text(&mut self, bytes: &[u8], key: bool) -> Option<Step> {
        let rest = bytes.get(self.at..).unwrap_or_default();
        let Some(found) = memchr3(b'"', b'\\', b'\n', rest) else {
            self.at = bytes.len();
            return Some(Step::More);
        };
        let here = self.at + found;
        match bytes.get(here) {
            Some(b'\\') if bytes.len() < here + 2 => {
                self.at = here;
                return Some(Step::More);
            }
            Some(b'\\') if bytes.get(here + 1) != Some(&b'\n') => self.at = here + 2,
            Some(b'"') => {
                if key {
                    self.name(bytes.get(self.text_from..here).unwrap_or_default());
                }
                self.mode = Mode::Token;
                self.expect = if key {
                    Expect::Colon
                } else {
                    Expect::CommaOrEnd
                };
                self.at = here + 1;
            }
            _ => return Some(Step::Broken(here, "the line ends inside of a string")),
        }
        None
    }

    /// Remembers the key of the outer two objects.
    fn name(&mut self, key: &[u8]) {
        let level = match self.open.depth {
            1 => 0,
            2 => 1,
            _ => return,
        };
        if let Some(slot) = self.keys.get_mut(level) {
            *slot = match key {
                b"hits" => Key::Hits,
                b"results" | b"Results" | b"records" | b"events" | b"rows" => Key::Results,
                _ => Key::Other,
            };
        }
    }

    fn token(&mut self, byte: u8) -> Option<Step> {
        let value = matches!(self.expect, Expect::Value | Expect::ValueOrEnd);
        let first = self.holds == Holds::Here;
        if first {
            self.holds = Holds::Maybe;
        }
        match byte {
            b'{' if value && first => return Some(Step::Holds(self.at)),
            b'{' | b'[' if value => return self.push(byte == b'{'),
            b'"' => {
                let key = matches!(self.expect, Expect::Key | Expect::KeyOrEnd);
                if !key && !value {
                    return Some(self.broken());
                }
                self.mode = Mode::Text { key };
                self.text_from = self.at + 1;
            }
            b':' if self.expect == Expect::Colon => self.expect = Expect::Value,
            b',' if self.expect == Expect::CommaOrEnd && self.open.depth > 0 => {
                self.whole = Some((self.at, self.open));
                self.expect = if self.open.object() {
                    Expect::Key
                } else {
                    Expect::Value
                };
            }
            b'}' | b']' => return self.pop(byte),
            byte if value && (byte.is_ascii_alphanumeric() || byte == b'-') => {
                self.mode = Mode::Bare;
            }
            _ => return Some(self.broken()),
        }
        None
    }

    fn push(&mut self, object: bool) -> Option<Step> {
        if !self.open.push(object) {
            return Some(Step::Broken(self.at, "nested too deeply"));
        }
        self.expect = if object {
            Expect::KeyOrEnd
        } else {
            Expect::ValueOrEnd
        };
        let named = match self.open.depth {
            2 => self.keys[0] == Key::Results,
            3 => self.open.bits == 0b110 && self.keys == [Key::Hits, Key::Hits],
            _ => false,
        };
        if named && !object && self.holds == Holds::Maybe {
            self.holds = Holds::Here;
        }
        None
    }

    fn pop(&mut self, byte: u8) -> Option<Step> {
        let object = self.open.object();
        let fits = match self.expect {
            Expect::CommaOrEnd => object == (byte == b'}'),
            Expect::KeyOrEnd => byte == b'}',
            Expect::ValueOrEnd => byte == b']',
            _ => false,
        };
        if !fits || self.open.depth == 0 {
            return Some(self.broken());
        }
        self.open.pop();
        self.expect = Expect::CommaOrEnd;
        (self.open.depth == 0).then_some(Step::End(self.at + 1))
    }

    fn broken(&self) -> Step {
        let expected = match self.expect {
            Expect::Value | Expect::ValueOrEnd => "no JSON: a value was expected",
            Expect::Key | Expect::KeyOrEnd => "no JSON: a name in quotes was expected",
            Expect::Colon => "no JSON: ':' was expected",
            Expect::CommaOrEnd => "no JSON: ',' or the closing bracket was expected",
        };
        Step::Broken(self.at, expected)
    }
}

/// The object at the start of `bytes` as far as it is there, closed so that it can be read: for
/// telling the shape of a record that is longer than what was looked at.
pub fn complete(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut scan = Scan::new(false, false);
    if let Step::End(end) = scan.run(bytes, true) {
        return Some(bytes.get(..end)?.to_vec());
    }
    let (end, open) = scan.whole?;
    let mut whole = bytes.get(..end)?.to_vec();
    whole.extend(open.closers());
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Step {
        Scan::new(false, true).run(text.as_bytes(), true)
    }

    #[test]
    fn a_value_ends_where_its_brackets_close() {
        assert_eq!(scan(r#"{"a":"}\"{","b":[1,{}],"c":null} x"#), Step::End(32));
        assert_eq!(scan(r#"{"a":1"#), Step::More);
        assert!(matches!(scan("{\"a\":1\n{\"b\":2}"), Step::Broken(7, _)));
        assert!(matches!(scan("{\"a\":\"x\n"), Step::Broken(7, _)));
        assert!(matches!(scan(r#"{"a":1]"#), Step::Broken(6, _)));
        assert!(matches!(scan(r"{a:1}"), Step::Broken(1, _)));
        assert!(matches!(scan(&"[".repeat(200)), Step::Broken(127, _)));
    }

    #[test]
    fn arrays_of_records_are_found() {
        assert_eq!(
            scan(r#"{"took":1,"hits":{"total":2,"hits":[{"_id":1}]}}"#),
            Step::Holds(36)
        );
        assert_eq!(scan(r#"{"results":[{"a":1}]}"#), Step::Holds(12));
        assert_eq!(scan(r#"{"records":[{"a":1}]}"#), Step::Holds(12));
        assert_eq!(scan(r#"{"rule":{},"rows":[{"a":1}]}"#), Step::Holds(19));
        let hunted = r#"{"Schema":[{"Name":"a"}],"Results":[{"a":1}]}"#;
        assert_eq!(scan(hunted), Step::Holds(36));
        assert_eq!(scan(r#"{"results":[1]}"#), Step::End(15));
        assert_eq!(scan(r#"{"a":{"results":[{}]}}"#), Step::End(22));
    }

    #[test]
    fn a_cut_value_is_closed() {
        let whole = complete(br#"{"a":{"b":[1,2],"c":"x"#).unwrap();
        assert_eq!(whole, br#"{"a":{"b":[1,2]}}"#);
        assert_eq!(complete(b"{\"a"), None);
    }
}

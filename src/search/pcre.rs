//! Regular expressions as a search writes them: unanchored and with regard to case (Search
//! Reference, "match", "regex", "rex": Perl-compatible regular expressions).
//!
//! Two engines. The `regex` crate takes nearly every pattern of the published rules, and no text
//! can make it slow. What it refuses (look-around, back-references, possessive and atomic groups)
//! goes to `fancy-regex`, which backtracks: a text on which it takes more steps than a limit is
//! given up, and what was asked of it is null, as if the field were. The pattern remembers that, so
//! that it can be told once ([`Pcre::gave_up`]).
//!
//! Known differences from Splunk's PCRE2: `\w`, `\d` and `\b` know all of Unicode; `$` is the very
//! end, not the place before a last line feed as well; `\h`, `\Q…\E`, recursion and callouts are
//! refused.

use fancy_regex::RegexBuilder as LookingBuilder;
use regex::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A pattern may come out of a log: it gets no more memory than a person's would need.
const SIZE: usize = 1 << 20;
/// Steps back on one text. A pattern with a look-ahead on a command line takes tens.
const STEPS: usize = 100_000;

/// A pattern that can be looked for.
#[derive(Debug, Clone)]
pub(super) struct Pcre(Engine);

#[derive(Debug, Clone)]
enum Engine {
    Plain(Regex),
    Looking(fancy_regex::Regex, Arc<AtomicBool>),
}

/// The groups of one match, the whole match being the first.
pub(super) struct Groups<'t>(Vec<Option<&'t str>>);

impl Groups<'_> {
    /// The text of a group; empty when it took no part in the match.
    pub(super) fn get(&self, place: usize) -> &str {
        self.0.get(place).copied().flatten().unwrap_or("")
    }
}

/// Where the groups of one match are in the text, the whole match being the first.
pub(super) struct Places(Vec<Option<Range<usize>>>);

impl Places {
    /// The place of a group; none when it took no part in the match.
    pub(super) fn place(&self, number: usize) -> Option<Range<usize>> {
        self.0.get(number).cloned().flatten()
    }
}

impl Pcre {
    /// The first matches from left to right, no more than `most`; those before the step at which a
    /// text is given up.
    pub(super) fn matches(&self, text: &str, most: usize) -> Vec<Places> {
        match &self.0 {
            Engine::Plain(regex) => {
                let groups = |found: regex::Captures<'_>| {
                    Places(found.iter().map(|m| m.map(|m| m.range())).collect())
                };
                regex.captures_iter(text).take(most).map(groups).collect()
            }
            Engine::Looking(regex, given_up) => {
                let groups = |found: fancy_regex::Captures<'_, str>| {
                    Places(found.iter().map(|m| m.map(|m| m.range())).collect())
                };
                let found = regex.captures_iter(text);
                let found = found.map_while(|found| noted(found, given_up));
                found.take(most).map(groups).collect()
            }
        }
    }

    /// The names of the groups that have one, by number.
    pub(super) fn names(&self) -> Vec<(usize, &str)> {
        let named = |(number, name): (usize, Option<_>)| Some((number, name?));
        match &self.0 {
            Engine::Plain(regex) => regex
                .capture_names()
                .enumerate()
                .filter_map(named)
                .collect(),
            Engine::Looking(regex, _) => regex
                .capture_names()
                .enumerate()
                .filter_map(named)
                .collect(),
        }
    }

    /// From its text; an error is the reason, in a few words.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        if let Some(class) = other_meaning(text) {
            return Err(format!(
                "'{class}' is not known here: write [ \\t] or [^ \\t]"
            ));
        }
        let refused = match RegexBuilder::new(text).size_limit(SIZE).build() {
            // The crate reads a possessive `a++` as the repetition of a repetition.
            Ok(_) if is_possessive(text) => String::new(),
            Ok(regex) => return Ok(Self(Engine::Plain(regex))),
            // What is too large for the one is too large for the other.
            Err(refused @ regex::Error::CompiledTooBig(_)) => {
                return Err(reason(&refused.to_string()));
            }
            Err(refused) => refused.to_string(),
        };
        let looking = LookingBuilder::new(text)
            .backtrack_limit(STEPS)
            .delegate_size_limit(SIZE)
            .delegate_dfa_size_limit(SIZE)
            .max_prog_size(10_000)
            .build();
        looking
            .map(|regex| Self(Engine::Looking(regex, Arc::default())))
            .map_err(|error| {
                let mut looks = ["look-around", "backreference"].iter();
                if refused.is_empty() || looks.any(|word| refused.contains(word)) {
                    reason(&error.to_string())
                } else {
                    reason(&refused)
                }
            })
    }

    /// From the pattern of `like`: `%` is any text and `_` any one character, and the whole value
    /// must fit (Search Reference, "like").
    pub(super) fn like(text: &str) -> Result<Self, String> {
        let pieces = text.chars().map(|c| match c {
            '%' => Cow::Borrowed(".*"),
            '_' => Cow::Borrowed("."),
            c => Cow::Owned(regex::escape(c.encode_utf8(&mut [0; 4]))),
        });
        let pieces: String = pieces.collect();
        let built = RegexBuilder::new(&format!("^{pieces}$"))
            .dot_matches_new_line(true)
            .size_limit(SIZE)
            .build();
        built
            .map(|regex| Self(Engine::Plain(regex)))
            .map_err(|error| reason(&error.to_string()))
    }

    /// The pattern, if some text was given up, by this or a clone of it. The text of a pattern that
    /// no text can make slow is never given.
    pub(super) fn gave_up(&self) -> Option<&str> {
        match &self.0 {
            Engine::Looking(regex, given_up) if given_up.load(Ordering::Relaxed) => {
                Some(regex.as_str())
            }
            _ => None,
        }
    }

    /// Whether it is found in a text; none when that would take too many steps.
    pub(super) fn is_match(&self, text: &str) -> Option<bool> {
        match &self.0 {
            Engine::Plain(regex) => Some(regex.is_match(text)),
            Engine::Looking(regex, given_up) => noted(regex.is_match(text), given_up),
        }
    }

    /// The text with every match replaced; none when that would take too many steps.
    pub(super) fn replace_all(
        &self,
        text: &str,
        with: impl Fn(&Groups<'_>) -> String,
    ) -> Option<String> {
        match &self.0 {
            Engine::Plain(regex) => {
                let with = |found: &regex::Captures<'_>| {
                    with(&Groups(
                        found.iter().map(|m| m.map(|m| m.as_str())).collect(),
                    ))
                };
                Some(regex.replace_all(text, with).into_owned())
            }
            Engine::Looking(regex, given_up) => {
                let with = |found: &fancy_regex::Captures<'_, str>| {
                    with(&Groups(
                        found.iter().map(|m| m.map(|m| m.as_str())).collect(),
                    ))
                };
                noted(regex.try_replacen(text, 0, with), given_up).map(Cow::into_owned)
            }
        }
    }
}

/// Whether it may hold a possessive quantifier.
fn is_possessive(text: &str) -> bool {
    let quantifiers = ["++", "*+", "?+", "}+"];
    quantifiers
        .iter()
        .any(|quantifier| text.contains(quantifier))
}

/// `\h` and `\H`, which are blanks in Perl and hex digits in the engine that looks around.
fn other_meaning(text: &str) -> Option<&'static str> {
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, (letter == '\\').then(|| letters.next()).flatten()) {
            (_, Some('h')) => return Some("\\h"),
            (_, Some('H')) => return Some("\\H"),
            _ => {}
        }
    }
    None
}

/// The result, or that there was none.
fn noted<T>(result: fancy_regex::Result<T>, given_up: &AtomicBool) -> Option<T> {
    if result.is_err() {
        given_up.store(true, Ordering::Relaxed);
    }
    result.ok()
}

/// The last line of what a crate says, without its prefix.
fn reason(error: &str) -> String {
    let last = error.lines().last().unwrap_or_default().trim();
    let last = last.strip_prefix("error: ").unwrap_or(last);
    last.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Option<bool> {
        Pcre::new(pattern).unwrap().is_match(text)
    }

    #[test]
    fn patterns_look_around_and_refer_back() {
        assert_eq!(found(r"a(?=b)", "ab"), Some(true));
        assert_eq!(found(r"a(?!b)", "ab"), Some(false));
        assert_eq!(found(r"(?<=x)a", "xa"), Some(true));
        assert_eq!(found(r"(?<!x)a", "xa"), Some(false));
        assert_eq!(found(r"(?i)^(.)\1$", "aA"), Some(true));
        assert_eq!(found(r"^(?>a+)b", "aab"), Some(true));
        assert_eq!(found(r"^a++a", "aaa"), Some(false));
    }

    #[test]
    fn plain_patterns_stay_with_the_engine_that_can_not_be_slow() {
        for pattern in [r"\w+\.(exe|dll)$", r"(?i)a\/b", r"(?<name>x)", r"[^\\]+\\$"] {
            let pcre = Pcre::new(pattern).unwrap();
            assert!(matches!(pcre.0, Engine::Plain(_)), "{pattern}");
        }
    }

    #[test]
    fn what_would_take_for_ever_is_given_up() {
        let pattern = Pcre::new(r"(?=a)(a|a)*(a|a)*(a|a)*\1c").unwrap();
        assert_eq!(pattern.is_match(&"a".repeat(500)), None);
        let replaced = pattern.replace_all(&"a".repeat(500), |_| String::new());
        assert_eq!(replaced, None);
        assert!(pattern.clone().gave_up().is_some());
        let quick = Pcre::new("(?=a)b").unwrap();
        assert_eq!((quick.is_match("a"), quick.gave_up()), (Some(false), None));
    }

    #[test]
    fn replacing_gives_the_groups_of_both_engines() {
        for pattern in [r"(\d)(x)?", r"(\d)(x)?(?!y)"] {
            let pcre = Pcre::new(pattern).unwrap();
            let replaced = pcre.replace_all("a1x2", |groups| {
                format!("<{}|{}|{}>", groups.get(1), groups.get(2), groups.get(9))
            });
            assert_eq!(replaced.as_deref(), Some("a<1|x|><2||>"), "{pattern}");
        }
    }

    #[test]
    fn reasons_are_short() {
        let of = |text: &str| Pcre::new(text).unwrap_err();
        assert_eq!(of("a(b"), "unclosed group");
        assert!(of("(?=a)(b").len() < 200, "{}", of("(?=a)(b"));
        assert!(of("(a{1000}){1000}").contains("size limit"));
        assert!(of(r"a\h+b").contains(r"[ \t]"), "{}", of(r"a\h+b"));
        assert_eq!(found(r"a\\h", r"a\h"), Some(true));
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_and_no_text_is_too_much(pattern in "\\PC{0,24}", text in "\\PC{0,40}") {
            if let Ok(pcre) = Pcre::new(&pattern) {
                let _ = pcre.is_match(&text);
                let _ = pcre.replace_all(&text, |groups| groups.get(1).to_owned());
            }
        }

        #[test]
        fn patterns_of_odd_signs_are_no_trouble(
            pattern in r"[()\[\]?*+|\\1a<=!>:{},^$.-]{0,16}", text in "[a1<(]{0,20}",
        ) {
            if let Ok(pcre) = Pcre::new(&pattern) {
                let _ = pcre.is_match(&text);
            }
        }
    }
}

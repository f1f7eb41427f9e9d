//! The sed expressions of `rex mode=sed`: `s/<regex>/<replacement>/<flags>` and
//! `y/<letters>/<letters>/`, several one behind the other.
//!
//! Facts (Search Reference, "rex"): `g` replaces every match, a number the match of that place;
//! without either it is the first; `\1` is the first group. The sign behind `s` or `y` is the one
//! that separates.

use super::super::messages::Messages;
use super::super::pcre::Pcre;
use crate::spl::Diagnostic;
use crate::spl::ast::Name;

#[derive(Debug)]
pub(super) struct Sed {
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Substitute {
        pattern: Pcre,
        replacement: Vec<Part>,
        which: Which,
    },
    Letters(Vec<(char, char)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    /// From 1.
    One(usize),
}

/// A part of a replacement.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Group(usize),
}

impl Sed {
    /// From the text behind `mode=sed`; none when it can't be used, which is said.
    pub(super) fn compile(expression: &Name, messages: &mut Messages) -> Option<Self> {
        match steps(&expression.text) {
            Ok(steps) => Some(Self { steps }),
            Err(reason) => {
                let text = &expression.text;
                let message = format!("the sed expression '{text}' can't be used: {reason}");
                let help = "write s/<regex>/<replacement>/ with g behind it for every match, or \
                            y/<letters>/<letters>/";
                messages
                    .refuse(Diagnostic::new("SPL-REGEX", message, expression.span).with_help(help));
                None
            }
        }
    }

    /// The text with every step done.
    pub(super) fn change(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for step in &self.steps {
            text = match step {
                Step::Substitute {
                    pattern,
                    replacement,
                    which,
                } => substitute(pattern, replacement, *which, &text),
                Step::Letters(pairs) => {
                    let change = |c: char| {
                        let found = pairs.iter().find(|(from, _)| *from == c);
                        found.map_or(c, |(_, to)| *to)
                    };
                    text.chars().map(change).collect()
                }
            };
        }
        text
    }
}

fn substitute(pattern: &Pcre, replacement: &[Part], which: Which, text: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    for (place, groups) in pattern.matches(text, usize::MAX).iter().enumerate() {
        let wanted = match which {
            Which::All => true,
            Which::One(one) => one == place + 1,
        };
        let Some(whole) = groups.place(0).filter(|_| wanted) else {
            continue;
        };
        out.push_str(text.get(at..whole.start).unwrap_or(""));
        for part in replacement {
            out.push_str(match part {
                Part::Text(text) => text,
                Part::Group(number) => groups
                    .place(*number)
                    .and_then(|group| text.get(group))
                    .unwrap_or(""),
            });
        }
        at = whole.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

fn steps(text: &str) -> Result<Vec<Step>, String> {
    let mut rest = text.trim();
    let mut steps = Vec::new();
    while let Some(kind) = rest.chars().next() {
        let body = rest.get(kind.len_utf8()..).unwrap_or("");
        let Some(sign) = body.chars().next().filter(|c| !c.is_alphanumeric()) else {
            return Err("it begins with neither 's/' nor 'y/'".to_owned());
        };
        let body = body.get(sign.len_utf8()..).unwrap_or("");
        let (old, body) = until(body, sign)?;
        let (new, body) = until(body, sign)?;
        let flags = body.find(|c: char| !c.is_ascii_alphanumeric());
        let (flags, body) = body.split_at(flags.unwrap_or(body.len()));
        steps.push(match kind {
            's' => Step::Substitute {
                pattern: Pcre::new(&old)?,
                replacement: replacement(&new),
                which: which(flags)?,
            },
            'y' => Step::Letters(letters(&old, &new)?),
            other => return Err(format!("there are s and y, not '{other}'")),
        });
        rest = body.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
    }
    if steps.is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(steps)
}

/// Up to the sign that separates, and what is behind it. One with a `\` before it stands for
/// itself.
fn until(text: &str, sign: char) -> Result<(String, &str), String> {
    let mut out = String::new();
    let mut letters = text.char_indices();
    while let Some((at, c)) = letters.next() {
        if c == sign {
            return Ok((out, text.get(at + c.len_utf8()..).unwrap_or("")));
        }
        if c == '\\' {
            let next = letters.next().map(|(_, next)| next);
            if next != Some(sign) {
                out.push('\\');
            }
            out.extend(next);
        } else {
            out.push(c);
        }
    }
    Err(format!("a '{sign}' is missing"))
}

fn which(flags: &str) -> Result<Which, String> {
    match flags {
        "" => Ok(Which::One(1)),
        "g" => Ok(Which::All),
        number => number
            .parse()
            .ok()
            .filter(|place| *place > 0)
            .map(Which::One)
            .ok_or_else(|| format!("the flags are g or a number, not '{flags}'")),
    }
}

fn replacement(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match letters.next() {
            Some(digit) if digit.is_ascii_digit() => {
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                let number = digit
                    .to_digit(10)
                    .and_then(|digit| usize::try_from(digit).ok());
                parts.push(Part::Group(number.unwrap_or_default()));
            }
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    parts
}

fn letters(old: &str, new: &str) -> Result<Vec<(char, char)>, String> {
    if old.chars().count() != new.chars().count() {
        return Err("both sides of y need as many letters".to_owned());
    }
    Ok(old.chars().zip(new.chars()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(expression: &str, text: &str) -> Result<String, String> {
        steps(expression).map(|steps| Sed { steps }.change(text))
    }

    #[test]
    fn steps_are_done_one_after_the_other() {
        // Search Reference, "rex", the example of anonymising card numbers.
        let cards = "s/(\\d{4}-){3}/XXXX-XXXX-XXXX-/g";
        let seen = changed(cards, "ccnumber=1234-5678-9012-3456").unwrap();
        assert_eq!(seen, "ccnumber=XXXX-XXXX-XXXX-3456");
        let of = |expression| changed(expression, "a/b a/b").unwrap();
        assert_eq!(of("s/a\\/b/x/"), "x a/b");
        assert_eq!(of("s#a/b#x#2"), "a/b x");
        assert_eq!(of("s/(a).(b)/\\2\\1/g y/ab/xy/"), "yx yx");
        assert_eq!(of("s/z/y/g"), "a/b a/b");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for wrong in [
            "", "a", "s", "s/a", "s/a/b", "s/(/b/", "y/ab/c/", "s/a/b/x", "d/a/b/",
        ] {
            assert!(changed(wrong, "x").is_err(), "{wrong}");
        }
    }
}

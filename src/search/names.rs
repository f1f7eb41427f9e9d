//! Names of fields with `*` in them, as `rename`, `fields`, `table`, `convert` and `stats` take
//! them. A star does not reach the internal fields (`_time`, `_raw`) unless the pattern itself
//! begins with `_` (Search Reference, "fields": "to specify the wildcard pattern for internal
//! fields, use _*").

/// A text with `*` in it, each of which stands for any letters.
#[derive(Debug, Clone)]
pub(super) struct Stars {
    /// The text between the stars: one more than there are stars.
    pieces: Vec<String>,
}

impl Stars {
    pub(super) fn new(text: &str) -> Self {
        let pieces = text.split('*').map(str::to_owned).collect();
        Self { pieces }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.pieces.len() - 1
    }

    /// How many bytes stand between them.
    pub(super) fn letters(&self) -> usize {
        self.pieces.iter().map(String::len).sum()
    }

    /// Whether a text fits. The ends are looked at first: most texts fail there.
    pub(super) fn fits(&self, text: &str) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else {
            return false;
        };
        let Some((last, between)) = rest.split_last() else {
            return text == first;
        };
        let inside = text.strip_prefix(first.as_str());
        let Some(inside) = inside.and_then(|text| text.strip_suffix(last.as_str())) else {
            return false;
        };
        let mut left = inside.as_bytes();
        between.iter().all(|piece| {
            let Some(at) = memchr::memmem::find(left, piece.as_bytes()) else {
                return false;
            };
            left = left.get(at + piece.len()..).unwrap_or_default();
            true
        })
    }

    /// What the stars stand for in a text, each as short as it can be; none if it does not fit.
    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (first, rest) = self.pieces.split_first()?;
        let Some((last, between)) = rest.split_last() else {
            return (text == first).then(Vec::new);
        };
        let mut left = text.strip_prefix(first.as_str())?;
        let mut captures = Vec::with_capacity(self.count());
        for piece in between {
            let (capture, after) = left.split_once(piece.as_str())?;
            captures.push(capture);
            left = after;
        }
        captures.push(left.strip_suffix(last.as_str())?);
        Some(captures)
    }

    /// The text with captures put in for the stars.
    pub(super) fn fill(&self, captures: &[&str]) -> String {
        let mut captures = captures.iter();
        let mut text = String::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            if at > 0 {
                text.push_str(captures.next().unwrap_or(&""));
            }
            text.push_str(piece);
        }
        text
    }
}

/// A name or a pattern of names. There is no escape for `*` in names (Search Reference, "rename").
#[derive(Debug, Clone)]
pub(super) struct NamePattern {
    stars: Stars,
    /// It begins with `_`, so that it reaches internal fields.
    is_internal: bool,
}

impl NamePattern {
    pub(super) fn new(text: &str) -> Self {
        Self {
            stars: Stars::new(text),
            is_internal: text.starts_with('_'),
        }
    }

    pub(super) fn stars(&self) -> usize {
        self.stars.count()
    }

    pub(super) fn is_plain(&self) -> bool {
        self.stars() == 0
    }

    /// What the stars stand for in `name`; none if it does not fit.
    pub(super) fn captures<'n>(&self, name: &'n str) -> Option<Vec<&'n str>> {
        let reaches = self.is_internal || !name.starts_with('_');
        self.stars.captures(name).filter(|_| reaches)
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        (self.is_internal || !name.starts_with('_')) && self.stars.fits(name)
    }

    /// The name with captures put in for the stars.
    pub(super) fn fill(&self, captures: &[&str]) -> String {
        self.stars.fill(captures)
    }
}

/// The one of `known` that `name` is most likely a slip of the pen for: at most two letters off,
/// and fewer than half of them. Case set aside.
pub(super) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let length = name.chars().count();
    // Names of fields are short: what is long is no slip.
    if length > 64 {
        return None;
    }
    let name = name.to_lowercase();
    let near = known.map(|one| (distance(&name, &one.to_lowercase()), one));
    let near = near.filter(|(letters, _)| *letters <= 2.min(length / 2));
    near.min().map(|(_, one)| one)
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (at, l) in left.chars().enumerate() {
        let mut letters = right.chars();
        let (mut corner, mut last) = (at, at + 1);
        for (place, cell) in row.iter_mut().enumerate() {
            if place > 0 {
                let changed = corner + usize::from(letters.next() != Some(l));
                corner = *cell;
                last = changed.min(*cell + 1).min(last + 1);
            }
            *cell = last;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slip_of_the_pen_is_known() {
        for (left, right, letters) in [
            ("", "", 0),
            ("", "ab", 2),
            ("ab", "", 2),
            ("kitten", "sitting", 3),
            ("proces", "process", 1),
            ("usre", "user", 2),
        ] {
            assert_eq!(distance(left, right), letters, "{left} {right}");
        }
        let known = ["process", "process_id", "user", "dest"];
        let of = |name: &str| nearest(name, known.into_iter());
        assert_eq!(of("Proces"), Some("process"));
        assert_eq!(of("usr"), Some("user"));
        assert_eq!(of("command_line"), None);
        assert_eq!(of("x"), None);
        assert_eq!(of(&"x".repeat(100_000)), None);
    }

    #[test]
    fn stars_capture_and_are_filled_in() {
        let from = NamePattern::new("Processes.*");
        assert_eq!(from.captures("Processes.a.b"), Some(vec!["a.b"]));
        assert_eq!(from.captures("count"), None);
        let two = NamePattern::new("a*b*c");
        assert_eq!(two.captures("axbybc"), Some(vec!["x", "yb"]));
        assert_eq!(NamePattern::new("*.*").fill(&["x", "y"]), "x.y");
        assert_eq!(NamePattern::new("x").captures("x"), Some(vec![]));
        assert!(!NamePattern::new("aba*ba").matches("aba"));
    }

    proptest! {
        #[test]
        fn what_fits_has_captures(pattern in "[ab*]{0,6}", text in "[ab]{0,8}") {
            let stars = Stars::new(&pattern);
            prop_assert_eq!(stars.fits(&text), stars.captures(&text).is_some());
        }
    }

    #[test]
    fn a_star_does_not_reach_internal_fields() {
        assert!(!NamePattern::new("*").matches("_time"));
        assert!(NamePattern::new("_*").matches("_time"));
        assert!(NamePattern::new("_time").matches("_time"));
    }
}

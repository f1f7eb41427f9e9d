//! Names of fields with `*` in them, as `rename`, `fields`, `table`, `convert` and `stats` take
//! them. A star does not reach the internal fields (`_time`, `_raw`) unless the pattern itself
//! begins with `_` (Search Reference, "fields": "to specify the wildcard pattern for internal
//! fields, use _*").

/// A name or a pattern of names. There is no escape for `*` in names (Search Reference, "rename").
#[derive(Debug, Clone)]
pub(super) struct NamePattern {
    /// The text between the stars: one more than there are stars.
    pieces: Vec<String>,
}

impl NamePattern {
    pub(super) fn new(text: &str) -> Self {
        let pieces = text.split('*').map(str::to_owned).collect();
        Self { pieces }
    }

    pub(super) fn stars(&self) -> usize {
        self.pieces.len() - 1
    }

    pub(super) fn is_plain(&self) -> bool {
        self.stars() == 0
    }

    /// What the stars stand for in `name`, each as short as it can be; none if it does not fit.
    pub(super) fn captures<'n>(&self, name: &'n str) -> Option<Vec<&'n str>> {
        let (first, rest) = self.pieces.split_first()?;
        let Some((last, between)) = rest.split_last() else {
            return (name == first).then(Vec::new);
        };
        if name.starts_with('_') && !first.starts_with('_') {
            return None;
        }
        let mut left = name.strip_prefix(first.as_str())?;
        let mut captures = Vec::with_capacity(self.stars());
        for piece in between {
            let (capture, after) = left.split_once(piece.as_str())?;
            captures.push(capture);
            left = after;
        }
        captures.push(left.strip_suffix(last.as_str())?);
        Some(captures)
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        self.captures(name).is_some()
    }

    /// The name with captures put in for the stars.
    pub(super) fn fill(&self, captures: &[&str]) -> String {
        let mut captures = captures.iter();
        let mut name = String::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            if at > 0 {
                name.push_str(captures.next().unwrap_or(&""));
            }
            name.push_str(piece);
        }
        name
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

    #[test]
    fn a_star_does_not_reach_internal_fields() {
        assert!(!NamePattern::new("*").matches("_time"));
        assert!(NamePattern::new("_*").matches("_time"));
        assert!(NamePattern::new("_time").matches("_time"));
    }
}

//! What a predicate asks of the texts of a source's records: the texts of which a record must hold
//! one, for each part of the tree and the whole of it.
//!
//! Of parts that must all be met one will do, the rarest; of parts of which one must be met all are
//! needed. A part that no row of the source can meet asks for one of no texts, which is the rarest
//! of all.

use super::stretch::rarest;
use super::words::Words;
use crate::cim::ways::{TOGETHER, Way};
use crate::cim::{SourceIndex, Sources};
use crate::search::cells::{Fields, Place};
use crate::search::predicate::{Node, Test};
use crate::spl::pattern::Pattern;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The texts of which a record must hold one, or why it need not hold any.
pub type Asked = Result<BTreeSet<Arc<str>>, Why>;

/// Why no text is asked for. The first says most to a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The text stands in nearly every record.
    Common(String),
    /// The text is too short.
    Short(String),
    /// The text can be a value that is no text in a binary log.
    Rendered(String),
    /// The field's value need not stand in the record's data.
    Made(String, &'static str),
    /// The field can have that value without the record.
    Given(String, String),
    /// Other comparisons than with a text that must be there.
    Compared,
    /// Any text will do.
    Nothing,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Common(text) => write!(f, "'{text}' stands in nearly every record"),
            Self::Short(text) => write!(f, "'{text}' is too short to be looked for"),
            Self::Rendered(text) => write!(
                f,
                "'{text}' can be part of a number, an id or a time, which a binary log does not \
                 hold as text"
            ),
            Self::Made(field, how) => write!(f, "the value of '{field}' {how}"),
            Self::Given(field, text) => {
                write!(f, "'{field}' can be '{text}' whatever the record holds")
            }
            Self::Compared => f.write_str(
                "NOT, '!=', orderings and subnets ask for no text that a record must hold",
            ),
            Self::Nothing => f.write_str("the search asks for no text that a record must hold"),
        }
    }
}

/// Reads predicates for one source.
pub struct Reader<'a> {
    sources: &'a Sources,
    source: SourceIndex,
    /// Of the numbered fields, in the dataset that the sources fill.
    places: Vec<Place>,
    words: &'a Words,
}

impl<'a> Reader<'a> {
    /// For predicates whose fields are numbered in `fields`.
    pub fn new(
        sources: &'a Sources,
        source: SourceIndex,
        fields: &Fields,
        words: &'a Words,
    ) -> Self {
        Self {
            sources,
            source,
            places: fields.in_dataset(sources.dataset()),
            words,
        }
    }

    /// What the predicate asks for.
    pub fn read(&self, root: &Node) -> Asked {
        self.node(root, false)
    }

    /// What the node asks for, or with `negated` what its opposite does. A tree is no deeper than
    /// its compiler lets it be.
    fn node(&self, node: &Node, negated: bool) -> Asked {
        match (node, negated) {
            (Node::Always, false) => Err(Why::Nothing),
            (Node::Always, true) => Ok(BTreeSet::new()),
            (Node::Not(inner), _) => self.node(inner, !negated),
            (Node::All(parts), false) | (Node::Any(parts), true) => self.rarest_of(parts, negated),
            (Node::Any(parts), false) | (Node::All(parts), true) => self.each_of(parts, negated),
            (Node::Test(test), false) => self.test(test),
            (Node::Test(test), true) => self.negated(test),
        }
    }

    fn rarest_of(&self, parts: &[Node], negated: bool) -> Asked {
        let mut best: Asked = Err(Why::Nothing);
        for part in parts {
            best = match (best, self.node(part, negated)) {
                (Ok(best), Ok(asked)) if self.words.share(&asked) < self.words.share(&best) => {
                    Ok(asked)
                }
                (Ok(best), _) => Ok(best),
                (Err(_), Ok(asked)) => Ok(asked),
                (Err(why), Err(other)) => Err(why.min(other)),
            };
        }
        best
    }

    fn each_of(&self, parts: &[Node], negated: bool) -> Asked {
        let mut texts = BTreeSet::new();
        for part in parts {
            texts.extend(self.node(part, negated)?);
        }
        Ok(texts)
    }

    fn test(&self, test: &Test) -> Asked {
        let mut needed = BTreeSet::new();
        for (place, ways) in self.looked_at(test)? {
            let field = || self.field(place);
            for way in ways {
                match way {
                    Way::Always(value) => {
                        if let Some(text) = value.each().iter().find(|text| test.text(text)) {
                            return Err(Why::Given(field(), text.to_string()));
                        }
                    }
                    Way::Text(given) if test.text(&given) => {
                        return Err(Why::Given(field(), given.to_string()));
                    }
                    Way::Looked { key, text } if test.text(&text) => {
                        needed.insert(rarest(std::iter::once(&*key), self.words)?);
                    }
                    Way::Text(_) | Way::Looked { .. } => {}
                    Way::Raw => {
                        let patterns = test.patterns().ok_or(Why::Compared)?;
                        for pattern in patterns {
                            let parts = pattern.literal_parts();
                            needed.insert(rarest(parts.into_iter(), self.words)?);
                        }
                    }
                    // Of texts that all begin otherwise none comes this way.
                    Way::Begun(beginning) => {
                        let beginning = beginning.to_lowercase();
                        let other = |pattern: &Pattern| {
                            let exact = pattern.exact().map(str::to_lowercase);
                            exact.is_some_and(|exact| !exact.starts_with(&beginning))
                        };
                        if !test.patterns().is_some_and(|mut all| all.all(other)) {
                            return Err(Why::Made(field(), TOGETHER));
                        }
                    }
                    Way::Made(how) => return Err(Why::Made(field(), how)),
                }
            }
        }
        Ok(needed)
    }

    /// A null value meets the opposite of every test, so that only a value which is always there
    /// can fail it.
    fn negated(&self, test: &Test) -> Asked {
        for (_, ways) in self.looked_at(test)? {
            if let [Way::Always(value)] = ways.as_slice()
                && value.each().iter().any(|text| test.text(text))
            {
                return Ok(BTreeSet::new());
            }
        }
        Err(Why::Compared)
    }

    /// The places that a test looks at, a free term at all, and the ways of each.
    fn looked_at(&self, test: &Test) -> Result<Vec<(usize, Vec<Way>)>, Why> {
        let ways = |place| (place, self.sources.ways(self.source, place));
        let Some(slot) = test.slot else {
            let all = 0..self.sources.dataset().fields.len();
            return Ok(all.map(ways).collect());
        };
        match self.places.get(slot) {
            Some(Place::At(place)) => Ok(vec![ways(*place)]),
            Some(Place::Time) => Err(Why::Compared),
            Some(Place::Nowhere) | None => Ok(Vec::new()),
        }
    }

    fn field(&self, place: usize) -> String {
        let field = self.sources.dataset().fields.get(place);
        field.map_or_else(String::new, |field| field.name.to_string())
    }
}

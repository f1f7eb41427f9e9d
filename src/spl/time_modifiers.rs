//! Time bounds that are written into a search: `earliest=-7d`, `starthoursago=168`. They look like
//! comparisons and are none (Search Reference, "Time modifiers"), so they are taken out of the
//! predicate. What instants they mean is for those who know what time it is.

use super::ast::{CommandKind, CompareOp, Pipeline, Predicate, Span};

/// A time bound of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeModifier {
    /// `earliest`, `latest`, `starthoursago`, `endhoursago`, …
    pub name: String,
    /// Its value, as written.
    pub value: String,
    /// Where it stands.
    pub span: Span,
}

const NAMES: [&str; 16] = [
    "earliest",
    "latest",
    "_index_earliest",
    "_index_latest",
    "starttime",
    "endtime",
    "starttimeu",
    "endtimeu",
    "startdaysago",
    "enddaysago",
    "starthoursago",
    "endhoursago",
    "startminutesago",
    "endminutesago",
    "startmonthsago",
    "endmonthsago",
];

/// Whether a name on the left of `=` is a time modifier and no field.
pub fn is_time_modifier(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Takes the time modifiers that stand beside the other conditions of a `search` or `tstats` out of
/// it. One under OR or NOT can't bound the search and stays.
pub fn take(pipeline: &mut Pipeline) -> Vec<TimeModifier> {
    let mut taken = Vec::new();
    for command in &mut pipeline.commands {
        match &mut command.kind {
            CommandKind::Search(predicate) => {
                let left = without(
                    std::mem::replace(predicate, Predicate::everything(Span::default())),
                    &mut taken,
                );
                *predicate = left.unwrap_or_else(|| Predicate::everything(Span::default()));
            }
            CommandKind::Tstats(tstats) => {
                tstats.predicate = tstats.predicate.take().and_then(|p| without(p, &mut taken));
            }
            _ => {}
        }
    }
    taken
}

fn without(predicate: Predicate, taken: &mut Vec<TimeModifier>) -> Option<Predicate> {
    match predicate {
        Predicate::And(parts) => {
            let mut left: Vec<_> = parts
                .into_iter()
                .filter_map(|p| without(p, taken))
                .collect();
            match left.len() {
                0 | 1 => left.pop(),
                _ => Some(Predicate::And(left)),
            }
        }
        Predicate::Compare {
            field,
            op: CompareOp::Equal,
            value,
        } if is_time_modifier(&field.text) => {
            taken.push(TimeModifier {
                name: field.text,
                value: value.text(),
                span: Span::from(field.span.start..value.span.end),
            });
            None
        }
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spl::{parse, print};

    #[test]
    fn bounds_leave_the_predicate() {
        let text = "| from datamodel Risk.All_Risk | search a=1 (starthoursago=168 b=2) earliest=\"-7d@d\"";
        let mut tree = parse(text).unwrap();
        let taken = take(&mut tree);
        let all: Vec<_> = taken
            .iter()
            .map(|t| (t.name.as_str(), t.value.as_str()))
            .collect();
        assert_eq!(all, [("starthoursago", "168"), ("earliest", "-7d@d")]);
        assert_eq!(
            &text[taken[0].span.start..taken[0].span.end],
            "starthoursago=168"
        );
        assert_eq!(print::command(&tree.commands[1]), "search a=1 AND b=2");
        let mut tree = parse("earliest=-7d").unwrap();
        assert_eq!(take(&mut tree).len(), 1);
        assert_eq!(print::pipeline(&tree), "search *");
        let mut tree = parse("earliest=-7d OR a=1").unwrap();
        assert!(take(&mut tree).is_empty());
    }
}

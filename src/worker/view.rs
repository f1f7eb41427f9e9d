//! What a person reads of a rule: metadata, search, macro overrides, indicators derived from the
//! parsed search. Makes texts; decides nothing.

use super::report::RuleView;
use super::rule::Rule;
use crate::content::Detection;
use crate::content::attack::Attack;
use crate::spl::ast::{CompareOp, Literal, Piece, Predicate};
use serde::Deserialize;

/// What is known of how many other rules look for the same: `assets/indicators.toml`.
const CORPUS: &str = include_str!("../../assets/indicators.toml");

#[derive(Debug, Deserialize)]
struct Corpus {
    indicator: Vec<Known>,
}

#[derive(Debug, Deserialize)]
struct Known {
    field: String,
    kind: String,
    value: String,
    corpus: String,
}

impl Rule {
    /// The rule as the Rule view shows it.
    pub fn view(&self) -> RuleView {
        let rule = &self.detection;
        let overrides = self.macros.overrides().iter();
        RuleView {
            name: rule.name.clone(),
            version: rule.version.clone(),
            kind: rule.kind.to_string(),
            severity: rule.severity().to_string(),
            techniques: rule.mitre_attack_ids.clone(),
            sections: sections(rule, &self.attack, &self.lints()),
            search: rule.search.clone(),
            expanded: self.parsed.expanded.text.clone(),
            overrides: overrides
                .map(|o| (o.name.clone(), o.file.clone()))
                .collect(),
            indicators: self.indicators(),
            drills: [false, true].map(|of_risk| self.drilldown_place(of_risk).is_some()),
            drilldowns: rule.drilldowns.iter().map(|d| d.name.clone()).collect(),
            entities: rule
                .entities
                .iter()
                .map(|e| (e.field.clone(), e.score))
                .collect(),
        }
    }

    fn indicators(&self) -> Vec<(String, String, String, String)> {
        let mut found = Vec::new();
        if let Some(predicate) = self.predicate() {
            collect(predicate, &mut found);
        }
        found.sort();
        found.dedup();
        let known: Vec<Known> =
            toml::from_str::<Corpus>(CORPUS).map_or_else(|_| Vec::new(), |c| c.indicator);
        found
            .into_iter()
            .map(|(field, kind, value)| {
                let same = |k: &&Known| k.field == field && k.kind == kind && k.value == value;
                let corpus = known
                    .iter()
                    .find(same)
                    .map_or(String::new(), |k| k.corpus.clone());
                (field, kind.to_owned(), value, corpus)
            })
            .collect()
    }
}

/// What stands in a rule beside its search: heading and text, of what is there.
pub fn sections(rule: &Detection, attack: &Attack, lints: &[String]) -> Vec<(String, String)> {
    let techniques: Vec<String> = rule
        .mitre_attack_ids
        .iter()
        .map(|id| match attack.full_name(id) {
            Some(name) => format!("{id} {name} · {}", attack.tactics_of(id).join(", ")),
            None => id.clone(),
        })
        .collect();
    let any_known = rule
        .mitre_attack_ids
        .iter()
        .any(|id| attack.technique(id).is_some());
    let techniques = match techniques.join("\n") {
        known if any_known => format!("{known} (ATT&CK {})", attack.version),
        unknown => unknown,
    };
    let date = |date: &Option<String>| date.clone().unwrap_or_default();
    let lints: Vec<String> = lints.iter().map(|lint| format!("- {lint}")).collect();
    let sections = [
        ("Odd in this search", lints.join("\n")),
        ("Description", rule.description.trim().to_owned()),
        ("ATT&CK", techniques),
        (
            "Known false positives",
            rule.known_false_positives.trim().to_owned(),
        ),
        ("Data sources", rule.data_sources.join("\n")),
        ("Analytic stories", rule.analytic_stories.join("\n")),
        ("References", rule.references.join("\n")),
        ("Status", rule.status.clone()),
        ("Author", rule.author.clone()),
        ("Created", date(&rule.created)),
        ("Modified", date(&rule.modified)),
        ("Id", rule.id.clone()),
        ("File", rule.origin.clone()),
        ("How to implement", rule.how_to_implement.trim().to_owned()),
    ];
    let unknown = rule
        .unknown
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()));
    let sections = sections
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text));
    sections
        .chain(unknown)
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// What a row must have; what is under a NOT is no indicator.
fn collect(predicate: &Predicate, found: &mut Vec<(String, &'static str, String)>) {
    match predicate {
        Predicate::And(parts) | Predicate::Or(parts) => {
            for part in parts {
                collect(part, found);
            }
        }
        Predicate::Compare {
            field,
            op: CompareOp::Equal,
            value,
        } => {
            found.push((field.text.clone(), "eq", text(value)));
        }
        Predicate::In { field, values } => {
            found.extend(
                values
                    .iter()
                    .map(|value| (field.text.clone(), "in", text(value))),
            );
        }
        Predicate::Not(_)
        | Predicate::Compare { .. }
        | Predicate::Text(_)
        | Predicate::Subsearch { .. } => {}
    }
}

fn text(literal: &Literal) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Source(text) | Piece::Bound(text) => text.clone(),
    };
    literal.pieces.iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cim::Models;
    use crate::event::Zone;
    use crate::worker::rule::RuleFiles;

    #[test]
    fn the_indicators_are_those_of_the_catalogue_page() {
        let models = Models::built_in().unwrap();
        let rule = Rule::load(&RuleFiles::default(), &models, Zone::UTC).unwrap();
        let view = rule.view();
        let line =
            |i: &(String, String, String, String)| format!("{} {} {} {}", i.0, i.1, i.2, i.3);
        let lines: Vec<String> = view.indicators.iter().map(line).collect();
        assert_eq!(
            lines,
            [
                "Processes.original_file_name eq msiexec.exe 10 (sigma 5, splunk 4, elastic 1)",
                "Processes.process in *http://* 21 (sigma 18, elastic 1, splunk 1, kusto 1)",
                "Processes.process in *https://* 21 (sigma 18, elastic 1, splunk 1, kusto 1)",
                "Processes.process_name eq msiexec.exe 22 (elastic 17, splunk 5)",
            ]
        );
        assert_eq!(
            (view.severity.as_str(), view.kind.as_str()),
            ("low", "Anomaly")
        );
    }
}

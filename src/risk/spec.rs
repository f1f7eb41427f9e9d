//! What a rule gives for risk-based alerting, apart from how its file spells it, and what follows
//! from that alone: severity and annotations.

use crate::event::Timestamp;

/// A rule's part in its risk events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RiskSpec {
    /// The name of the saved search: `ESCU - Windows MSIExec Remote Download - Rule`.
    pub search_name: String,
    /// The rule's type: `Anomaly`.
    pub kind: String,
    /// Whose risk a row raises.
    pub entities: Vec<EntitySpec>,
    /// What raised it.
    pub threat_objects: Vec<ThreatObjectSpec>,
    /// The analytic stories.
    pub stories: Vec<String>,
    /// The ATT&CK techniques.
    pub techniques: Vec<TechniqueSpec>,
    /// The data sources.
    pub data_sources: Vec<String>,
    /// Other annotations by name, without the `annotations.` before it: `cis20` (contentctl derives
    /// `CIS 10` for the endpoint domain), `nist`, `kill_chain_phases`, `cve`.
    pub annotations: Vec<(String, Vec<String>)>,
    /// The lower bound of the rule's search; `None`: none.
    pub earliest: Option<Timestamp>,
    /// Its upper bound.
    pub latest: Option<Timestamp>,
}

/// An entity of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntitySpec {
    /// The field of the row that names it: `user`.
    pub field: String,
    /// What it is: `user`, `system`, `other`.
    pub kind: String,
    /// What a row adds to its score.
    pub score: u32,
    /// The message, with `$field$` tokens.
    pub message: String,
}

/// A threat object of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ThreatObjectSpec {
    /// The field of the row that names it.
    pub field: String,
    /// What it is.
    pub kind: String,
}

/// An ATT&CK technique with the names that ES looks up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TechniqueSpec {
    /// `T1218.007`.
    pub id: String,
    /// `Msiexec`; empty when it is not known.
    pub name: String,
    /// `Defense Evasion`, as the ATT&CK version at hand calls them.
    pub tactics: Vec<String>,
}

/// The severity that ES derives from the highest score of a rule's entities; without entities
/// `high` (contentctl, `detection_abstract.py`, `severity`).
pub fn severity(scores: impl IntoIterator<Item = u32>) -> &'static str {
    match scores.into_iter().max() {
        Some(0..=20) => "informational",
        Some(21..=40) => "low",
        Some(41..=60) => "medium",
        None | Some(61..=80) => "high",
        Some(_) => "critical",
    }
}

/// A value as a quoted literal of the search language.
pub(super) fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_goes_by_the_highest_score() {
        for (scores, name) in [
            (vec![], "high"),
            (vec![0], "informational"),
            (vec![20], "informational"),
            (vec![21, 5], "low"),
            (vec![30, 30], "low"),
            (vec![41], "medium"),
            (vec![60], "medium"),
            (vec![61], "high"),
            (vec![81], "critical"),
            (vec![100], "critical"),
        ] {
            assert_eq!(severity(scores), name);
        }
    }
}

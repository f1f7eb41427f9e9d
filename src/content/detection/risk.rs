//! The risk part of a rule, in its three generations: who gets a score, and what is recorded
//! beside.

use super::yaml_fields::{list, text, texts};
use super::{RiskEntity, Source, ThreatObject};
use crate::content::load_error::LoadError;
use crate::content::yaml::Node;

// How the kinds of observables of 2024 became risk and threat objects (contentctl 4,
// detection_abstract.py: risk_object_user_types and its neighbours).
const USERS: [&str; 3] = ["user", "username", "email address"];
const SYSTEMS: [&str; 4] = ["device", "endpoint", "hostname", "ip address"];
const THREATS: [(&str, &str); 7] = [
    ("process name", "process"),
    ("process", "process"),
    ("file name", "file"),
    ("file hash", "file"),
    ("url string", "url"),
    ("url", "url"),
    ("ip address", "ip"),
];

impl Source<'_> {
    /// The entities of whatever generation has some: `finding` and `intermediate_findings`, else
    /// `rba`, else `tags.observable`.
    pub(super) fn entities(&self) -> Result<Vec<RiskEntity>, LoadError> {
        let mut entities = Vec::new();
        if let Some(finding) = self.node.get("finding") {
            for node in list(finding.get("entity").or_else(|| finding.get("entities"))) {
                entities.push(self.entity(node, finding.get("title"))?);
            }
        }
        let intermediate = self.node.get("intermediate_findings");
        for node in list(intermediate.and_then(|i| i.get("entities"))) {
            entities.push(self.entity(node, None)?);
        }
        let rba = self.node.get("rba");
        if let Some(rba) = rba.filter(|_| entities.is_empty()) {
            for node in list(rba.get("risk_objects")) {
                entities.push(self.entity(node, rba.get("message"))?);
            }
        }
        if entities.is_empty() {
            self.observed_entities(&mut entities)?;
        }
        Ok(entities)
    }

    pub(super) fn threat_objects(&self) -> Result<Vec<ThreatObject>, LoadError> {
        let rba = self.node.get("rba");
        let written = self
            .node
            .get("threat_objects")
            .or_else(|| rba.and_then(|r| r.get("threat_objects")));
        if written.is_none() {
            return Ok(self.observed_threats());
        }
        list(written)
            .iter()
            .map(|node| {
                let field = self.field(node, "the threat object")?;
                let kind = text(node.get("type"));
                Ok(ThreatObject { field, kind })
            })
            .collect()
    }

    fn entity(&self, node: &Node, message: Option<&Node>) -> Result<RiskEntity, LoadError> {
        Ok(RiskEntity {
            field: self.field(node, "the risk entity")?,
            kind: text(node.get("type")),
            score: self.number(node.get("score"), "the score")?.unwrap_or(0),
            message: text(node.get("message").or(message)),
        })
    }

    fn field(&self, node: &Node, what: &str) -> Result<String, LoadError> {
        let field = text(node.get("field"));
        if field.is_empty() {
            return Err(self
                .at(node, format!("{what} has no 'field'"))
                .with_help("name a field of the search's result: 'field: dest'"));
        }
        Ok(field)
    }

    fn number(&self, node: Option<&Node>, what: &str) -> Result<Option<u32>, LoadError> {
        let Some(node) = node else { return Ok(None) };
        // Public rules of 2024 write '25.0' too.
        let whole = |text: &str| match text.trim().split_once('.') {
            Some((whole, zeros)) if zeros.bytes().all(|b| b == b'0') => whole.parse().ok(),
            Some(_) => None,
            None => text.trim().parse().ok(),
        };
        match node.text().and_then(whole) {
            Some(number) => Ok(Some(number)),
            None => Err(self
                .at(
                    node,
                    format!("{what} '{}' is no whole number", node.summary()),
                )
                .with_help("scores go from 1 to 100")),
        }
    }

    fn observed_entities(&self, entities: &mut Vec<RiskEntity>) -> Result<(), LoadError> {
        let Some(tags) = self.node.get("tags") else {
            return Ok(());
        };
        let score = self.observed_score(tags)?;
        for node in list(tags.get("observable")) {
            if is_attacker(node) {
                continue;
            }
            let kind = text(node.get("type")).to_lowercase();
            let kind = match kind.as_str() {
                user if USERS.contains(&user) => "user",
                system if SYSTEMS.contains(&system) => "system",
                _ => "other",
            };
            entities.push(RiskEntity {
                field: text(node.get("name")),
                kind: kind.to_owned(),
                score,
                message: text(tags.get("message")),
            });
        }
        Ok(())
    }

    /// `risk_score`, or confidence times impact as a percentage.
    fn observed_score(&self, tags: &Node) -> Result<u32, LoadError> {
        if let Some(score) = self.number(tags.get("risk_score"), "the risk score")? {
            return Ok(score);
        }
        let confidence = self.number(tags.get("confidence"), "the confidence")?;
        let impact = self.number(tags.get("impact"), "the impact")?;
        let product = confidence.unwrap_or(0).saturating_mul(impact.unwrap_or(0));
        Ok(product / 100)
    }

    fn observed_threats(&self) -> Vec<ThreatObject> {
        let tags = self.node.get("tags");
        list(tags.and_then(|t| t.get("observable")))
            .iter()
            .filter(|node| is_attacker(node))
            .map(|node| {
                let kind = text(node.get("type")).to_lowercase();
                let known = THREATS.iter().find(|(word, _)| *word == kind);
                ThreatObject {
                    field: text(node.get("name")),
                    kind: known.map_or(kind.replace(' ', "_"), |(_, kind)| (*kind).to_owned()),
                }
            })
            .collect()
    }
}

fn is_attacker(observable: &Node) -> bool {
    let roles = texts(observable.get("role"));
    roles
        .iter()
        .any(|role| role.eq_ignore_ascii_case("attacker"))
}

//! Small readings of a rule's YAML, and which of its keys are understood.

use crate::content::yaml::Node;

/// The top keys that are read, in all generations.
pub const KNOWN_KEYS: [&str; 29] = [
    "name",
    "id",
    "version",
    "creation_date",
    "modification_date",
    "date",
    "author",
    "status",
    "type",
    "description",
    "data_source",
    "data_sources",
    "search",
    "how_to_implement",
    "known_false_positives",
    "references",
    "drilldown_searches",
    "finding",
    "intermediate_findings",
    "threat_objects",
    "rba",
    "analytic_story",
    "asset_type",
    "mitre_attack_id",
    "product",
    "category",
    "security_domain",
    "tests",
    "tags",
];

/// The keys that are read under those that are maps.
const INNER_KEYS: [(&str, &[&str]); 4] = [
    (
        "tags",
        &[
            "analytic_story",
            "asset_type",
            "mitre_attack_id",
            "product",
            "category",
            "security_domain",
            "observable",
            "message",
            "risk_score",
            "confidence",
            "impact",
        ],
    ),
    ("rba", &["message", "risk_objects", "threat_objects"]),
    ("finding", &["title", "entity", "entities"]),
    ("intermediate_findings", &["entities"]),
];

/// A text without the blanks around it; empty when there is none.
pub fn text(node: Option<&Node>) -> String {
    node.and_then(Node::text).unwrap_or("").trim().to_owned()
}

/// The texts of a list; of anything else in it, its summary.
pub fn texts(node: Option<&Node>) -> Vec<String> {
    list(node)
        .iter()
        .map(Node::summary)
        .filter(|text| !text.is_empty())
        .collect()
}

/// The items of a list.
pub fn list(node: Option<&Node>) -> &[Node] {
    node.map_or(&[], Node::items)
}

/// The keys that are not read and what stands under them.
pub fn unknown_keys(node: &Node) -> Vec<(String, String)> {
    let mut unknown: Vec<_> = node
        .entries()
        .iter()
        .filter(|(key, _)| !KNOWN_KEYS.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.summary()))
        .collect();
    for (outer, known) in INNER_KEYS {
        let inner = node.get(outer).map_or(&[][..], Node::entries);
        for (key, value) in inner
            .iter()
            .filter(|(key, _)| !known.contains(&key.as_str()))
        {
            unknown.push((format!("{outer}.{key}"), value.summary()));
        }
    }
    unknown
}

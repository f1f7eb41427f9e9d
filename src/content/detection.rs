//! A detection rule as it is written: the YAML of three generations of public Splunk content in one
//! shape. Its search is a text here; `parsed_search` makes a tree of it.
//!
//! The generations differ in where risk stands: `tags.observable` with one score (to 2024), `rba`
//! (2025), and `finding`, `intermediate_findings` and `threat_objects` on top (from 2026-05). A file
//! may mix them; whatever is not known here is kept and shown.

mod risk;
mod yaml_fields;

use super::load_error::LoadError;
use super::place::place_of;
use super::yaml::{self, Node};
use crate::evidence::hash::Digest;
use crate::spl::ast::Span;
use crate::spl::diagnostic::Excerpt;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::path::Path;
pub use yaml_fields::KNOWN_KEYS;
use yaml_fields::{list, text, texts, unknown_keys};

/// A rule.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detection {
    /// Its UUID; may be empty.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its version, as written.
    pub version: String,
    /// `type`: Anomaly, TTP, …
    pub kind: Kind,
    /// `production`, `experimental`, …
    pub status: String,
    /// Who wrote it.
    pub author: String,
    /// `creation_date`.
    pub created: Option<String>,
    /// `modification_date`, or `date` of the older generations.
    pub modified: Option<String>,
    /// What it detects.
    pub description: String,
    /// The search as written.
    pub search: String,
    /// The line and column of the file at which [`Detection::search`] begins.
    search_place: (usize, usize),
    /// What it reads: `Sysmon EventID 1`, …
    pub data_sources: Vec<String>,
    /// What must be set up for it.
    pub how_to_implement: String,
    /// What else it finds.
    pub known_false_positives: String,
    /// Addresses.
    pub references: Vec<String>,
    /// Its drilldown searches, in order.
    pub drilldowns: Vec<Drilldown>,
    /// What gets a risk score.
    pub entities: Vec<RiskEntity>,
    /// What is recorded beside it.
    pub threat_objects: Vec<ThreatObject>,
    /// The title of the finding, for a rule that makes one.
    pub finding_title: Option<String>,
    /// Analytic stories.
    pub analytic_stories: Vec<String>,
    /// `Endpoint`, …
    pub asset_type: String,
    /// `T1218.007`, …
    pub mitre_attack_ids: Vec<String>,
    /// Splunk products.
    pub products: Vec<String>,
    /// The folder it stands in: `endpoint`, …
    pub category: String,
    /// `endpoint`, `network`, …
    pub security_domain: String,
    /// Its tests.
    pub tests: Vec<DetectionTest>,
    /// Keys that are not known here, with all that stands under them, in order.
    pub unknown: Vec<(String, String)>,
    /// The whole file.
    pub text: String,
    /// The file's path, or `built in`.
    pub origin: String,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
}

/// The kinds of rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Kind {
    /// TTP: makes findings.
    Ttp,
    /// Anomaly: makes intermediate findings.
    Anomaly,
    /// Hunting: makes neither.
    Hunting,
    /// Correlation: over risk events.
    Correlation,
    /// Another word, or none.
    #[default]
    Unstated,
    /// A word that is not known.
    Other(String),
}

/// How bad it is (ES: by the highest risk score).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// 0 to 20.
    Informational,
    /// 21 to 40.
    Low,
    /// 41 to 60.
    Medium,
    /// 61 to 80.
    High,
    /// 81 and above.
    Critical,
}

/// A drilldown search as written; `drilldown::resolve` fills it for a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drilldown {
    /// Its title, with `$tokens$`.
    pub name: String,
    /// Its search, with `$tokens$` and `%original_detection_search%`.
    pub search: String,
    /// How long before the finding it begins; as written.
    pub earliest_offset: Option<String>,
    /// How long after the finding it ends; as written.
    pub latest_offset: Option<String>,
    /// Where its parts stand in the file.
    pub places: DrilldownPlaces,
}

/// Where the parts of a [`Drilldown`] stand in the file: line and column, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DrilldownPlaces {
    /// The search; where there is none, the drilldown.
    pub search: (usize, usize),
    /// `earliest_offset`.
    pub earliest: (usize, usize),
    /// `latest_offset`.
    pub latest: (usize, usize),
}

/// A field of a result row whose value gets a risk score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskEntity {
    /// The field: `user`, `dest`.
    pub field: String,
    /// `user`, `system` or `other`.
    pub kind: String,
    /// The score.
    pub score: u32,
    /// The risk message, with `$tokens$`.
    pub message: String,
}

/// A field of a result row that is recorded as a threat object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatObject {
    /// The field: `process_name`.
    pub field: String,
    /// Its kind: `process_name`, `url`, …
    pub kind: String,
}

/// A test of the rule: where the vendor's sample data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectionTest {
    /// Its name.
    pub name: String,
    /// `unit`, …
    pub kind: String,
    /// The data sets.
    pub data: Vec<AttackData>,
}

/// A data set of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttackData {
    /// Its address.
    pub data: String,
    /// Splunk's `source`.
    pub source: String,
    /// Splunk's `sourcetype`.
    pub sourcetype: String,
}

impl Detection {
    /// The rule that comes with the program.
    pub fn built_in() -> Result<Self, LoadError> {
        let text = include_str!("../../assets/rules/windows_msiexec_remote_download.yml");
        Self::parse(text, "built in")
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let origin = path.display().to_string();
        let text = super::read_text(path)?;
        Self::parse(&text, &origin)
    }

    /// Reads a text; `origin` is its file, or what it is.
    pub fn parse(file: &str, origin: &str) -> Result<Self, LoadError> {
        let body = file.strip_prefix('\u{feff}').unwrap_or(file);
        let mut documents = yaml::read(body, origin)?;
        if documents.len() > 1 {
            return Err(LoadError::new(origin, "holds more than one document")
                .with_help("give one rule a file"));
        }
        let Some(node) = documents.pop().filter(|n| !n.entries().is_empty()) else {
            return Err(LoadError::new(origin, "is no detection: it has no keys")
                .with_help("a detection has at least 'name' and 'search'"));
        };
        let source = Source {
            node: &node,
            text: body,
            origin,
        };
        let mut detection = source.detection()?;
        detection.sha256 = sha256(file);
        Ok(detection)
    }

    /// A search that no rule holds, as a rule without anything else; `origin` is its file, or what
    /// it is.
    pub fn of_search(search: &str, origin: &str) -> Self {
        Self {
            name: "ad hoc search".to_owned(),
            search: search.to_owned(),
            search_place: (1, 1),
            text: search.to_owned(),
            origin: origin.to_owned(),
            sha256: sha256(search),
            ..Self::default()
        }
    }

    /// The severity that ES gives: from the highest score, high when there is none.
    pub fn severity(&self) -> Severity {
        match self.entities.iter().map(|e| e.score).max() {
            Some(0..=20) => Severity::Informational,
            Some(21..=40) => Severity::Low,
            Some(41..=60) => Severity::Medium,
            Some(61..=80) | None => Severity::High,
            Some(_) => Severity::Critical,
        }
    }

    /// The name of the macro that a person tunes the rule with: the rule's name in lower case, with
    /// `_` for blanks, dashes, dots and slashes, and `_filter`.
    pub fn filter_macro(&self) -> String {
        let lower = self.name.to_lowercase();
        lower.replace([' ', '-', '.', '/'], "_") + "_filter"
    }

    /// It lies below a folder `deprecated` of the content: kept for the record.
    pub fn is_deprecated(&self) -> bool {
        let folders = self.origin.rsplit(['/', '\\']).skip(1);
        let mut below = folders.take_while(|folder| *folder != "detections");
        below.any(|folder| folder == "deprecated")
    }

    /// It says that only a person can test it (`tags.manual_test`, until 2026).
    pub fn is_manual_test(&self) -> bool {
        let mut unknown = self.unknown.iter();
        unknown.any(|(key, _)| key.rsplit('.').next() == Some("manual_test"))
    }

    /// The name under which ES runs it and records its risk events.
    pub fn search_name(&self) -> String {
        format!("ESCU - {} - Rule", self.name)
    }

    /// A place of [`Detection::search`] as a place of the file, so that a message names the file's
    /// own line and column. Where the two can't be laid side by side (a text with YAML escapes),
    /// the search itself is shown with the line on which it begins.
    pub fn excerpt(&self, span: Span) -> Excerpt<'_> {
        self.excerpt_of(&self.search, self.search_place, span)
    }

    /// The same for the search of a drilldown.
    pub fn excerpt_of_drilldown<'a>(&'a self, drilldown: &'a Drilldown, span: Span) -> Excerpt<'a> {
        self.excerpt_of(&drilldown.search, drilldown.places.search, span)
    }

    fn excerpt_of<'a>(
        &'a self,
        value: &'a str,
        (line, column): (usize, usize),
        span: Span,
    ) -> Excerpt<'a> {
        let place = place_of(&self.text, (line, column), value, span.start..span.end);
        match place {
            Some(span) => Excerpt {
                name: &self.origin,
                text: &self.text,
                first_line: 1,
                span,
            },
            None => Excerpt {
                name: &self.origin,
                text: value,
                first_line: line.max(1),
                span: span.start..span.end,
            },
        }
    }

    /// The line of the file on which [`Detection::search`] begins.
    pub fn search_line(&self) -> usize {
        self.search_place.0
    }
}

/// The SHA-256 of a text, in hex.
fn sha256(text: &str) -> String {
    Digest(Sha256::digest(text.as_bytes()).into()).to_string()
}

/// A file while it is read.
struct Source<'a> {
    node: &'a Node,
    text: &'a str,
    origin: &'a str,
}

impl Source<'_> {
    fn detection(&self) -> Result<Detection, LoadError> {
        let node = self.node;
        let tags = node.get("tags");
        // From 2026-05 what stood in `tags` stands on top.
        let either = |key: &str| node.get(key).or_else(|| tags.and_then(|t| t.get(key)));
        let search = self.search()?;
        let threat_objects = self.threat_objects()?;
        let finding = node.get("finding");
        Ok(Detection {
            id: text(node.get("id")),
            name: self.name()?,
            version: text(node.get("version")),
            kind: Kind::named(&text(node.get("type"))),
            status: text(node.get("status")),
            author: text(node.get("author")),
            created: node.get("creation_date").map(Node::summary),
            modified: node
                .get("modification_date")
                .or_else(|| node.get("date"))
                .map(Node::summary),
            description: text(node.get("description")),
            search: search.text().unwrap_or("").to_owned(),
            search_place: (search.line, search.column),
            data_sources: texts(node.get("data_source").or_else(|| node.get("data_sources"))),
            how_to_implement: text(node.get("how_to_implement")),
            known_false_positives: text(node.get("known_false_positives")),
            references: texts(node.get("references")),
            drilldowns: self.drilldowns(),
            entities: self.entities()?,
            threat_objects,
            finding_title: finding.and_then(|f| f.get("title")).map(Node::summary),
            analytic_stories: texts(either("analytic_story")),
            asset_type: text(either("asset_type")),
            mitre_attack_ids: texts(either("mitre_attack_id")),
            products: texts(either("product")),
            category: text(either("category")),
            security_domain: text(either("security_domain")),
            tests: list(node.get("tests"))
                .iter()
                .map(DetectionTest::of)
                .collect(),
            unknown: unknown_keys(node),
            text: self.text.to_owned(),
            origin: self.origin.to_owned(),
            sha256: String::new(),
        })
    }

    fn name(&self) -> Result<String, LoadError> {
        let name = text(self.node.get("name"));
        if name.is_empty() {
            return Err(self
                .at(self.node, "the detection has no 'name'")
                .with_help("add 'name: …'"));
        }
        Ok(name)
    }

    fn search(&self) -> Result<&Node, LoadError> {
        const HELP: &str = "write 'search: |' and the SPL below it, further right";
        let Some(search) = self.node.get("search") else {
            return Err(self
                .at(self.node, "the detection has no 'search'")
                .with_help(HELP));
        };
        let Some(text) = search.text() else {
            return Err(self.at(search, "the 'search' is no text").with_help(HELP));
        };
        if text.trim().is_empty() {
            return Err(self.at(search, "the 'search' is empty").with_help(HELP));
        }
        Ok(search)
    }

    /// What is wrong with a drilldown is told where it is opened: the rule runs without it.
    fn drilldowns(&self) -> Vec<Drilldown> {
        let place = |node: Option<&Node>| node.map_or((0, 0), |n| (n.line, n.column));
        let drilldown = |node: &Node| {
            let get = |key: &str| node.get(key);
            let search = get("search").unwrap_or(node);
            Drilldown {
                name: text(get("name")),
                search: text(get("search")),
                earliest_offset: get("earliest_offset").map(Node::summary),
                latest_offset: get("latest_offset").map(Node::summary),
                places: DrilldownPlaces {
                    search: place(Some(search)),
                    earliest: place(get("earliest_offset")),
                    latest: place(get("latest_offset")),
                },
            }
        };
        let nodes = list(self.node.get("drilldown_searches"));
        nodes.iter().map(drilldown).collect()
    }

    fn at(&self, node: &Node, message: impl Into<String>) -> LoadError {
        LoadError::at(self.origin, self.text, (node.line, node.column), message)
    }
}

impl DetectionTest {
    fn of(node: &Node) -> Self {
        let data = |node: &Node| AttackData {
            data: text(node.get("data")),
            source: text(node.get("source")),
            sourcetype: text(node.get("sourcetype")),
        };
        Self {
            name: text(node.get("name")),
            kind: text(node.get("test_type")),
            data: list(node.get("attack_data")).iter().map(data).collect(),
        }
    }
}

impl Kind {
    fn named(word: &str) -> Self {
        match word {
            "TTP" => Self::Ttp,
            "Anomaly" => Self::Anomaly,
            "Hunting" => Self::Hunting,
            "Correlation" => Self::Correlation,
            "" => Self::Unstated,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ttp => "TTP",
            Self::Anomaly => "Anomaly",
            Self::Hunting => "Hunting",
            Self::Correlation => "Correlation",
            Self::Unstated => "no type",
            Self::Other(word) => word,
        })
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

#[cfg(test)]
mod tests;

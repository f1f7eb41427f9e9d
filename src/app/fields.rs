//! The fields of a row by which a person filters: the columns of the search, the names that the
//! catalogue and the raw events have for them (`assets/field-aliases.toml`), and ours: `url`,
//! `url_host`, `url_path`, `role`, `source`, `file`, `endpoint`, `account` (as recorded, with its
//! domain).

use crate::event::Value;
use crate::store::{Findings, StoredEvent};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// Our own fields, which no search has.
pub const OURS: [&str; 8] = [
    "url", "url_host", "url_path", "role", "source", "file", "endpoint", "account",
];

static ALIASES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let table = include_str!("../../assets/field-aliases.toml");
    let read: BTreeMap<String, String> = toml::from_str(table).unwrap_or_default();
    read.into_iter()
        .map(|(alias, field)| (alias.to_lowercase(), field))
        .collect()
});

/// The rows that are filtered: what was found and the names of the files it was found in.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// What was found.
    pub findings: &'a Findings,
    /// The names of the members by `SourceId`.
    pub sources: &'a [Arc<str>],
}

impl<'a> Rows<'a> {
    /// The name of a field as typed, in the spelling of the search; `None`: no such field.
    pub fn field(self, typed: &str) -> Option<String> {
        let lower = typed.to_lowercase();
        let column = |name: &str| {
            let columns = self.findings.table.columns.iter();
            let mut same = columns.filter(|c| c.eq_ignore_ascii_case(name));
            same.next().map(ToString::to_string)
        };
        let ours = || OURS.contains(&lower.as_str()).then(|| lower.clone());
        let alias = || {
            let name = ALIASES.get(&lower)?;
            column(name).or_else(|| OURS.contains(&name.as_str()).then(|| name.clone()))
        };
        column(typed).or_else(ours).or_else(alias)
    }

    /// The values of a field of a row.
    pub fn values(self, row: usize, field: &str) -> Vec<Cow<'a, str>> {
        let finding = self.findings.findings.get(row);
        let urls = finding.map_or(&[][..], |f| &f.urls);
        match field {
            "url" => urls.iter().map(|u| Cow::Borrowed(&*u.text)).collect(),
            "url_host" => urls.iter().map(|u| Cow::Borrowed(&*u.host)).collect(),
            "url_path" => urls.iter().map(|u| Cow::Borrowed(&*u.path)).collect(),
            "role" => urls.iter().map(|u| Cow::Borrowed(&*u.role)).collect(),
            "endpoint" => finding
                .iter()
                .map(|f| Cow::Borrowed(&*f.endpoint))
                .collect(),
            "source" => self.of_events(row, |event| Some(Cow::Borrowed(&*event.source))),
            "account" => self.of_events(row, |e| e.account.as_deref().map(Cow::Borrowed)),
            "file" => self.of_events(row, |event| {
                let name = self.sources.get(event.locator.source.0 as usize)?;
                Some(Cow::Borrowed(&**name))
            }),
            column => {
                let value = self.findings.value(row, column);
                value.map(Value::each).unwrap_or_default()
            }
        }
    }

    fn of_events(
        self,
        row: usize,
        text: impl Fn(&'a StoredEvent) -> Option<Cow<'a, str>>,
    ) -> Vec<Cow<'a, str>> {
        let mut texts: Vec<Cow<'a, str>> = Vec::new();
        for (_, event) in self.findings.events_of(row) {
            if let Some(text) = text(event)
                && texts.last() != Some(&text)
            {
                texts.push(text);
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Table;

    #[test]
    fn names_are_known_by_their_aliases() {
        let columns = ["dest", "user", "process", "process_integrity_level"];
        let table = Table {
            columns: columns.iter().map(|c| Arc::from(*c)).collect(),
            rows: vec![],
        };
        let findings = Findings::new(table, vec![]);
        let rows = Rows {
            findings: &findings,
            sources: &[],
        };
        for (typed, field) in [
            ("host", Some("dest")),
            ("USER", Some("user")),
            ("command_line", Some("process")),
            ("CommandLine", Some("process")),
            ("IntegrityLevel", Some("process_integrity_level")),
            ("url_host", Some("url_host")),
            ("parent", None),
            ("http", None),
        ] {
            assert_eq!(rows.field(typed).as_deref(), field, "{typed}");
        }
        assert!(ALIASES.len() > 20);
    }
}

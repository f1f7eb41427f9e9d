//! What is copied: of what is in focus at once, or chosen from a menu. That it reaches the
//! clipboard is the terminal's business; the status line says which way it went.

use super::layout::Pane;
use super::menu::{Choice, MenuItem};
use super::message::Effect;
use super::panes::details::DetailsTab;
use super::panes::evidence::{EvidenceKey, Group};
use super::panes::findings::main_url;
use super::state::App;
use super::subject::Subject;
use crate::event::Value;
use crate::search::Table;
use serde_json::{Map, Number, Value as Json};

/// What every terminal with OSC 52 takes: xterm's limit of 100,000 bytes of base64.
const OSC52_SURE: usize = 74_994;

impl App {
    /// Copies what is in focus.
    pub(super) fn copy_focused(&mut self) -> Vec<Effect> {
        if let Some((name, text)) = self.focused_text() {
            return self.copy(&name, text);
        }
        self.status = Some("there is nothing to copy here".to_owned());
        Vec::new()
    }

    /// Copies a text and says so.
    pub(super) fn copy(&mut self, name: &str, text: String) -> Vec<Effect> {
        let count = text.chars().count();
        let doubt = if text.len() > OSC52_SURE {
            "; it is long, and some terminals take no more than 75 KB"
        } else {
            ""
        };
        self.status = Some(format!(
            "{name} ({count} characters) went to the terminal's clipboard by OSC 52{doubt}"
        ));
        vec![Effect::Copy(text)]
    }

    fn focused_text(&self) -> Option<(String, String)> {
        let drilldown = self.drilldown();
        let headline = || {
            let (name, text) = self.headline()?;
            Some((format!("the {name}"), text))
        };
        let (name, text) = match self.focused_pane() {
            Pane::Findings => match self.rows.selected_group() {
                Some(group) => Some(("the group's name", group.labels.join(" "))),
                None => return headline(),
            },
            Pane::Details => match self.details.tab {
                DetailsTab::Summary => return headline(),
                DetailsTab::Fields => Some(("the value", self.selected_field()?.1?)),
                DetailsTab::Raw => Some(("the record", self.raw_text()?)),
            },
            Pane::Result => Some(("the search", drilldown?.found()?.spl.clone())),
            Pane::Behind => {
                let event = *drilldown?.behind.selected_key()?;
                let event = drilldown?.found()?.events.get(event)?;
                Some(("the event's line", event.summary.clone()))
            }
            Pane::Whole => Some(("what is shown", self.whole_text()?)),
            Pane::Rule => Some(("the search", self.shown_search())),
            Pane::Evidence | Pane::Account => Some((
                "the name",
                self.evidence_name(&self.evidence.selected()?.key),
            )),
            Pane::Help => None,
        }?;
        Some((name.to_owned(), text))
    }

    /// What the selected row is about, and what that is called: the recorded command line of the
    /// event in the details; of a row that has none its most telling value.
    pub fn headline(&self) -> Option<(String, String)> {
        const COMMAND_LINE: &str = "command line";
        let row = self.rows.selected_row()?;
        let event = self.shown_event();
        if let Some(line) = event.and_then(|(_, event)| event.command_line.as_ref()) {
            return Some((COMMAND_LINE.to_owned(), line.to_string()));
        }
        let (field, text) = Subject::of(&self.findings, row).values.into_iter().next()?;
        let name = if &*field == "process" {
            COMMAND_LINE
        } else {
            &field
        };
        Some((name.to_owned(), text))
    }

    fn raw_text(&self) -> Option<String> {
        let (place, event) = self.shown_event()?;
        if let Some(raw) = &event.raw {
            return Some(raw.to_string());
        }
        let known = self.details.known_raw.get(place)?;
        known.as_ref().ok().map(ToString::to_string)
    }

    /// The name of a line of the ledger: a path, a host, a kind.
    pub fn evidence_name(&self, key: &EvidenceKey) -> String {
        let ledger = self.loaded.as_ref().map(|loaded| &loaded.ledger);
        if let Some(file) = key.file {
            let entry = ledger.and_then(|ledger| ledger.files.get(file));
            return entry.map_or_else(String::new, crate::evidence::ledger::FileEntry::place);
        }
        match &key.group {
            Group::Problems => "Problems".to_owned(),
            Group::Hostless => "No host known".to_owned(),
            Group::Kind(kind) => kind.clone(),
            Group::Host(name) | Group::Silent(name) => {
                let mut hosts = ledger.into_iter().flat_map(|ledger| &ledger.hosts);
                let same = hosts.find(|host| host.host.to_lowercase() == *name);
                same.map_or_else(|| name.clone(), |host| host.host.clone())
            }
        }
    }

    /// The menu of what can be copied here.
    pub(super) fn open_copy_menu(&mut self) {
        let items = match self.focused_pane() {
            Pane::Findings | Pane::Details => self.row_items(),
            Pane::Result | Pane::Behind | Pane::Whole => self.drilldown_items(),
            Pane::Rule => vec![
                item('s', "search as written", self.rule.search.clone()),
                item(
                    'x',
                    "search with its macros expanded",
                    self.rule.expanded.clone(),
                ),
            ],
            Pane::Evidence | Pane::Account => self.evidence_items(),
            Pane::Help => Vec::new(),
        };
        self.open_menu("Copy", items);
    }

    fn row_items(&self) -> Vec<MenuItem> {
        let Some(row) = self.rows.selected_row() else {
            return Vec::new();
        };
        let mut items = Vec::new();
        if let Some((name, text)) = self.headline() {
            items.push(item('c', &name, text));
        }
        if let Some(url) = self.findings.findings.get(row).and_then(main_url) {
            items.push(item('h', "URL, exact", url.text.to_string()));
            items.push(item('d', "URL, defanged", defang(&url.text)));
        }
        if let Some((_, Some(value))) = self.selected_field() {
            items.push(item('v', "value of the selected field", value));
        }
        items.push(item(
            'r',
            "row as JSON",
            row_json(&self.findings.table, row),
        ));
        if let Some(raw) = self.raw_text() {
            items.push(item('w', "record", raw));
        }
        items
    }

    fn drilldown_items(&self) -> Vec<MenuItem> {
        let Some(found) = self.drilldown().and_then(|drilldown| drilldown.found()) else {
            return Vec::new();
        };
        let mut items = vec![
            item('s', "search", found.spl.clone()),
            item('t', "title", found.title.clone()),
        ];
        let selected = self.drilldown().and_then(|d| d.table.selected_key());
        if let Some(row) = selected {
            items.push(item('r', "row as JSON", row_json(&found.table, *row)));
        }
        items
    }

    fn evidence_items(&self) -> Vec<MenuItem> {
        let Some(line) = self.evidence.selected() else {
            return Vec::new();
        };
        let mut items = vec![item('p', "name", self.evidence_name(&line.key))];
        let loaded = self.loaded.as_ref();
        let entry = loaded.and_then(|l| l.ledger.files.get(line.key.file?));
        if let Some(hash) = entry.and_then(|entry| entry.sha256.clone()) {
            items.push(item('h', "SHA-256", hash));
        }
        items
    }
}

fn item(key: char, name: &str, value: String) -> MenuItem {
    MenuItem {
        key,
        name: name.to_owned(),
        choice: Choice::Copy(value.clone()),
        value,
    }
}

/// A row as outputs.md has rows: the search's own columns in their order, a number as a number, a
/// multivalue field as an array, a missing field absent.
fn row_json(table: &Table, row: usize) -> String {
    let cells = table.rows.get(row).map_or(&[][..], |r| &r.cells);
    let mut object = Map::new();
    for (column, cell) in table.columns.iter().zip(cells) {
        let json = match cell {
            None => continue,
            Some(Value::Text(text)) => Json::from(&**text),
            Some(Value::Many(texts)) => texts.iter().map(|t| Json::from(&**t)).collect(),
            Some(Value::Number(_)) => {
                let text = cell.as_ref().map_or("".into(), Value::as_text);
                let number = text.parse::<i64>().map(Number::from).ok();
                let number = number.or_else(|| text.parse().ok().and_then(Number::from_f64));
                number.map_or_else(|| Json::from(&*text), Json::Number)
            }
        };
        object.insert(column.to_string(), json);
    }
    Json::Object(object).to_string()
}

/// A URL that no program opens by mistake: `hxxp` for `http`. Only the scheme is changed, so that
/// the rest can be read and compared.
pub fn defang(url: &str) -> String {
    match url.get(..4) {
        Some(http) if http.eq_ignore_ascii_case("http") => {
            format!("hxxp{}", url.get(4..).unwrap_or(""))
        }
        Some(ftp) if ftp.eq_ignore_ascii_case("ftp:") => {
            format!("fxp:{}", url.get(4..).unwrap_or(""))
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Row;

    #[test]
    fn urls_are_defanged() {
        assert_eq!(defang("http://203.0.113.9/a"), "hxxp://203.0.113.9/a");
        assert_eq!(defang("HTTPS://x"), "hxxpS://x");
        assert_eq!(defang("ftp://x"), "fxp://x");
        assert_eq!(defang("漢字"), "漢字");
    }

    #[test]
    fn a_row_is_json_as_the_outputs_have_it() {
        let table = Table {
            columns: ["user", "count", "none", "many"].map(Into::into).to_vec(),
            rows: vec![Row {
                cells: vec![
                    Some(Value::text("a\"b")),
                    Some(Value::Number(2.0)),
                    None,
                    Value::many(vec!["x".into(), "y".into()]),
                ],
                events: vec![],
            }],
        };
        let json = r#"{"user":"a\"b","count":2,"many":["x","y"]}"#;
        assert_eq!(row_json(&table, 0), json);
    }
}

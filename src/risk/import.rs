//! Risk events exported from Splunk's risk index or its data model: JSON lines (flat, or as
//! `{"result": {…}}`), a JSON array or `{"results": […]}`, or CSV. Every field is kept. A line that
//! is no risk event is counted and said; reading goes on.

use super::event::{Origin, RiskEvent, RiskField};
use crate::event::time::Reading;
use crate::event::{Timestamp, Value, Zone};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// So many bad lines are listed; all are counted.
const BAD_LISTED: usize = 100;

/// What an export gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Import {
    /// The risk events, in their order.
    pub events: Vec<RiskEvent>,
    /// The first lines that are none.
    pub bad: Vec<BadLine>,
    /// How many there are.
    pub bad_total: u64,
}

/// A line that is no risk event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The line, or the number of the element in a JSON array, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// Why an export can't be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Nothing in it.
    #[error("it is empty; export the risk index with 'index=risk' as JSON or CSV")]
    Empty,
    /// The bytes are UTF-16.
    #[error("it is UTF-16; save it as UTF-8")]
    Utf16,
    /// A CSV file of something else.
    #[error(
        "its header names no 'risk_object' and no 'normalized_risk_object'; \
         export 'index=risk' with all fields"
    )]
    NoRiskColumn,
}

/// Reads an export. `file` tells several exports apart; times without zone are in `assume_tz`.
pub fn import(bytes: &[u8], file: u32, assume_tz: Zone) -> Result<Import, ImportError> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(ImportError::Utf16);
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = Reader {
        import: Import::default(),
        file,
        assume_tz,
    };
    match text.trim_start().chars().next() {
        None => return Err(ImportError::Empty),
        Some('{' | '[') => reader.json(text),
        Some(_) => reader.csv(text)?,
    }
    Ok(reader.import)
}

struct Reader {
    import: Import,
    file: u32,
    assume_tz: Zone,
}

impl Reader {
    fn json(&mut self, text: &str) {
        let list = match serde_json::from_str(text) {
            Ok(Json::Array(list)) => Some(list),
            Ok(Json::Object(mut document)) => match document.remove("results") {
                Some(Json::Array(list)) => Some(list),
                _ => None,
            },
            _ => None,
        };
        if let Some(list) = list {
            for (number, element) in (1..).zip(list) {
                self.json_value(number, element);
            }
            return;
        }
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str(line) {
                Ok(value) => self.json_value(number, value),
                Err(error) => self.bad(number, format!("no JSON at column {}", error.column())),
            }
        }
    }

    fn json_value(&mut self, line: u64, value: Json) {
        let Json::Object(mut object) = value else {
            return self.bad(line, "no JSON object".to_owned());
        };
        let result = match object.remove("result") {
            Some(Json::Object(result)) => result,
            // Splunk ends an export without results by such a line.
            None if object.contains_key("lastrow") => return,
            Some(other) => {
                object.insert("result".to_owned(), other);
                object
            }
            None => object,
        };
        let mut fields = Vec::new();
        flatten("", &result, &mut fields);
        self.event(line, fields);
    }

    fn csv(&mut self, text: &str) -> Result<(), ImportError> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_bytes());
        let header = reader.headers().cloned().unwrap_or_default();
        let names: Vec<&str> = header.iter().map(bare_name).collect();
        if !names.contains(&"risk_object") && !names.contains(&"normalized_risk_object") {
            return Err(ImportError::NoRiskColumn);
        }
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    self.event(line, csv_fields(&names, &record));
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    self.bad(line, error.to_string());
                }
            }
        }
        Ok(())
    }

    fn event(&mut self, line: u64, fields: Vec<RiskField>) {
        let origin = Origin::Imported {
            file: self.file,
            line,
        };
        match risk_event(origin, fields, self.assume_tz) {
            Ok(event) => self.import.events.push(event),
            Err(reason) => self.bad(line, reason),
        }
    }

    fn bad(&mut self, line: u64, reason: String) {
        self.import.bad_total += 1;
        if self.import.bad.len() < BAD_LISTED {
            self.import.bad.push(BadLine { line, reason });
        }
    }
}

/// A search over the data model puts its name before the fields.
fn bare_name(name: &str) -> &str {
    name.trim().strip_prefix("All_Risk.").unwrap_or(name.trim())
}

/// Nested objects become dotted names, arrays multivalue fields, null nothing.
fn flatten(before: &str, object: &Map<String, Json>, fields: &mut Vec<RiskField>) {
    for (name, value) in object {
        let name = match before {
            "" => bare_name(name).to_owned(),
            before => format!("{before}.{name}"),
        };
        let value = match value {
            Json::Null => continue,
            Json::Object(inner) => {
                flatten(&name, inner, fields);
                continue;
            }
            Json::Array(list) => {
                let texts = list.iter().filter(|v| !v.is_null()).map(json_text);
                match Value::many(texts.collect()) {
                    Some(value) => value,
                    None => continue,
                }
            }
            Json::String(text) => joined(&name, text),
            other => Value::Text(json_text(other)),
        };
        fields.push((Arc::from(name), value));
    }
}

fn json_text(value: &Json) -> Arc<str> {
    match value {
        Json::String(text) => Arc::from(text.as_str()),
        other => Arc::from(other.to_string()),
    }
}

/// The cells that hold something. Splunk writes a multivalue field with line feeds between, and
/// beside it, as `__mv_NAME`, as `$a$;$b$`.
fn csv_fields(names: &[&str], record: &csv::StringRecord) -> Vec<RiskField> {
    let cells = || {
        names
            .iter()
            .zip(record.iter())
            .filter(|(_, c)| !c.is_empty())
    };
    let exact: HashMap<&str, Value> = cells()
        .filter_map(|(name, cell)| {
            let of = name.strip_prefix("__mv_")?;
            Some((of, Value::many(multivalue(cell)?)?))
        })
        .collect();
    cells()
        .filter(|(name, _)| !name.starts_with("__mv_"))
        .map(|(name, cell)| {
            let value = exact.get(name).cloned();
            let value = value.unwrap_or_else(|| joined(name, cell));
            (Arc::from(*name), value)
        })
        .collect()
}

/// Reads `$a$;$b$`, in which `$$` stands for a `$`.
fn multivalue(cell: &str) -> Option<Vec<Arc<str>>> {
    let mut values = Vec::new();
    let mut rest = cell;
    loop {
        let mut value = String::new();
        rest = rest.strip_prefix('$')?;
        loop {
            let (text, behind) = rest.split_once('$')?;
            value.push_str(text);
            let Some(more) = behind.strip_prefix('$') else {
                rest = behind;
                break;
            };
            value.push('$');
            rest = more;
        }
        values.push(Arc::from(value));
        if rest.is_empty() {
            return Some(values);
        }
        rest = rest.strip_prefix(';')?;
    }
}

/// A text in which several values may be joined by line feeds: only in fields that are multivalue
/// by their nature; a message or a command line may hold line feeds of its own.
fn joined(name: &str, text: &str) -> Value {
    let multivalue = name.starts_with("annotations.")
        || matches!(
            name,
            "analyticstories" | "threat_object" | "threat_object_type" | "tag" | "eventtype"
        );
    if !multivalue {
        return Value::text(text);
    }
    let parts = text.lines().filter(|line| !line.is_empty());
    Value::many(parts.map(Arc::from).collect()).unwrap_or_else(|| Value::text(text))
}

fn risk_event(
    origin: Origin,
    mut fields: Vec<RiskField>,
    assume_tz: Zone,
) -> Result<RiskEvent, String> {
    let time = match find(&fields, "_time") {
        None => return Err("no '_time'".to_owned()),
        Some(value) => time(&value.as_text(), assume_tz)?,
    };
    add_annotations(&mut fields);
    fields.retain(|(name, _)| &**name != "_time");
    fields.push(("_time".into(), Value::text(&time.epoch_text())));
    complete(&mut fields)?;
    let none: Arc<[RiskField]> = Arc::from([]);
    Ok(RiskEvent {
        origin,
        time: Some(time),
        parts: [fields.into(), none.clone(), none],
    })
}

fn find<'a>(fields: &'a [RiskField], name: &str) -> Option<&'a Value> {
    let (_, value) = fields.iter().find(|(known, _)| &**known == name)?;
    Some(value)
}

fn time(text: &str, assume_tz: Zone) -> Result<Timestamp, String> {
    // Splunk's own export names the zone of its user, of which UTC goes by two names.
    let utc = text.strip_suffix("GMT");
    let iso = utc.map_or_else(|| Cow::Borrowed(text), |t| Cow::Owned(format!("{t}Z")));
    let read = || Some(Reading::iso8601(&iso)?.resolve(assume_tz).0);
    Timestamp::from_epoch_text(text).or_else(read).ok_or_else(|| {
        format!(
            "'_time' is '{text}', neither epoch seconds nor ISO 8601 with an offset; export with \
             '| eval _time=strftime(_time, \"%Y-%m-%dT%H:%M:%S.%6N%z\")'"
        )
    })
}

/// Fills in what the data model `Risk.All_Risk` fills in: a score of 0, a type of `unknown`, and
/// without risk factors or an asset lookup the plain score and entity.
fn complete(fields: &mut Vec<RiskField>) -> Result<(), String> {
    let text = |fields: &[RiskField], name: &str| {
        let value = find(fields, name)?.as_text().trim().to_owned();
        (!value.is_empty()).then_some(value)
    };
    let object = text(fields, "risk_object").or_else(|| text(fields, "normalized_risk_object"));
    let Some(object) = object else {
        return Err("no 'risk_object'".to_owned());
    };
    let number = |fields: &[RiskField], name: &str| find(fields, name)?.as_number();
    let score = number(fields, "risk_score").unwrap_or(0.0);
    let calculated = number(fields, "calculated_risk_score").unwrap_or(score);
    let normalized = text(fields, "normalized_risk_object").unwrap_or_else(|| object.clone());
    let kind = text(fields, "risk_object_type").unwrap_or_else(|| "unknown".to_owned());
    let completed = [
        ("risk_object", Value::text(&object)),
        ("risk_object_type", Value::text(&kind)),
        ("normalized_risk_object", Value::text(&normalized)),
        ("risk_score", Value::Number(score)),
        ("calculated_risk_score", Value::Number(calculated)),
    ];
    fields.retain(|(name, _)| !completed.iter().any(|(known, _)| *known == &**name));
    for (name, value) in completed {
        fields.push((name.into(), value));
    }
    Ok(())
}

/// The risk index keeps annotations as one JSON text, which ES 8 takes apart when it searches
/// (`security_content` issue 3976): `annotations` becomes `annotations.NAME`, and
/// `annotations._all` their union, where the export does not have them already.
fn add_annotations(fields: &mut Vec<RiskField>) {
    let packed = find(fields, "annotations").map(|v| v.as_text().into_owned());
    if let Some(Ok(packed)) = packed.map(|text| serde_json::from_str::<Map<String, Json>>(&text)) {
        let mut unpacked = Vec::new();
        flatten("annotations", &packed, &mut unpacked);
        let known: HashSet<Arc<str>> = fields.iter().map(|(name, _)| name.clone()).collect();
        unpacked.retain(|(name, _)| !known.contains(name));
        fields.extend(unpacked);
    }
    if find(fields, "annotations._all").is_none() {
        let own = fields.iter().filter(|(name, _)| {
            // Not those that ES looks up for a technique, `annotations.mitre_attack.mitre_tactic`.
            let name = name.strip_prefix("annotations.");
            name.is_some_and(|name| !name.contains('.') && !name.starts_with('_'))
        });
        let values = own.flat_map(|(_, value)| value.each());
        let all: BTreeSet<Arc<str>> = values.map(|v| Arc::from(&*v)).collect();
        if let Some(all) = Value::many(all.into_iter().collect()) {
            fields.push(("annotations._all".into(), all));
        }
    }
}

//! The host table: host names by the ids that records carry instead (the FDR sensor's `aid`, the NVM
//! device's `udid`). Fed from records as they are read and from a file that a person gives. What is
//! in it does not depend on the order of feeding; when it is complete, so is `dest`.

use crate::event::{Record, Timestamp};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Host names by id. Ids compare without case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    aid: BTreeMap<String, Named>,
    udid: BTreeMap<String, Named>,
}

/// A name and what it rests on. The greatest wins, so the order of the fields is the precedence: a
/// file that a person gave, then the latest, then (for a total order) the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    given: bool,
    at: Option<Timestamp>,
    name: String,
}

/// A host file that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostsError {
    /// The first line names no known columns.
    #[error(
        "line {line} of the host file names no id and host: begin it with 'aid,ComputerName' or \
         'udid,host', or write JSON lines with these keys"
    )]
    Columns {
        /// Counted from 1.
        line: usize,
    },
    /// A line that is no JSON object.
    #[error("line {line} of the host file is no JSON object: {reason}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// What the parser says.
        reason: String,
    },
}

const AID: [&str; 1] = ["aid"];
const UDID: [&str; 1] = ["udid"];
/// When aidmaster wrote the line, in seconds since the epoch.
const TIME: [&str; 1] = ["time"];
const HOST: [&str; 5] = ["computername", "vsn", "host", "hostname", "name"];

impl Hosts {
    /// The host name of a CrowdStrike sensor.
    pub fn of_aid(&self, aid: &str) -> Option<&str> {
        find(&self.aid, aid)
    }

    /// The host name of a Cisco NVM device.
    pub fn of_udid(&self, udid: &str) -> Option<&str> {
        find(&self.udid, udid)
    }

    /// The host name of a machine by the id of any sensor.
    pub fn name_of(&self, id: &str) -> Option<&str> {
        self.of_aid(id).or_else(|| self.of_udid(id))
    }

    /// How many ids have a name.
    pub fn len(&self) -> usize {
        self.aid.len() + self.udid.len()
    }

    /// Whether no id has one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Learns from a record that names a host: FDR aidmaster (or any FDR record with `aid` and
    /// `ComputerName`), NVM system records. Returns whether it names one.
    pub fn learn(&mut self, record: &Record) -> bool {
        let text = |name| record.data(name).filter(|text| !text.trim().is_empty());
        let at = record.time.map(|time| time.at).or_else(|| {
            let seconds = text("Time").and_then(Timestamp::from_epoch_text);
            seconds.or_else(|| text("timestamp").and_then(Timestamp::from_millis_text))
        });
        let named = |name: &str| Named {
            given: false,
            at,
            name: name.to_owned(),
        };
        let (aid, udid) = (text("aid"), text("udid"));
        match (aid, text("ComputerName"), udid, text("vsn")) {
            (Some(aid), Some(name), _, _) => put(&mut self.aid, aid, named(name)),
            (_, _, Some(udid), Some(name)) => put(&mut self.udid, udid, named(name)),
            _ => return false,
        }
        true
    }

    /// Reads the text of a host file: CSV (comma, semicolon or tab) whose header has `aid` or `udid`
    /// and `ComputerName`, `vsn` or `host`, or JSON objects, one a line, with these keys. Its names
    /// go before those of records. Returns how many lines named a host.
    pub fn read(&mut self, text: &str) -> Result<usize, HostsError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let mut header: Option<Header> = None;
        let mut count = 0;
        for (number, line) in lines {
            let number = number + 1;
            let line = match &header {
                None if line.trim_start().starts_with('{') => json_line(line, number)?,
                None => {
                    let read = Header::read(line);
                    header = Some(read.ok_or(HostsError::Columns { line: number })?);
                    continue;
                }
                Some(header) => header.line(line),
            };
            count += usize::from(self.give(line));
        }
        Ok(count)
    }

    fn give(&mut self, line: Line) -> bool {
        let named = Named {
            given: true,
            at: Timestamp::from_epoch_text(&line.time),
            name: line.host.trim().to_owned(),
        };
        if named.name.is_empty() {
            return false;
        }
        let mut known = false;
        for (table, id) in [(&mut self.aid, line.aid), (&mut self.udid, line.udid)] {
            if !id.trim().is_empty() {
                put(table, id.trim(), named.clone());
                known = true;
            }
        }
        known
    }
}

/// What a line of a host file says; empty where it says nothing.
struct Line {
    aid: String,
    udid: String,
    host: String,
    time: String,
}

/// The header of a CSV host file: the delimiter and the places of its columns.
struct Header {
    delimiter: char,
    aid: Option<usize>,
    udid: Option<usize>,
    host: usize,
    time: Option<usize>,
}

impl Header {
    fn read(line: &str) -> Option<Self> {
        let delimiter = [',', ';', '\t'].into_iter().find(|d| line.contains(*d))?;
        let names: Vec<_> = csv_cells(line, delimiter)
            .into_iter()
            .map(|name| name.trim().to_ascii_lowercase())
            .collect();
        let place = |wanted: &[&str]| {
            wanted
                .iter()
                .find_map(|wanted| names.iter().position(|name| name == wanted))
        };
        let (aid, udid, host) = (place(&AID), place(&UDID), place(&HOST)?);
        (aid.is_some() || udid.is_some()).then_some(Self {
            delimiter,
            aid,
            udid,
            host,
            time: place(&TIME),
        })
    }

    fn line(&self, line: &str) -> Line {
        let cells = csv_cells(line, self.delimiter);
        let cell = |place: Option<usize>| {
            place
                .and_then(|place| cells.get(place))
                .cloned()
                .unwrap_or_default()
        };
        Line {
            aid: cell(self.aid),
            udid: cell(self.udid),
            host: cell(Some(self.host)),
            time: cell(self.time),
        }
    }
}

/// The cells of a CSV line; a host name holds no line feed, so a record is a line.
fn csv_cells(line: &str, delimiter: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '"' && quoted && chars.peek() == Some(&'"') {
            chars.next();
        } else if c == '"' {
            quoted = !quoted;
            continue;
        } else if c == delimiter && !quoted {
            cells.push(String::new());
            continue;
        }
        if let Some(cell) = cells.last_mut() {
            cell.push(c);
        }
    }
    cells
}

fn json_line(line: &str, number: usize) -> Result<Line, HostsError> {
    let error = |reason: String| HostsError::Json {
        line: number,
        reason,
    };
    let json: Json = serde_json::from_str(line).map_err(|e| error(e.to_string()))?;
    let object = json
        .as_object()
        .ok_or_else(|| error("another JSON value".to_owned()))?;
    let cell = |wanted: &[&str]| {
        let found = wanted.iter().find_map(|wanted| {
            object
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(wanted))
        });
        match found {
            Some((_, Json::String(text))) => text.clone(),
            Some((_, Json::Number(number))) => number.to_string(),
            _ => String::new(),
        }
    };
    Ok(Line {
        aid: cell(&AID),
        udid: cell(&UDID),
        host: cell(&HOST),
        time: cell(&TIME),
    })
}

fn find<'t>(table: &'t BTreeMap<String, Named>, id: &str) -> Option<&'t str> {
    let found = match table.get(id) {
        None if id.bytes().any(|b| b.is_ascii_uppercase()) => table.get(&id.to_ascii_lowercase()),
        found => found,
    };
    found.map(|named| named.name.as_str())
}

fn put(table: &mut BTreeMap<String, Named>, id: &str, named: Named) {
    let id = id.trim().to_ascii_lowercase();
    match table.get_mut(&id) {
        Some(known) if *known >= named => {}
        Some(known) => *known = named,
        None => {
            table.insert(id, named);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Family;

    fn record(family: Family, data: &[(&str, &str)]) -> Record {
        Record::made(family, data)
    }

    fn aidmaster(time: &str, name: &str) -> Record {
        record(
            Family::CrowdStrike,
            &[("aid", "ABC"), ("ComputerName", name), ("Time", time)],
        )
    }

    #[test]
    fn the_latest_name_counts_whatever_the_order() {
        let records = [
            aidmaster("1697992773.787", "NEW"),
            aidmaster("1600000000", "OLD"),
            aidmaster("", "UNDATED"),
        ];
        let mut forward = Hosts::default();
        let mut backward = Hosts::default();
        for record in &records {
            assert!(forward.learn(record));
        }
        for record in records.iter().rev() {
            backward.learn(record);
        }
        assert_eq!(forward.of_aid("abc"), Some("NEW"));
        assert_eq!(forward.of_aid("ABC"), Some("NEW"));
        assert_eq!(forward, backward);
    }

    #[test]
    fn nvm_system_records_name_devices() {
        let mut hosts = Hosts::default();
        let system = record(
            Family::Nvm,
            &[("vsn", "BSTOLL-L.example.test"), ("udid", "1DD7")],
        );
        assert!(hosts.learn(&system));
        assert_eq!(hosts.of_udid("1dd7"), Some("BSTOLL-L.example.test"));
        assert!(!hosts.learn(&record(Family::Nvm, &[("udid", "1DD8"), ("pn", "a.exe")])));
        assert!(!hosts.learn(&record(
            Family::CrowdStrike,
            &[("aid", "1"), ("ComputerName", " ")]
        )));
        assert_eq!((hosts.len(), hosts.is_empty()), (1, false));
    }

    #[test]
    fn a_host_file_is_csv_or_json_lines_and_goes_first() {
        let mut hosts = Hosts::default();
        hosts.learn(&aidmaster("1697992773", "LEARNT"));
        let csv = "\u{feff}ComputerName;aid\r\n\"WS;1 \"\"x\"\"\";ABC\r\n# a note\nWS-2;d\n;e\n";
        assert_eq!(hosts.read(csv), Ok(2));
        assert_eq!(hosts.of_aid("ABC"), Some("WS;1 \"x\""));
        assert_eq!(hosts.of_aid("d"), Some("WS-2"));
        let json = r#"{"udid":"1","host":"H"}

            {"aid":"f","ComputerName":"F","Time":"2.5","x":1}
            {"aid":"f","ComputerName":"OLD","Time":1}"#;
        assert_eq!(hosts.read(json), Ok(3));
        assert_eq!(hosts.of_udid("1"), Some("H"));
        assert_eq!(hosts.of_aid("f"), Some("F"));
        hosts.learn(&aidmaster("1997992773", "LATER"));
        assert_eq!(hosts.of_aid("abc"), Some("WS;1 \"x\""));
    }

    #[test]
    fn a_host_file_of_another_form_says_what_to_write() {
        let mut hosts = Hosts::default();
        for text in ["a,b\n1,2", "aid\n1", "host,name\n"] {
            assert_eq!(
                hosts.read(text),
                Err(HostsError::Columns { line: 1 }),
                "{text}"
            );
        }
        let broken = hosts
            .read("{\"aid\":\"1\",\"host\":\"a\"}\n{\"aid\":")
            .unwrap_err();
        assert!(broken.to_string().starts_with("line 2 of the host file"));
        assert_eq!(hosts.read(""), Ok(0));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "[{}\",;\t\na-z:]{0,40}") {
            let _ = Hosts::default().read(&text);
        }
    }
}

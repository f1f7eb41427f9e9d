//! The same Windows events as other tools export them: wevtutil's UTF-16, a file with a root
//! element, Splunk's `_raw` as JSON lines and CSV, Velociraptor's parsed rows.

use super::generator::windows::{Payload, WindowsEvent, guid_text};
use super::generator::windows_xml::{Style, event};
use serde_json::{Map, Value, json};

/// UTF-16LE with a byte order mark and CRLF: `wevtutil qe … /f:xml > file` in PowerShell.
pub fn utf16_wevtutil(events: &[WindowsEvent]) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    for one in events {
        text.push_str(&event(one, Style::WEVTUTIL));
        text.push_str("\r\n");
    }
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// All events inside `<Events>`, each over several lines, double quotes: saved by Event Viewer and
/// laid out by an editor.
pub fn events_element(events: &[WindowsEvent]) -> Vec<u8> {
    let mut text =
        String::from("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<Events>\n");
    for one in events {
        text.push_str(&event(one, Style::INDENTED));
        text.push('\n');
    }
    text.push_str("</Events>\n");
    text.into_bytes()
}

/// All events inside `<Events>` on one line, with a UTF-8 byte order mark.
pub fn events_on_one_line(events: &[WindowsEvent]) -> Vec<u8> {
    let inner: String = events
        .iter()
        .map(|one| event(one, Style::WEVTUTIL))
        .collect();
    format!("\u{feff}<Events>{inner}</Events>").into_bytes()
}

/// An event a line behind a syslog header.
pub fn syslog_xml(events: &[WindowsEvent]) -> Vec<u8> {
    let line = |one: &WindowsEvent| {
        let header = format!("<13>{} {}", one.time.syslog(), one.computer);
        format!("{header} WinEvtLog: {}\n", event(one, Style::WEVTUTIL))
    };
    events.iter().map(line).collect::<String>().into_bytes()
}

/// `{"preview":false,"offset":0,"result":{"_raw":…}}`: Splunk's search export as JSON.
pub fn splunk_json(events: &[WindowsEvent]) -> Vec<u8> {
    lines(events.iter().enumerate().map(
        |(offset, one)| json!({"preview": false, "offset": offset, "result": splunk_fields(one)}),
    ))
}

/// `_raw` at the top level, as a Splunk HEC or S3 export has it.
pub fn splunk_raw_json(events: &[WindowsEvent]) -> Vec<u8> {
    lines(events.iter().map(|one| Value::Object(splunk_fields(one))))
}

/// A CSV with a `_raw` column: Splunk's export button.
pub fn splunk_csv(events: &[WindowsEvent]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for (place, one) in events.iter().enumerate() {
        let fields = splunk_fields(one);
        if place == 0 {
            writer.write_record(fields.keys()).unwrap();
        }
        writer
            .write_record(fields.values().map(|v| v.as_str().unwrap()))
            .unwrap();
    }
    writer.into_inner().unwrap()
}

fn splunk_fields(one: &WindowsEvent) -> Map<String, Value> {
    let fields = [
        ("_time", one.time.splunk_time()),
        ("_raw", event(one, Style::SPLUNK)),
        ("host", one.computer.clone()),
        ("source", format!("XmlWinEventLog:{}", one.channel)),
        ("sourcetype", "XmlWinEventLog".to_owned()),
        ("index", "win".to_owned()),
    ];
    fields
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .into_iter()
        .collect()
}

/// Rows of `Windows.EventLogs.Evtx`: `System.EventID.Value`, seconds since 1970.
pub fn velociraptor_json(events: &[WindowsEvent]) -> Vec<u8> {
    lines(events.iter().map(|one| {
        let mut data = Map::new();
        if let Payload::Data(values) = &one.payload {
            for (name, value) in values {
                data.insert(name.clone(), Value::from(value.render(false)));
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "the artifact writes a float")]
        let seconds = one.time.0 as f64 / 1e7;
        json!({
            "System": {
                "Provider": {"Name": one.provider, "Guid": one.provider_guid.as_ref().map(guid_text)},
                "EventID": {"Value": one.event_id},
                "Version": one.version, "Level": one.level, "Task": one.task, "Opcode": 0,
                "Keywords": one.keywords,
                "TimeCreated": {"SystemTime": seconds},
                "EventRecordID": one.record_id,
                "Correlation": {},
                "Execution": {"ProcessID": one.process_id, "ThreadID": one.thread_id},
                "Channel": one.channel,
                "Computer": one.computer,
                "Security": {"UserID": one.user_id},
            },
            "EventData": data,
            "EventTime": one.time.system_time(),
        })
    }))
}

fn lines(values: impl Iterator<Item = Value>) -> Vec<u8> {
    values
        .map(|value| format!("{value}\n"))
        .collect::<String>()
        .into_bytes()
}

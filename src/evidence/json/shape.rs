//! Tells the shapes of JSON records apart by the names they have, takes off what lies around them,
//! and says which shape it is and why. Does not read the records.

use super::{Object, Value, at, text_at, text_of};
use crate::evidence::format::{Confidence, Detected, Format};
use crate::evidence::sources::{self, FlatSource};
use crate::evidence::{splunk, xml};

/// A shape of a JSON record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The `<Event>` element as JSON: `evtx_dump` and others.
    EventTree,
    /// The same without its root, the event id in `EventID.Value`.
    Velociraptor,
    /// Winlogbeat 7 and later.
    Winlogbeat7,
    /// Winlogbeat 6 and before.
    Winlogbeat6,
    /// NXLog, flat.
    NxLog,
    /// Sysmon, flat, without provider.
    SysmonFlat,
    /// A CrowdStrike FDR event.
    CrowdStrike,
    /// A CrowdStrike aidmaster record: the host name of an agent id.
    HostTable,
    /// A Cisco NVM flow or system record, v2.
    Nvm,
    /// A row of `EvtxECmd`: the event's data as JSON in `Payload`.
    EvtxECmd,
    /// A Wazuh alert or archive record with a Windows event in `data.win`.
    Wazuh,
    /// A record of a flat source, which its table knows by its fields.
    Flat(&'static FlatSource),
    /// A Splunk export with the raw event as text.
    Raw,
    /// A shipper's record with the event's XML as text in one of [`CARRIERS`].
    Carrier,
}

/// Names under which shippers hand on an event's text (Elastic: `event.original`, Logstash and
/// Fluentd: `message`, Vector: `message` or `raw`).
const CARRIERS: [&str; 6] = ["event.original", "message", "Message", "raw", "xml", "log"];

/// The XML that an object carries, and under which name. What Gimlet itself wrote carries copies of
/// events and is none.
pub fn carried(object: &Object) -> Option<(&'static str, &str)> {
    let ours = ["row", "file", "also_in", "raw"]
        .iter()
        .all(|name| object.contains_key(*name));
    let xml = |name: &'static str| {
        let text = at(object, name)?.as_str()?;
        xml::event_in(text).map(|event| (name, event))
    };
    CARRIERS.into_iter().filter(|_| !ours).find_map(xml)
}

/// A record without what lay around it.
pub struct Found {
    /// The record itself.
    pub object: Object,
    /// Its shape, `None` when it is none that is known.
    pub shape: Option<Shape>,
    /// It was exported from Splunk, so `_time` is its time.
    pub export: bool,
    around: Option<&'static str>,
}

/// Takes off Splunk's and Elasticsearch's wrappers, makes trees of dotted names, and tells the
/// shape.
pub fn find(mut object: Object) -> Found {
    let mut around = None;
    // A result in a hit in a result does not occur.
    for _ in 0..3 {
        let name = if is_object(&object, "_source") {
            "_source"
        } else if is_object(&object, "result") && !object.contains_key("event_simpleName") {
            "result"
        } else if is_object(&object, "fields") && object.contains_key("_index") {
            "fields"
        } else if is_object(&object, "properties") && is_hunting(&object) {
            "properties"
        } else if is_object(&object, "payload") && text_at(&object, "source").is_some() {
            // Security Onion's own search.
            "payload"
        } else {
            break;
        };
        if let Some(Value::Object(inner)) = object.remove(name) {
            object = inner;
            around = Some(name);
        }
    }
    let object = without_dataset(undot(object));
    let shape = of(&object);
    let export = shape == Some(Shape::Raw) || around == Some("result");
    Found {
        object,
        shape,
        export,
        around,
    }
}

fn is_object(object: &Object, name: &str) -> bool {
    object.get(name).is_some_and(Value::is_object)
}

/// The shape by the names alone. The order matters: a shape stands before those whose names it may
/// have too.
fn of(object: &Object) -> Option<Shape> {
    let has = |path: &str| at(object, path).is_some_and(|value| !value.is_null());
    let text = |name: &str| object.get(name).is_some_and(Value::is_string);
    let all = |names: &[&str]| names.iter().all(|name| has(name));
    let version = text_at(object, "fv").unwrap_or_default();
    if let Some(source) = sources::given(has) {
        return Some(Shape::Flat(source));
    }
    Some(if has("Event.System.EventID") {
        Shape::EventTree
    } else if text("_raw") {
        Shape::Raw
    } else if has("winlog.event_id") || has("winlog.provider_name") {
        Shape::Winlogbeat7
    } else if has("System.EventID.Value") {
        Shape::Velociraptor
    } else if has("System.EventID") {
        Shape::EventTree
    } else if all(&["event_id", "log_name"]) && (has("source_name") || has("event_data")) {
        Shape::Winlogbeat6
    } else if has("event_simpleName") && (has("aid") || has("cid")) && !is_host_table(object) {
        Shape::CrowdStrike
    } else if is_host_table(object) {
        Shape::HostTable
    } else if version.starts_with("nvzFlow") || (has("udid") && (has("pn") || has("vsn"))) {
        Shape::Nvm
    } else if all(&["SourceName", "EventID", "Hostname"])
        && (has("EventTime") || has("SourceModuleType"))
    {
        Shape::NxLog
    } else if is_flat_sysmon(object) {
        Shape::SysmonFlat
    } else if text("Payload") && all(&["EventId", "Provider", "Channel"]) {
        Shape::EvtxECmd
    } else if has("data.win.system") || has("win.system.eventID") {
        Shape::Wazuh
    } else if carried(object).is_some() {
        Shape::Carrier
    } else if let Some(source) = sources::built_in(has) {
        Shape::Flat(source)
    } else {
        return None;
    })
}

/// Azure's streaming of a table of Microsoft Defender: the row stands in `properties`.
fn is_hunting(object: &Object) -> bool {
    text_at(object, "category").is_some_and(|name| name.starts_with("AdvancedHunting-"))
}

/// Without the name of the dataset before the fields of a result row (`Processes.dest`).
fn without_dataset(mut object: Object) -> Object {
    const DATASETS: [&str; 3] = ["Processes", "Registry", "Filesystem"];
    for name in DATASETS {
        let has_dest = at(&object, name)
            .and_then(|fields| fields.get("dest"))
            .is_some();
        if has_dest && let Some(Value::Object(fields)) = object.remove(name) {
            for (name, value) in fields {
                object.entry(name).or_insert(value);
            }
        }
    }
    object
}

fn is_host_table(object: &Object) -> bool {
    let named = text_at(object, "event_simpleName");
    object.contains_key("aid")
        && object.contains_key("ComputerName")
        && named.is_none_or(|name| name.eq_ignore_ascii_case("aidmaster"))
}

/// Sysmon's names with its event id, and either the process that acts or, for an access of one
/// process to another, the process that does it: nothing else writes these together.
fn is_flat_sysmon(object: &Object) -> bool {
    let has = |name: &str| object.contains_key(name);
    let acts = has("ProcessGuid") && has("Image");
    let accesses = (has("SourceProcessGUID") || has("SourceProcessGuid")) && has("SourceImage");
    has("UtcTime") && (has("EventId") || has("EventID")) && (acts || accesses)
}

/// Makes a tree of names with points (`winlog.event_data.Image`), and of arrays of one value (as
/// Elasticsearch's `fields` has them) that value.
fn undot(object: Object) -> Object {
    if !object.keys().any(|name| name.contains('.')) {
        return object;
    }
    let mut tree = Object::new();
    for (name, value) in object {
        let value = match value {
            Value::Array(mut items) if items.len() == 1 => items.pop().unwrap_or(Value::Null),
            value => value,
        };
        // Deeper names than a carrier has, or ones that are a value themselves, stay as they are.
        if name.bytes().filter(|b| *b == b'.').count() > 8 || !plant(&mut tree, &name, &value) {
            tree.insert(name, value);
        }
    }
    tree
}

fn plant(tree: &mut Object, path: &str, value: &Value) -> bool {
    let Some((first, rest)) = path.split_once('.') else {
        if tree.contains_key(path) {
            return false;
        }
        tree.insert(path.to_owned(), value.clone());
        return true;
    };
    let branch = tree
        .entry(first)
        .or_insert_with(|| Value::Object(Object::new()));
    branch
        .as_object_mut()
        .is_some_and(|branch| plant(branch, rest, value))
}

/// The detection of a member that has this object as a record.
pub fn describe(object: Object) -> Option<(Detected, Shape)> {
    let found = find(object);
    let shape = found.shape?;
    let (mut name, confidence, reason) = match shape {
        Shape::Flat(source) => {
            let either = |names: &String| format!("'{}'", names.replace('|', "' or '"));
            let names: Vec<String> = source.has.iter().map(either).collect();
            let name = format!("{} JSON", source.title);
            (name, Confidence::Certain, names.join(", "))
        }
        shape => {
            let (name, confidence, reason) = words(shape, &found.object);
            (name.to_owned(), confidence, reason.to_owned())
        }
    };
    let mut reason = format!("a record has {reason}");
    if shape == Shape::Raw {
        let raw = found.object.get("_raw").map(text_of).unwrap_or_default();
        name = format!("Splunk export of {}", splunk::inner_name(&raw));
    }
    match found.around {
        Some("result") => {
            if shape != Shape::Raw {
                name = format!("Splunk export of {name}");
            }
            reason = format!("in 'result': {reason}");
        }
        Some(around @ ("properties" | "payload")) => reason = format!("in '{around}': {reason}"),
        Some(around) => {
            name = format!("{name} from Elasticsearch");
            reason = format!("in '{around}': {reason}");
        }
        None => {}
    }
    let detected = Detected {
        format: Format::Json,
        shape: name,
        confidence,
        reason,
        read_whole: matches!(shape, Shape::Flat(source) if source.result_rows),
    };
    Some((detected, shape))
}

/// The name, confidence and reason of a shape.
fn words(shape: Shape, object: &Object) -> (&'static str, Confidence, &'static str) {
    use Confidence::{Certain, Guess, Likely};
    let (name, reason) = match shape {
        Shape::EventTree if object.contains_key("Event") => {
            ("evtx_dump JSON", "'Event.System.EventID'")
        }
        Shape::EventTree => ("event JSON", "'System.EventID'"),
        Shape::Velociraptor => ("Velociraptor JSON", "'System.EventID.Value'"),
        Shape::Winlogbeat7 => (
            "Winlogbeat 7 (ECS) JSON",
            "'winlog.event_id' or 'winlog.provider_name'",
        ),
        Shape::Winlogbeat6 => ("Winlogbeat 6 JSON", "'event_id' and 'log_name'"),
        Shape::NxLog => (
            "NXLog flat JSON",
            "'SourceName', 'EventID', 'Hostname' and 'EventTime'",
        ),
        Shape::SysmonFlat => (
            "flat Sysmon JSON",
            "no provider, but 'ProcessGuid', 'Image', 'UtcTime' and 'EventId'",
        ),
        Shape::CrowdStrike => (
            "CrowdStrike FDR JSON",
            "'event_simpleName' and 'aid' or 'cid'",
        ),
        Shape::HostTable => ("CrowdStrike aidmaster JSON", "'aid' and 'ComputerName'"),
        Shape::Nvm => (
            "Cisco NVM v2 JSON",
            "the flow version 'fv', or 'udid' with 'pn' or 'vsn'",
        ),
        Shape::EvtxECmd => (
            "EvtxECmd JSON",
            "'Payload', 'EventId', 'Provider' and 'Channel'",
        ),
        Shape::Wazuh => ("Wazuh JSON", "'data.win.system'"),
        Shape::Flat(_) => ("JSON", "the fields of its source"),
        Shape::Raw => ("Splunk export", "'_raw'"),
        Shape::Carrier => (
            "JSON around Windows event XML",
            "an <Event> as text in 'message', 'event.original' or the like",
        ),
    };
    let raw = object.get("_raw").and_then(Value::as_str);
    let confidence = match shape {
        Shape::EventTree if !object.contains_key("Event") => Likely,
        Shape::SysmonFlat | Shape::HostTable | Shape::Carrier => Likely,
        Shape::Raw if !splunk::is_known(raw.unwrap_or_default()) => Guess,
        _ => Certain,
    };
    (name, confidence, reason)
}

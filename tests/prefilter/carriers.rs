//! One record as each carrier writes it, with letters written in the ways that the carrier has for
//! them: by turns, so that a failing case is a small one.

use gimlet::evidence::format::Format;

/// How letters are written where a carrier may write them in another way: by turns of these.
fn xml(text: &str, turns: &[u8]) -> String {
    let mut turns = turns.iter().cycle();
    let mut out = String::new();
    for c in text.chars() {
        match (c, turns.next().unwrap()) {
            ('&', _) => out.push_str("&amp;"),
            ('<', _) => out.push_str("&lt;"),
            ('"', _) => out.push_str("&quot;"),
            ('\'', _) => out.push_str("&apos;"),
            (c, 0) => out.push_str(&format!("&#x{:x};", u32::from(c))),
            (c, 1) => out.push_str(&format!("&#{};", u32::from(c))),
            (c, 2) => out.push_str(&format!("<![CDATA[{c}]]>")),
            (c, 3) => out.push_str(&format!("{c}<!-- x -->")),
            ('s', 4) => out.push('\u{17f}'),
            ('k', 4) => out.push('\u{212a}'),
            (c, 5) => out.extend(c.to_uppercase()),
            (c, _) => out.push(c),
        }
    }
    out
}

fn json(text: &str, turns: &[u8]) -> String {
    let mut turns = turns.iter().cycle();
    let mut out = String::new();
    for c in text.chars() {
        match (c, turns.next().unwrap()) {
            (c, 0 | 1) if (c as u32) < 0x1_0000 => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            ('"', _) => out.push_str("\\\""),
            ('\\', _) => out.push_str("\\\\"),
            ('/', 2) => out.push_str("\\/"),
            // Some exporters leave control characters as they are.
            ('\n', 6..) => out.push_str("\\n"),
            ('s', 4) => out.push_str("\\u017f"),
            ('k', 4) => out.push('\u{212a}'),
            (c, 5) => out.extend(c.to_uppercase()),
            (c, _) => out.push(c),
        }
    }
    out
}

const SYSMON: [&str; 6] = [
    "Image",
    "CommandLine",
    "OriginalFileName",
    "ParentImage",
    "ParentCommandLine",
    "User",
];
const AUDIT: [&str; 6] = [
    "NewProcessName",
    "CommandLine",
    "TokenElevationType",
    "ParentProcessName",
    "MandatoryLabel",
    "SubjectUserName",
];
const FALCON: [&str; 6] = [
    "ImageFileName",
    "CommandLine",
    "OriginalFilename",
    "ParentBaseFileName",
    "x",
    "UserName",
];
const DEFENDER: [&str; 6] = [
    "FileName",
    "ProcessCommandLine",
    "ProcessVersionInfoOriginalFileName",
    "InitiatingProcessFileName",
    "InitiatingProcessCommandLine",
    "AccountName",
];
const RESULT: [&str; 6] = [
    "process_name",
    "process",
    "original_file_name",
    "parent_process_name",
    "parent_process",
    "user",
];
const NVM: [&str; 6] = ["ppath", "parg", "pn", "ppn", "pparg", "pa"];

/// How many carriers there are, see [`record`].
pub const CARRIERS: usize = 27;

const SYSMON_PROVIDER: &str = "Microsoft-Windows-Sysmon";
const AUDIT_PROVIDER: &str = "Microsoft-Windows-Security-Auditing";

/// One record in a format: its values written as that format may write them.
pub fn record(carrier: usize, values: &[String], turns: &[u8]) -> (Format, String) {
    let of = Writer { values, turns };
    let (sysmon, audit) = (SYSMON_PROVIDER, AUDIT_PROVIDER);
    let xml = |provider, id, names| of.event(provider, id, names);
    match carrier {
        0 => (Format::WindowsXml, xml(sysmon, "1", SYSMON)),
        1 => (Format::WindowsXml, xml(audit, "4688", AUDIT)),
        2 => (Format::Json, of.raw(&xml(sysmon, "1", SYSMON))),
        3 => (Format::Json, of.event_tree(sysmon, "1", SYSMON)),
        4 => (Format::Json, of.falcon()),
        5 => (Format::Json, of.flows()),
        6 => (Format::NvmText, of.flow_line()),
        7 => (Format::Json, of.raw(&of.flow_line())),
        8 => (Format::Json, of.raw(&of.falcon())),
        9 => (Format::Json, of.raw(&of.raw(&of.flows()))),
        10 => (Format::Json, of.winlogbeat(sysmon, "1")),
        11 => (Format::Json, of.winlogbeat(audit, "4688")),
        12 => (Format::Json, of.flat()),
        13 => (Format::Json, of.nxlog()),
        14 => (Format::ClassicText, of.classic_sysmon()),
        15 => (Format::ClassicText, of.classic_audit()),
        16 => (Format::Csv, of.table("_raw", &xml(audit, "4688", AUDIT))),
        17 => (Format::Csv, of.message_table()),
        18 => (Format::Json, of.defender()),
        19 => (
            Format::Csv,
            of.columns("DeviceName,ActionType", "h,ProcessCreated", DEFENDER),
        ),
        20 => (Format::Json, of.elastic()),
        21 => (Format::Json, of.evtxecmd()),
        22 => (Format::Csv, of.evtxecmd_table()),
        23 => (Format::Json, of.wazuh(sysmon, "1", SYSMON)),
        24 => (Format::Json, of.wazuh(audit, "4688", AUDIT)),
        25 => (Format::Json, of.result_row()),
        _ => (Format::Csv, of.columns("dest,count", "h,2", RESULT)),
    }
}

/// How many carriers of changes there are, see [`change`].
pub const CHANGES: usize = 12;

const REGISTRY: [&str; 6] = [
    "Image",
    "TargetObject",
    "Details",
    "EventType",
    "User",
    "Contents",
];
const FILE: [&str; 6] = [
    "Image",
    "TargetFilename",
    "CreationUtcTime",
    "UtcTime",
    "User",
    "Hashes",
];

/// One change of the registry or of a file, as [`record`] writes a process creation.
pub fn change(carrier: usize, values: &[String], turns: &[u8]) -> (Format, String) {
    let of = Writer { values, turns };
    let (id, names) = match carrier / 3 {
        0 => ("13", REGISTRY),
        1 => ("12", REGISTRY),
        2 => ("11", FILE),
        _ => ("23", FILE),
    };
    match carrier % 3 {
        0 => (Format::WindowsXml, of.event(SYSMON_PROVIDER, id, names)),
        1 => (Format::Json, of.raw(&of.event(SYSMON_PROVIDER, id, names))),
        _ => (Format::Json, of.event_tree(SYSMON_PROVIDER, id, names)),
    }
}

struct Writer<'a> {
    values: &'a [String],
    turns: &'a [u8],
}

impl Writer<'_> {
    fn fields(&self, names: [&'static str; 6]) -> impl Iterator<Item = (&'static str, &str)> {
        names
            .into_iter()
            .zip(self.values.iter().map(String::as_str))
    }

    /// What the record as a whole is like.
    fn turn(&self) -> u8 {
        self.turns[0]
    }

    fn event(&self, provider: &str, id: &str, names: [&'static str; 6]) -> String {
        let data = self.fields(names);
        let data: String = data
            .map(|(name, value)| format!("<Data Name='{name}'>{}</Data>", xml(value, self.turns)))
            .collect();
        format!(
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
             Name='{provider}'/><EventID>{id}</EventID><TimeCreated SystemTime='2020-01-01T00:00:00Z'/>\
             <Computer>h</Computer></System><EventData>{data}</EventData></Event>"
        )
    }

    fn object(&self, names: [&'static str; 6]) -> String {
        let data = self.fields(names);
        let data = data.map(|(name, value)| format!("\"{name}\":{}", self.json(value)));
        data.collect::<Vec<_>>().join(",")
    }

    /// A text in quotes; now and then in a list or an object, with blanks between.
    fn json(&self, value: &str) -> String {
        let text = format!("\"{}\"", json(value, self.turns));
        match self.turn() {
            20..=22 => format!("[ true , {text} ]"),
            23 | 24 => format!("{{ \"msiexec\" : {text} , \"a\" : [ 1.0 , null ] }}"),
            25..=29 => format!("{{ \"a\" : [ {text} , {text} ] }}"),
            _ => text,
        }
    }

    fn raw(&self, event: &str) -> String {
        format!("{{\"_raw\":\"{}\"}}", json(event, self.turns))
    }

    fn event_tree(&self, provider: &str, id: &str, names: [&'static str; 6]) -> String {
        format!(
            "{{\"Event\":{{\"System\":{{\"Provider\":{{\"#attributes\":{{\"Name\":\"{provider}\"}}}},\
             \"EventID\":{id}}},\"EventData\":{{{}}}}}}}",
            self.object(names)
        )
    }

    fn falcon(&self) -> String {
        let platform = if self.turn().is_multiple_of(2) {
            "Win"
        } else {
            "Lin"
        };
        format!(
            "{{\"event_simpleName\":\"ProcessRollup2\",\"aid\":\"1\",\"event_platform\":\"{platform}\",\
             {}}}",
            self.object(FALCON)
        )
    }

    fn flows(&self) -> String {
        format!("{{\"fv\":\"nvzFlow_v7\",{}}}", self.object(NVM))
    }

    fn flow_line(&self) -> String {
        let fields = self.fields(NVM);
        let fields = fields.map(|(name, value)| match self.turn() {
            30..=33 => format!("{name}='{value}'"),
            _ => format!("{name}=\"{}\"", value.replace('"', "\\\"")),
        });
        let fields: Vec<String> = fields.collect();
        format!("fv=\"nvzFlow_v7\" {}", fields.join(" "))
    }

    /// The modules have taken fields out of the event's data, and the message text has them too.
    fn winlogbeat(&self, provider: &str, id: &str) -> String {
        let [image, line, original, parent, parent_line, user] =
            std::array::from_fn(|place| self.json(&self.values[place]));
        let pe = format!("\"pe\":{{\"original_file_name\":{original},\"imphash\":{original}}}");
        let parent = format!("{{\"executable\":{parent},\"command_line\":{parent_line}}}");
        let process = format!(
            "{{\"executable\":{image},\"command_line\":{line},{pe},\"parent\":{parent},\
             \"hash\":{{\"sha1\":{line}}},\"pid\":17}}"
        );
        let user = format!("{{\"name\":{user},\"domain\":{original}}}");
        let message = json(&self.sysmon_message(), self.turns);
        let (process, message) = match self.turn() % 3 {
            0 => (process, String::new()),
            1 => ("{}".to_owned(), message),
            _ => (process, message),
        };
        format!(
            "{{\"winlog\":{{\"provider_name\":\"{provider}\",\"event_id\":\"{id}\",\"event_data\":{{}}}},\
             \"process\":{process},\"user\":{user},\"message\":\"{message}\"}}"
        )
    }

    fn flat(&self) -> String {
        format!(
            "{{\"ProcessGuid\":\"{{1}}\",\"UtcTime\":\"2020-01-01 00:00:00.000\",\"EventId\":1,{}}}",
            self.object(SYSMON)
        )
    }

    fn nxlog(&self) -> String {
        let message = json(&self.sysmon_message(), self.turns);
        let data = match self.turn() % 2 {
            0 => format!("{},", self.object(SYSMON)),
            _ => String::new(),
        };
        format!(
            "{{\"SourceName\":\"{SYSMON_PROVIDER}\",\"EventID\":1,\"Hostname\":\"h\",\"EventTime\":\
             \"2020-01-01 00:00:00\",{data}\"Message\":\"{message}\"}}"
        )
    }

    fn sysmon_message(&self) -> String {
        let lines = self.fields(SYSMON);
        let lines = lines.map(|(name, value)| format!("{name}: {value}"));
        let lines: Vec<String> = lines.collect();
        let lines = lines.join("\r\n");
        format!("Process Create:\r\nUtcTime: 2020-01-01 00:00:00.000\r\n{lines}")
    }

    fn audit_message(&self) -> String {
        let [image, line, account, parent, ..] = self.values else {
            return String::new();
        };
        format!(
            "A new process has been created.\n\nCreator Subject:\n\tAccount Name:\t\t{account}\n\nProcess \
             Information:\n\tNew Process Name:\t{image}\n\tCreator Process Name:\t{parent}\n\tProcess \
             Command Line:\t{line}\n"
        )
    }

    fn classic_sysmon(&self) -> String {
        let header = "01/02/2020 03:04:05 PM\nLogName=Microsoft-Windows-Sysmon/Operational";
        let message = self.sysmon_message();
        format!("{header}\nSourceName={SYSMON_PROVIDER}\nEventCode=1\nMessage={message}")
    }

    fn classic_audit(&self) -> String {
        let header = "01/02/2020 03:04:05 PM\nLogName=Security";
        let message = self.audit_message();
        format!("{header}\nSourceName={AUDIT_PROVIDER}\nEventCode=4688\nMessage={message}")
    }

    /// Now and then as Azure streams it.
    fn defender(&self) -> String {
        let row = format!(
            "{{\"DeviceName\":\"h\",\"ActionType\":\"ProcessCreated\",{}}}",
            self.object(DEFENDER)
        );
        match self.turn() % 2 {
            0 => format!(
                "{{\"category\":\"AdvancedHunting-DeviceProcessEvents\",\"properties\":{row}}}"
            ),
            _ => row,
        }
    }

    /// The command line, or the arguments in its place.
    fn elastic(&self) -> String {
        let [image, line, original, parent, parent_line, user] =
            std::array::from_fn(|place| self.json(&self.values[place]));
        let (line, parent_line) = match self.turn() % 3 {
            0 => (
                format!("\"args\":[{line},{original}]"),
                format!("\"args\":[{parent_line}]"),
            ),
            _ => (
                format!("\"command_line\":{line}"),
                format!("\"command_line\":{parent_line}"),
            ),
        };
        format!(
            "{{\"@timestamp\":\"2020-01-01T00:00:00Z\",\"event\":{{\"category\":[\"process\"],\"type\":\
             [\"start\"]}},\"host\":{{\"name\":\"h\"}},\"user\":{{\"name\":{user}}},\"process\":{{\"name\":\
             {image},{line},\"pe\":{{\"original_file_name\":{original}}},\"parent\":{{\"name\":{parent},\
             {parent_line}}}}}}}"
        )
    }

    /// The event's data as `EvtxECmd` writes it.
    fn payload(&self) -> String {
        let data = self.fields(SYSMON).map(|(name, value)| {
            format!(
                "{{\"@Name\":\"{name}\",\"#text\":\"{}\"}}",
                json(value, self.turns)
            )
        });
        let data: Vec<String> = data.collect();
        format!("{{\"EventData\":{{\"Data\":[{}]}}}}", data.join(","))
    }

    fn evtxecmd(&self) -> String {
        format!(
            "{{\"EventId\":1,\"Provider\":\"{SYSMON_PROVIDER}\",\"Channel\":\"x\",\"Payload\":\"{}\"}}",
            json(&self.payload(), self.turns)
        )
    }

    fn evtxecmd_table(&self) -> String {
        format!(
            "EventId,Provider,Channel,Payload\n1,{SYSMON_PROVIDER},x,{}\n",
            self.cell(&self.payload())
        )
    }

    /// Each text is JSON inside of JSON; now and then it is not.
    fn wazuh(&self, provider: &str, id: &str, names: [&'static str; 6]) -> String {
        let data = self.fields(names).map(|(name, value)| {
            let value = match self.turn() % 4 {
                0 => value.to_owned(),
                _ => value.replace('\\', "\\\\").replace('"', "\\\""),
            };
            let name = name[..1].to_lowercase() + &name[1..];
            format!("\"{name}\":{}", self.json(&value))
        });
        let data: Vec<String> = data.collect();
        format!(
            "{{\"data\":{{\"win\":{{\"system\":{{\"providerName\":\"{provider}\",\"eventID\":\"{id}\"}},\
             \"eventdata\":{{{}}}}}}}}}",
            data.join(",")
        )
    }

    /// Its fields now and then with the dataset's name, or in Splunk's wrapper.
    fn result_row(&self) -> String {
        let row = format!("\"dest\":\"h\",\"count\":\"2\",{}", self.object(RESULT));
        match self.turn() % 3 {
            0 => format!("{{\"Processes\":{{{row}}}}}"),
            1 => format!("{{\"preview\":false,\"result\":{{{row}}}}}"),
            _ => format!("{{{row}}}"),
        }
    }

    /// A table with these columns behind others.
    fn columns(&self, head: &str, cells: &str, names: [&'static str; 6]) -> String {
        let (mut head, mut row) = (head.to_owned(), cells.to_owned());
        for (name, value) in self.fields(names) {
            head += &format!(",{name}");
            row += &format!(",{}", self.cell(value));
        }
        format!("{head}\n{row}\n")
    }

    fn table(&self, column: &str, cell: &str) -> String {
        format!("_time,{column}\n1,{}\n", self.cell(cell))
    }

    fn message_table(&self) -> String {
        let (source, id, message) = match self.turn() % 2 {
            0 => (SYSMON_PROVIDER, 1, self.sysmon_message()),
            _ => (AUDIT_PROVIDER, 4688, self.audit_message()),
        };
        let message = self.cell(&message);
        format!("Id,ProviderName,Message\n{id},{source},{message}\n")
    }

    /// A cell in quotes; of writers that do not double the quotes in it, too.
    fn cell(&self, text: &str) -> String {
        match self.turn() {
            10..=19 => format!("\"{text}\""),
            _ => format!("\"{}\"", text.replace('"', "\"\"")),
        }
    }
}

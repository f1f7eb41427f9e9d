//! What the benches run on: logs of the demo, and made-up events in any number. Nothing here is of a
//! real log, and nothing is measured here.
#![allow(dead_code, reason = "each bench uses a part of it")]

use criterion::Criterion;
use gimlet::cim::{Models, Sources};
use gimlet::event::Zone;
use gimlet::evidence::detect::detect;
use gimlet::evidence::format::Detected;
use gimlet::worker::hunt::{HuntOptions, Hunted, Pass, hunt};
use gimlet::worker::rule::{Rule, RuleFiles};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

/// Short runs: the figures are compared with those of the run before, not with a limit.
pub fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
}

/// A file of `fixtures`, unpacked.
pub fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    let bytes = std::fs::read(path).unwrap();
    match name.rsplit('.').next() {
        Some("zst") => zstd::decode_all(&bytes[..]).unwrap(),
        Some("gz") => {
            let mut plain = Vec::new();
            let mut unpacking = flate2::read::MultiGzDecoder::new(&bytes[..]);
            unpacking.read_to_end(&mut plain).unwrap();
            plain
        }
        _ => bytes,
    }
}

/// A log over and over again, about `size` bytes.
pub fn repeated(log: &[u8], size: usize) -> Vec<u8> {
    log.repeat(size.div_ceil(log.len()))
}

/// The Sysmon log of the demo's domain controller, one event a line.
pub fn xml(size: usize) -> Vec<u8> {
    repeated(&fixture("atomic/win-dc-447/sysmon.xml.gz"), size)
}

/// Windows events as `evtx_dump` writes them, one a line.
pub fn json(size: usize) -> Vec<u8> {
    repeated(&fixture("formats/json-evtx-dump-lines.in"), size)
}

/// Events of CrowdStrike FDR, one a line.
pub fn falcon(size: usize) -> Vec<u8> {
    repeated(&fixture("atomic/crowdstrike/fdr-events.ndjson.zst"), size)
}

/// Lines of Cisco NVM.
pub fn nvm(size: usize) -> Vec<u8> {
    repeated(&fixture("atomic/nvm/flowdata.log.gz"), size)
}

/// The Sysmon log of the demo's web server.
pub fn evtx() -> Vec<u8> {
    fixture("atomic/web-02/Sysmon%4Operational.evtx.zst")
}

/// How a log is read.
pub fn format_of(log: &[u8]) -> Detected {
    detect(&log[..log.len().min(64 * 1024)]).unwrap()
}

/// Process creations that the built-in rule takes, each another one: `count` of them on 40 hosts by
/// 7 users.
pub fn creations(count: usize) -> Vec<u8> {
    let mut text = String::new();
    for n in 0..count {
        let (host, user) = (n * 7 % 40, n % 7);
        let (hour, minute, second) = (n / 3600 % 24, n / 60 % 60, n % 60);
        let _ = writeln!(
            text,
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
             <Provider Name='Microsoft-Windows-Sysmon' Guid='{{5770385f-c22a-43e0-bf4c-06f5698ffbd9}}'/>\
             <EventID>1</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode>\
             <Keywords>0x8000000000000000</Keywords>\
             <TimeCreated SystemTime='2024-03-01T{hour:02}:{minute:02}:{second:02}.000000000Z'/>\
             <EventRecordID>{n}</EventRecordID><Correlation/>\
             <Execution ProcessID='2684' ThreadID='3052'/>\
             <Channel>Microsoft-Windows-Sysmon/Operational</Channel>\
             <Computer>ws-{host:03}.corp.example</Computer><Security UserID='S-1-5-18'/></System>\
             <EventData><Data Name='RuleName'>-</Data>\
             <Data Name='UtcTime'>2024-03-01 {hour:02}:{minute:02}:{second:02}.000</Data>\
             <Data Name='ProcessGuid'>{{6820d070-0000-65e0-0000-{n:012x}}}</Data>\
             <Data Name='ProcessId'>{pid}</Data><Data Name='Image'>C:\\Windows\\System32\\msiexec.exe</Data>\
             <Data Name='OriginalFileName'>msiexec.exe</Data>\
             <Data Name='CommandLine'>msiexec /q /i https://dl.example.net/{n}.msi</Data>\
             <Data Name='CurrentDirectory'>C:\\Windows\\system32\\</Data>\
             <Data Name='User'>CORP\\user{user}</Data><Data Name='IntegrityLevel'>High</Data>\
             <Data Name='ParentImage'>C:\\Windows\\explorer.exe</Data>\
             <Data Name='ParentCommandLine'>C:\\Windows\\Explorer.EXE</Data></EventData></Event>",
            pid = 4 * (n % 16_000) + 4,
        );
    }
    text.into_bytes()
}

/// The rule and the tables that come with the program.
pub struct Bench {
    pub rule: Rule,
    pub sources: Sources,
}

impl Bench {
    pub fn new() -> Self {
        let models = Models::built_in().unwrap();
        let files = RuleFiles {
            rule: None,
            macros: Vec::new(),
        };
        Self {
            rule: Rule::load(&files, &models, Zone::default()).unwrap(),
            sources: Sources::built_in(&models).unwrap(),
        }
    }

    /// A hunt over evidence in memory.
    pub fn hunt(&self, evidence: &'static [(&'static str, &'static [u8])], pass: Pass) -> Hunted {
        let options = HuntOptions {
            built_in: evidence,
            pass,
            ..HuntOptions::default()
        };
        hunt(&self.rule, &self.sources, &options, &mut ())
    }
}

/// Evidence in memory for as long as the bench runs.
pub fn kept(path: &'static str, log: Vec<u8>) -> &'static [(&'static str, &'static [u8])] {
    let bytes: &'static [u8] = Vec::leak(log);
    Vec::leak(vec![(path, bytes)])
}

//! Triage collections as KAPE and Velociraptor leave them, built from the demo's story, with what
//! Gimlet must find in them.

use super::generator::story::{EvidenceFile, Form, Log};
use super::generator::{Collected, collect};
use super::{packing, story_file};
use std::fs;
use std::path::Path;

const SYSMON: &str = "Microsoft-Windows-Sysmon%4Operational.evtx";
const SHA1: &str = "8f1b2d3c4a5e60718293a4b5c6d7e8f901234567";
const WEB: &str = "web-02.corp.example";
const DESK: &str = "ws-017.corp.example";

/// What is in a collection.
pub struct Contents {
    /// The rows, as `hunt --format ndjson` prints them, a row a line, by their by-fields.
    pub rows_text: String,
    /// `Computer` of the hosts that logged something.
    pub hosts: Vec<String>,
    /// Events that are there twice, counted without their first copy.
    pub duplicates: usize,
    /// Paths of the event logs as they are in the collection.
    pub logs: Vec<String>,
    /// Paths of the files that are no evidence of process creation.
    pub others: Vec<String>,
}

/// Writes a KAPE tree of two hosts into `folder`: event logs, a shadow copy that overlaps, registry
/// hives, KAPE's own logs.
pub fn kape(folder: &Path) -> Contents {
    let logs = |host: &str, drive: &str, name: &str| {
        format!("{host}/{drive}/Windows/System32/winevt/Logs/{name}")
    };
    let day = ["2022-06-13 00:00:00", ""];
    let evtx = |path: String, host, log, range| story_file(&path, Form::Evtx, host, &[log], range);
    let wanted = [
        evtx(logs("WEB-02", "C", SYSMON), WEB, Log::Sysmon, day),
        evtx(
            logs("WEB-02", "C", "Security.evtx"),
            WEB,
            Log::Security,
            day,
        ),
        evtx(
            logs("WEB-02", "C", "Application.evtx"),
            WEB,
            Log::Application,
            day,
        ),
        // Older than the log, but for a part of a day.
        evtx(
            logs("WEB-02", "VSS1", SYSMON),
            WEB,
            Log::Sysmon,
            ["", "2022-06-14 02:12:00"],
        ),
        evtx(
            logs("WS-017", "C", SYSMON),
            DESK,
            Log::Sysmon,
            ["2022-06-15 09:00:00", ""],
        ),
    ];
    let collected = collect(&wanted).unwrap();
    let others = kape_files(&wanted);
    for file in &collected.files {
        write(&folder.join(&file.path), &file.plain);
    }
    for (path, content) in &others {
        write(&folder.join(path), content);
    }
    contents(collected, others)
}

/// Registry hives and what KAPE itself writes.
fn kape_files(wanted: &[EvidenceFile]) -> Vec<packing::Member> {
    vec![
        (
            "WEB-02/C/Windows/System32/config/SYSTEM".to_owned(),
            hive("SYSTEM"),
        ),
        (
            "WEB-02/C/Windows/System32/config/SOFTWARE".to_owned(),
            hive("SOFTWARE"),
        ),
        (
            "WEB-02/C/Users/iis-app/NTUSER.DAT".to_owned(),
            hive("ntuser.dat"),
        ),
        (
            "WEB-02/2022-06-16T18_31_04_CopyLog.csv".to_owned(),
            copy_log(wanted),
        ),
        (
            "WEB-02/2022-06-16T18_31_04_SkipLog.csv".to_owned(),
            skip_log(),
        ),
        (
            "WEB-02/2022-06-16T18_31_04_ConsoleLog.txt".to_owned(),
            console_log(),
        ),
    ]
}

/// A Velociraptor offline collection of web-02 as one zip. Names are escaped once for the zip and
/// hold an escape of their own; a zip of an old log lies inside.
pub fn velociraptor() -> (Vec<u8>, Contents) {
    let uploads = "uploads/auto/C%3A/Windows/System32/winevt/Logs";
    let day = ["2022-06-14 00:00:00", "2022-06-15 00:00:00"];
    let sysmon = format!("{uploads}/Microsoft-Windows-Sysmon%254Operational.evtx");
    let security = format!("{uploads}/Security.evtx");
    let nested = "uploads/auto/C%3A/Backup/eventlogs.zip";
    let inner = "Archive-Security-2022-06-08.evtx";
    let old = ["", "2022-06-09 00:00:00"];
    let inside = story_file(
        &format!("{nested}/{inner}"),
        Form::Evtx,
        WEB,
        &[Log::Security],
        old,
    );
    let wanted = [
        story_file(&sysmon, Form::Evtx, WEB, &[Log::Sysmon], day),
        story_file(&security, Form::Evtx, WEB, &[Log::Security], day),
        inside.clone(),
    ];
    let collected = collect(&wanted).unwrap();
    let mut members = Vec::new();
    for file in &collected.files {
        members.push(if file.path == inside.path {
            let zip = packing::zip(&[(inner.to_owned(), file.plain.clone())]);
            (nested.to_owned(), zip)
        } else {
            (file.path.clone(), file.plain.clone())
        });
    }
    let others = velociraptor_files(&members);
    members.extend(others.clone());
    (packing::zip(&members), contents(collected, others))
}

fn velociraptor_files(uploads: &[packing::Member]) -> Vec<packing::Member> {
    let client = r#"{"Hostname":"WEB-02","OS":"windows","Architecture":"amd64","Fqdn":"web-02.corp.example","ClientVersion":{"name":"velociraptor","version":"0.6.4"}}"#;
    let mut list = String::new();
    for (name, content) in uploads {
        let source = name
            .replace("uploads/auto/", "")
            .replace("%3A", ":")
            .replace("%25", "%");
        let row = serde_json::json!({
            "Timestamp": "2022-06-16T18:31:04Z", "vfs_path": source, "file_size": content.len(),
            "uploaded_size": content.len(), "Accessor": "auto",
        });
        list.push_str(&row.to_string());
        list.push('\n');
    }
    let results = "results/Windows.KapeFiles.Targets%2FUploads.json";
    vec![
        ("client_info.json".to_owned(), client.as_bytes().to_vec()),
        ("uploads.json".to_owned(), list.clone().into_bytes()),
        (results.to_owned(), list.into_bytes()),
        (
            "collection_context.json".to_owned(),
            br#"{"session_id":"F.CAKQ1","state":2}"#.to_vec(),
        ),
    ]
}

fn contents(collected: Collected, others: Vec<packing::Member>) -> Contents {
    Contents {
        rows_text: collected.rows_text,
        hosts: collected.hosts,
        duplicates: collected.duplicates,
        logs: collected.files.into_iter().map(|file| file.path).collect(),
        others: others.into_iter().map(|(path, _)| path).collect(),
    }
}

/// The first block of a registry hive: enough to be known as one.
fn hive(name: &str) -> Vec<u8> {
    let mut bytes = vec![0; 8192];
    bytes[..4].copy_from_slice(b"regf");
    bytes[20..24].copy_from_slice(&1_u32.to_le_bytes());
    bytes[24..28].copy_from_slice(&5_u32.to_le_bytes());
    for (place, unit) in name.encode_utf16().enumerate() {
        bytes[48 + 2 * place..50 + 2 * place].copy_from_slice(&unit.to_le_bytes());
    }
    bytes[4096..4100].copy_from_slice(b"hbin");
    bytes
}

fn copy_log(files: &[EvidenceFile]) -> Vec<u8> {
    let mut text = String::from(
        "CopiedTimestamp,SourceFile,DestinationFile,FileSize,SourceFileSha1,DeferredCopy,\
         CreatedOnUtc,ModifiedOnUtc,LastAccessedOnUtc,CopyDuration\n",
    );
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or("");
        let source = format!(r"C:\Windows\System32\winevt\Logs\{name}");
        let destination = format!(r"E:\{}", file.path.replace('/', r"\"));
        let copied = "2022-06-16 18:31:04.1120345";
        text += &format!(
            "{copied},{source},{destination},1118208,{SHA1},True,{copied},{copied},{copied},00:00:00.0312000\n"
        );
    }
    text.into_bytes()
}

fn skip_log() -> Vec<u8> {
    b"SourceFile,SourceFileSha1,Reason\nC:\\Windows\\System32\\config\\SAM,,Deduped\n".to_vec()
}

fn console_log() -> Vec<u8> {
    b"[2022-06-16 18:31:04.0312 | INF] KAPE version 1.2.0.0\n[2022-06-16 18:31:04.0511 | INF] Found 5 targets. Expanding targets to file list...\n[2022-06-16 18:31:09.4410 | INF] Copied 8 out of 9 files in 5.1204 seconds.\n".to_vec()
}

fn write(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

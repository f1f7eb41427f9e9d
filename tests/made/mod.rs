//! What the integration tests share: the generator of the demo (whose events they reuse), and
//! builders of the forms and collections that evidence comes in; and where the real logs are.
//! Nothing here runs Gimlet.
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "what goes wrong here must fail the test"
)]

pub mod collections;
pub mod evtx_file;
pub mod exports;
pub mod packing;
pub mod real;

#[path = "../../fixtures/generator/mod.rs"]
pub mod generator;

use generator::story::{EvidenceFile, Form, Log};
use std::path::{Path, PathBuf};

/// A folder of `fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

/// A file of the demo's story: logs of a host, from and until a time (empty: no limit).
pub fn story_file(
    path: &str,
    form: Form,
    host: &str,
    logs: &[Log],
    [from, until]: [&str; 2],
) -> EvidenceFile {
    let time = |text: &str| match text {
        "" => None,
        text => Some(generator::clock::Moment::parse(text).unwrap()),
    };
    EvidenceFile {
        path: path.to_owned(),
        form,
        hosts: vec![host.to_owned()],
        logs: logs.to_vec(),
        from: time(from),
        until: time(until),
        channel: None,
        cut_at: None,
    }
}

/// The day of the intrusion on web-02: process creations of Sysmon, five rows among them.
pub fn intrusion_events(log: Log) -> Vec<generator::windows::WindowsEvent> {
    let host = "web-02.corp.example";
    let day = ["2022-06-14 00:00:00", "2022-06-15 00:00:00"];
    generator::windows_events(&story_file("", Form::Evtx, host, &[log], day)).unwrap()
}

//! The demo evidence, built into the program: every file of `fixtures/atomic`. What is in it and what
//! must be found is told in `fixtures/atomic-expected`.

/// A file of the demo: the path that it is shown with, and its bytes.
type File = (&'static str, &'static [u8]);

macro_rules! demo {
    ($name:literal) => {
        (
            concat!("atomic/", $name),
            include_bytes!(concat!("../../fixtures/atomic/", $name)),
        )
    };
}

/// The logs.
pub const EVIDENCE: &[File] = &[
    demo!("collector/ForwardedEvents-servers.xml.gz"),
    demo!("collector/ForwardedEvents.xml.zst"),
    demo!("crowdstrike/aidmaster.ndjson"),
    demo!("crowdstrike/fdr-events.ndjson.zst"),
    demo!("nvm/flowdata-v2.ndjson.gz"),
    demo!("nvm/flowdata.log.gz"),
    demo!("srv-files-01/security.xml.zst"),
    demo!("srv-sql-03/application.xml.gz"),
    demo!("srv-sql-03/system.xml.gz"),
    demo!("web-02/Sysmon%4Operational.evtx.zst"),
    demo!("web-02/VSS1/Sysmon%4Operational.evtx.zst"),
    demo!("web-02/application.xml.gz"),
    demo!("web-02/security.xml.zst"),
    demo!("win-dc-447/application.xml"),
    demo!("win-dc-447/security.xml.zst"),
    demo!("win-dc-447/sysmon.xml.gz"),
    demo!("ws-017/application.xml.gz"),
    demo!("ws-017/security.xml.gz"),
    demo!("ws-017/sysmon.xml.zst"),
];

/// A filter that picks the row of Atomic Red Team T1218.007 test 11, as Sysmon saw it.
pub const SELECT: &str = "source:\"Sysmon 1\" url:T1218.007_JScript.msi dest:win-dc-447";

/// Risk events exported from Splunk, imported with them.
pub const RISK: &[&[u8]] = &[include_bytes!(
    "../../fixtures/atomic/risk/risk-index-export.ndjson"
)];

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_file_of_the_folder_is_built_in() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/atomic");
        let mut on_disk: Vec<String> = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                entry
                    .path()
                    .strip_prefix(&root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| !name.starts_with("risk/"))
            .map(|name| format!("atomic/{name}"))
            .collect();
        on_disk.sort();
        let built_in: Vec<&str> = EVIDENCE.iter().map(|(name, _)| *name).collect();
        assert_eq!(built_in, on_disk);
        let size: usize = EVIDENCE.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(size < 1_000_000, "{size}");
    }
}

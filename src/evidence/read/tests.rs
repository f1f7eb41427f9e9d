//! Tests of the driver: what the visitor is told, in which order, whatever the evidence holds.

use super::super::archive::pack::{encrypted, gzip, streamed_zip, tar, zip, zst};
use super::super::evtx::tests::shared;
use super::*;
use crate::event::SourceId;
use crate::evidence::discover::list;
use crate::evidence::encoding::Encoding;
use crate::evidence::member::Origin;
use crate::evidence::outcome::Status;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// What a visitor is told, log by log.
#[derive(Default)]
pub(in crate::evidence) struct Told {
    pub(in crate::evidence) logs: Vec<(Member, Outcome)>,
    pub(in crate::evidence) begun: BTreeMap<SourceId, Detected>,
    pub(in crate::evidence) records: Vec<(Record, String)>,
    bad: Vec<BadRecord>,
    progress: Vec<u64>,
    stop_after: Option<usize>,
    panic_at: Option<usize>,
}

impl Visitor for Told {
    fn begin(&mut self, member: &Member, detected: &Detected) {
        assert!(self.begun.insert(member.id, detected.clone()).is_none());
    }

    fn record(&mut self, record: Record, raw: &mut dyn FnMut() -> Arc<str>) -> ControlFlow<()> {
        assert!(self.begun.contains_key(&record.locator.source));
        self.records.push((record, raw().to_string()));
        let failing = self.panic_at == Some(self.records.len());
        assert!(!failing, "as a parser might");
        match self.stop_after {
            Some(most) if self.records.len() >= most => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    fn bad(&mut self, _: &Member, bad: BadRecord) {
        self.bad.push(bad);
    }

    fn progress(&mut self, read: u64, _: Option<u64>) {
        self.progress.push(read);
    }

    fn end(&mut self, member: &Member, outcome: Outcome) {
        assert!(self.logs.iter().all(|(other, _)| other.id != member.id));
        self.logs.push((member.clone(), outcome));
    }
}

/// To be read by so many threads.
fn by(threads: usize) -> ReadOptions {
    ReadOptions {
        threads: NonZeroUsize::new(threads),
        keep_raw: true,
        ..ReadOptions::default()
    }
}

impl Told {
    /// But for how often progress was told.
    fn is_told_as(&self, other: &Self) -> bool {
        self.logs == other.logs
            && self.begun == other.begun
            && self.records == other.records
            && self.bad == other.bad
    }

    pub(super) fn of(paths: &[&Path]) -> Self {
        let mut told = Self::default();
        let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
        let finished = read(list(&paths), &by(1), &mut told);
        assert_eq!(finished, Finished::Complete);
        if list(&paths).all(|input| input.origin != Origin::Stream) {
            let mut by_several = Self::default();
            read(list(&paths), &by(3), &mut by_several);
            assert!(told.is_told_as(&by_several), "one thread and three differ");
        }
        told
    }

    /// Name below `root`, status, records, and the reason or the kind.
    fn lines(&self, root: &Path) -> Vec<String> {
        let root = format!("{}/", root.display());
        let line = |(member, outcome): &(Member, Outcome)| {
            let name = member.name.strip_prefix(&root).unwrap_or(&member.name);
            let why = outcome.reason.as_ref().or(outcome.kind.as_ref());
            let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
            format!("{name}: {} {}{why}", outcome.status, outcome.records)
        };
        self.logs.iter().map(line).collect()
    }
}

pub(in crate::evidence) fn event(id: u32) -> String {
    format!(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
         <Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID>\
         <TimeCreated SystemTime='2022-06-16T18:04:12.1234567Z'/>\
         <EventRecordID>{id}</EventRecordID><Computer>ws-1.example.test</Computer></System>\
         <EventData><Data Name='Image'>C:\\{id}.exe</Data></EventData></Event>\n"
    )
}

fn write(root: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_collection_in_folders_is_read_in_order_and_nothing_is_left_unsaid() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let logs = "HOST/C/Windows/System32/winevt/Logs";
    write(
        root,
        &format!("{logs}/Microsoft-Windows-Sysmon%4Operational.xml"),
        event(1) + &event(2),
    );
    write(
        root,
        &format!("{logs}/Microsoft-Windows-X%4Admin.xml"),
        event(3),
    );
    write(root, "HOST/C/Windows/System32/config/SAM", b"regf\0\0\0\0");
    write(root, "HOST/C/$Boot", b"\xeb\x52\x90NTFS    \0");
    write(root, "HOST/C/Windows/System32/winevt/Logs/Empty.evtx", b"");
    write(root, "CopyLog.csv", "Name,Size\nSAM,12\n");
    write(root, "old.evt", b"\x30\0\0\0LfLe");
    write(root, "sysmon.log.1.gz", gzip(event(4).as_bytes()));
    let told = Told::of(&[root]);
    assert_eq!(
        told.lines(root),
        [
            "CopyLog.csv: not evidence 0 (table (CSV) without raw events)",
            "HOST/C/$Boot: not evidence 0 (NTFS boot sector)",
            "HOST/C/Windows/System32/config/SAM: not evidence 0 (registry hive)",
            "HOST/C/Windows/System32/winevt/Logs/Empty.evtx: not evidence 0 (empty file)",
            "HOST/C/Windows/System32/winevt/Logs/Microsoft-Windows-Sysmon%4Operational.xml: read 2",
            "HOST/C/Windows/System32/winevt/Logs/Microsoft-Windows-X%4Admin.xml: read 1",
            "old.evt: not opened 0 (Windows event log of before Vista (.evt), which is not opened)",
            "sysmon.log.1.gz: read 1",
        ]
    );
    let ids: Vec<Option<u64>> = told.records.iter().map(|(r, _)| r.record_id()).collect();
    assert_eq!(ids, [Some(1), Some(2), Some(3), Some(4)]);
    assert_eq!(told.records[1].1, event(2).trim_end());
    let numbers: Vec<u32> = told.logs.iter().map(|(member, _)| member.id.0).collect();
    assert_eq!(numbers, (0..8).collect::<Vec<u32>>());
    assert!(
        told.logs
            .iter()
            .all(|(member, _)| !member.named_on_command_line)
    );
    assert_eq!(Told::of(&[root]).logs, told.logs);
}

#[test]
fn a_zip_of_zips_shows_its_names_as_windows_had_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let name = "uploads/auto/C%3A/Windows/System32/winevt/Logs/Microsoft-Windows-Sysmon%254Operational.evtx";
    let host = streamed_zip(&[
        ("uploads.json", b"{\"x\":\n".as_slice()),
        (name, event(1).as_bytes()),
    ]);
    let all = zip(&[
        ("clients/ws-1.zip", &host),
        ("locked.zip", &encrypted(zip(&[("a", b"x")]))),
    ]);
    write(root, "hunt.zip", &all);
    let path = root.join("hunt.zip");
    let told = Told::of(&[&path]);
    let shown = "hunt.zip!clients/ws-1.zip!uploads/auto/C:/Windows/System32/winevt/Logs/\
                 Microsoft-Windows-Sysmon%4Operational.evtx: read 1";
    assert_eq!(told.lines(root)[1], shown);
    let (member, outcome) = &told.logs[1];
    assert_eq!(
        member.member.as_deref(),
        Some(&*format!("clients/ws-1.zip!{name}"))
    );
    assert_eq!(
        (member.path.as_path(), outcome.status),
        (path.as_path(), Status::Read)
    );
    assert!(!member.named_on_command_line);
    assert_eq!(told.logs[2].1.status, Status::NotOpened);
    assert!(told.logs[2].1.hint.as_deref().unwrap().contains("password"));
}

#[test]
fn cut_logs_are_read_as_far_as_they_go() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let many: String = (0..2000).map(event).collect();
    let packed = gzip(many.as_bytes());
    write(root, "a.gz", &packed[..packed.len() / 2]);
    write(
        root,
        "b.tar.zst",
        zst(&tar(&[("x", many.as_bytes())])[..100_000]),
    );
    write(root, "c.gz", &packed[..12]);
    let told = Told::of(&[root]);
    let (first, outcome) = &told.logs[0];
    assert_eq!(outcome.status, Status::Partly);
    assert!(outcome.records > 100 && outcome.records < 2000);
    assert!(told.begun.contains_key(&first.id));
    assert!(
        outcome
            .reason
            .as_deref()
            .unwrap()
            .starts_with("can't be read after")
    );
    let inside = &told.logs[1].1;
    assert!(inside.status == Status::Partly && inside.records > 100);
    assert!(
        told.logs[2]
            .1
            .reason
            .as_deref()
            .unwrap()
            .starts_with("the archive can't be read")
    );
    assert_eq!(told.logs[3].1.status, Status::NotOpened);
    assert_eq!(told.logs.len(), 4);
}

#[test]
fn bad_records_cost_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{}<Event xmlns='x'><System>\n{}", event(1), event(2));
    write(folder.path(), "x.xml", &text);
    let told = Told::of(&[folder.path()]);
    assert_eq!(told.records.len(), 2);
    assert_eq!(told.bad.len(), 1);
    assert_eq!(told.bad[0].offset, event(1).len() as u64);
    let outcome = &told.logs[0].1;
    assert_eq!(
        (outcome.status, outcome.records, outcome.bad),
        (Status::Read, 2, 1)
    );
    assert_eq!(outcome.bytes, text.len() as u64);
}

#[test]
fn encodings_are_read_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let wide: Vec<u8> = event(7).encode_utf16().flat_map(u16::to_le_bytes).collect();
    write(root, "a.xml", [b"\xff\xfe", wide.as_slice()].concat());
    write(root, "b.xml", &wide);
    write(
        root,
        "c.xml",
        [b"\xef\xbb\xbf", event(7).as_bytes()].concat(),
    );
    let told = Told::of(&[root]);
    let encodings: Vec<Encoding> = told.logs.iter().map(|(_, o)| o.encoding).collect();
    let expected = [
        Encoding::Utf16Le { bom: true },
        Encoding::Utf16Le { bom: false },
        Encoding::Utf8Bom,
    ];
    assert_eq!(encodings, expected);
    assert!(
        told.records
            .iter()
            .all(|(_, raw)| raw == event(7).trim_end())
    );
    assert_eq!(told.records.len(), 3);
}

#[test]
fn a_named_fifo_is_read_as_a_stream() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("pipe");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let to = fifo.clone();
    let writer = std::thread::spawn(move || {
        let text = event(5);
        let files: &[(&str, &[u8])] = &[("x", b""), ("y", text.as_bytes())];
        std::fs::write(to, zip(files)).unwrap();
    });
    let told = Told::of(&[&fifo]);
    writer.join().unwrap();
    assert_eq!(
        told.lines(folder.path()),
        ["pipe!x: not evidence 0 (empty file)", "pipe!y: read 1"]
    );
}

#[test]
fn what_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    if is_root() {
        eprintln!("skipped: root may read everything");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "x.xml", event(1));
    let closed = std::fs::Permissions::from_mode(0o0);
    std::fs::set_permissions(folder.path().join("x.xml"), closed).unwrap();
    let told = Told::of(&[folder.path()]);
    let (_, outcome) = &told.logs[0];
    assert_eq!(outcome.status, Status::NotOpened);
    assert!(
        outcome
            .reason
            .as_deref()
            .unwrap()
            .contains("ermission denied")
    );
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    let made = tempfile::tempdir().unwrap();
    made.path().metadata().unwrap().uid() == 0
}

#[test]
fn reading_leaves_no_trace_in_the_evidence() {
    use std::time::{Duration, SystemTime};
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "x.xml", event(1));
    let path = folder.path().join("x.xml");
    let before = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let times = std::fs::FileTimes::new().set_accessed(before);
    let file = File::options().write(true).open(&path).unwrap();
    file.set_times(times).unwrap();
    assert_eq!(Told::of(&[folder.path()]).records.len(), 1);
    assert_eq!(path.metadata().unwrap().accessed().unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_not_there_does_not_stop_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "x.xml", event(1));
    let told = Told::of(&[Path::new("/nowhere/x.evtx"), folder.path()]);
    let statuses: Vec<Status> = told.logs.iter().map(|(_, o)| o.status).collect();
    assert_eq!(told.logs.len(), 2);
    assert!(statuses.contains(&Status::NotOpened) && statuses.contains(&Status::Read));
}

#[test]
fn stopping_and_failing_end_each_log_once() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in ["a.xml", "b.xml", "c.xml"] {
        write(root, name, event(1) + &event(2) + &event(3));
    }
    for threads in [1, 3] {
        stopping_and_failing(root, &by(threads));
    }
}

fn stopping_and_failing(root: &Path, options: &ReadOptions) {
    let inputs = || list(&[root.to_owned()]);
    let mut told = Told {
        stop_after: Some(4),
        ..Told::default()
    };
    assert_eq!(read(inputs(), options, &mut told), Finished::Stopped);
    let statuses: Vec<Status> = told.logs.iter().map(|(_, o)| o.status).collect();
    assert_eq!(statuses, [Status::Read, Status::Partly]);

    let mut told = Told {
        panic_at: Some(4),
        ..Told::default()
    };
    assert_eq!(read(inputs(), options, &mut told), Finished::Complete);
    let lines = told.lines(root);
    assert_eq!(
        lines[1],
        "b.xml: partly 1 (the parser failed: as a parser might)"
    );
    assert_eq!(lines[2], "c.xml: read 3");

    options.cancel.store(true, Ordering::Relaxed);
    let mut told = Told::default();
    assert_eq!(read(inputs(), options, &mut told), Finished::Stopped);
    assert!(told.logs.is_empty());
}

#[test]
fn progress_grows_to_all_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let many: String = (0..9000).map(event).collect();
    write(folder.path(), "a.xml", &many);
    write(folder.path(), "b.zip", zip(&[("x", many.as_bytes())]));
    let total: u64 = list(&[folder.path().to_owned()])
        .map(|input| input.bytes())
        .sum();
    for threads in [1, 3] {
        let options = ReadOptions {
            total: Some(total),
            ..by(threads)
        };
        let mut told = Told::default();
        read(list(&[folder.path().to_owned()]), &options, &mut told);
        assert!(told.progress.len() > 3 && told.progress.is_sorted());
        assert_eq!(told.progress.last(), Some(&total));
    }
}

#[test]
fn all_real_logs_are_read_without_abort() {
    let Some(shared) = shared() else { return };
    let data = shared.join("data");
    let told = Told::of(&[&data]);
    assert_eq!(told.logs.len(), list(&[data]).count());
    let opened = |(_, outcome): &&(Member, Outcome)| outcome.status == Status::Read;
    assert!(told.logs.iter().filter(opened).count() >= 396);
    assert!(
        told.logs
            .iter()
            .all(|(_, o)| o.status != Status::NotOpened && o.status != Status::Partly)
    );
}

#[test]
fn a_file_that_was_cut_while_it_was_read_is_not_taken_for_whole() {
    let folder = tempfile::tempdir().unwrap();
    let text = [event(1), event(2)].concat();
    for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
        let path = folder.path().join("x.log");
        std::fs::write(&path, &bytes).unwrap();
        let listed: Vec<Input> = list(&[path]).collect();
        let statuses = |inputs: &[Input]| -> Vec<Status> {
            let mut told = Told::default();
            let _ = read(inputs.to_vec(), &by(1), &mut told);
            told.logs
                .iter()
                .map(|(_, outcome)| outcome.status)
                .collect()
        };
        assert_eq!(statuses(&listed), [Status::Read]);
        let mut longer = listed.clone();
        let Origin::File { bytes, .. } = &mut longer[0].origin else {
            panic!("a file")
        };
        *bytes += 1;
        assert_eq!(statuses(&longer), [Status::Partly]);
    }
}

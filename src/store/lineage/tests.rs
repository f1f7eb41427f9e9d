//! Small families, told by creations alone.

use super::*;
use crate::cim::{Models, SourceIndex, Sources};
use crate::event::{EventTime, Locator, Position, SourceId};
use crate::store::Other;

fn source() -> SourceIndex {
    let sources = Sources::built_in(&Models::built_in().unwrap()).unwrap();
    sources.all().next().unwrap().0
}

fn locator() -> Locator {
    Locator {
        source: SourceId(0),
        position: Position::Span { offset: 0, len: 1 },
    }
}

fn time(at: i64) -> EventTime {
    EventTime {
        at: Timestamp::from_ticks(at),
        assumed: false,
    }
}

/// The shell that `java.exe` started as process 40.
fn shell<'a>(at: i64, source: SourceIndex) -> Creation<'a> {
    Creation {
        time: Some(time(at)),
        source,
        locator: locator(),
        host: "web",
        account: None,
        image: None,
        name: Some("cmd.exe"),
        command_line: None,
        original_file_name: None,
        current_directory: None,
        parent_image: None,
        parent_name: Some("java.exe"),
        parent_command_line: None,
        integrity: None,
        hashes: None,
        process: ProcessKey::parse("{AB12CD34-0000-6284-0102-000000000F00}"),
        parent: None,
        pid: Some(40),
        parent_pid: Some(4),
        logon: None,
    }
}

/// An event at a time whose parent has these ids.
fn child(at: i64, guid: Option<&str>, pid: Option<u32>, name: &str) -> Arc<StoredEvent> {
    Arc::new(StoredEvent {
        row: crate::cim::DatasetRow::default(),
        dataset: 0,
        time: Some(time(at)),
        locator: locator(),
        also_in: vec![],
        identity: crate::event::Identity(1),
        source: "s".into(),
        letter: 'S',
        channel: None,
        provider: None,
        event_id: None,
        record_id: None,
        command_line: None,
        arguments_only: false,
        image: None,
        account: None,
        endpoint: "WEB".into(),
        grandparent: None,
        parent: crate::store::ParentIds {
            process_guid: guid.map(Into::into),
            process_id: pid,
            name: Some(name.into()),
        },
        parent_command_line: None,
        urls: vec![],
        remark: None,
        repaired: false,
        raw: None,
    })
}

fn found(store: &EventStore, child: &StoredEvent) -> Option<(String, KnownBy)> {
    let found = Lineage::new(store).grandparent(child)?;
    Some((found.name.to_string(), found.by))
}

#[test]
fn the_unique_id_goes_before_the_process_id() {
    let source = source();
    let mut store = EventStore::default();
    store.add(&shell(5, source));
    store.add(&Creation {
        parent_name: Some("explorer.exe"),
        process: None,
        ..shell(7, source)
    });
    store.seal();
    let guid = Some("ab12cd34-0000-6284-0102-000000000f00");
    let java = Some(("java.exe".to_owned(), KnownBy::ProcessGuid));
    assert_eq!(found(&store, &child(9, guid, Some(40), "cmd.exe")), java);
    // Of a process id the latest holder that is not later; the name must be the parent's.
    let by_id = |name: &str| Some((name.to_owned(), KnownBy::ProcessId));
    let unknown = Some("{AB12CD34-0000-6284-0102-000000000F99}");
    for (at, expected) in [
        (9, by_id("explorer.exe")),
        (6, by_id("java.exe")),
        (4, None),
    ] {
        assert_eq!(
            found(&store, &child(at, None, Some(40), "CMD.exe")),
            expected
        );
        assert_eq!(
            found(&store, &child(at, unknown, Some(40), "unknown")),
            expected
        );
    }
    assert_eq!(found(&store, &child(9, None, Some(40), "java.exe")), None);
    assert_eq!(found(&store, &child(9, None, Some(41), "cmd.exe")), None);
    assert_eq!(found(&store, &child(9, None, None, "cmd.exe")), None);
}

#[test]
fn a_process_id_ends_with_the_run_of_its_system() {
    let source = source();
    for (host, at, expected) in [
        ("web", 6, None),
        ("web", 5, Some("java.exe")),
        ("web", 10, Some("java.exe")),
        ("db", 6, Some("java.exe")),
    ] {
        let mut store = EventStore::default();
        store.add(&shell(5, source));
        store.add_other(&Other {
            time: Some(time(at)),
            host: Some(host),
            provider: "Microsoft-Windows-Kernel-General",
            event_id: 12,
            channel: Some("System"),
            locator: locator(),
        });
        store.seal();
        let found = found(&store, &child(9, None, Some(40), "cmd.exe"));
        let name = found.map(|(name, _)| name);
        assert_eq!(name.as_deref(), expected, "started on {host} at {at}");
    }
}

#[test]
fn a_parent_that_names_no_parent_is_followed_once_more() {
    let source = source();
    let mut store = EventStore::default();
    store.add(&Creation {
        name: Some("services.exe"),
        pid: Some(4),
        process: None,
        ..shell(1, source)
    });
    store.add(&Creation {
        parent_name: Some("unknown"),
        ..shell(5, source)
    });
    store.seal();
    let guid = Some("{AB12CD34-0000-6284-0102-000000000F00}");
    let found = found(&store, &child(9, guid, None, "cmd.exe"));
    let expected = ("services.exe".to_owned(), KnownBy::ProcessId);
    assert_eq!(found, Some(expected));
}

#[test]
fn what_the_record_says_stays() {
    let source = source();
    let mut store = EventStore::default();
    store.add(&shell(5, source));
    store.seal();
    let mut said = StoredEvent::clone(&child(9, None, Some(40), "cmd.exe"));
    said.grandparent = Some(Grandparent {
        name: "said.exe".into(),
        by: KnownBy::Record,
    });
    let lineage = Lineage::new(&store);
    let findings =
        |event: StoredEvent| Findings::new(crate::search::Table::default(), vec![Arc::new(event)]);
    assert!(lineage.complete(&findings(said)).is_none());
    let open = findings(StoredEvent::clone(&child(9, None, Some(40), "cmd.exe")));
    let complete = lineage.complete(&open).unwrap();
    let name = complete.events[0].grandparent.as_ref().unwrap();
    assert_eq!(&*name.name, "java.exe");
    assert!(complete.has_rows_of(&open));
}

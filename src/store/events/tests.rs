//! What is put in comes out, and what is looked up is what a search from end to end finds.

use super::super::places::tests::any_locator;
use super::*;
use crate::cim::{Models, Sources};
use crate::event::{Position, SourceId};
use proptest::prelude::*;
use std::sync::LazyLock;

static SOURCES: LazyLock<Vec<SourceIndex>> = LazyLock::new(|| {
    let sources = Sources::built_in(&Models::built_in().unwrap()).unwrap();
    sources.all().map(|(index, _)| index).collect()
});

/// A creation with texts of its own.
#[derive(Debug, Clone)]
struct Made {
    time: Option<EventTime>,
    source: usize,
    locator: Locator,
    host: String,
    texts: [Option<String>; TEXTS],
    process: Option<String>,
    parent: Option<String>,
    pids: [Option<u32>; 2],
    logon: Option<u64>,
}

impl Made {
    #[allow(clippy::many_single_char_names, reason = "one a column, in order")]
    fn creation(&self) -> Creation<'_> {
        let text = |place: usize| self.texts[place].as_deref();
        Creation {
            time: self.time,
            source: SOURCES[self.source],
            locator: self.locator,
            host: &self.host,
            account: text(0),
            image: text(1),
            name: text(2),
            command_line: text(3),
            original_file_name: text(4),
            current_directory: text(5),
            parent_image: text(6),
            parent_name: text(7),
            parent_command_line: text(8),
            integrity: text(9),
            hashes: text(10),
            process: self.process.as_deref().and_then(ProcessKey::parse),
            parent: self.parent.as_deref().and_then(ProcessKey::parse),
            pid: self.pids[0],
            parent_pid: self.pids[1],
            logon: self.logon,
        }
    }

    fn at(&self) -> Option<Timestamp> {
        self.time.map(|time| time.at)
    }
}

fn any_time() -> impl Strategy<Value = Option<EventTime>> {
    let ticks = prop_oneof![8 => 0_i64..6, 1 => any::<i64>()];
    proptest::option::weighted(
        0.8,
        (ticks, any::<bool>()).prop_map(|(ticks, assumed)| EventTime {
            at: Timestamp::from_ticks(ticks),
            assumed,
        }),
    )
}

fn any_host() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["web", "WEB", "db", "Straße"]).prop_map(str::to_owned)
}

fn any_key() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(proptest::sample::select(
        [
            "{AB12CD34-0000-6284-0102-000000000F00}",
            "ab12cd34-0000-6284-0102-000000000f00",
            "{AB12CD34-0000-6284-0102-000000000F01}",
            "{00000000-0000-0000-0000-000000000000}",
            "77",
            "078",
            "p:1",
        ]
        .map(str::to_owned)
        .to_vec(),
    ))
}

fn any_creation() -> impl Strategy<Value = Made> {
    let text = || proptest::option::of("[a漢]{0,2}");
    let texts = proptest::collection::vec(text(), TEXTS);
    let pid = || proptest::option::of(prop_oneof![0_u32..3, any::<u32>()]);
    let ids = (any_key(), any_key(), [pid(), pid()], any::<Option<u64>>());
    let source = 0..SOURCES.len();
    (any_time(), source, any_locator(), any_host(), texts, ids).prop_map(
        |(time, source, locator, host, texts, (process, parent, pids, logon))| Made {
            time,
            source,
            locator,
            host,
            texts: texts.try_into().unwrap(),
            process,
            parent,
            pids,
            logon,
        },
    )
}

/// The creations in a store that is sealed now and then, each with its number.
fn stored(made: &[Made], seals: &[bool]) -> (EventStore, Vec<CreationId>) {
    let mut store = EventStore::default();
    let mut ids = Vec::new();
    for (place, creation) in made.iter().enumerate() {
        ids.push(CreationId::new(store.batches.len(), store.open.len()));
        store.add(&creation.creation());
        if seals.get(place) == Some(&true) {
            store.seal();
        }
    }
    store.seal();
    (store, ids)
}

fn folded(host: &str) -> String {
    host.to_lowercase()
}

proptest! {
    #[test]
    fn what_is_put_in_comes_out(
        made in proptest::collection::vec(any_creation(), 0..30),
        seals in proptest::collection::vec(any::<bool>(), 30),
    ) {
        let (store, ids) = stored(&made, &seals);
        prop_assert_eq!(store.len(), made.len());
        for (id, made) in ids.iter().zip(&made) {
            let found = store.creation(*id).unwrap();
            prop_assert_eq!(folded(found.host), folded(&made.host));
            let expected = Creation { host: found.host, ..made.creation() };
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_looked_up_is_what_a_search_from_end_to_end_finds(
        made in proptest::collection::vec(any_creation(), 0..40),
        seals in proptest::collection::vec(any::<bool>(), 40),
        host in any_host(),
        key in any_key(),
        pid in 0_u32..3,
        (first, last) in (0_i64..7, 0_i64..7),
    ) {
        let (store, ids) = stored(&made, &seals);
        let search = |wanted: &dyn Fn(&Made) -> bool| {
            let rows = ids.iter().zip(&made).filter(|(_, made)| wanted(made));
            let mut rows: Vec<_> = rows.map(|(id, made)| (made.at(), *id)).collect();
            rows.sort();
            rows.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        };
        let on_host = |made: &Made| folded(&made.host) == folded(&host);
        prop_assert_eq!(store.of_host(&host), search(&on_host));
        if let Some(key) = key.as_deref().and_then(ProcessKey::parse) {
            let same = |made: &Made| {
                on_host(made) && made.creation().process == Some(key)
            };
            prop_assert_eq!(store.of_process(&host, key), search(&same));
        }
        let [first, last] = [first, last].map(Timestamp::from_ticks);
        let within = |made: &Made| made.at().is_some_and(|at| first <= at && at <= last);
        prop_assert_eq!(store.during(first, last), search(&within));
        let before = |made: &Made| {
            on_host(made) && made.pids[0] == Some(pid) && made.at().is_some_and(|at| at <= last)
        };
        prop_assert_eq!(store.latest_of_pid(&host, pid, last), search(&before).pop());
    }

    #[test]
    fn other_events_come_out_too(
        others in proptest::collection::vec(
            (any_time(), proptest::option::of(any_host()), 0_u32..3,
             proptest::option::of("[ab]?"), any_locator()), 0..30),
    ) {
        let mut store = EventStore::default();
        let mut expected = Vec::new();
        for (time, host, event_id, channel, locator) in &others {
            let other = Other {
                time: *time,
                host: host.as_deref(),
                provider: if *event_id == 0 { "one" } else { "two" },
                event_id: *event_id,
                channel: channel.as_deref(),
                locator: *locator,
            };
            store.add_other(&other);
            expected.push(other);
        }
        store.seal();
        prop_assert_eq!(store.others_len(), expected.len());
        let found: Vec<Other<'_>> = store.others().collect();
        for (found, expected) in found.iter().zip(&expected) {
            prop_assert_eq!(found.host.map(folded), expected.host.map(folded));
            prop_assert_eq!(*found, Other { host: found.host, ..*expected });
        }
        let mut starts: Vec<Timestamp> = expected
            .iter()
            .filter(|other| other.event_id == 2)
            .filter_map(|other| Some(other.time.filter(|_| other.host.is_some())?.at))
            .collect();
        let mut found: Vec<Timestamp> = store
            .when(&[("TWO", 2)])
            .into_iter()
            .filter(|(host, _)| store.hosts.name(*host).is_some())
            .map(|(_, at)| at)
            .collect();
        starts.sort();
        found.sort();
        prop_assert_eq!(found, starts);
    }
}

#[test]
fn a_host_that_is_renamed_has_the_creations_of_both_names() {
    let mut store = EventStore::default();
    let made = |host: &str, pid: u32, at: i64| Made {
        time: Some(EventTime {
            at: Timestamp::from_ticks(at),
            assumed: false,
        }),
        source: 0,
        locator: Locator {
            source: SourceId(0),
            position: Position::Span { offset: 0, len: 1 },
        },
        host: host.to_owned(),
        texts: [const { None }; TEXTS],
        process: None,
        parent: None,
        pids: [Some(pid), None],
        logon: None,
    };
    store.add(&made("f00d", 1, 5).creation());
    store.add(&made("Web-02", 1, 3).creation());
    store.seal();
    store.rename_host("F00D", "web-02");
    let of_host = store.of_host("WEB-02");
    let hosts = of_host.iter().map(|id| store.creation(*id).unwrap().host);
    assert_eq!(hosts.collect::<Vec<_>>(), ["Web-02", "Web-02"]);
    let latest = store.latest_of_pid("web-02", 1, Timestamp::from_ticks(9));
    let latest = store.creation(latest.unwrap()).unwrap();
    assert_eq!(latest.time.unwrap().at, Timestamp::from_ticks(5));
}

/// The figures that the README gives are of real logs; this is the part that does not depend on
/// them.
#[test]
fn a_creation_takes_no_more_columns_than_were_planned() {
    let mut store = EventStore::default();
    let locator = |place: u64| Locator {
        source: SourceId(0),
        position: Position::Span {
            offset: place * 1000,
            len: 900,
        },
    };
    let count = 2 * BATCH as u64;
    for place in 0..count {
        let creation = Made {
            time: None,
            source: 0,
            locator: locator(place),
            host: "web".to_owned(),
            texts: [const { None }; TEXTS],
            process: None,
            parent: None,
            pids: [None, None],
            logon: None,
        };
        store.add(&creation.creation());
        store.add_other(&Other {
            time: None,
            host: Some("web"),
            provider: "p",
            event_id: 3,
            channel: None,
            locator: locator(place),
        });
    }
    store.seal();
    let memory = store.memory();
    assert!(memory.creations as u64 <= 132 * count, "{memory:?}");
    assert!(memory.others as u64 <= 30 * count, "{memory:?}");
}

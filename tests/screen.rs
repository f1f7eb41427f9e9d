//! What holds for every screen: nothing hostile on it, nothing that panics, no key that does
//! nothing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests: what fails is to be loud"
)]

mod common;

use common::{Desk, Evidence, evidence};
use gimlet::app::{Action, Context, Key, KeyCode, Keymap, Message, Mouse, MouseKind};
use gimlet::event::visible::is_hidden;
use gimlet::ui::Theme;
use gimlet::worker::Report;
use proptest::prelude::*;
use std::sync::Arc;

/// Evidence in which every text that a log or a file name can give is hostile.
fn hostile() -> Evidence {
    const TEXT: &str = "a\x1b]52;c;x\x07\u{9b}31m\u{202e}gpj\u{200b}漢字👩\u{200d}💻é\r\n\tz";
    let seeds: Vec<evidence::Seed> = evidence::seeds()
        .into_iter()
        .map(|seed| evidence::Seed {
            account: TEXT,
            dest: TEXT,
            parent: TEXT,
            process: format!("{TEXT} {}", seed.process),
            urls: vec![(TEXT, "package")],
            ..seed
        })
        .collect();
    let mut evidence = evidence::of(&seeds);
    evidence.sources = vec![TEXT.into(); 6];
    let mut loaded = (*evidence.loaded).clone();
    for file in &mut loaded.ledger.files {
        TEXT.clone_into(&mut file.path);
        file.hint = Some(TEXT.to_owned());
        TEXT.clone_into(&mut file.why);
    }
    loaded.clause_counts = vec![(TEXT.to_owned(), 1)];
    loaded.stages = vec![(TEXT.to_owned(), 1, 1)];
    evidence.loaded = Arc::new(loaded);
    evidence
}

/// Keys that go through all that can be seen.
const TOUR: &str = "<enter>]]e<esc><esc>gy+<esc>-<esc>u<esc>2<enter><esc><tab><enter><esc>o<esc>3\
    <enter><esc>4G5jjjjj<tab>e<esc><esc>1Y<esc>?<esc>/msi<esc>b h";

#[test]
fn no_byte_of_a_log_reaches_the_terminal_as_it_is() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut desk = Desk::loaded(hostile(), width, height);
        for key in Key::parse_string(TOUR) {
            desk.message(Message::Key(key));
            let screen = desk.screen();
            assert!(!screen.replace('\n', "").chars().any(is_hidden), "{screen}");
        }
        desk.message(Message::Report(Report::Drilldown {
            generation: 0,
            which: 0,
            result: Err("\x1b[2J".into()),
        }));
        assert!(!desk.screen().contains('\x1b'));
    }
}

#[test]
fn a_long_paste_is_cut_and_its_end_is_in_sight() {
    let mut desk = Desk::loaded(evidence::sample(), 80, 24);
    desk.keys("/");
    desk.message(Message::Paste("x".repeat(100_000)));
    desk.keys("end");
    assert!(desk.screen().contains("xend"));
    assert_eq!(desk.app.rows.filter_text().len(), 4096 + 3);
}

#[test]
fn an_ascii_terminal_gets_ascii() {
    let mut desk = Desk::loaded(hostile(), 120, 40);
    desk.theme = Theme {
        ascii: true,
        color: false,
    };
    for key in Key::parse_string(TOUR) {
        desk.message(Message::Key(key));
        let screen = desk.screen();
        assert!(screen.is_ascii(), "{screen}");
    }
    let mut desk = Desk::loaded(evidence::sample(), 100, 30);
    desk.theme.ascii = true;
    desk.keys("j");
    assert!(
        desk.screen()
            .contains("+ Findings - dest > user - oldest first -")
    );
    insta::assert_snapshot!("ascii-100x30", desk.screen());
}

/// A context, and keys that lead into it with something before and behind the selection.
const PLACES: [(Context, &str); 11] = [
    (Context::Findings, "jj"),
    (Context::Summary, "<enter>"),
    (Context::Fields, "<enter>]jjj"),
    (Context::Raw, "<enter>]]"),
    (Context::Result, "/nv<enter>2j"),
    (Context::Behind, "/nv<enter>2<tab>"),
    (Context::Whole, "2o"),
    (Context::Rule, "4jj"),
    (Context::Evidence, "5jjj"),
    (Context::Account, "5jj<enter>"),
    (Context::Help, "?jjj"),
];

/// Keys that have nothing to do in these states, though they work in others: (context, action).
fn is_idle(context: Context, action: Action) -> bool {
    use Action as A;
    let moves = matches!(
        action,
        A::Next
            | A::Previous
            | A::PageDown
            | A::PageUp
            | A::HalfPageDown
            | A::HalfPageUp
            | A::First
            | A::Last
    );
    // Texts and lists that are shorter than their pane.
    let short = matches!(
        context,
        Context::Summary | Context::Raw | Context::Behind | Context::Account | Context::Whole
    );
    let at_end = matches!(
        (context, action),
        (
            Context::Result,
            A::Next | A::PageDown | A::HalfPageDown | A::Last | A::Left | A::PageLeft
        ) | (Context::Raw, A::Right | A::NextTab)
            | (Context::Summary, A::Left | A::PreviousTab)
            | (Context::Findings, A::PreviousTab)
            | (Context::Fields, A::PreviousEvent)
            | (Context::Help, A::Open | A::Toggle)
            | (Context::Rule | Context::Whole, A::Open)
            | (Context::Evidence, A::Right)
            | (Context::Rule, A::FocusNext | A::FocusPrevious)
    );
    let same_view = matches!(
        (context, action),
        (
            Context::Findings | Context::Summary | Context::Fields | Context::Raw,
            A::ViewFindings
        ) | (
            Context::Result | Context::Behind | Context::Whole,
            A::ViewResults
        ) | (Context::Rule, A::ViewRule)
            | (Context::Evidence | Context::Account, A::ViewEvidence)
    );
    (moves && short) || at_end || same_view
}

#[test]
fn every_key_of_the_table_does_something_where_it_says_so() {
    let keymap = Keymap::built_in();
    let mut idle = Vec::new();
    for (context, way) in PLACES {
        for entry in keymap.entries().iter().filter(|e| e.works_in(context)) {
            for key in &entry.keys {
                let mut desk = Desk::loaded(evidence::sample(), 100, 24);
                desk.keys(way);
                assert_eq!(desk.app.context(), context);
                let before = (desk.screen(), desk.effects.len(), desk.jobs.len());
                desk.message(Message::Key(Key::parse(key).unwrap()));
                let after = (desk.screen(), desk.effects.len(), desk.jobs.len());
                if before == after && !is_idle(context, entry.name) {
                    idle.push(format!("{key} ({:?}) in {context:?}", entry.name));
                }
            }
        }
    }
    assert!(idle.is_empty(), "{idle:#?}");
}

fn any_key() -> impl Strategy<Value = Key> {
    let codes = vec![
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::End,
        KeyCode::Home,
        KeyCode::Backspace,
        KeyCode::F(2),
    ];
    prop_oneof![
        proptest::sample::select(
            "123456jkghGnNud+-/?bseywoTYcX[]<> q:*~\"a"
                .chars()
                .collect::<Vec<_>>()
        )
        .prop_map(Key::char),
        proptest::sample::select(codes).prop_map(Key::plain),
        proptest::sample::select(vec!['d', 'u', 'f', 'b']).prop_map(Key::ctrl),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Key(Key),
    Mouse(Mouse),
    Resize(u16, u16),
    Rows(usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    let kind = proptest::sample::select(vec![
        MouseKind::Click,
        MouseKind::WheelUp,
        MouseKind::WheelDown,
    ]);
    prop_oneof![
        12 => any_key().prop_map(Step::Key),
        2 => (kind, 0_u16..200, 0_u16..60).prop_map(|(kind, x, y)| Step::Mouse(Mouse { kind, x, y })),
        1 => (1_u16..200, 1_u16..60).prop_map(|(w, h)| Step::Resize(w, h)),
        1 => (0_usize..9).prop_map(Step::Rows),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_panics_at_any_size(
        steps in proptest::collection::vec(any_step(), 1..60),
        width in 1_u16..200, height in 1_u16..60, is_hostile: bool,
    ) {
        let evidence = if is_hostile { hostile() } else { evidence::sample() };
        let mut desk = Desk::loaded(evidence, width, height);
        let seeds = evidence::seeds();
        for step in steps {
            match step {
                Step::Key(key) => desk.message(Message::Key(key)),
                Step::Mouse(mouse) => desk.message(Message::Mouse(mouse)),
                Step::Resize(width, height) => desk.resize(width, height),
                Step::Rows(count) => {
                    let few = evidence::findings(seeds.get(..count).unwrap_or(&[]));
                    desk.evidence.findings = Arc::new(few);
                    let rows = Arc::clone(&desk.evidence.findings);
                    desk.message(Message::Report(Report::Findings(rows)));
                }
            }
            let app = &desk.app;
            prop_assert_eq!(app.rows.lines().len(), app.rows.list.len());
            prop_assert!(app.rows.list.is_empty() || app.rows.selected_row().is_some());
            prop_assert!(app.rows.rows().len() <= app.findings.findings.len());
        }
    }

    #[test]
    fn the_smallest_screens(width in 1_u16..25, height in 1_u16..9, steps in proptest::collection::vec(any_step(), 1..20)) {
        let mut desk = Desk::loaded(evidence::sample(), width, height);
        for step in steps {
            if let Step::Key(key) = step {
                desk.message(Message::Key(key));
            }
        }
        desk.resize(1, 1);
        desk.resize(20, 5);
        desk.resize(80, 24);
    }
}

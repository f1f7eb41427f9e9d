//! A desk for tests of the workbench: made-up findings, a worker that answers at once, keys typed
//! as strings, the screen as text. Nothing here is of a real log.

#![allow(
    dead_code,
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    reason = "helpers of tests: each test file uses a part, and what fails is to be loud"
)]

pub mod evidence;
pub mod pty;
pub mod rule;

use gimlet::app::{App, Effect, Key, Message, Settings};
use gimlet::event::{Timestamp, Zone};
use gimlet::search::Table;
use gimlet::store::{Findings, StoredEvent};
use gimlet::ui::{self, Theme};
use gimlet::worker::WorkerHandle;
use gimlet::worker::threads::{Engine, Passes, Worker};
use gimlet::worker::{
    DrilldownEvent, DrilldownResult, EventFields, FieldOrigin, Job, JobEnd, JobKind, Loaded,
    Progress, Report,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::sync::Arc;
use std::time::Duration;

/// What the worker knows.
#[derive(Clone, Default)]
pub struct Evidence {
    pub findings: Arc<Findings>,
    pub sources: Vec<Arc<str>>,
    pub loaded: Arc<Loaded>,
}

impl Evidence {
    /// The reports of a load that runs through.
    pub fn load(&self) -> Vec<Report> {
        vec![
            Report::Progress(self.progress()),
            Report::Sources(self.sources.clone().into()),
            Report::Findings(Arc::clone(&self.findings)),
            Report::Loaded(Arc::clone(&self.loaded)),
            ended(JobKind::Load),
        ]
    }

    pub fn progress(&self) -> Progress {
        let files = u64::try_from(self.sources.len()).unwrap();
        Progress {
            bytes_read: 3_400_000,
            bytes_total: Some(3_400_000),
            files_done: files,
            files_total: files,
            ..Progress::default()
        }
    }

    /// The reports of any other job.
    pub fn answer(&self, job: &Job) -> Vec<Report> {
        match job {
            Job::Load => self.load(),
            Job::Raw { event, generation } => vec![
                Report::Raw {
                    event: *event,
                    generation: *generation,
                    text: Ok(raw(&self.findings.events[*event]).into()),
                },
                ended(JobKind::Raw),
            ],
            Job::Fields { event, generation } => vec![
                Report::Fields {
                    event: *event,
                    generation: *generation,
                    fields: Ok(Arc::new(self.fields(*event))),
                },
                ended(JobKind::Fields),
            ],
            Job::Drilldown {
                which,
                row,
                all_time,
                generation,
            } => vec![
                Report::Drilldown {
                    generation: *generation,
                    which: *which,
                    result: Ok(Arc::new(self.drilldown(*which, *row, *all_time))),
                },
                ended(JobKind::Drilldown),
            ],
        }
    }

    fn row_of(&self, event: usize) -> usize {
        let place = u32::try_from(event).unwrap();
        let rows = &self.findings.table.rows;
        rows.iter().position(|r| r.events.contains(&place)).unwrap()
    }

    fn fields(&self, event: usize) -> EventFields {
        let row = self.row_of(event);
        let from = [
            ("dest", "Computer", "as it stands"),
            ("user", "User", "last part after the backslash"),
            ("process", "CommandLine", "as it stands"),
            ("process_name", "Image", "last part of the path"),
            ("process_path", "Image", "as it stands"),
            (
                "parent_process_name",
                "ParentImage",
                "last part of the path",
            ),
            ("parent_process", "ParentCommandLine", "as it stands"),
            ("original_file_name", "OriginalFileName", "as it stands"),
            ("process_integrity_level", "IntegrityLevel", "lower-cased"),
        ];
        let columns = &self.findings.table.columns;
        let model = columns[..columns.len() - 3].iter().map(|column| {
            let known = from.iter().find(|(field, _, _)| **field == **column);
            FieldOrigin {
                field: column.to_string(),
                value: self
                    .findings
                    .value(row, column)
                    .map(|v| v.as_text().into_owned()),
                from: known.map(|(_, from, _)| (*from).to_owned()),
                how: known
                    .map_or("default of the data model", |k| k.2)
                    .to_owned(),
                ours: &**column == "process_integrity_level",
            }
        });
        let stored = &self.findings.events[event];
        EventFields {
            model: model.collect(),
            raw: vec![
                ("Provider".into(), "Microsoft-Windows-Sysmon".into()),
                ("EventID".into(), "1".into()),
                ("Computer".into(), stored.endpoint.to_string()),
                (
                    "CommandLine".into(),
                    stored.command_line.as_deref().unwrap_or("").into(),
                ),
            ],
        }
    }

    fn drilldown(&self, which: usize, row: usize, all_time: bool) -> DrilldownResult {
        let (user, dest) = (
            self.findings.text(row, "user"),
            self.findings.text(row, "dest"),
        );
        if which == 0 {
            self.results(&user, &dest)
        } else {
            self.risk(row, &user, &dest, all_time)
        }
    }

    fn results(&self, user: &str, dest: &str) -> DrilldownResult {
        let same = |row: &usize| {
            self.findings.text(*row, "user") == user && self.findings.text(*row, "dest") == dest
        };
        let rows: Vec<usize> = (0..self.findings.findings.len()).filter(same).collect();
        let events = rows.iter().enumerate().flat_map(|(place, row)| {
            self.findings
                .events_of(*row)
                .map(move |(event, stored)| DrilldownEvent {
                    time: stored.time.map(|t| t.at),
                    summary: format!(
                        "{} {} {}",
                        stored.letter,
                        stored.endpoint,
                        stored.command_line.as_deref().unwrap_or("")
                    ),
                    fields: vec![
                        ("Computer".into(), stored.endpoint.to_string()),
                        (
                            "CommandLine".into(),
                            stored.command_line.as_deref().unwrap_or("").into(),
                        ),
                        (
                            "ParentCommandLine".into(),
                            "cmd.exe /c a\ncmd.exe /c b".into(),
                        ),
                    ],
                    event: Some(event),
                    rows: vec![place],
                })
        });
        DrilldownResult {
            title: format!("View the detection results for - \"{user}\" and \"{dest}\""),
            spl: format!(
                "{} | search user = \"{user}\" dest = \"{dest}\"",
                rule::SEARCH.trim()
            ),
            table: Table {
                columns: self.findings.table.columns.clone(),
                rows: rows
                    .iter()
                    .map(|row| self.findings.table.rows[*row].clone())
                    .collect(),
            },
            events: events.collect(),
            basis: "rows of the search over what is loaded".into(),
            ..DrilldownResult::default()
        }
    }

    fn risk(&self, row: usize, user: &str, dest: &str, all_time: bool) -> DrilldownResult {
        let latest = self.findings.findings[row].last;
        let entity = |name: &str, count: &str| {
            let cells = [
                name,
                count,
                "2022-06-14T02:11:07",
                "2022-06-16T18:04:12",
                "ESCU - Windows MSIExec Remote Download - Rule",
                "An instance of cmd.exe spawning msiexec.exe was identified on endpoint.",
                "Water Gamayun",
                "CIS 10",
                "Defense Evasion",
            ];
            gimlet::search::Row {
                cells: cells.iter().map(|c| Some((*c).into())).collect(),
                events: vec![],
            }
        };
        let columns = [
            "normalized_risk_object",
            "count",
            "firstTime",
            "lastTime",
            "Search Name",
            "Risk Message",
            "Analytic Stories",
            "Annotations",
            "ATT&CK Tactics",
        ];
        let event = |name: &str, kind: &str, place| DrilldownEvent {
            time: latest,
            summary: format!("{kind} {name} 30 Windows MSIExec Remote Download"),
            fields: vec![
                ("risk_object".into(), name.into()),
                ("risk_object_type".into(), kind.into()),
                ("risk_score".into(), "30".into()),
                (
                    "risk_message".into(),
                    "An instance of cmd.exe spawning msiexec.exe".into(),
                ),
            ],
            event: None,
            rows: vec![place],
        };
        DrilldownResult {
            title: format!("View risk events for the last 7 days for - \"{user}\" and \"{dest}\""),
            spl: rule::RISK.replace("$user$", user).replace("$dest$", dest),
            earliest: latest
                .filter(|_| !all_time)
                .map(|at| at.plus_seconds(-7 * 86_400)),
            latest: latest.filter(|_| !all_time),
            table: Table {
                columns: columns.map(Into::into).to_vec(),
                rows: vec![entity(user, "1"), entity(dest, "1")],
            },
            events: vec![event(user, "user", 0), event(dest, "system", 1)],
            ours: Some(("risk score".into(), vec!["30".into(), "30".into()])),
            basis: "from 1 rule and 0 imported risk events; in ES every rule counts".into(),
            warnings: vec![],
        }
    }
}

fn ended(kind: JobKind) -> Report {
    Report::Ended {
        kind,
        end: JobEnd::Done,
    }
}

fn raw(event: &StoredEvent) -> String {
    format!(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
         <Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID>\
         <Computer>{}</Computer></System><EventData>\
         <Data Name='CommandLine'>{}</Data></EventData></Event>",
        event.endpoint,
        event.command_line.as_deref().unwrap_or("")
    )
}

/// The workbench before a person, the worker behind it.
pub struct Desk {
    pub app: App,
    pub evidence: Evidence,
    /// What was asked of the world outside, jobs aside.
    pub effects: Vec<Effect>,
    /// The jobs that were started.
    pub jobs: Vec<Job>,
    pub theme: Theme,
    terminal: Terminal<TestBackend>,
    /// The real worker, when the evidence is real.
    worker: Option<Worker>,
    /// Jobs that it has not ended.
    open: usize,
}

impl Desk {
    /// With everything read.
    pub fn loaded(evidence: Evidence, width: u16, height: u16) -> Self {
        let mut desk = Self::started(evidence, width, height);
        let reports = desk.evidence.load();
        desk.reports(reports);
        desk
    }

    /// With nothing read yet.
    pub fn started(evidence: Evidence, width: u16, height: u16) -> Self {
        Self::with(
            Settings {
                rule: Arc::new(rule::view()),
                ..Settings::default()
            },
            evidence,
            width,
            height,
        )
    }

    pub fn with(settings: Settings, evidence: Evidence, width: u16, height: u16) -> Self {
        let mut desk = Self {
            app: App::new(settings),
            evidence,
            effects: Vec::new(),
            jobs: Vec::new(),
            theme: Theme::default(),
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
            worker: None,
            open: 0,
        };
        desk.draw();
        desk
    }

    /// On a real engine, which loads until everything is read.
    pub fn on(engine: Engine, width: u16, height: u16) -> Self {
        Self::on_in(Passes::default(), engine, width, height)
    }

    /// The same in so many passes.
    pub fn on_in(passes: Passes, engine: Engine, width: u16, height: u16) -> Self {
        let settings = Settings {
            rule: Arc::new(engine.rule.view()),
            ..Settings::default()
        };
        let mut desk = Self::with(settings, Evidence::default(), width, height);
        desk.worker = Some(Worker::new(engine).with_passes(passes));
        let effects = desk.app.start();
        desk.effects(effects);
        desk.settle();
        desk
    }

    /// Takes reports until every job has ended.
    pub fn settle(&mut self) {
        while self.open > 0 {
            let reports = self.worker.as_ref().unwrap().reports().clone();
            let report = reports.recv_timeout(Duration::from_mins(1)).unwrap();
            if matches!(report, Report::Ended { .. }) {
                self.open -= 1;
            }
            self.message(Message::Report(report));
        }
    }

    pub fn zone(text: &str) -> Zone {
        Zone::parse(text).unwrap()
    }

    pub fn reports(&mut self, reports: Vec<Report>) {
        for report in reports {
            self.message(Message::Report(report));
        }
    }

    /// Types a key string.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in Key::parse_string(keys) {
            self.message(Message::Key(key));
        }
        self
    }

    pub fn message(&mut self, message: Message) {
        let effects = self.app.update(message);
        self.effects(effects);
        self.draw();
    }

    fn effects(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Start(job) if self.worker.is_some() => {
                    self.open += 1;
                    let findings = Arc::clone(&self.app.findings);
                    self.worker.as_mut().unwrap().start(job, findings);
                }
                Effect::Start(job) => {
                    let answer = self.evidence.answer(&job);
                    self.jobs.push(job);
                    self.reports(answer);
                }
                other => self.effects.push(other),
            }
        }
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        self.terminal.backend_mut().resize(width, height);
        self.message(Message::Resize);
    }

    fn draw(&mut self) {
        for _ in 0..2 {
            let mut layout = None;
            let (app, theme) = (&self.app, self.theme);
            self.terminal
                .draw(|frame| layout = Some(ui::draw(app, theme, frame)))
                .unwrap();
            if !self.app.laid_out(layout.unwrap()) {
                break;
            }
        }
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        let buffer = self.terminal.backend().buffer();
        let area = buffer.area;
        let mut text = String::new();
        for y in 0..area.height {
            let mut line = String::new();
            let mut x = 0;
            while x < area.width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol))
                    .unwrap()
                    .max(1);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// Where a text stands on the screen: column and line.
    pub fn find(&self, text: &str) -> (u16, u16) {
        for (y, line) in self.screen().lines().enumerate() {
            if let Some(x) = line.find(text) {
                let x = line[..x].chars().count();
                return (u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
            }
        }
        panic!("'{text}' is not on the screen:\n{}", self.screen());
    }

    pub fn copied(&self) -> Option<&str> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Copy(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// An instant from RFC 3339 in UTC.
pub fn at(text: &str) -> Timestamp {
    gimlet::event::time::Reading::iso8601(text)
        .unwrap()
        .resolve(Zone::UTC)
        .0
}

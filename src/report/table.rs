//! Rows as a person reads them on a terminal: when, where, who, what started it, which URL in
//! which role, how often, and in which file at which record. URLs are whole, wrapped where they
//! must be. Every text goes through `event::visible`; the exact values are in the other shapes.

use super::grid::{Entry, Grid, Page};
use crate::event::{Value, Zone};
use crate::evidence::ledger::FileEntry;
use crate::search::{Row, Table};
use crate::store::{Finding, Findings};
use std::io::{self, Write};

/// The columns in which the rule formats times, which carry no zone of their own.
const RULE_TIMES: [&str; 2] = ["firstTime", "lastTime"];

/// How a table is drawn.
#[derive(Debug, Clone, Copy)]
pub struct TableStyle {
    /// Cells a line may take, 20 at least; `None`: no limit, so that nothing is wrapped.
    pub width: Option<usize>,
    /// The zone of the times, named in the header.
    pub zone: Zone,
    /// Lines are drawn in ASCII.
    pub ascii: bool,
}

impl TableStyle {
    pub(super) fn page(self) -> Page {
        Page {
            width: self.width,
            ascii: self.ascii,
        }
    }
}

/// Writes the rows of the rule in `order` with what a person asks of each first; `files` are the
/// ledger's, for the names of the members. Rows of a rule that has neither dest nor user nor
/// parent are written with all their columns. Nothing is written when there is no row.
pub fn write_findings(
    out: &mut dyn Write,
    findings: &Findings,
    files: &[FileEntry],
    order: &[usize],
    style: TableStyle,
) -> io::Result<()> {
    let known = ["dest", "user", "parent_process_name"];
    if !known.iter().any(|c| findings.table.column(c).is_some()) {
        return write_table(out, &findings.table, order, style);
    }
    let rows: Vec<Brief> = order
        .iter()
        .filter_map(|place| findings.findings.get(*place))
        .map(|finding| Brief::of(findings, finding, files, style.zone))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    if wide_grid(&rows, style).write(out, style.page())? {
        return Ok(());
    }
    let stacked = stacked_grid(&rows, style);
    if !stacked.write(out, style.page())? {
        stacked.write_upright(out, style.page())?;
    }
    Ok(())
}

/// Writes `table` in `order` with all columns: side by side where they fit, else one under the
/// other, row by row. Nothing is written when there is no row.
pub fn write_table(
    out: &mut dyn Write,
    table: &Table,
    order: &[usize],
    style: TableStyle,
) -> io::Result<()> {
    let rows: Vec<&Row> = order.iter().filter_map(|at| table.rows.get(*at)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mut grid = Grid::default();
    for (at, name) in table.columns.iter().enumerate() {
        let cells = rows.iter().filter_map(|row| row.cells.get(at)?.as_ref());
        if cells.clone().count() > 0 && cells.clone().all(|v| matches!(v, Value::Number(_))) {
            grid.numbers(name);
        } else if RULE_TIMES.contains(&&**name) {
            grid.column(&format!("{name} ({})", style.zone.name()), 19);
        } else {
            grid.column(name, 16);
        }
    }
    for row in rows {
        let cell = |at: usize| {
            let value = row.cells.get(at).and_then(Option::as_ref);
            let texts = value.map_or(vec![], Value::each);
            texts
                .into_iter()
                .map(std::borrow::Cow::into_owned)
                .collect()
        };
        let mut entry = Entry::default();
        entry.line((0..table.columns.len()).map(cell));
        grid.push(entry);
    }
    if !grid.write(out, style.page())? {
        grid.write_upright(out, style.page())?;
    }
    Ok(())
}

/// What the table shows of a row.
struct Brief {
    first: String,
    dest: String,
    user: String,
    parent: String,
    /// Role and URL; one without role, the command line, where no URL was found.
    urls: Vec<(String, String)>,
    count: String,
    place: String,
}

impl Brief {
    fn of(findings: &Findings, finding: &Finding, files: &[FileEntry], zone: Zone) -> Self {
        let text = |column: &str| findings.text(finding.row, column);
        let first = match finding.first {
            Some(at) => at.format("%Y-%m-%dT%H:%M:%S", zone),
            None => text("firstTime"),
        };
        let mut urls: Vec<(String, String)> = finding
            .urls
            .iter()
            .map(|url| (url.role.to_string(), url.text.to_string()))
            .collect();
        if urls.is_empty() {
            urls.push((String::new(), text("process")));
        }
        let count = findings.value(finding.row, "count");
        Self {
            first: match first.as_str() {
                "" => "no time".to_owned(),
                time if finding.assumed_time => format!("{time}~"),
                time => time.to_owned(),
            },
            dest: text("dest"),
            user: text("user"),
            parent: text("parent_process_name"),
            urls,
            count: count.map_or(finding.count.to_string(), |v| v.as_text().into_owned()),
            place: place(findings, finding.row, files),
        }
    }
}

/// File and record of the first event, and how many more there are.
fn place(findings: &Findings, row: usize, files: &[FileEntry]) -> String {
    let mut events = findings.events_of(row);
    let Some((_, event)) = events.next() else {
        return String::new();
    };
    let locator = event.locator;
    let file = files.get(locator.source.0 as usize);
    let name = file.map_or_else(|| format!("member {}", locator.source.0), FileEntry::place);
    let more = events.count();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{name} {}{more}", locator.position)
}

fn time_title(style: TableStyle) -> String {
    format!("firstTime ({})", style.zone.name())
}

/// Everything beside one another.
fn wide_grid(rows: &[Brief], style: TableStyle) -> Grid {
    let mut grid = Grid::default();
    grid.column(&time_title(style), usize::MAX);
    grid.column("dest", 28);
    grid.column("user", 16);
    grid.column("parent", 20);
    grid.column("role", 20);
    grid.column("url", 40);
    grid.numbers("count");
    grid.column("file:record", 32);
    for row in rows {
        let mut entry = Entry::default();
        for (nth, (role, url)) in row.urls.iter().enumerate() {
            let once = |text: &str| vec![if nth == 0 { text } else { "" }.to_owned()];
            entry.line([
                once(&row.first),
                once(&row.dest),
                once(&row.user),
                once(&row.parent),
                vec![role.clone()],
                vec![url.clone()],
                once(&row.count),
                once(&row.place),
            ]);
        }
        grid.push(entry);
    }
    grid
}

/// URLs and place on lines of their own below the rest.
fn stacked_grid(rows: &[Brief], style: TableStyle) -> Grid {
    let mut grid = Grid::default();
    grid.column(&time_title(style), usize::MAX);
    grid.column("dest", 12);
    grid.column("user", 8);
    grid.column("parent", 8);
    grid.numbers("count");
    grid.note_title("role", "url");
    grid.note_title("file", "file:record");
    for row in rows {
        let mut entry = Entry::default();
        let head = [&row.first, &row.dest, &row.user, &row.parent, &row.count];
        entry.line(head.map(|text| vec![text.clone()]));
        for (role, url) in &row.urls {
            entry.note(role, url);
        }
        entry.note("file", &row.place);
        grid.push(entry);
    }
    grid
}

//! `tstats … from datamodel=…`: filters the rows of a dataset and groups them.
//!
//! Facts (Search Reference, "tstats"; language-and-model §2.6): `fillnull_value` stands for null
//! in the fields to group by, without it such rows are left out. Offline everything is
//! unsummarised, so `summariesonly` and `allow_old_summaries` decide nothing.

mod results;

use super::canonical;
use super::cells::{Cells, Fields, Place, TIME, bare_name};
use super::feed::Feed;
use super::group::{Grouping, Groups, refuse_same_columns};
use super::messages::Messages;
use super::names::nearest;
use super::plan::{Context, Plan};
use super::predicate::Predicate;
use super::subsearch;
use super::table::Table;
use crate::cim::{Dataset, DatasetRow};
use crate::spl::Diagnostic;
use crate::spl::ast::{self, CompareOp, Name, Piece};
use results::Results;
use std::borrow::Cow;

/// A `tstats` that can be run.
#[derive(Debug, Clone)]
pub(super) struct Tstats {
    pub(super) predicate: Option<Predicate>,
    pub(super) fields: Fields,
    /// Places in the rows of a data model's dataset; empty for a dataset that is a table.
    pub(super) places: Vec<Place>,
    /// The dataset's name, which stands before its fields.
    dataset: String,
    grouping: Grouping,
    /// How rows that were made elsewhere stand beside its own.
    results: Results,
    /// The `where` in one spelling; empty without.
    pub(super) key: String,
    /// What is made anew when the searches inside of the `where` have been run.
    late: Option<Box<Late>>,
}

/// A `tstats` whose `where` asks for what other searches find.
#[derive(Debug, Clone)]
struct Late {
    tree: ast::Tstats,
    /// Where its rows are those of a data model.
    rows: Option<Dataset>,
    searches: Vec<Plan>,
}

/// What an option does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// Decides nothing offline.
    None,
    /// Changes what comes out in a way that can't be run: only `false` is taken.
    MustBeFalse,
    /// Is the text for null.
    Fill,
}

const OPTIONS: &[(&str, Effect)] = &[
    ("summariesonly", Effect::None),
    ("allow_old_summaries", Effect::None),
    ("include_reduced_buckets", Effect::None),
    ("use_summary_index_values", Effect::None),
    ("chunk_size", Effect::None),
    ("local", Effect::None),
    ("prestats", Effect::MustBeFalse),
    ("append", Effect::MustBeFalse),
    ("fillnull_value", Effect::Fill),
];

/// The dataset that a `tstats` names in its `where nodename=…` when `from` names the model only.
pub(super) fn node_name(tstats: &ast::Tstats) -> Option<&str> {
    let parts = match tstats.predicate.as_ref()? {
        ast::Predicate::And(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    parts.iter().find_map(node_of)
}

fn node_of(predicate: &ast::Predicate) -> Option<&str> {
    match predicate {
        ast::Predicate::Compare {
            field,
            op: CompareOp::Equal,
            value,
        } if field.text == "nodename" => match value.pieces.as_slice() {
            [Piece::Source(text)] => Some(text.rsplit('.').next().unwrap_or(text)),
            _ => None,
        },
        _ => None,
    }
}

/// The predicate without the `nodename=…` that chose the dataset.
fn without_node(predicate: &ast::Predicate) -> Option<ast::Predicate> {
    if node_of(predicate).is_some() {
        return None;
    }
    let ast::Predicate::And(parts) = predicate else {
        return Some(predicate.clone());
    };
    let parts = parts.iter().filter(|part| node_of(part).is_none());
    let parts: Vec<ast::Predicate> = parts.cloned().collect();
    (!parts.is_empty()).then_some(ast::Predicate::And(parts))
}

impl Tstats {
    /// From the tree. `dataset` is the dataset's name, `rows` its fields where its rows are those
    /// of a data model.
    pub(super) fn compile(
        tree: &ast::Tstats,
        dataset: &str,
        rows: Option<&Dataset>,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Self {
        let mut searches = Vec::new();
        let mut tree = Cow::Borrowed(tree);
        if let Some(predicate) = &tree.predicate
            && subsearch::stands_in(predicate)
        {
            let known = subsearch::known(predicate, context, &mut searches, messages);
            tree.to_mut().predicate = Some(known);
        }
        let late = (!searches.is_empty()).then(|| {
            let rows = rows.cloned();
            let tree = tree.clone().into_owned();
            Box::new(Late {
                tree,
                rows,
                searches,
            })
        });
        if late.is_some() {
            let predicate = tree.to_mut().predicate.take();
            tree.to_mut().predicate = predicate.map(|p| subsearch::loose(&p));
        }
        let mut compiled = Self::of(&tree, dataset, rows, messages);
        if let Some(late) = &late {
            // The searches inside have keys of their own in the plan's.
            let written = late.tree.predicate.as_ref();
            compiled.key = written.map(canonical::spelling).unwrap_or_default();
        }
        compiled.late = late;
        compiled
    }

    /// From a tree without searches inside.
    fn of(
        tree: &ast::Tstats,
        dataset: &str,
        rows: Option<&Dataset>,
        messages: &mut Messages,
    ) -> Self {
        let fill = fill_of(&tree.options, messages);
        if fill.is_none() && !tree.by.is_empty() {
            lint_no_fill(tree, messages);
        }
        let written = tree.predicate.as_ref();
        let chosen_by_node = tree.from.dataset.is_none();
        let predicate = if chosen_by_node {
            written.and_then(without_node)
        } else {
            written.cloned()
        };
        let mut fields = Fields::default();
        let errors = messages.errors.len();
        let compiled = predicate
            .as_ref()
            .map(|tree| Predicate::compile(tree, &mut fields, messages));
        // A predicate that is too deep to be compiled is too deep to be spelt, too.
        let key = predicate.filter(|_| messages.errors.len() == errors);
        refuse_same_columns(&tree.aggregates, &tree.by, messages);
        refuse_stars(tree, messages);
        let (aggregates, by) = (&tree.aggregates, &tree.by);
        let grouping = Grouping::compile(aggregates, by, fill, &mut fields, messages);
        let results = Results::new(dataset, by.len(), fill);
        if let Some(rows) = rows {
            lint_fields(tree, rows, messages);
        }
        Self {
            predicate: compiled.filter(|p| !p.is_always()),
            places: rows.map(|rows| fields.in_dataset(rows)).unwrap_or_default(),
            fields,
            dataset: dataset.to_owned(),
            grouping,
            results,
            key: key.map(|p| canonical::spelling(&p)).unwrap_or_default(),
            late: None,
        }
    }

    /// The searches inside of its `where`.
    pub(super) fn searches(&self) -> Vec<&Plan> {
        let late = self.late.iter();
        late.flat_map(|late| &late.searches).collect()
    }

    /// With what the searches inside of its `where` ask for in their places; none when there are
    /// none.
    pub(super) fn resolved(&self, feed: &Feed<'_>) -> Option<Self> {
        let late = self.late.as_ref()?;
        let mut tree = late.tree.clone();
        let predicate = tree.predicate.as_ref();
        tree.predicate = predicate.map(|p| subsearch::resolved(p, &late.searches, feed));
        // What can be wrong was said when the search was compiled.
        let (rows, mut unsaid) = (late.rows.as_ref(), Messages::default());
        Some(Self::of(&tree, &self.dataset, rows, &mut unsaid))
    }

    /// Whether a row of the dataset meets the `where`.
    pub(super) fn test(&self, row: &DatasetRow) -> bool {
        let cells = Cells::of_dataset(row, &self.places);
        self.predicate.as_ref().is_none_or(|p| p.test(&cells))
    }

    /// The places of the fields that the `where` looks at; `None`: at all.
    pub(super) fn tested_places(&self) -> Option<Vec<usize>> {
        let predicate = self.predicate.as_ref();
        predicate.map_or(Some(Vec::new()), |p| p.tested_places(&self.places))
    }

    /// Over rows of a data model with their places; how many there were comes with the table.
    pub(super) fn run<'a>(
        &self,
        rows: impl Iterator<Item = (u32, &'a DatasetRow)>,
    ) -> (Table, usize) {
        let mut groups = Groups::new(&self.grouping);
        let mut made = Vec::new();
        let mut count = 0;
        for (place, row) in rows {
            count += 1;
            let cells = Cells::of_dataset(row, &self.places);
            if self.predicate.as_ref().is_some_and(|p| !p.test(&cells)) {
                continue;
            }
            match &row.given {
                Some(given) => made.push((place, row.time, given)),
                None => groups.add(&cells, &[place]),
            }
        }
        let mut table = groups.finish();
        self.results.add(&mut table, &made);
        (table, count)
    }

    /// Over a table that holds the dataset.
    pub(super) fn run_table(&self, table: &Table) -> Table {
        let places = self.fields.in_dataset_table(&self.dataset, table);
        let mut groups = Groups::new(&self.grouping);
        for row in &table.rows {
            let cells = Cells::of_table(row, &places);
            if self.predicate.as_ref().is_none_or(|p| p.test(&cells)) {
                groups.add(&cells, &row.events);
            }
        }
        groups.finish()
    }
}

fn fill_of<'o>(options: &'o [(Name, Name)], messages: &mut Messages) -> Option<&'o str> {
    let mut fill = None;
    for (name, value) in options {
        let span = crate::spl::Span::from(name.span.start..value.span.end);
        let (name, value) = (&name.text, &value.text);
        let Some((_, effect)) = OPTIONS.iter().find(|(known, _)| *known == name.as_str()) else {
            let message = format!("tstats has no option '{name}'");
            let known: Vec<&str> = OPTIONS.iter().map(|(name, _)| *name).collect();
            let refused = Diagnostic::new("SPL-OPTION", message, span)
                .with_help(format!("there are {}", known.join(", ")));
            messages.refuse(refused);
            continue;
        };
        match effect {
            Effect::None => {}
            Effect::Fill => fill = Some(value.as_str()),
            Effect::MustBeFalse if is_false(value) => {}
            Effect::MustBeFalse => {
                let message = format!("tstats with '{name}={value}' can't be run in this version");
                let help = format!("write {name}=false, or take it away");
                messages.refuse(Diagnostic::new("SPL-OPTION", message, span).with_help(help));
            }
        }
    }
    fill
}

fn is_false(value: &str) -> bool {
    ["f", "false", "0"]
        .iter()
        .any(|no| value.eq_ignore_ascii_case(no))
}

fn refuse_stars(tree: &ast::Tstats, messages: &mut Messages) {
    let by = tree.by.iter().map(|by| &by.name);
    let aggregates = tree.aggregates.iter().filter_map(|a| a.field.as_ref());
    for name in by.chain(aggregates).filter(|name| name.text.contains('*')) {
        let message = format!(
            "tstats takes no wildcard in a field's name: '{}'",
            name.text
        );
        messages.error("SPL-WILDCARD", message, name.span);
    }
}

fn lint_no_fill(tree: &ast::Tstats, messages: &mut Messages) {
    let span = tree.by.first().map_or(tree.from.span, |by| by.name.span);
    let message = "no fillnull_value: events with a null in any of the by fields are left out";
    let lint = Diagnostic::new("SPL-NOFILL", message, span);
    messages.lint(lint.with_help("write 'tstats fillnull_value=null …' to keep them"));
}

/// Names that are null in every row, each once.
fn lint_fields(tree: &ast::Tstats, dataset: &Dataset, messages: &mut Messages) {
    let mut names: Vec<&Name> = Vec::new();
    if let Some(predicate) = &tree.predicate {
        collect(predicate, &mut names, 0);
    }
    names.extend(tree.aggregates.iter().filter_map(|a| a.field.as_ref()));
    names.extend(tree.by.iter().map(|by| &by.name));
    let chosen_by_node = tree.from.dataset.is_none();
    let mut seen = hashbrown::HashSet::new();
    for name in names {
        let is_node = chosen_by_node && name.text == "nodename";
        if seen.insert(&name.text)
            && !is_node
            && let Some(lint) = unknown_field(name, dataset)
        {
            messages.lint(lint);
        }
    }
}

fn collect<'p>(predicate: &'p ast::Predicate, names: &mut Vec<&'p Name>, depth: usize) {
    if depth > super::messages::MAX_DEPTH {
        return;
    }
    match predicate {
        ast::Predicate::And(parts) | ast::Predicate::Or(parts) => {
            for part in parts {
                collect(part, names, depth + 1);
            }
        }
        ast::Predicate::Not(inner) => collect(inner, names, depth + 1),
        ast::Predicate::Compare { field, .. } | ast::Predicate::In { field, .. } => {
            names.push(field);
        }
        ast::Predicate::Text(_) | ast::Predicate::Subsearch { .. } => {}
    }
}

/// The lint for a field that the dataset does not have.
fn unknown_field(name: &Name, dataset: &Dataset) -> Option<Diagnostic> {
    let text = name.text.as_str();
    let bare = bare_name(&dataset.name, text);
    if text == TIME || bare.is_some_and(|_| dataset.index(text).is_some()) {
        return None;
    }
    let full = format!("{}.{}", dataset.model, dataset.name);
    let message = format!("'{text}' is no field of '{full}': it is null in every row");
    // Letter case counts in the names of fields; a difference in it alone is a slip of the pen.
    let last = text.rsplit('.').next().unwrap_or(text);
    let fields = || dataset.fields.iter().map(|field| &*field.name);
    let meant = nearest(last, fields()).map(|field| format!("{}.{field}", dataset.name));
    let code = match &meant {
        Some(meant) if meant.eq_ignore_ascii_case(text) => "SPL-CASE",
        _ => "SPL-FIELD",
    };
    let lint = Diagnostic::new(code, message, name.span);
    Some(lint.with_help(meant.map_or_else(
        || format!("the fields are {}", fields().collect::<Vec<_>>().join(", ")),
        |meant| format!("write '{meant}'"),
    )))
}

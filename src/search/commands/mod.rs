//! The commands after the first, each from table to table. A row keeps the places of the events
//! behind it through all of them.

mod addtotals;
mod append;
mod bin;
mod columns;
mod convert;
mod dedup;
mod ends;
mod eventstats;
mod fillnull;
mod foreach;
mod inputlookup;
mod join;
mod lookup;
mod map;
mod multivalue;
mod order;
mod regex;
mod regular;
mod rename;
mod replace;
mod returned;
mod rex;
mod rows;
mod sed;
mod spath;
mod stats;
mod streamstats;
mod top;
mod transaction;
mod xmlkv;

use super::feed::Feed;
use super::messages::Messages;
use super::plan::{Context, Plan};
use super::table::Table;
use crate::event::Value;
use crate::spl::ast::CommandKind;
use crate::spl::fields::RAW;
use crate::spl::{Command, Span};
use std::fmt::Debug;
use std::sync::Arc;

/// A command that can be run on a table.
pub(super) trait Run: Debug + Send + Sync {
    /// Runs it. `feed`: what a search inside of it runs over.
    fn run(&self, table: Table, feed: &Feed<'_>) -> Table;

    /// The searches inside of it.
    fn searches(&self) -> Vec<&Plan> {
        Vec::new()
    }

    /// The columns that come out are told by those that go in, whatever rows there are.
    fn has_told_columns(&self) -> bool {
        false
    }

    /// No row comes out, whatever rows go in. May be wrong about it where it says no.
    fn leaves_nothing(&self, _: &Feed<'_>) -> bool {
        false
    }
}

/// A compiled command.
#[derive(Debug, Clone)]
pub(super) struct Stage(Arc<dyn Run>);

impl Stage {
    /// From the tree; none for a command that can only come first, or that can't be run.
    pub(super) fn compile(
        command: &Command,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Option<Self> {
        let span = command.span;
        let environment = context.environment();
        Some(match &command.kind {
            CommandKind::Search(tree) => Self::of(rows::Search::compile(tree, context, messages)),
            CommandKind::Where(tree) => {
                Self::of(rows::Where::compile(tree, environment, span, messages))
            }
            CommandKind::Eval(tree) => {
                Self::of(rows::Eval::compile(tree, environment, span, messages))
            }
            CommandKind::Rename(tree) => Self::of(rename::Rename::compile(tree, messages)),
            CommandKind::Convert(tree) => {
                Self::of(convert::Convert::compile(tree, environment.zone, messages))
            }
            CommandKind::Stats(tree) => Self::of(stats::Stats::compile(tree, messages)),
            CommandKind::Eventstats(tree) => {
                Self::of(eventstats::Eventstats::compile(tree, messages))
            }
            CommandKind::Fields { remove, names } => Self::of(columns::Fields::new(*remove, names)),
            CommandKind::Table(names) => Self::of(columns::Columns::new(names)),
            CommandKind::Tstats(_) | CommandKind::From(_) => {
                return only_first(name_of(&command.kind), span, messages);
            }
            _ => return Self::on_rows(command, context, messages),
        })
    }

    /// The commands that pick, order and change rows.
    fn on_rows(command: &Command, context: &Context<'_>, messages: &mut Messages) -> Option<Self> {
        let (environment, span) = (context.environment(), command.span);
        Some(match &command.kind {
            CommandKind::Regex(tree) => Self::of(regex::Regex::compile(tree, messages)?),
            CommandKind::Rex(tree) => Self::of(rex::Rex::compile(tree, messages)?),
            CommandKind::Dedup(tree) => Self::of(dedup::Dedup::new(tree)),
            CommandKind::Sort(tree) => Self::of(order::Sort::new(tree)),
            CommandKind::Head(tree) => {
                Self::of(ends::Head::compile(tree, environment, span, messages))
            }
            CommandKind::Tail(count) => Self::of(ends::Tail(*count)),
            CommandKind::Reverse => Self::of(ends::Reverse),
            CommandKind::Fillnull(tree) => Self::of(fillnull::Fillnull::new(tree)),
            CommandKind::Bin(tree) => Self::of(bin::Bin::compile(tree, messages)?),
            CommandKind::Mvexpand(tree) => Self::of(multivalue::Mvexpand::new(tree)),
            CommandKind::Makemv(tree) => Self::of(multivalue::Makemv::compile(tree, messages)?),
            CommandKind::Replace(tree) => Self::of(replace::Replace::compile(tree, messages)),
            _ => return Self::of_searches(command, context, messages),
        })
    }

    /// The commands that bring in other rows, go by the order of rows or take fields out of texts.
    fn of_searches(
        command: &Command,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Option<Self> {
        Some(match &command.kind {
            CommandKind::Lookup(tree) => {
                Self::of(lookup::Lookup::compile(tree, context, messages)?)
            }
            CommandKind::Inputlookup(tree) => {
                Self::of(inputlookup::Inputlookup::compile(tree, context, messages)?)
            }
            CommandKind::Makeresults(count) => {
                Self::of(inputlookup::Makeresults::new(*count, context, messages))
            }
            CommandKind::Join(tree) => Self::of(join::Join::compile(tree, context, messages)?),
            CommandKind::Append(tree) => {
                Self::of(append::Append::compile(tree, context, messages)?)
            }
            CommandKind::Appendpipe(tree) => {
                Self::of(append::Appendpipe::compile(tree, context, messages))
            }
            CommandKind::Map(tree) => Self::of(map::Map::compile(tree, context, messages)?),
            CommandKind::Format => Self::of(returned::Format),
            CommandKind::Return(tree) => Self::of(returned::Return(tree.clone())),
            CommandKind::Foreach(tree) => {
                Self::of(foreach::Foreach::compile(tree, context, messages))
            }
            CommandKind::Streamstats(tree) => {
                Self::of(streamstats::Streamstats::compile(tree, messages))
            }
            CommandKind::Addtotals(tree) => Self::of(addtotals::Addtotals::new(tree)),
            CommandKind::Transaction(tree) => {
                let span = command.span;
                let compiled = transaction::Transaction::compile(tree, context, span, messages);
                Self::of(compiled)
            }
            CommandKind::Top(tree) => Self::of(top::Top::new(tree)),
            CommandKind::Nomv(field) => Self::of(multivalue::Nomv(field.text.clone())),
            CommandKind::Uniq => Self::of(dedup::Uniq),
            CommandKind::Xmlkv(field) => Self::of(xmlkv::Xmlkv::new(field.as_ref())),
            CommandKind::Spath(tree) => Self::of(spath::Spath::new(tree)),
            other => return only_first(name_of(other), command.span, messages),
        })
    }

    fn of(run: impl Run + 'static) -> Self {
        Self(Arc::new(run))
    }

    /// Runs it.
    pub(super) fn run(&self, table: Table, feed: &Feed<'_>) -> Table {
        self.0.run(table, feed)
    }

    /// The searches inside of it.
    pub(super) fn searches(&self) -> Vec<&Plan> {
        self.0.searches()
    }

    /// See [`Run::has_told_columns`].
    pub(super) fn has_told_columns(&self) -> bool {
        self.0.has_told_columns()
    }

    /// See [`Run::leaves_nothing`].
    pub(super) fn leaves_nothing(&self, feed: &Feed<'_>) -> bool {
        self.0.leaves_nothing(feed)
    }
}

fn only_first(name: &str, span: Span, messages: &mut Messages) -> Option<Stage> {
    let message = format!("'{name}' must be the first command of a search");
    messages.error("SPL-FIRST", message, span);
    None
}

/// Every text of a value changed.
fn each_text(value: &Value, change: impl Fn(&str) -> String) -> Value {
    match value {
        Value::Many(texts) => Value::Many(texts.iter().map(|t| Arc::from(change(t))).collect()),
        one => Value::text(&change(&one.as_text())),
    }
}

/// The name of a command as a search writes it.
pub(super) fn name_of(kind: &CommandKind) -> &'static str {
    match kind {
        CommandKind::Search(_) => "search",
        CommandKind::Tstats(_) => "tstats",
        CommandKind::From(_) => "from",
        CommandKind::Stats(_) => "stats",
        CommandKind::Eventstats(_) => "eventstats",
        CommandKind::Rename(_) => "rename",
        CommandKind::Convert(_) => "convert",
        CommandKind::Fields { .. } => "fields",
        CommandKind::Table(_) => "table",
        CommandKind::Where(_) => "where",
        CommandKind::Eval(_) => "eval",
        CommandKind::Regex(_) => "regex",
        CommandKind::Rex(_) => "rex",
        CommandKind::Dedup(_) => "dedup",
        CommandKind::Sort(_) => "sort",
        CommandKind::Head(_) => "head",
        CommandKind::Tail(_) => "tail",
        CommandKind::Reverse => "reverse",
        CommandKind::Fillnull(_) => "fillnull",
        CommandKind::Bin(_) => "bin",
        CommandKind::Mvexpand(_) => "mvexpand",
        CommandKind::Makemv(_) => "makemv",
        CommandKind::Replace(_) => "replace",
        CommandKind::Lookup(_) => "lookup",
        CommandKind::Inputlookup(_) => "inputlookup",
        CommandKind::Join(_) => "join",
        CommandKind::Append(_) => "append",
        CommandKind::Appendpipe(_) => "appendpipe",
        CommandKind::Map(_) => "map",
        CommandKind::Format => "format",
        CommandKind::Return(_) => "return",
        CommandKind::Foreach(_) => "foreach",
        CommandKind::Streamstats(_) => "streamstats",
        CommandKind::Transaction(_) => "transaction",
        CommandKind::Addtotals(_) => "addtotals",
        CommandKind::Top(tree) if tree.rare => "rare",
        CommandKind::Top(_) => "top",
        CommandKind::Nomv(_) => "nomv",
        CommandKind::Uniq => "uniq",
        CommandKind::Xmlkv(_) => "xmlkv",
        CommandKind::Spath(_) => "spath",
        CommandKind::Makeresults(_) => "makeresults",
    }
}

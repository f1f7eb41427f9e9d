//! The trees of the commands that go by the order of rows, and of those that take fields out of
//! texts or make rows of nothing.

use super::{Expr, Name, Predicate, Stats};

/// `streamstats [<options>] <aggregates> [by …]` (Search Reference, "streamstats").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Streamstats {
    /// What is computed.
    pub stats: Stats,
    /// The row itself is among those that are computed over.
    pub current: bool,
    /// How many rows are computed over; 0: all before.
    pub window: u64,
    /// The window is of all rows, not of those of the group.
    pub global: bool,
    /// All is forgotten when a field of `by` changes.
    pub reset_on_change: bool,
}

/// `transaction [<fields>] [<options>]` (Search Reference, "transaction").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// What the events of a transaction share.
    pub fields: Vec<Name>,
    /// `maxspan=`, as written.
    pub max_span: Option<Name>,
    /// `maxpause=`, as written.
    pub max_pause: Option<Name>,
    /// The most events.
    pub max_events: u64,
    /// An event that begins one.
    pub starts: Option<Condition>,
    /// An event that ends one.
    pub ends: Option<Condition>,
    /// Events must have a field in common with the others.
    pub connected: bool,
    /// Transactions that did not end are given, too.
    pub keep_evicted: bool,
    /// Fields hold every value in order; otherwise each once.
    pub list: bool,
}

/// What an event of a transaction must meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `"text"` or `(search)`.
    Search(Predicate),
    /// `eval(<expression>)`.
    Eval(Expr),
}

/// `addtotals [row=…] [col=…] [fieldname=…] [labelfield=…] [label=…] [<fields>]` (Search Reference,
/// "addtotals").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addtotals {
    /// The sum of each row, in a field.
    pub row: bool,
    /// The sum of each column, in a row at the end.
    pub col: bool,
    /// The field of the rows' sums.
    pub field_name: Name,
    /// Where the row at the end says what it is.
    pub label_field: Option<Name>,
    /// What it says.
    pub label: Name,
    /// Names of fields, with wildcards; none: all.
    pub fields: Vec<Name>,
}

/// `spath [input=…] [output=…] [path=…]` (Search Reference, "spath").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spath {
    /// The field that is taken apart; none: `_raw`.
    pub input: Option<Name>,
    /// The field that gets the value; none: that of the path's name.
    pub output: Option<Name>,
    /// Where the value is; none: every value becomes a field.
    pub path: Option<Name>,
}

/// `top [N] [<options>] <fields> [by <fields>]`, and `rare` (Search Reference, "top", "rare").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Top {
    /// `rare`: the least frequent ones.
    pub rare: bool,
    /// How many of a group are given; 0: all.
    pub limit: u64,
    /// The fields whose values are counted.
    pub fields: Vec<Name>,
    /// `by …`.
    pub by: Vec<Name>,
    /// The field of the number; none with `showcount=f`.
    pub count_field: Option<Name>,
    /// The field of the share in percent; none with `showperc=f`.
    pub percent_field: Option<Name>,
}

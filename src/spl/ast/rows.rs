//! The trees of the commands that pick, order and change rows: what is written, with the defaults
//! of the Search Reference put in where nothing was.

use super::{Expr, Name};

/// `regex [<field>=|<field>!=]<pattern>` (Search Reference, "regex").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regex {
    /// The field; none: `_raw`.
    pub field: Option<Name>,
    /// `!=`: rows that match are left out.
    pub negated: bool,
    /// The regular expression.
    pub pattern: Name,
}

/// `rex [field=…] [max_match=…] [offset_field=…] <pattern>` or `rex mode=sed <sed>` (Search
/// Reference, "rex").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rex {
    /// The field; none: `_raw`.
    pub field: Option<Name>,
    /// The regular expression with named groups, or the sed expression.
    pub pattern: Name,
    /// `mode=sed`.
    pub sed: bool,
    /// How many matches are taken; 0: all.
    pub max_match: u64,
    /// The field that gets the places of the groups.
    pub offset_field: Option<Name>,
}

/// `dedup [N] <fields> [keepevents=…] [keepempty=…] [consecutive=…] [sortby …]` (Search Reference,
/// "dedup").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dedup {
    /// How many rows of the same values are kept.
    pub count: u64,
    /// The fields.
    pub fields: Vec<Name>,
    /// Rows stay, and the fields of those that would go are emptied.
    pub keep_events: bool,
    /// Rows without one of the fields stay.
    pub keep_empty: bool,
    /// Only rows that stand one behind the other are compared.
    pub consecutive: bool,
    /// Order before; empty: as they come.
    pub sort: Vec<SortKey>,
}

/// `sort [N] <keys> [desc]` (Search Reference, "sort").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// How many rows are given; 0: all.
    pub limit: u64,
    /// The keys, the first first.
    pub keys: Vec<SortKey>,
}

/// A key of `sort`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// `-`
    pub descending: bool,
    /// `num(…)` and the like.
    pub order: SortOrder,
    /// The field.
    pub field: Name,
}

/// How the values of a key are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortOrder {
    /// As numbers, addresses or texts, whatever both are.
    Auto,
    /// `ip(…)`
    Ip,
    /// `num(…)`
    Num,
    /// `str(…)`
    Str,
}

/// `head [N | (<expression>)] [limit=…] [null=…] [keeplast=…]` (Search Reference, "head").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The most rows; none: as many as meet the condition.
    pub limit: Option<u64>,
    /// Rows are given until one does not meet it.
    pub condition: Option<Expr>,
    /// A null meets the condition.
    pub null: bool,
    /// The row that ends it is given, too.
    pub keep_last: bool,
}

/// `fillnull [value=…] [<fields>]` (Search Reference, "fillnull").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fillnull {
    /// What stands for null; none: 0.
    pub value: Option<Name>,
    /// The fields; none: all that there are.
    pub fields: Vec<Name>,
}

/// `bin [<options>] <field> [AS <name>]`, also `bucket` and `discretize` (Search Reference, "bin").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bin {
    /// `span=`, as written.
    pub span: Option<Name>,
    /// `aligntime=`, as written.
    pub align: Option<Name>,
    /// The field.
    pub field: Name,
    /// The field that gets the result; none: the same.
    pub alias: Option<Name>,
}

/// `mvexpand <field> [limit=N]` (Search Reference, "mvexpand").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mvexpand {
    /// The field.
    pub field: Name,
    /// The most values of a row; 0: all.
    pub limit: u64,
}

/// `makemv [delim=… | tokenizer=…] [allowempty=…] [setsv=…] <field>` (Search Reference, "makemv").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Makemv {
    /// The field.
    pub field: Name,
    /// What stands between the values.
    pub separator: Separator,
    /// Two separators one behind the other have an empty value between them.
    pub allow_empty: bool,
}

/// What cuts a text into values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Separator {
    /// `delim=`: a text between them.
    Delimiter(Name),
    /// `tokenizer=`: a regular expression whose first group is a value.
    Tokenizer(Name),
}

/// `replace <old> WITH <new>, … [IN <fields>]` (Search Reference, "replace").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replace {
    /// Old and new; both may hold `*`.
    pub pairs: Vec<(Name, Name)>,
    /// The fields; none: all but the internal ones.
    pub fields: Vec<Name>,
}

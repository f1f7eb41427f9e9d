//! The trees of the commands that bring in other rows: from a lookup, or from a search of their own.

use super::{Name, Pipeline, Predicate};

/// `lookup <table> <field> [AS <field>] … [OUTPUT|OUTPUTNEW <field> [AS <field>] …]` (Search
/// Reference, "lookup").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The lookup.
    pub table: Name,
    /// What must be equal.
    pub inputs: Vec<LookupField>,
    /// What is taken; none: every other column.
    pub outputs: Vec<LookupField>,
    /// `OUTPUTNEW`: a field that has a value keeps it.
    pub keeps: bool,
}

/// A column of a lookup and the field of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupField {
    /// The column.
    pub column: Name,
    /// `AS …`; none: the field has the column's name.
    pub field: Option<Name>,
}

impl LookupField {
    /// The field of the rows.
    pub fn field(&self) -> &Name {
        self.field.as_ref().unwrap_or(&self.column)
    }
}

/// `inputlookup [append=…] [start=…] [max=…] <table> [WHERE <predicate>]` (Search Reference,
/// "inputlookup").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputlookup {
    /// The rows come behind those that there are.
    pub append: bool,
    /// How many rows of the lookup are passed over.
    pub start: u64,
    /// The most rows.
    pub max: u64,
    /// The lookup, or its file.
    pub table: Name,
    /// `where …`.
    pub predicate: Option<Predicate>,
}

/// `join [type=…] [max=…] [overwrite=…] [<fields>] [<search>]` (Search Reference, "join").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// `type=left` or `outer`: rows that find no other stay.
    pub outer: bool,
    /// Fields of the other rows replace those that there are.
    pub overwrite: bool,
    /// How many of the other rows a row is joined with; 0: all.
    pub max: u64,
    /// What must be equal; none: the fields that both have.
    pub fields: Vec<Name>,
    /// The other rows.
    pub search: Pipeline,
}

/// `append [maxout=…] [<search>]` (Search Reference, "append").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The most rows that are put behind.
    pub max: u64,
    /// Gives them.
    pub search: Pipeline,
}

/// `map [maxsearches=N] search="…"`, also `map [<search>]` (Search Reference, "map").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// For how many rows it is run at most.
    pub max: u64,
    /// What is run for each row, its `$field$` unbound.
    pub search: Pipeline,
}

/// `return [N] <fields>` (Search Reference, "return").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// How many rows are given back.
    pub count: u64,
    /// What of each.
    pub fields: Vec<ReturnField>,
}

/// What `return` gives back of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnField {
    /// `field`, or `alias=field`: a comparison with its value.
    Compare {
        /// What the comparison is of.
        alias: Name,
        /// Where the value is.
        field: Name,
    },
    /// `$field`: the value alone.
    Value(Name),
}

/// `foreach <names> [<commands>]` (Search Reference, "foreach").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreach {
    /// Names of fields, with wildcards.
    pub names: Vec<Name>,
    /// What is done for each, `<<FIELD>>` and its like spelt as [`TEMPLATE_MARKS`] says.
    pub commands: Pipeline,
}

/// What stands in a template of `foreach` for the field's name and for what the wildcards of its
/// pattern stood for, and how a tree spells it: as a name, of the same length.
pub const TEMPLATE_MARKS: [(&str, &str); 5] = [
    ("<<FIELD>>", "__FIELD__"),
    ("<<MATCHSTR>>", "__MATCHSTR__"),
    ("<<MATCHSEG1>>", "__MATCHSEG1__"),
    ("<<MATCHSEG2>>", "__MATCHSEG2__"),
    ("<<MATCHSEG3>>", "__MATCHSEG3__"),
];

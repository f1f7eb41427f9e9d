//! The tree of a search. Spans point into the text that was parsed (macros expanded).
//! Equality ignores spans, so that "parse, print, parse" can be compared.

mod events;
mod rows;
mod searches;

pub use events::{Addtotals, Condition, Spath, Streamstats, Top, Transaction};
pub use rows::{
    Bin, Dedup, Fillnull, Head, Makemv, Mvexpand, Regex, Replace, Rex, Separator, Sort, SortKey,
    SortOrder,
};
pub use searches::{
    Append, Foreach, Inputlookup, Join, Lookup, LookupField, Map, Return, ReturnField,
    TEMPLATE_MARKS,
};
use std::ops::Range;

/// A run of bytes of the text that was parsed. Never takes part in equality.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self {
            start: range.start,
            end: range.end,
        }
    }
}

/// A whole search: commands joined by pipes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// The commands in order; never empty.
    pub commands: Vec<Command>,
}

/// One command and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// From its name to its end.
    pub span: Span,
    /// What it is.
    pub kind: CommandKind,
}

/// The commands that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandKind {
    /// `search <predicate>`, written or implied.
    Search(Predicate),
    /// `tstats …`.
    Tstats(Tstats),
    /// `from datamodel <dataset>` (also with `:` between).
    From(Dataset),
    /// `stats …`.
    Stats(Stats),
    /// `rename a as b, …`.
    Rename(Vec<Rename>),
    /// `convert [timeformat=…] ctime(f) [as g] …`.
    Convert(Convert),
    /// `fields [+|-] list`.
    Fields {
        /// `-`: drop the named ones.
        remove: bool,
        /// Names, with wildcards.
        names: Vec<Name>,
    },
    /// `table list`.
    Table(Vec<Name>),
    /// `where <expression>`.
    Where(Expr),
    /// `eval a=<expression>, …`.
    Eval(Vec<(Name, Expr)>),
    /// `regex …`.
    Regex(Regex),
    /// `rex …`.
    Rex(Rex),
    /// `dedup …`.
    Dedup(Dedup),
    /// `sort …`.
    Sort(Sort),
    /// `head …`.
    Head(Head),
    /// `tail [N]`.
    Tail(u64),
    /// `reverse`.
    Reverse,
    /// `fillnull …`.
    Fillnull(Fillnull),
    /// `bin …`, `bucket …`.
    Bin(Bin),
    /// `eventstats …`: the aggregates beside the rows.
    Eventstats(Stats),
    /// `mvexpand …`.
    Mvexpand(Mvexpand),
    /// `makemv …`.
    Makemv(Makemv),
    /// `replace …`.
    Replace(Replace),
    /// `lookup …`.
    Lookup(Lookup),
    /// `inputlookup …`.
    Inputlookup(Inputlookup),
    /// `join …`.
    Join(Join),
    /// `append …`.
    Append(Append),
    /// `appendpipe [<commands>]`: what they make of the rows, behind the rows.
    Appendpipe(Pipeline),
    /// `map …`.
    Map(Map),
    /// `format`: what the rows ask for, as a text.
    Format,
    /// `return …`.
    Return(Return),
    /// `foreach …`.
    Foreach(Foreach),
    /// `streamstats …`.
    Streamstats(Streamstats),
    /// `transaction …`.
    Transaction(Transaction),
    /// `addtotals …`.
    Addtotals(Addtotals),
    /// `top …`, `rare …`.
    Top(Top),
    /// `nomv <field>`: the values of a field joined by line feeds.
    Nomv(Name),
    /// `uniq`: rows that are the same as the one before are left out.
    Uniq,
    /// `xmlkv [<field>]`; none: `_raw`.
    Xmlkv(Option<Name>),
    /// `spath …`.
    Spath(Spath),
    /// `makeresults [count=N]`.
    Makeresults(u64),
}

/// A field name or a pattern of names, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name: `Processes.process_name`, `annotations._all`, `Processes.*`.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A data model and its dataset: `Endpoint.Processes`, `Risk.All_Risk`; the dataset may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// `Endpoint`.
    pub model: String,
    /// `Processes`.
    pub dataset: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// `tstats` (Search Reference, "tstats").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tstats {
    /// `summariesonly=false` and the like, name and value in order, names lower-cased.
    pub options: Vec<(Name, Name)>,
    /// What is computed.
    pub aggregates: Vec<Aggregate>,
    /// `from datamodel=…`.
    pub from: Dataset,
    /// `where …`.
    pub predicate: Option<Predicate>,
    /// `by …`.
    pub by: Vec<ByField>,
}

/// A field to group by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByField {
    /// The field.
    pub name: Name,
    /// `span=1h`, as written; only `_time` may have one.
    pub time_span: Option<String>,
}

/// `stats` (Search Reference, "stats").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// `allnum=true` and the like, name and value in order, names lower-cased.
    pub options: Vec<(Name, Name)>,
    /// What is computed.
    pub aggregates: Vec<Aggregate>,
    /// `by …`.
    pub by: Vec<ByField>,
}

/// `function(field) as name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// Lower-cased: `count`, `min`, `max`, `values`, `dc` (`distinct_count` is read as `dc`).
    pub function: String,
    /// Its argument; none for a bare `count` and for an expression.
    pub field: Option<Name>,
    /// `eval(…)` as its argument; only `stats` and its like know that, and then there is a name.
    pub eval: Option<Expr>,
    /// `as …`.
    pub alias: Option<Name>,
    /// Where it stands.
    pub span: Span,
}

/// One `a as b` of `rename`; both sides may hold `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The present name.
    pub from: Name,
    /// The new one.
    pub to: Name,
}

/// `convert` (Search Reference, "convert").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Convert {
    /// `timeformat="…"`; Splunk's own is `%m/%d/%Y %H:%M:%S`.
    pub time_format: Option<Name>,
    /// `ctime(firstTime) as x`.
    pub functions: Vec<Aggregate>,
}

/// The predicate of `search` and of `tstats … where`. NOT binds before OR, OR before AND
/// (Search Reference, "search": order of evaluation).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// All of them; juxtaposition or AND. Two or more.
    And(Vec<Predicate>),
    /// Any of them. Two or more.
    Or(Vec<Predicate>),
    /// NOT.
    Not(Box<Predicate>),
    /// `field op value`.
    Compare {
        /// The field.
        field: Name,
        /// The operator.
        op: CompareOp,
        /// The literal on the right; never a field.
        value: Literal,
    },
    /// `field IN (a, b)`.
    In {
        /// The field.
        field: Name,
        /// The literals.
        values: Vec<Literal>,
    },
    /// A word or a quoted text looked for in the raw event; `*` alone keeps everything.
    Text(Literal),
    /// `[ … ]`: what the rows of another search ask for.
    Subsearch {
        /// The other search.
        search: Box<Pipeline>,
        /// Where it stands, brackets included.
        span: Span,
    },
}

impl Predicate {
    /// `*`, which every event meets.
    pub fn everything(span: Span) -> Self {
        Self::Text(Literal {
            pieces: vec![Piece::Source("*".to_owned())],
            quoted: false,
            case_sensitive: false,
            span,
        })
    }

    /// `NOT *`, which none meets.
    pub fn nothing(span: Span) -> Self {
        Self::Not(Box::new(Self::everything(span)))
    }
}

/// Comparison of a predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

/// A literal of a predicate: SPL text with its escapes and wildcards, and texts bound to it that
/// have neither. What the escapes and `*` mean is `spl::pattern`'s business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The pieces in order. A literal that was parsed has one `Source` piece (or none when empty).
    pub pieces: Vec<Piece>,
    /// It stood in quotes.
    pub quoted: bool,
    /// `CASE(…)`: compare with regard to case.
    pub case_sensitive: bool,
    /// Where it stands.
    pub span: Span,
}

/// A piece of a [`Literal`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as written between the quotes, escapes and wildcards unread; may hold `$token$`.
    Source(String),
    /// A value bound to a token: taken letter by letter, `*` and `\` included.
    Bound(String),
}

/// An expression of `where` and `eval`. NOT, AND, OR, XOR (Search Manual, "Boolean expressions with
/// logical operators": AND before OR, XOR last).
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A text, its escapes read (`\\` and `\"`; others stay).
    Text(String),
    /// A number.
    Number(f64),
    /// A field.
    Field(Name),
    /// `name(arguments)`; `in` is `field IN (…)` written as an operator too. Lower-cased.
    Call {
        /// The function's name.
        name: String,
        /// Its arguments.
        arguments: Vec<Expr>,
        /// Where the name stands.
        span: Span,
    },
    /// `NOT x` or `-x`.
    Unary(UnaryOp, Box<Expr>),
    /// `a op b`.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
}

impl Eq for Expr {}

/// Operators with one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `NOT`
    Not,
    /// `-`
    Negate,
}

/// Operators with two sides, loosest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `XOR`
    Xor,
    /// `OR`
    Or,
    /// `AND`
    And,
    /// `=` or `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `LIKE`
    Like,
    /// `.` joins texts
    Concat,
    /// `+` adds, or joins texts
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

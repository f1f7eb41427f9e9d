//! The functions of `where` and `eval`: one table of them (name, arguments, what it does), and how
//! a call is compiled. Their work is in the files beside: by subject.
//!
//! Facts: Search Reference, "Evaluation functions". Regular expressions are those of the `regex`
//! crate: unanchored and with regard to case as in Splunk, but without look-around and
//! back-references, which are refused; in return no text can make them slow.

mod condition;
mod multivalue;
mod number;
mod text;

use super::datum::Datum;
use super::expression::{Compiler, Node, Scope};
use crate::event::{Timestamp, Zone};
use crate::spl::ast::Expr;
use crate::spl::{Diagnostic, Span};
use regex::{Regex, RegexBuilder};
use std::borrow::Cow;

/// What is the same for every row of a search.
#[derive(Debug, Clone, Copy)]
pub(super) struct Environment {
    pub(super) zone: Zone,
    pub(super) now: Option<Timestamp>,
}

/// A function of `where` and `eval`.
#[derive(Debug)]
pub struct Function {
    /// Its name, lower-case.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arguments: Arguments,
    /// One line on what it gives.
    pub doc: &'static str,
    gives: Gives,
    pattern: Option<Takes>,
    run: fn(&Call, &Scope<'_>) -> Datum,
}

/// How many arguments a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arguments {
    /// From the first number to the second.
    Between(usize, usize),
    /// So many and more.
    AtLeast(usize),
    /// Conditions and values in turn, one pair and more.
    Pairs,
}

/// What a function gives, as far as it can be told without a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    /// True or false.
    Truth,
    /// What a field can hold.
    Value,
    /// One of its arguments: every so many from the second (`if`, `case`) or from the first.
    Argument { first: usize, step: usize },
}

/// An argument that is a pattern, compiled once when it is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Regex(usize),
    Like(usize),
}

/// A call in an expression.
#[derive(Debug, Clone)]
pub(super) struct Call {
    function: &'static Function,
    arguments: Vec<Node>,
    /// The pattern, where it is written out.
    pattern: Option<Regex>,
}

const fn function(
    name: &'static str,
    arguments: Arguments,
    gives: Gives,
    run: fn(&Call, &Scope<'_>) -> Datum,
    doc: &'static str,
) -> Function {
    Function {
        name,
        arguments,
        doc,
        gives,
        pattern: None,
        run,
    }
}

impl Function {
    const fn taking(mut self, pattern: Takes) -> Self {
        self.pattern = Some(pattern);
        self
    }
}

use Arguments::{AtLeast, Between, Pairs};
use Gives::{Truth, Value};

const BRANCHES: Gives = Gives::Argument { first: 1, step: 1 };
const RESULTS: Gives = Gives::Argument { first: 1, step: 2 };
const ANY: Gives = Gives::Argument { first: 0, step: 1 };

/// Every function that there is.
#[rustfmt::skip]
pub static FUNCTIONS: &[Function] = &[
    function("abs", Between(1, 1), Value, number::abs, "the number without its sign"),
    function("case", Pairs, RESULTS, condition::case, "the value after the first condition that is true"),
    function("ceil", Between(1, 1), Value, number::ceiling, "the number rounded up"),
    function("ceiling", Between(1, 1), Value, number::ceiling, "the number rounded up"),
    function("cidrmatch", Between(2, 2), Truth, condition::cidrmatch, "whether the second is an address of the subnet"),
    function("coalesce", AtLeast(1), ANY, condition::coalesce, "the first that is not null"),
    function("false", Between(0, 0), Truth, condition::falsehood, "false"),
    function("floor", Between(1, 1), Value, number::floor, "the number rounded down"),
    function("if", Between(3, 3), BRANCHES, condition::choose, "the second if the first is true, else the third"),
    function("in", AtLeast(2), Truth, condition::among, "whether the first equals one of the others"),
    function("isint", Between(1, 1), Truth, condition::isint, "whether it is a whole number"),
    function("isnotnull", Between(1, 1), Truth, condition::isnotnull, "whether it is not null"),
    function("isnull", Between(1, 1), Truth, condition::isnull, "whether it is null"),
    function("isnum", Between(1, 1), Truth, condition::isnum, "whether it is a number"),
    function("isstr", Between(1, 1), Truth, condition::isstr, "whether it is a text and no number"),
    function("len", Between(1, 1), Value, text::len, "the number of characters"),
    function("like", Between(2, 2), Truth, condition::matches, "whether it fits a pattern with % and _").taking(Takes::Like(1)),
    function("lower", Between(1, 1), Value, text::lower, "in lower case"),
    function("ltrim", Between(1, 2), Value, text::ltrim, "without blanks, or those characters, in front"),
    function("match", Between(2, 2), Truth, condition::matches, "whether the regular expression is found in it").taking(Takes::Regex(1)),
    function("max", AtLeast(1), Value, number::max, "the largest; texts are larger than numbers"),
    function("min", AtLeast(1), Value, number::min, "the smallest; numbers are smaller than texts"),
    function("mvappend", AtLeast(1), Value, multivalue::mvappend, "all values one after the other"),
    function("mvcount", Between(1, 1), Value, multivalue::mvcount, "how many values there are"),
    function("mvdedup", Between(1, 1), Value, multivalue::mvdedup, "each value once"),
    function("mvfind", Between(2, 2), Value, multivalue::mvfind, "the place of the first value with the regular expression, from 0").taking(Takes::Regex(1)),
    function("mvindex", Between(2, 3), Value, multivalue::mvindex, "the values from a place to another, from 0, negative from the end"),
    function("mvjoin", Between(2, 2), Value, multivalue::mvjoin, "the values joined by a text"),
    function("mvsort", Between(1, 1), Value, multivalue::mvsort, "the values in the order of their codes"),
    function("now", Between(0, 0), Value, number::now, "the time of the search"),
    function("null", Between(0, 0), Value, condition::null, "null"),
    function("nullif", Between(2, 2), Gives::Argument { first: 0, step: 2 }, condition::nullif, "null if both are equal, else the first"),
    function("replace", Between(3, 3), Value, text::replace, "with every match of the regular expression replaced; \\1 is its first group").taking(Takes::Regex(1)),
    function("round", Between(1, 2), Value, number::round, "rounded to so many decimals"),
    function("rtrim", Between(1, 2), Value, text::rtrim, "without blanks, or those characters, at the end"),
    function("split", Between(2, 2), Value, multivalue::split, "the pieces between the delimiters"),
    function("strftime", Between(2, 2), Value, number::strftime, "a time as text"),
    function("substr", Between(2, 3), Value, text::substr, "from a character, the first being 1, so many; negative from the end"),
    function("tonumber", Between(1, 2), Value, number::tonumber, "the text as a number of that base"),
    function("tostring", Between(1, 2), Value, number::tostring, "as text; 'hex', 'commas', 'duration'"),
    function("trim", Between(1, 2), Value, text::trim, "without blanks, or those characters, at both ends"),
    function("true", Between(0, 0), Truth, condition::truth, "true"),
    function("upper", Between(1, 1), Value, text::upper, "in upper case"),
];

/// By name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Compiles a call; what is wrong with it is said at its name.
pub(super) fn compile(
    compiler: &mut Compiler<'_>,
    name: &str,
    arguments: &[Expr],
    span: Span,
    depth: usize,
) -> Node {
    let arguments: Vec<Node> = arguments
        .iter()
        .map(|argument| compiler.node(argument, depth + 1))
        .collect();
    let Some(function) = find(name) else {
        let names: Vec<&str> = FUNCTIONS.iter().map(|f| f.name).collect();
        let message = format!("the function '{name}' can't be run in this version");
        let refused = Diagnostic::new("SPL-FUNCTION", message, span)
            .with_help(format!("there are {}", names.join(", ")));
        compiler.messages.refuse(refused);
        return Node::Constant(Datum::Null);
    };
    if let Some(wanted) = function.arguments.missed_by(arguments.len()) {
        let message = format!("'{name}' takes {wanted}, not {}", arguments.len());
        let help = format!("{name}(…) gives {}", function.doc);
        let refused = Diagnostic::new("SPL-ARGUMENTS", message, span).with_help(help);
        compiler.messages.refuse(refused);
    }
    if name == "now" && compiler.environment.now.is_none() {
        let message = "'now' needs the time at which the search is run, and none was given";
        let help = "write the time itself, in seconds: it would be another with every run";
        let refused = Diagnostic::new("SPL-TIME", message, span).with_help(help);
        compiler.messages.refuse(refused);
    }
    call(compiler, function, arguments, span)
}

/// Compiles `a LIKE b`.
pub(super) fn compile_like(
    compiler: &mut Compiler<'_>,
    left: &Expr,
    right: &Expr,
    depth: usize,
) -> Node {
    let arguments = vec![
        compiler.node(left, depth + 1),
        compiler.node(right, depth + 1),
    ];
    let span = compiler.span;
    match find("like") {
        Some(function) => call(compiler, function, arguments, span),
        None => Node::Constant(Datum::Null),
    }
}

fn call(
    compiler: &mut Compiler<'_>,
    function: &'static Function,
    arguments: Vec<Node>,
    span: Span,
) -> Node {
    let written = function.pattern.and_then(|takes| {
        let (Takes::Regex(place) | Takes::Like(place)) = takes;
        match arguments.get(place) {
            Some(Node::Text(text)) => Some((text, takes.compile(text))),
            _ => None,
        }
    });
    let pattern = match written {
        Some((text, Err(error))) => {
            let refused = refuse_pattern(function, text, &error, span);
            compiler.messages.refuse(refused);
            None
        }
        Some((_, Ok(pattern))) => Some(pattern),
        None => None,
    };
    Node::Call(Box::new(Call {
        function,
        arguments,
        pattern,
    }))
}

fn refuse_pattern(function: &Function, text: &str, error: &regex::Error, span: Span) -> Diagnostic {
    let error = error.to_string();
    let reason = error.lines().last().unwrap_or_default();
    let reason = reason.trim_start_matches("error: ");
    let name = function.name;
    let message = format!("the pattern '{text}' of '{name}' can't be used: {reason}");
    Diagnostic::new("SPL-REGEX", message, span).with_help(
        "patterns have no look-around and no back-references here; a sign that stands for itself \
         has a \\ before it",
    )
}

impl Takes {
    fn compile(self, text: &str) -> Result<Regex, regex::Error> {
        match self {
            // A pattern may come out of a log: it gets no more memory than a person's would need.
            Self::Regex(_) => RegexBuilder::new(text).size_limit(1 << 20).build(),
            Self::Like(_) => {
                let pieces = text.chars().map(|c| match c {
                    '%' => Cow::Borrowed(".*"),
                    '_' => Cow::Borrowed("."),
                    c => Cow::Owned(regex::escape(c.encode_utf8(&mut [0; 4]))),
                });
                let pieces: String = pieces.collect();
                RegexBuilder::new(&format!("^{pieces}$"))
                    .dot_matches_new_line(true)
                    .size_limit(1 << 20)
                    .build()
            }
        }
    }
}

impl Arguments {
    /// What was wanted, when so many are not it.
    fn missed_by(self, count: usize) -> Option<String> {
        let fits = match self {
            Self::Between(least, most) => (least..=most).contains(&count),
            Self::AtLeast(least) => count >= least,
            Self::Pairs => count >= 2 && count.is_multiple_of(2),
        };
        (!fits).then(|| match self {
            Self::Between(0, 0) => "no argument".to_owned(),
            Self::Between(1, 1) => "1 argument".to_owned(),
            Self::Between(least, most) if least == most => format!("{least} arguments"),
            Self::Between(least, most) => format!("{least} to {most} arguments"),
            Self::AtLeast(least) => format!("{least} and more arguments"),
            Self::Pairs => "conditions and values in turn".to_owned(),
        })
    }
}

impl Call {
    pub(super) fn evaluate(&self, scope: &Scope<'_>) -> Datum {
        (self.function.run)(self, scope)
    }

    /// Whether it can only be true, false or null.
    pub(super) fn is_boolean(&self) -> bool {
        match self.function.gives {
            Truth => true,
            Value => false,
            Gives::Argument { first, step } => {
                let mut results = self.arguments.iter().skip(first).step_by(step);
                results.any(Node::is_boolean)
            }
        }
    }

    /// Whether it can't be true or false.
    pub(super) fn is_value(&self) -> bool {
        self.function.gives == Value
    }

    /// An argument, evaluated; null when there is none.
    fn value(&self, place: usize, scope: &Scope<'_>) -> Datum {
        let argument = self.arguments.get(place);
        argument.map_or(Datum::Null, |argument| argument.evaluate(scope))
    }

    fn values(&self, scope: &Scope<'_>) -> impl Iterator<Item = Datum> {
        self.arguments.iter().map(|a| a.evaluate(scope))
    }

    fn number(&self, place: usize, scope: &Scope<'_>) -> Option<f64> {
        self.value(place, scope).as_number()
    }

    /// The pattern: as compiled before, or of this row.
    fn pattern(&self, scope: &Scope<'_>) -> Option<Cow<'_, Regex>> {
        if let Some(pattern) = &self.pattern {
            return Some(Cow::Borrowed(pattern));
        }
        let takes = self.function.pattern?;
        let (Takes::Regex(place) | Takes::Like(place)) = takes;
        let text = self.value(place, scope);
        takes.compile(&text.as_text()?).ok().map(Cow::Owned)
    }
}

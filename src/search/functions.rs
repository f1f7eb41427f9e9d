//! The functions of `where` and `eval`: how a call is compiled. The table of them is `table`; their
//! work is in the files beside: by subject.
//!
//! Facts: Search Reference, "Evaluation functions".

mod bits;
mod condition;
mod convert;
mod digest;
mod json;
mod multivalue;
mod number;
mod printf;
mod table;
mod text;
mod time;

use super::datum::Datum;
use super::expression::{Compiler, Node, Scope};
use super::pcre::Pcre;
use super::predicate::Predicate;
use crate::event::{Timestamp, Zone};
use crate::spl::ast::{CommandKind, Expr};
use crate::spl::{Diagnostic, Span};
use std::borrow::Cow;
pub use table::FUNCTIONS;

/// What is the same for every row of a search.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Environment {
    pub(super) zone: Zone,
    /// What `now()` is; null when it is not known.
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
    pattern: Option<Pcre>,
    /// The field whose values are taken one by one (`mvmap`, `mvfilter`).
    each: Option<usize>,
    /// The search of `searchmatch`.
    search: Option<Box<Predicate>>,
}

impl Function {
    const fn taking(mut self, pattern: Takes) -> Self {
        self.pattern = Some(pattern);
        self
    }
}

/// By name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Functions that Splunk has and that can't be had here, and why.
const REFUSED: &[(&str, &str)] = &[
    ("random", "every run would give other rows"),
    (
        "lookup",
        "use the command 'lookup' before and read the fields that it fills",
    ),
    ("commands", "it reads searches, not events"),
];

/// Compiles a call; what is wrong with it is said at its name.
pub(super) fn compile(
    compiler: &mut Compiler<'_>,
    name: &str,
    arguments: &[Expr],
    span: Span,
    depth: usize,
) -> Node {
    let Some(function) = find(name) else {
        compiler.messages.refuse(refuse_function(name, span));
        return Node::Constant(Datum::Null);
    };
    let nodes: Vec<Node> = arguments
        .iter()
        .map(|argument| compiler.node(argument, depth + 1))
        .collect();
    if let Some(wanted) = function.arguments.missed_by(arguments.len()) {
        let message = format!("'{name}' takes {wanted}, not {}", arguments.len());
        refuse_arguments(compiler, function, message, span);
    }
    let mut call = call(compiler, function, nodes, span);
    match name {
        "now" | "time" => compiler.messages.asks_now = true,
        "mvmap" | "mvfilter" => call.each = each(compiler, function, &call.arguments, span),
        "searchmatch" => call.search = search(compiler, function, arguments.first(), span),
        _ => {}
    }
    Node::Call(Box::new(call))
}

fn refuse_function(name: &str, span: Span) -> Diagnostic {
    let message = format!("the function '{name}' can't be run in this version");
    let refused = Diagnostic::new("SPL-FUNCTION", message, span);
    if let Some((_, why)) = REFUSED.iter().find(|(known, _)| *known == name) {
        return refused.with_help(*why);
    }
    let names: Vec<&str> = FUNCTIONS.iter().map(|f| f.name).collect();
    refused.with_help(format!("there are {}", names.join(", ")))
}

fn refuse_arguments(
    compiler: &mut Compiler<'_>,
    function: &Function,
    message: impl Into<String>,
    span: Span,
) {
    let help = format!("{}(…) gives {}", function.name, function.doc);
    let refused = Diagnostic::new("SPL-ARGUMENTS", message, span).with_help(help);
    compiler.messages.refuse(refused);
}

/// The one field whose values are taken one by one (Search Reference, "mvfilter": the expression
/// can reference only one field; "mvmap": the first argument is that field).
fn each(
    compiler: &mut Compiler<'_>,
    function: &Function,
    arguments: &[Node],
    span: Span,
) -> Option<usize> {
    let mut slots = Vec::new();
    if let Some(first) = arguments.first() {
        first.slots(&mut slots);
    }
    slots.dedup();
    let is_field = function.name == "mvfilter" || matches!(arguments.first(), Some(Node::Field(_)));
    if let ([one], true) = (slots.as_slice(), is_field) {
        return Some(*one);
    }
    let message = format!("'{}' needs one field here", function.name);
    refuse_arguments(compiler, function, message, span);
    None
}

/// The search that `searchmatch` holds: one of the kind that `search` takes, written out.
fn search(
    compiler: &mut Compiler<'_>,
    function: &Function,
    argument: Option<&Expr>,
    span: Span,
) -> Option<Box<Predicate>> {
    let Some(Expr::Text(text)) = argument else {
        let message = "'searchmatch' needs its search written out, in quotes";
        refuse_arguments(compiler, function, message, span);
        return None;
    };
    let parsed = crate::spl::parse(text).map(|pipeline| pipeline.commands);
    let kinds = parsed.as_ref().map(Vec::as_slice);
    match kinds {
        Ok([one]) if matches!(one.kind, CommandKind::Search(_)) => {}
        Ok(_) => {
            refuse_arguments(compiler, function, "'searchmatch' takes one search", span);
        }
        Err(problems) => {
            for problem in problems {
                let message = format!("the search of 'searchmatch': {}", problem.message);
                refuse_arguments(compiler, function, message, span);
            }
        }
    }
    match parsed.ok()?.pop()?.kind {
        CommandKind::Search(predicate) => {
            let messages = &mut *compiler.messages;
            let known = (messages.errors.len(), messages.lints.len());
            let built = Predicate::compile(&predicate, compiler.fields, messages);
            // Their places are in the text of the argument: the call's own is shown.
            let errors = messages.errors.iter_mut().skip(known.0);
            let lints = messages.lints.iter_mut().skip(known.1);
            errors.chain(lints).for_each(|said| said.span = span);
            Some(Box::new(built))
        }
        _ => None,
    }
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
        Some(function) => Node::Call(Box::new(call(compiler, function, arguments, span))),
        None => Node::Constant(Datum::Null),
    }
}

fn call(
    compiler: &mut Compiler<'_>,
    function: &'static Function,
    arguments: Vec<Node>,
    span: Span,
) -> Call {
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
        Some((_, Ok(pattern))) => {
            compiler.messages.patterns.push(pattern.clone());
            Some(pattern)
        }
        None => None,
    };
    Call {
        function,
        arguments,
        pattern,
        each: None,
        search: None,
    }
}

fn refuse_pattern(function: &Function, text: &str, reason: &str, span: Span) -> Diagnostic {
    let name = function.name;
    let message = format!("the pattern '{text}' of '{name}' can't be used: {reason}");
    Diagnostic::new("SPL-REGEX", message, span)
        .with_help("a sign that stands for itself has a \\ before it")
}

impl Takes {
    fn compile(self, text: &str) -> Result<Pcre, String> {
        match self {
            Self::Regex(_) => Pcre::new(text),
            Self::Like(_) => Pcre::like(text),
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
            Gives::Truth => true,
            Gives::Value => false,
            Gives::Argument { first, step } => {
                let mut results = self.arguments.iter().skip(first).step_by(step);
                results.any(Node::is_boolean)
            }
        }
    }

    /// Whether it can't be true or false.
    pub(super) fn is_value(&self) -> bool {
        self.function.gives == Gives::Value
    }

    /// An argument, evaluated; null when there is none.
    fn value(&self, place: usize, scope: &Scope<'_>) -> Datum {
        let argument = self.arguments.get(place);
        argument.map_or(Datum::Null, |argument| argument.evaluate(scope))
    }

    /// The numbers of the fields that its arguments read.
    pub(super) fn slots(&self, into: &mut Vec<usize>) {
        for argument in &self.arguments {
            argument.slots(into);
        }
    }

    fn values(&self, scope: &Scope<'_>) -> impl Iterator<Item = Datum> {
        self.arguments.iter().map(|a| a.evaluate(scope))
    }

    fn number(&self, place: usize, scope: &Scope<'_>) -> Option<f64> {
        self.value(place, scope).as_number()
    }

    /// The pattern: as compiled before, or of this row.
    fn pattern(&self, scope: &Scope<'_>) -> Option<Cow<'_, Pcre>> {
        if let Some(pattern) = &self.pattern {
            return Some(Cow::Borrowed(pattern));
        }
        let takes = self.function.pattern?;
        let (Takes::Regex(place) | Takes::Like(place)) = takes;
        let text = self.value(place, scope);
        takes.compile(&text.as_text()?).ok().map(Cow::Owned)
    }
}

//! The expressions of `where` and `eval`, compiled once and evaluated row by row. What values do
//! is `datum`'s business, what functions do is `functions`'.

use super::cells::{Cells, Fields};
use super::datum::{Datum, calculate, compare, decide};
use super::functions::{self, Call, Environment};
use super::messages::Messages;
use crate::spl::Span;
use crate::spl::ast::{BinaryOp, Expr, UnaryOp};
use std::sync::Arc;

/// An expression that can be evaluated.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    root: Node,
    environment: Environment,
}

/// A part of an expression.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Text(Arc<str>),
    Constant(Datum),
    Field(usize),
    Not(Box<Node>),
    Negate(Box<Node>),
    /// AND, OR or XOR of two and more.
    Decide(BinaryOp, Vec<Node>),
    Concat(Vec<Node>),
    Compare(BinaryOp, Box<Node>, Box<Node>),
    Calculate(BinaryOp, Box<Node>, Box<Node>),
    Call(Box<Call>),
}

/// What an evaluation has at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) cells: &'a Cells<'a>,
    pub(super) environment: &'a Environment,
    /// Fields that stand for one of their values.
    pub(super) each: Option<&'a Each<'a>>,
}

/// A field that stands for one of its values while an expression is evaluated for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Each<'a> {
    slot: usize,
    value: &'a Datum,
    outer: Option<&'a Each<'a>>,
}

impl Scope<'_> {
    /// What a field holds here.
    pub(super) fn field(&self, slot: usize) -> Datum {
        let mut each = self.each;
        while let Some(one) = each {
            if one.slot == slot {
                return one.value.clone();
            }
            each = one.outer;
        }
        self.cells.get(slot).map_or(Datum::Null, Datum::from)
    }

    /// Does something with a field standing for one of its values.
    pub(super) fn with<T>(
        &self,
        slot: usize,
        value: &Datum,
        run: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        let each = Each {
            slot,
            value,
            outer: self.each,
        };
        run(&Scope {
            cells: self.cells,
            environment: self.environment,
            each: Some(&each),
        })
    }
}

/// What compiling an expression has at hand.
pub(super) struct Compiler<'c> {
    pub(super) fields: &'c mut Fields,
    pub(super) messages: &'c mut Messages,
    pub(super) environment: Environment,
    /// The command, for what has no place of its own.
    pub(super) span: Span,
}

impl Expression {
    pub(super) fn compile(tree: &Expr, compiler: &mut Compiler<'_>) -> Self {
        Self {
            root: compiler.node(tree, 0),
            environment: compiler.environment,
        }
    }

    pub(super) fn evaluate(&self, cells: &Cells<'_>) -> Datum {
        let environment = &self.environment;
        self.root.evaluate(&Scope {
            cells,
            environment,
            each: None,
        })
    }

    /// Whether it can only be true, false or null.
    pub(super) fn is_boolean(&self) -> bool {
        self.root.is_boolean()
    }

    /// Whether it can't be true or false.
    pub(super) fn is_value(&self) -> bool {
        match &self.root {
            Node::Text(_) | Node::Negate(_) | Node::Concat(_) | Node::Calculate(..) => true,
            Node::Constant(constant) => matches!(constant, Datum::Number(_)),
            Node::Call(call) => call.is_value(),
            Node::Field(_) | Node::Not(_) | Node::Decide(..) | Node::Compare(..) => false,
        }
    }
}

impl Compiler<'_> {
    pub(super) fn node(&mut self, tree: &Expr, depth: usize) -> Node {
        if self.messages.too_deep(depth, self.span) {
            return Node::Constant(Datum::Null);
        }
        match tree {
            Expr::Text(text) => Node::Text(Arc::from(text.as_str())),
            Expr::Number(number) => Node::Constant(Datum::number(*number)),
            Expr::Field(name) => match name.text.as_str() {
                // Literals without parentheses (Search Manual, "Types of expressions").
                "true" | "TRUE" => Node::Constant(Datum::Boolean(true)),
                "false" | "FALSE" => Node::Constant(Datum::Boolean(false)),
                "null" | "NULL" => Node::Constant(Datum::Null),
                text => Node::Field(self.fields.slot(text)),
            },
            Expr::Call {
                name,
                arguments,
                span,
            } => functions::compile(self, name, arguments, *span, depth),
            Expr::Unary(UnaryOp::Not, inner) => Node::Not(Box::new(self.node(inner, depth + 1))),
            Expr::Unary(UnaryOp::Negate, inner) => {
                Node::Negate(Box::new(self.node(inner, depth + 1)))
            }
            Expr::Binary(op, left, right) => self.binary(*op, left, right, depth),
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, depth: usize) -> Node {
        if matches!(
            op,
            BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Concat
        ) {
            let parts = chain(op, left, right);
            let parts = parts.into_iter().map(|part| self.node(part, depth + 1));
            let parts = parts.collect();
            return match op {
                BinaryOp::Concat => Node::Concat(parts),
                op => Node::Decide(op, parts),
            };
        }
        if op == BinaryOp::Like {
            return functions::compile_like(self, left, right, depth);
        }
        let left = Box::new(self.node(left, depth + 1));
        let right = Box::new(self.node(right, depth + 1));
        match op {
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Remainder => Node::Calculate(op, left, right),
            op => Node::Compare(op, left, right),
        }
    }
}

/// The operands of a chain of one operator, which hangs to the left however long it is.
fn chain<'e>(op: BinaryOp, left: &'e Expr, right: &'e Expr) -> Vec<&'e Expr> {
    let mut parts = vec![right];
    let mut rest = left;
    while let Expr::Binary(same, left, right) = rest
        && *same == op
    {
        parts.push(right);
        rest = left;
    }
    parts.push(rest);
    parts.reverse();
    parts
}

impl Node {
    pub(super) fn evaluate(&self, scope: &Scope<'_>) -> Datum {
        match self {
            Self::Text(text) => Datum::Text(text.clone()),
            Self::Constant(constant) => constant.clone(),
            Self::Field(slot) => scope.field(*slot),
            Self::Not(inner) => Datum::from_truth(inner.evaluate(scope).truth().map(|t| !t)),
            Self::Negate(inner) => {
                let number = inner.evaluate(scope).as_number();
                number.map_or(Datum::Null, |number| Datum::Number(-number))
            }
            Self::Decide(op, parts) => Datum::from_truth(decide_all(*op, parts, scope)),
            Self::Concat(parts) => concat(parts, scope),
            Self::Compare(op, left, right) => {
                let as_texts = matches!((&**left, &**right), (Self::Text(_), Self::Text(_)));
                let (left, right) = (left.evaluate(scope), right.evaluate(scope));
                Datum::from_truth(compare(*op, &left, &right, as_texts))
            }
            Self::Calculate(op, left, right) => {
                calculate(*op, &left.evaluate(scope), &right.evaluate(scope))
            }
            Self::Call(call) => call.evaluate(scope),
        }
    }

    /// The numbers of the fields that it reads, as often as it does.
    pub(super) fn slots(&self, into: &mut Vec<usize>) {
        match self {
            Self::Field(slot) => into.push(*slot),
            Self::Text(_) | Self::Constant(_) => {}
            Self::Not(inner) | Self::Negate(inner) => inner.slots(into),
            Self::Decide(_, parts) | Self::Concat(parts) => {
                for part in parts {
                    part.slots(into);
                }
            }
            Self::Compare(_, left, right) | Self::Calculate(_, left, right) => {
                left.slots(into);
                right.slots(into);
            }
            Self::Call(call) => call.slots(into),
        }
    }

    pub(super) fn is_boolean(&self) -> bool {
        match self {
            Self::Not(_) | Self::Decide(..) | Self::Compare(..) => true,
            Self::Constant(constant) => matches!(constant, Datum::Boolean(_)),
            Self::Call(call) => call.is_boolean(),
            _ => false,
        }
    }
}

fn decide_all(op: BinaryOp, parts: &[Node], scope: &Scope<'_>) -> Option<bool> {
    let (first, rest) = parts.split_first()?;
    let mut truth = first.evaluate(scope).truth();
    for part in rest {
        let decided = match op {
            BinaryOp::And => truth == Some(false),
            BinaryOp::Or => truth == Some(true),
            _ => false,
        };
        if decided {
            break;
        }
        truth = decide(op, truth, part.evaluate(scope).truth());
    }
    truth
}

fn concat(parts: &[Node], scope: &Scope<'_>) -> Datum {
    let mut joined = String::new();
    for part in parts {
        match part.evaluate(scope).as_text() {
            Some(text) => joined.push_str(&text),
            None => return Datum::Null,
        }
    }
    Datum::text(joined)
}

//! The expressions of `where` and `eval`: NOT, then AND, then OR, then XOR (Search Manual, "Boolean
//! expressions with logical operators"); comparisons bind tighter, then `.`, `+ -`, `* / %`.

use super::cursor::{Cursor, name_of, subsearch, unescape};
use crate::spl::ast::{BinaryOp, CommandKind, Expr, Name, Span, UnaryOp};
use crate::spl::diagnostic::Diagnostic;
use crate::spl::token::{Kind, Operator, Token};
use std::ops::Range;

/// How high a tree may grow, so that walking and dropping it can't overflow the stack: a chain
/// `a.b.c…` makes a tree as high as it is long.
pub const MAX_HEIGHT: u32 = 256;

/// How tightly the operators bind, loosest first.
pub mod binding {
    /// XOR.
    pub const XOR: u8 = 1;
    /// OR.
    pub const OR: u8 = 2;
    /// AND.
    pub const AND: u8 = 3;
    /// NOT.
    pub const NOT: u8 = 4;
    /// `=`, LIKE, IN and their like.
    pub const COMPARE: u8 = 5;
    /// `.`
    pub const CONCAT: u8 = 6;
    /// `+` and `-`.
    pub const ADD: u8 = 7;
    /// `*`, `/` and `%`.
    pub const MULTIPLY: u8 = 8;
    /// The sign `-`.
    pub const NEGATE: u8 = 9;
}

/// How tightly an operator binds.
pub fn binding_of(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Xor => binding::XOR,
        BinaryOp::Or => binding::OR,
        BinaryOp::And => binding::AND,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::Like => binding::COMPARE,
        BinaryOp::Concat => binding::CONCAT,
        BinaryOp::Add | BinaryOp::Subtract => binding::ADD,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => binding::MULTIPLY,
    }
}

/// `where <expression>`.
pub fn filter(text: &str, range: Range<usize>) -> Result<CommandKind, Diagnostic> {
    let mut cursor = Cursor::expression(text, range)?;
    let tree = expression(&mut cursor, 0)?;
    cursor.expect_end()?;
    Ok(CommandKind::Where(tree.expr))
}

/// `eval a=<expression>, …`.
pub fn assignments(text: &str, range: Range<usize>) -> Result<CommandKind, Diagnostic> {
    let mut cursor = Cursor::expression(text, range)?;
    let mut assignments = Vec::new();
    loop {
        let name = target(text, &mut cursor)?;
        if !cursor.eat_operator(Operator::Equal) {
            return Err(cursor.missing("a '='"));
        }
        assignments.push((name, expression(&mut cursor, 0)?.expr));
        if !cursor.eat(Kind::Comma) {
            break;
        }
    }
    cursor.expect_end()?;
    Ok(CommandKind::Eval(assignments))
}

/// An expression, as far as it goes.
pub fn part(cursor: &mut Cursor<'_>) -> Result<Expr, Diagnostic> {
    Ok(expression(cursor, 0)?.expr)
}

/// The field that is set. Unlike a field that is read it may hold dots and dashes without quotes.
fn target(text: &str, cursor: &mut Cursor<'_>) -> Result<Name, Diagnostic> {
    match cursor.kind() {
        Some(Kind::Word | Kind::Quoted | Kind::SingleQuoted) => {}
        _ => return Err(cursor.missing("a field name")),
    }
    let Some(first) = cursor.next() else {
        return Err(cursor.missing("a field name"));
    };
    let mut range = first.range.clone();
    while first.kind == Kind::Word
        && let Some(next) = cursor.peek()
        && next.range.start == range.end
        && matches!(
            next.kind,
            Kind::Word | Kind::Number | Kind::Operator(Operator::Dot | Operator::Minus)
        )
    {
        range.end = next.range.end;
        cursor.next();
    }
    if range == first.range {
        return Ok(name_of(&first));
    }
    let name = text.get(range.clone()).unwrap_or("").to_owned();
    let span = Span::from(range);
    Ok(Name { text: name, span })
}

/// A tree and its height.
struct Tree {
    expr: Expr,
    height: u32,
}

impl Tree {
    fn leaf(expr: Expr) -> Self {
        Self { expr, height: 1 }
    }

    fn over(expr: Expr, below: u32, cursor: &Cursor<'_>) -> Result<Self, Diagnostic> {
        let height = below + 1;
        if height <= MAX_HEIGHT {
            return Ok(Self { expr, height });
        }
        let message = format!("an expression of more than {MAX_HEIGHT} steps in a row");
        Err(Diagnostic::new("SPL-DEPTH", message, cursor.last())
            .with_help("use a function of many arguments, such as 'in' or 'case', or two 'eval's"))
    }
}

fn expression(cursor: &mut Cursor<'_>, loosest: u8) -> Result<Tree, Diagnostic> {
    let mut left = operand(cursor, loosest)?;
    loop {
        let negated = cursor.peek().is_some_and(|t| t.is_word("not"))
            && cursor.peek_at(1).is_some_and(|t| t.is_word("in"));
        if negated || cursor.peek().is_some_and(|t| t.is_word("in")) {
            if binding::COMPARE < loosest {
                return Ok(left);
            }
            left = membership(cursor, left, negated)?;
            continue;
        }
        let Some(op) = cursor.peek().and_then(infix) else {
            return Ok(left);
        };
        let tightness = binding_of(op);
        if tightness < loosest {
            return Ok(left);
        }
        cursor.next();
        let right = expression(cursor, tightness + 1)?;
        let below = left.height.max(right.height);
        let binary = Expr::Binary(op, Box::new(left.expr), Box::new(right.expr));
        left = Tree::over(binary, below, cursor)?;
    }
}

fn infix(token: &Token<'_>) -> Option<BinaryOp> {
    let Kind::Operator(operator) = token.kind else {
        return [
            ("or", BinaryOp::Or),
            ("xor", BinaryOp::Xor),
            ("and", BinaryOp::And),
            ("like", BinaryOp::Like),
        ]
        .iter()
        .find(|(word, _)| token.is_word(word))
        .map(|(_, op)| *op);
    };
    Some(match operator {
        Operator::Equal | Operator::DoubleEqual => BinaryOp::Equal,
        Operator::NotEqual => BinaryOp::NotEqual,
        Operator::Less => BinaryOp::Less,
        Operator::LessEqual => BinaryOp::LessEqual,
        Operator::Greater => BinaryOp::Greater,
        Operator::GreaterEqual => BinaryOp::GreaterEqual,
        Operator::Plus => BinaryOp::Add,
        Operator::Minus => BinaryOp::Subtract,
        Operator::Star => BinaryOp::Multiply,
        Operator::Slash => BinaryOp::Divide,
        Operator::Percent => BinaryOp::Remainder,
        Operator::Dot => BinaryOp::Concat,
    })
}

/// `field IN (…)` and `field NOT IN (…)`.
fn membership(cursor: &mut Cursor<'_>, left: Tree, negated: bool) -> Result<Tree, Diagnostic> {
    if negated {
        cursor.next();
    }
    let span = cursor.here();
    cursor.next();
    if cursor.kind() != Some(Kind::Open) {
        return Err(cursor.missing("a '('"));
    }
    let mut below = left.height;
    let mut list = vec![left.expr];
    below = below.max(arguments(cursor, &mut list)?);
    let name = "in".to_owned();
    let arguments = list;
    let call = Expr::Call {
        name,
        arguments,
        span,
    };
    if !negated {
        return Tree::over(call, below, cursor);
    }
    Tree::over(Expr::Unary(UnaryOp::Not, Box::new(call)), below + 1, cursor)
}

fn operand(cursor: &mut Cursor<'_>, loosest: u8) -> Result<Tree, Diagnostic> {
    let Some(token) = cursor.peek().cloned() else {
        return Err(cursor.missing("a value"));
    };
    let calls = cursor.peek_at(1).is_some_and(|t| t.kind == Kind::Open);
    match token.kind {
        Kind::Word if token.is_word("not") => {
            if loosest > binding::NOT {
                return Err(cursor
                    .problem("NOT can't stand behind this operator")
                    .with_help("put it in parentheses: (NOT …)"));
            }
            cursor.next();
            prefixed(cursor, UnaryOp::Not, binding::NOT)
        }
        Kind::Operator(Operator::Minus) => {
            cursor.next();
            prefixed(cursor, UnaryOp::Negate, binding::NEGATE)
        }
        Kind::Word if calls => call(cursor, &token),
        Kind::Word if ["and", "or", "xor"].iter().any(|w| token.is_word(w)) => {
            Err(cursor.missing("a value"))
        }
        Kind::Open => {
            cursor.next();
            cursor.enter()?;
            let inner = expression(cursor, 0)?;
            cursor.leave();
            cursor.expect_close(token.span())?;
            Ok(inner)
        }
        Kind::Word | Kind::SingleQuoted => {
            cursor.next();
            Ok(Tree::leaf(Expr::Field(name_of(&token))))
        }
        Kind::Quoted => {
            cursor.next();
            Ok(Tree::leaf(Expr::Text(unescape(token.text, '"'))))
        }
        Kind::Number => number(cursor, &token),
        Kind::Subsearch => Err(subsearch(token.span())),
        Kind::Operator(_) | Kind::Close | Kind::Comma => Err(cursor.missing("a value")),
    }
}

fn prefixed(cursor: &mut Cursor<'_>, op: UnaryOp, tightness: u8) -> Result<Tree, Diagnostic> {
    cursor.enter()?;
    let inner = expression(cursor, tightness)?;
    cursor.leave();
    Tree::over(Expr::Unary(op, Box::new(inner.expr)), inner.height, cursor)
}

fn number(cursor: &mut Cursor<'_>, token: &Token<'_>) -> Result<Tree, Diagnostic> {
    match token.text.parse::<f64>() {
        Ok(number) if number.is_finite() => {
            cursor.next();
            Ok(Tree::leaf(Expr::Number(number)))
        }
        _ => Err(cursor.problem(format!("'{}' is too large a number", token.text))),
    }
}

fn call(cursor: &mut Cursor<'_>, name: &Token<'_>) -> Result<Tree, Diagnostic> {
    cursor.next();
    let mut list = Vec::new();
    let below = arguments(cursor, &mut list)?;
    let call = Expr::Call {
        name: name.text.to_ascii_lowercase(),
        arguments: list,
        span: name.span(),
    };
    Tree::over(call, below, cursor)
}

/// `(a, b)`, also empty; adds them to `list` and gives the height of the highest.
fn arguments(cursor: &mut Cursor<'_>, list: &mut Vec<Expr>) -> Result<u32, Diagnostic> {
    let open = cursor.here();
    cursor.next();
    let mut below = 0;
    if cursor.eat(Kind::Close) {
        return Ok(below);
    }
    cursor.enter()?;
    loop {
        let argument = expression(cursor, 0)?;
        below = below.max(argument.height);
        list.push(argument.expr);
        if !cursor.eat(Kind::Comma) {
            break;
        }
    }
    cursor.leave();
    cursor.expect_close(open)?;
    Ok(below)
}

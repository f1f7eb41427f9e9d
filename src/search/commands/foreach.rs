//! `foreach`: an `eval` for each field of a pattern. Facts (Search Reference, "foreach"):
//! `<<FIELD>>` stands for the field's name, `<<MATCHSTR>>` for what the wildcards stood for,
//! `<<MATCHSEG1>>` for what the first did. Decided here: it is done for the fields that there are
//! when it is reached, in their order; `<<FIELD>>` without quotes is the field too, whatever signs
//! its name has (in Splunk the text is put in).

use super::super::functions::Environment;
use super::super::messages::Messages;
use super::super::names::NamePattern;
use super::super::plan::Context;
use super::super::table::Table;
use super::{Feed, Run, rows};
use crate::spl::ast::{self, CommandKind, Expr, Name, TEMPLATE_MARKS};
use crate::spl::{Command, Span};

#[derive(Debug)]
pub(super) struct Foreach {
    names: Vec<NamePattern>,
    commands: Vec<Command>,
    environment: Environment,
}

impl Foreach {
    pub(super) fn compile(
        tree: &ast::Foreach,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Self {
        let names = tree.names.iter().map(|name| NamePattern::new(&name.text));
        let foreach = Self {
            names: names.collect(),
            commands: tree.commands.commands.clone(),
            environment: context.environment(),
        };
        // What is wrong with the template is wrong for every field.
        for command in &foreach.commands {
            foreach.stage(&command.kind, command.span, messages);
        }
        foreach
    }

    fn stage(
        &self,
        kind: &CommandKind,
        span: Span,
        messages: &mut Messages,
    ) -> Option<Box<dyn Run>> {
        Some(match kind {
            CommandKind::Eval(tree) => {
                Box::new(rows::Eval::compile(tree, self.environment, span, messages))
            }
            CommandKind::Where(tree) => {
                Box::new(rows::Where::compile(tree, self.environment, span, messages))
            }
            _ => return None,
        })
    }
}

impl Run for Foreach {
    fn run(&self, mut table: Table, feed: &Feed<'_>) -> Table {
        for name in table.columns.clone() {
            let mut patterns = self.names.iter();
            let Some(captures) = patterns.find_map(|pattern| pattern.captures(&name)) else {
                continue;
            };
            let mut marks = vec![name.to_string(), captures.concat()];
            marks.extend(captures.iter().map(ToString::to_string));
            for command in &self.commands {
                let kind = filled(&command.kind, &marks);
                // What can be wrong was said when the search was compiled.
                let mut unsaid = Messages::default();
                if let Some(stage) = self.stage(&kind, command.span, &mut unsaid) {
                    table = stage.run(table, feed);
                }
            }
        }
        table
    }
}

/// The command with the marks replaced.
fn filled(kind: &CommandKind, marks: &[String]) -> CommandKind {
    match kind {
        CommandKind::Eval(assignments) => {
            let each = assignments.iter();
            let each = each.map(|(target, tree)| (name(target, marks), expression(tree, marks)));
            CommandKind::Eval(each.collect())
        }
        CommandKind::Where(tree) => CommandKind::Where(expression(tree, marks)),
        other => other.clone(),
    }
}

fn text(text: &str, marks: &[String]) -> String {
    let mut text = text.to_owned();
    for ((_, mark), value) in TEMPLATE_MARKS.iter().zip(marks) {
        text = text.replace(mark, value);
    }
    text
}

fn name(of: &Name, marks: &[String]) -> Name {
    Name {
        text: text(&of.text, marks),
        span: of.span,
    }
}

/// A tree is no higher than the parser lets it be.
fn expression(tree: &Expr, marks: &[String]) -> Expr {
    let boxed = |tree: &Expr| Box::new(expression(tree, marks));
    match tree {
        Expr::Text(of) => Expr::Text(text(of, marks)),
        Expr::Number(number) => Expr::Number(*number),
        Expr::Field(field) => Expr::Field(name(field, marks)),
        Expr::Call {
            name,
            arguments,
            span,
        } => Expr::Call {
            name: name.clone(),
            arguments: arguments.iter().map(|a| expression(a, marks)).collect(),
            span: *span,
        },
        Expr::Unary(op, inner) => Expr::Unary(*op, boxed(inner)),
        Expr::Binary(op, left, right) => Expr::Binary(*op, boxed(left), boxed(right)),
    }
}

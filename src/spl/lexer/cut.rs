//! Cuts a search into commands at its pipes. What stands between two is not looked at here but for
//! the quotes, brackets and comments in which a pipe is none.

use super::{Scanner, before_is_eval};
use crate::spl::diagnostic::Diagnostic;
use std::ops::Range;

/// The commands of a search by place, and what is wrong with its quotes and brackets.
pub struct Commands {
    /// One range a command, between pipes, blanks included.
    pub ranges: Vec<Range<usize>>,
    /// The text begins with a pipe, so that its first command is written out.
    pub leading_pipe: bool,
    /// Unclosed quotes, brackets and comments.
    pub problems: Vec<Diagnostic>,
}

/// Cuts at the pipes outside of quotes, brackets and comments. A pipe with a backslash before it
/// and the one of a token filter (`$user|s$`) do not cut.
pub fn commands(text: &str) -> Commands {
    commands_in(text, 0..text.len())
}

/// The same of a part of the text.
pub fn commands_in(text: &str, range: Range<usize>) -> Commands {
    let mut start = range.start;
    let end = range.end;
    let mut scanner = Scanner::new(text, range);
    let mut found = Commands {
        ranges: Vec::new(),
        leading_pipe: false,
        problems: Vec::new(),
    };
    scanner.skip_blank(&mut found.problems);
    if scanner.rest().starts_with('|') {
        found.leading_pipe = true;
        scanner.position += 1;
        start = scanner.position;
    }
    let mut names_quoted = scanner.at_expression();
    // Open parentheses of an `eval(…)` inside of an aggregate.
    let mut inside = 0_usize;
    while let Some(c) = scanner.peek() {
        let at = scanner.position;
        let step = match c {
            '"' => scanner.quoted('"').map(|_| ()),
            '\'' if names_quoted || inside > 0 => scanner.quoted('\'').map(|_| ()),
            '[' => scanner.brackets(),
            _ if scanner.at_comment() => scanner.comment(),
            '|' => {
                found.ranges.push(start..at);
                scanner.position += 1;
                start = scanner.position;
                names_quoted = scanner.at_expression();
                inside = 0;
                Ok(())
            }
            '(' if inside > 0 || before_is_eval(text, at) => {
                inside += 1;
                scanner.position += 1;
                Ok(())
            }
            ')' => {
                inside = inside.saturating_sub(1);
                scanner.position += 1;
                Ok(())
            }
            _ => {
                scanner.step_over();
                Ok(())
            }
        };
        if let Err(problem) = step {
            found.problems.push(problem);
            scanner.position = scanner.end;
        }
    }
    found.ranges.push(start..end);
    found
}

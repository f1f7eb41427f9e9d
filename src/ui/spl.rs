//! A search in colours: commands, words with a meaning, quoted texts, macros. By the look of its
//! words only: what it means is the parser's business, and a search that can't be parsed is shown
//! too.

use super::text::Line;
use super::theme::{Role, Theme};

const KEYWORDS: [&str; 14] = [
    "as",
    "by",
    "from",
    "where",
    "in",
    "and",
    "or",
    "not",
    "over",
    "datamodel",
    "count",
    "min",
    "max",
    "values",
];

/// The lines of a search, each with the indent of its further lines.
pub fn lines(search: &str, theme: Theme) -> Vec<(Line, usize)> {
    let mut state = State::default();
    let trimmed = search.trim_matches('\n');
    trimmed
        .lines()
        .map(|line| (state.line(line, theme), 4))
        .collect()
}

/// What goes on from line to line.
#[derive(Default)]
struct State {
    after_pipe: bool,
}

impl State {
    fn line(&mut self, text: &str, theme: Theme) -> Line {
        let mut line = Line::new();
        let mut rest = text;
        while !rest.is_empty() {
            let length = token_length(rest);
            let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            let role = self.role(token);
            line.push(theme.data(token, role));
            rest = after;
        }
        line
    }

    fn role(&mut self, token: &str) -> Role {
        let first = token.chars().next().unwrap_or(' ');
        let is_command = std::mem::take(&mut self.after_pipe);
        match first {
            '|' => {
                self.after_pipe = true;
                Role::Command
            }
            '[' => {
                self.after_pipe = true;
                Role::Plain
            }
            '"' | '\'' => Role::Quoted,
            '`' => Role::Macro,
            c if c.is_whitespace() => {
                self.after_pipe = is_command;
                Role::Plain
            }
            _ if is_command => Role::Command,
            _ if KEYWORDS.contains(&token.to_lowercase().as_str()) => Role::Keyword,
            _ => Role::Plain,
        }
    }
}

/// Bytes of the first token: a quoted text, a macro, a word, a run of blanks, a sign.
fn token_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    let Some((_, first)) = chars.next() else {
        return 0;
    };
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
    let run = |keep: &dyn Fn(char) -> bool| text.find(|c| !keep(c)).unwrap_or(text.len());
    match first {
        '"' | '\'' | '`' => {
            let mut escaped = false;
            for (place, c) in chars {
                if !escaped && c == first {
                    return place + c.len_utf8();
                }
                escaped = !escaped && c == '\\' && first == '"';
            }
            text.len()
        }
        c if c.is_whitespace() => run(&char::is_whitespace),
        c if word(c) => run(&word),
        c => c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        let mut rest = r#"| tstats `m(a)` "q \" r" x.y=1"#;
        let mut tokens = Vec::new();
        while !rest.is_empty() {
            let (token, after) = rest.split_at(token_length(rest));
            tokens.push(token);
            rest = after;
        }
        let expected = [
            "|",
            " ",
            "tstats",
            " ",
            "`m(a)`",
            " ",
            r#""q \" r""#,
            " ",
            "x.y",
            "=",
            "1",
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn commands_stand_behind_a_pipe() {
        let mut state = State::default();
        let roles = ["|", " ", "search", " ", "user"].map(|token| state.role(token));
        assert_eq!(roles[2], Role::Command);
        assert_eq!(roles[4], Role::Plain);
    }
}

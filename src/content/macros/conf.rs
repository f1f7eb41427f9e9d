//! Splunk's `macros.conf` (Admin Manual, "macros.conf"): stanzas `[name]` or `[name(2)]` with
//! `definition`, `args` and `iseval`.

use super::Macro;
use crate::content::load_error::LoadError;
use crate::content::place::place_of_definition;

/// What the arguments of a macro that is known already are called.
pub type Arguments<'a> = &'a dyn Fn(&str, usize) -> Option<Vec<String>>;

/// The macros of a text. A stanza that is disabled is left out.
pub fn read(text: &str, origin: &str, arguments: Arguments<'_>) -> Result<Vec<Macro>, LoadError> {
    let mut reader = Reader {
        text,
        origin,
        arguments,
        found: Vec::new(),
        stanza: None,
    };
    for setting in settings(text) {
        reader.setting(&setting)?;
    }
    reader.end_stanza()?;
    Ok(reader.found)
}

/// A line, with those that continue it.
struct Setting {
    line: usize,
    /// The column behind its first '='.
    value_column: usize,
    text: String,
}

/// Joins lines that end in a backslash; a comment is a line that begins with `#`.
fn settings(text: &str) -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    let mut continued = false;
    for (number, line) in text.lines().enumerate() {
        let (line, more) = match line.trim_end().strip_suffix('\\') {
            Some(line) => (line, true),
            None => (line.trim_end(), false),
        };
        let last = settings.last_mut().filter(|_| continued);
        if let Some(setting) = last {
            setting.text.push('\n');
            setting.text.push_str(line);
        } else if line.trim_start().starts_with(['#', ';']) || line.trim().is_empty() {
            continue;
        } else {
            settings.push(Setting {
                line: number + 1,
                value_column: line.chars().take_while(|c| *c != '=').count() + 2,
                text: line.trim_start().to_owned(),
            });
        }
        continued = more;
    }
    settings
}

#[derive(Default)]
struct Stanza {
    name: String,
    argc: Option<usize>,
    line: usize,
    definition: Option<String>,
    /// The line and column at which the definition begins.
    start: (usize, usize),
    arguments: Vec<String>,
    description: String,
    disabled: bool,
    is_eval: bool,
}

struct Reader<'a> {
    text: &'a str,
    origin: &'a str,
    arguments: Arguments<'a>,
    found: Vec<Macro>,
    stanza: Option<Stanza>,
}

impl Reader<'_> {
    fn problem(&self, line: usize, message: impl Into<String>) -> LoadError {
        LoadError::at(self.origin, self.text, (line, 1), message)
    }

    fn setting(&mut self, setting: &Setting) -> Result<(), LoadError> {
        if setting.text.starts_with('[') {
            self.end_stanza()?;
            self.stanza = Some(self.heading(setting)?);
            return Ok(());
        }
        let Some((key, value)) = setting.text.split_once('=') else {
            return Err(self
                .problem(setting.line, "neither a [stanza] nor a 'key = value'")
                .with_help("end the line before with '\\' if this continues it"));
        };
        let (key, value) = (key.trim(), value.trim());
        let Some(stanza) = &mut self.stanza else {
            return Err(self
                .problem(setting.line, format!("'{key}' stands before any [stanza]"))
                .with_help("begin a macro with its [name]"));
        };
        match key {
            "definition" => {
                stanza.definition = Some(value.to_owned());
                stanza.start = (setting.line, setting.value_column);
            }
            "args" => stanza.arguments = names(value),
            "description" => value.clone_into(&mut stanza.description),
            "disabled" => stanza.disabled = is_true(value),
            "iseval" => stanza.is_eval = is_true(value),
            // validation, errormsg and what an app adds change nothing here.
            _ => {}
        }
        Ok(())
    }

    /// `[name]` or `[name(2)]`.
    fn heading(&self, setting: &Setting) -> Result<Stanza, LoadError> {
        let inside = setting
            .text
            .trim_end()
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .map(str::trim)
            .filter(|inside| !inside.is_empty());
        let Some(inside) = inside else {
            return Err(self
                .problem(setting.line, "no heading of a macro")
                .with_help("write [name] or [name(number of arguments)]"));
        };
        let line = setting.line;
        let Some((name, count)) = inside.split_once('(') else {
            return Ok(Stanza {
                name: inside.to_owned(),
                line,
                ..Stanza::default()
            });
        };
        let count = count.strip_suffix(')').and_then(|n| n.trim().parse().ok());
        let Some(argc) = count else {
            return Err(self
                .problem(
                    line,
                    format!("'{inside}' does not say how many arguments it has"),
                )
                .with_help("write [name(number of arguments)]"));
        };
        Ok(Stanza {
            name: name.trim().to_owned(),
            argc: Some(argc),
            line,
            ..Stanza::default()
        })
    }

    fn end_stanza(&mut self) -> Result<(), LoadError> {
        let Some(stanza) = self.stanza.take() else {
            return Ok(());
        };
        if stanza.disabled || (stanza.name == "default" && stanza.definition.is_none()) {
            return Ok(());
        }
        let Some(definition) = stanza.definition else {
            return Err(self
                .problem(
                    stanza.line,
                    format!("the macro '{}' has no 'definition'", stanza.name),
                )
                .with_help("add 'definition = …'"));
        };
        let stated = stanza.argc.unwrap_or(0);
        let mut arguments = stanza.arguments;
        if arguments.is_empty() && stated > 0 {
            arguments = (self.arguments)(&stanza.name, stated).unwrap_or_default();
        }
        let named = arguments.len();
        if stated != named {
            let message = format!(
                "the macro '{}' has {stated} arguments by its heading and {named} by its 'args'",
                stanza.name
            );
            return Err(self
                .problem(stanza.line, message)
                .with_help("name each argument: args = a, b"));
        }
        let place = place_of_definition(self.text, stanza.start, &definition);
        self.found.push(Macro {
            name: stanza.name,
            arguments,
            place,
            definition,
            description: stanza.description,
            origin: self.origin.to_owned(),
            line: stanza.line,
            is_eval: stanza.is_eval,
        });
        Ok(())
    }
}

fn names(value: &str) -> Vec<String> {
    let value = value.trim_matches('"');
    value
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

fn is_true(value: &str) -> bool {
    matches!(
        value.to_ascii_lowercase().as_str(),
        "1" | "true" | "t" | "yes" | "y"
    )
}

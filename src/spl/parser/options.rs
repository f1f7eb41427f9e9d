//! The options of a command, `name=value`, wherever among its arguments they stand. What values an
//! option takes is told here; what it does is the command's business.

use super::cursor::Cursor;
use crate::spl::ast::{Name, Span};
use crate::spl::diagnostic::Diagnostic;

/// The options that were given, to be taken one by one.
pub struct Options {
    pairs: Vec<(Name, Name)>,
}

impl Options {
    /// Takes the options out of the arguments. One that is not known is refused by name.
    pub fn read(
        cursor: &mut Cursor<'_>,
        command: &str,
        known: &[&str],
    ) -> Result<Self, Diagnostic> {
        Self::read_before(cursor, command, known, &[])
    }

    /// The same, up to one of the words `stop`.
    pub fn read_before(
        cursor: &mut Cursor<'_>,
        command: &str,
        known: &[&str],
        stop: &[&str],
    ) -> Result<Self, Diagnostic> {
        Self::of(cursor.take_options(stop)?, command, known)
    }

    /// Of options that were read already.
    pub fn of(pairs: Vec<(Name, Name)>, command: &str, known: &[&str]) -> Result<Self, Diagnostic> {
        for (name, _) in &pairs {
            if !known.contains(&name.text.as_str()) {
                return Err(unknown(name, command, known));
            }
        }
        Ok(Self { pairs })
    }

    /// The text of an option; of several the last.
    pub fn text(&mut self, name: &str) -> Option<Name> {
        let mut found = None;
        self.pairs.retain(|(known, value)| {
            let is = known.text == name;
            if is {
                found = Some(value.clone());
            }
            !is
        });
        found
    }

    /// The truth of an option.
    pub fn truth(&mut self, name: &str, default: bool) -> Result<bool, Diagnostic> {
        let Some(value) = self.text(name) else {
            return Ok(default);
        };
        match value.text.to_ascii_lowercase().as_str() {
            "t" | "true" | "1" => Ok(true),
            "f" | "false" | "0" => Ok(false),
            _ => Err(wrong(name, &value, "true or false")),
        }
    }

    /// The number of an option, whole and not negative.
    pub fn number(&mut self, name: &str) -> Result<Option<u64>, Diagnostic> {
        let Some(value) = self.text(name) else {
            return Ok(None);
        };
        let number = value.text.parse().ok();
        number
            .map(Some)
            .ok_or_else(|| wrong(name, &value, "a whole number"))
    }

    /// Which of some words an option is; the first when it is not given.
    pub fn choice(
        &mut self,
        name: &str,
        words: &[&'static str],
    ) -> Result<&'static str, Diagnostic> {
        let first = words.first().copied().unwrap_or_default();
        let Some(value) = self.text(name) else {
            return Ok(first);
        };
        let mut all = words.iter();
        let found = all.find(|word| value.text.eq_ignore_ascii_case(word));
        found
            .copied()
            .ok_or_else(|| wrong(name, &value, &words.join(" or ")))
    }

    /// Refuses an option that changes what comes out in a way that is not done here.
    pub fn refuse(&mut self, name: &str, command: &str, why: &str) -> Result<(), Diagnostic> {
        let Some(value) = self.text(name) else {
            return Ok(());
        };
        let message = format!("the option '{name}' of {command} is not supported");
        Err(Diagnostic::new("SPL-OPTION", message, value.span).with_help(why))
    }
}

fn unknown(name: &Name, command: &str, known: &[&str]) -> Diagnostic {
    let message = format!("the option '{}' of {command} is not known", name.text);
    let help = match known {
        [] => format!("{command} has no options"),
        known => format!("the options are {}", known.join(", ")),
    };
    Diagnostic::new("SPL-OPTION", message, name.span).with_help(help)
}

/// The message about a value that an option does not take.
pub fn wrong(name: &str, value: &Name, wanted: &str) -> Diagnostic {
    let message = format!("'{name}' takes {wanted}, not '{}'", value.text);
    let span = Span::from(value.span.start..value.span.end);
    Diagnostic::new("SPL-OPTION", message, span).with_help(format!("write {name}=<{wanted}>"))
}

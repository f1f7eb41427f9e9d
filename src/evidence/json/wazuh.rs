//! Windows events in Wazuh's alerts and archives: `data.win.system` and `data.win.eventdata`, their
//! names with a small first letter. It becomes the event that it was.
//!
//! Wazuh's agent writes each text as JSON inside of its own JSON, so that what a person reads has a
//! backslash before each backslash and quote. Where every backslash of a record's texts stands so,
//! they are taken off; where one does not, the texts are as Windows wrote them.

use super::{Object, Value, at, text_of};
use crate::event::Record;
use crate::evidence::tables::WAZUH;
use crate::evidence::windows::{Origin, WindowsEvent};
use std::borrow::Cow;

/// The record of such an object.
pub fn parse(object: &Object, origin: Origin) -> Record {
    let part = |name: &str| {
        let inside = at(object, &format!("data.win.{name}"));
        let found = inside.or_else(|| at(object, &format!("win.{name}")));
        found.and_then(Value::as_object)
    };
    let mut event = WindowsEvent::new(origin);
    if let Some(system) = part("system") {
        for (name, fields) in &WAZUH.system {
            for value in fields.iter().filter_map(|field| system.get(field)) {
                event.set(name, &text_of(value));
            }
        }
    }
    if let Some(data) = part("eventdata") {
        let escaped = data.values().all(|value| is_escaped(&text_of(value)));
        for (name, value) in data {
            let text = text_of(value);
            let text = if escaped { bare(&text) } else { text.into() };
            event.push(&capital(name), text);
        }
    }
    event.finish()
}

/// `commandLine` as Windows has it: `CommandLine`.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Whether no backslash stands but before another one or a quote, and no quote without one.
fn is_escaped(text: &str) -> bool {
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if !matches!(letters.next(), Some('\\' | '"')) => return false,
            '"' => return false,
            _ => {}
        }
    }
    true
}

fn bare(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next()),
            letter => out.push(letter),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_are_taken_off_where_all_stand_so() {
        let escaped = r#"\"C:\\a b\\x.exe\" /i \\\\srv\\s"#;
        assert!(is_escaped(escaped));
        assert_eq!(bare(escaped), r#""C:\a b\x.exe" /i \\srv\s"#);
        for text in [r"C:\a", r#""a""#, r"\\srv\s", r"a\"] {
            assert!(!is_escaped(text), "{text}");
        }
        assert!(is_escaped("") && is_escaped("msiexec /q"));
        assert_eq!(capital("commandLine"), "CommandLine");
        assert_eq!(capital("élan"), "Élan");
        assert_eq!(capital(""), "");
    }
}

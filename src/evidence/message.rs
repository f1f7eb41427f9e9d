//! The rendered message text of an event, in English: lines of `Name: value` for Sysmon, sections of
//! labels for Security 4688. For carriers that have nothing else (classic text, CSV) or that have
//! lost fields (NXLog, Winlogbeat). Other events' texts are not read.
//!
//! A value may hold line ends, so a line that is no field of its event goes to the value before it.
//! Where a name occurs twice the first counts, because what an attacker can put into a command
//! line comes behind the image, its hash and its name; and it is said.

use super::tables::{self, MESSAGE_4688, MessageText};
use super::windows::{SECURITY, WindowsEvent};

/// A field of 4688 that must be there.
const NEEDED_4688: &str = "NewProcessName";
/// Its last one: every line behind it belongs to it.
const LAST_4688: &str = "CommandLine";

/// What a message text says.
#[derive(Debug, PartialEq, Eq)]
pub enum Message {
    /// The fields, by the event's own names, and those names that occurred again.
    Fields {
        /// Name and value.
        fields: Vec<(String, String)>,
        /// Names.
        again: Vec<String>,
    },
    /// It is a text of another display language.
    OtherLanguage,
    /// It ends before the fields that it must have.
    CutOff,
    /// Texts of such events are not read.
    Unread,
}

/// Reads the text of this event.
pub fn read(event: &WindowsEvent, text: &str) -> Message {
    let text = text.trim_end_matches(['\r', '\n']);
    let security =
        event.get("Provider") == Some(SECURITY) || event.get("Channel") == Some("Security");
    if event.is_sysmon() {
        sysmon(text)
    } else if security && event.event_id() == Some(4688) {
        sections(text, &MESSAGE_4688)
    } else {
        Message::Unread
    }
}

/// Adds to the event what it lacks of the fields in its message text, and says how many.
pub fn put_back(event: &mut WindowsEvent, text: &str) -> u32 {
    let Message::Fields { fields, again } = read(event, text) else {
        return 0;
    };
    let mut count = 0;
    for (name, value) in fields {
        if event.push_missing(&name, &value) {
            count += 1;
            if again.contains(&name) {
                event.remark(format!(
                    "the message text has '{name}' twice: the first is taken"
                ));
            }
        }
    }
    count
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
}

#[derive(Default)]
struct Fields {
    read: Vec<(String, String)>,
    again: Vec<String>,
    /// The last line began a field that was there before.
    passing: bool,
}

impl Fields {
    fn begin(&mut self, name: &str, value: &str) {
        self.passing = self.read.iter().any(|(known, _)| known == name);
        if !self.passing {
            self.read.push((name.to_owned(), value.to_owned()));
        } else if !self.again.iter().any(|known| known == name) {
            self.again.push(name.to_owned());
        }
    }

    fn go_on(&mut self, line: &str) {
        if let Some((_, value)) = self.read.last_mut()
            && !self.passing
        {
            value.push('\n');
            value.push_str(line);
        }
    }

    fn has(&self, name: &str) -> bool {
        self.read.iter().any(|(known, _)| known == name)
    }

    fn message(self) -> Message {
        Message::Fields {
            fields: self.read,
            again: self.again,
        }
    }
}

fn sysmon(text: &str) -> Message {
    let mut fields = Fields::default();
    for line in lines(text) {
        match line.split_once(':') {
            Some((name, value)) if tables::is_sysmon_name(name) => {
                fields.begin(name, value.strip_prefix(' ').unwrap_or(value));
            }
            _ => fields.go_on(line),
        }
    }
    if fields.has("UtcTime") || fields.read.len() > 2 {
        fields.message()
    } else {
        Message::CutOff
    }
}

/// The text before what every message of this event ends in: the last line that begins so and has
/// an empty one before it, since a command line may have the same words.
fn before_ending<'t>(text: &'t str, table: &MessageText) -> &'t str {
    let ending = table
        .after
        .iter()
        .flat_map(|after| text.rmatch_indices(after.as_str()))
        .map(|(at, _)| text.get(..at).unwrap_or_default())
        .find(|before| before.ends_with("\n\n") || before.ends_with("\r\n\r\n"));
    ending.unwrap_or(text).trim_end_matches(['\r', '\n'])
}

fn sections(text: &str, table: &MessageText) -> Message {
    let text = before_ending(text, table);
    let mut fields = Fields::default();
    let mut labels = None;
    for line in lines(text) {
        if fields.has(LAST_4688) {
            fields.go_on(line);
            continue;
        }
        let Some((label, value)) = line.split_once(':') else {
            continue;
        };
        if let Some(section) = table.section.get(label) {
            labels = Some(section);
        } else if let Some(name) = labels.and_then(|labels| labels.get(label.trim())) {
            let value = if value.starts_with('\t') {
                value.trim_start_matches('\t')
            } else {
                value.trim_start_matches(' ')
            };
            let rendered = table.value.get(name).and_then(|values| values.get(value));
            fields.begin(name, rendered.map_or(value, String::as_str));
        }
    }
    match (fields.has(NEEDED_4688), labels.is_some()) {
        (true, _) => fields.message(),
        (false, true) => Message::CutOff,
        (false, false) => Message::OtherLanguage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Locator, Position, SourceId};
    use crate::evidence::format::ParseContext;
    use crate::evidence::windows::Origin;

    /// The command line that is read from a 4688 text with this one in it.
    fn command_line(command: &str, ending: &str) -> String {
        let position = Position::Span { offset: 0, len: 0 };
        let source = SourceId(0);
        let mut event = WindowsEvent::new(Origin {
            locator: Locator { source, position },
            context: ParseContext::default(),
        });
        event.set("Provider", SECURITY);
        event.set("EventID", "4688");
        let text = format!(
            "A new process has been created.\n\nProcess Information:\n\tNew Process Name:\tC:\\a.exe\n\
             \tProcess Command Line:\t{command}{ending}"
        );
        assert_ne!(put_back(&mut event, &text), 0);
        event.data("CommandLine").unwrap_or_default().to_owned()
    }

    #[test]
    fn a_command_line_keeps_whatever_stands_in_it() {
        let ending = "\n\nToken Elevation Type indicates the type of token.\n\nType 1 is full.\n";
        for command in [
            "",
            "a.exe /x ",
            "a.exe Token Elevation Type indicates http://example.test",
            "a.exe\n\tNew Process Name:\tb.exe",
            "a.exe\n\nmore: of it",
        ] {
            assert_eq!(command_line(command, ending), command);
            assert_eq!(command_line(command, "\n"), command);
        }
    }
}

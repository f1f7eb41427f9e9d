//! Classic Windows event text (Splunk's sourcetype `WinEventLog`): a date line, `Key=value` lines,
//! then the rendered message. Of 4688 and Sysmon the message is read, of other events the header.

use super::message::{self, Message};
use super::tables::CLASSIC;
use super::windows::{Origin, WindowsEvent};
use crate::event::Record;
use crate::event::time::Reading;

/// What is said of a message in another language; CSV says it too.
pub const OTHER_LANGUAGE: &str = "message text in another display language: export EVTX";
/// What is said of a message without its fields.
pub const CUT_OFF: &str = "cut off: the message text lacks its fields";

/// A date line is not longer.
const LONGEST_DATE: usize = 40;
/// Nor is the key of the line after it.
const LONGEST_KEY: usize = 32;

/// Whether a line is the date line of an event, `09/15/2020 11:48:27 PM`.
pub fn is_date_line(line: &[u8]) -> bool {
    if line.len() > LONGEST_DATE || !line.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let Ok(line) = std::str::from_utf8(line) else {
        return false;
    };
    line.contains('/') && line.split_whitespace().count() <= 3 && Reading::us_header(line).is_some()
}

/// Whether a line, or the start of one, is `Key=`.
pub fn is_key_line(line: &[u8]) -> bool {
    let key = line
        .iter()
        .take(LONGEST_KEY)
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    key > 1 && line.get(key) == Some(&b'=')
}

/// Whether a text is an event of this kind.
pub fn begins_event(text: &str) -> bool {
    let mut lines = text.lines();
    lines
        .next()
        .is_some_and(|line| is_date_line(line.as_bytes()))
        && lines
            .next()
            .is_some_and(|line| is_key_line(line.as_bytes()))
}

/// The record of one event.
pub fn parse(text: &str, origin: Origin) -> Result<Record, String> {
    let (head, message) = match text.split_once("\nMessage=") {
        Some((head, message)) => (head, Some(message)),
        None => (text, None),
    };
    let mut lines = head.lines();
    let time = lines.next().and_then(Reading::us_header);
    let pairs: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('=')).collect();
    let mut event = WindowsEvent::new(origin);
    for (name, keys) in &CLASSIC.system {
        for key in keys {
            if let Some((_, value)) = pairs.iter().find(|(known, _)| known == key) {
                event.set(name, value);
            }
        }
    }
    if event.event_id().is_none() {
        return Err("no 'EventCode' in the header lines".to_owned());
    }
    event.set_time(time);
    add_message(&mut event, message.unwrap_or_default())?;
    Ok(event.finish())
}

/// Adds the fields of a message that is all that there is of the event's data.
pub fn add_message(event: &mut WindowsEvent, text: &str) -> Result<(), String> {
    match message::read(event, text) {
        Message::Fields { .. } => {
            message::put_back(event, text);
            Ok(())
        }
        Message::OtherLanguage => Err(OTHER_LANGUAGE.to_owned()),
        Message::CutOff => Err(CUT_OFF.to_owned()),
        Message::Unread => Ok(()),
    }
}

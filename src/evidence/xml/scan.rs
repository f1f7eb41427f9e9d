//! The fast way through an event of the shape that Windows writes: no comments, CDATA, prefixes or
//! declarations, each `System` value and each data field an element without others in it.
//!
//! `None` says that the event is not of that shape, and then the parser decides; so what is read
//! here must be what the parser reads, which the tests hold against it. An outline, too, is made
//! only after the last tag was seen: a bad record stays one.

use super::cursor::{Cursor, InTag, Text, is_plain};
use super::{system_attribute, usual};
use crate::event::names::shared;
use crate::event::{Field, Outline};
use crate::evidence::framing::Parsed;
use crate::evidence::windows::{self, Origin, SYSTEM_NAMES, WindowsEvent};
use crate::evidence::{tables, times};

/// `UserData` and the sections that are not read nest less.
const DEEPEST: u32 = 16;

/// Room for the fields of a process creation.
const USUAL_FIELDS: usize = 32;

/// An event on its way.
struct Scan<'t> {
    cursor: Cursor<'t>,
    /// By the places of [`SYSTEM_NAMES`].
    system: [Option<&'t str>; SYSTEM_NAMES.len()],
    has_system: bool,
    data: Vec<Field>,
    /// Provider and event id, when nothing but the outline is wanted.
    outline: Option<(&'t str, u32)>,
}

/// The event, or its outline when `whole` does not ask for it by provider and event id.
pub fn scan(text: &str, origin: Origin, whole: &dyn Fn(&str, u32) -> bool) -> Option<Parsed> {
    let mut scan = Scan {
        cursor: Cursor::new(text),
        system: [None; SYSTEM_NAMES.len()],
        has_system: false,
        data: Vec::new(),
        outline: None,
    };
    if scan.cursor.start()? != "Event" || !scan.opens()? {
        return None;
    }
    while !scan.cursor.next_is_end()? {
        scan.section(whole)?;
    }
    scan.cursor.end("Event")?;
    if !scan.has_system {
        return None;
    }
    if let Some((provider, event_id)) = scan.outline {
        let outline = scan.outline(provider, event_id, origin);
        return Some(Parsed::Outline(outline));
    }
    let mut event = WindowsEvent::new(origin);
    for (name, value) in SYSTEM_NAMES.iter().zip(scan.system) {
        if let Some(value) = value {
            event.set(name, value);
        }
    }
    event.extend(scan.data);
    Some(Parsed::Whole(event.finish()))
}

impl<'t> Scan<'t> {
    /// Passes over the attributes of a start tag; whether the element is open.
    fn opens(&mut self) -> Option<bool> {
        loop {
            match self.cursor.attribute()? {
                InTag::Attribute(..) => {}
                InTag::Opens => return Some(true),
                InTag::Empty => return Some(false),
            }
        }
    }

    fn section(&mut self, whole: &dyn Fn(&str, u32) -> bool) -> Option<()> {
        let name = self.cursor.start()?;
        let opens = self.opens()?;
        match name {
            "System" if self.has_system => return None,
            "System" => {
                self.has_system = true;
                if !opens || !self.usual_system() {
                    self.system = [None; SYSTEM_NAMES.len()];
                }
                while opens && !self.cursor.next_is_end()? {
                    self.system_value()?;
                }
                // What came before it was read for the record.
                if self.data.is_empty() {
                    self.outline = self.name().filter(|(provider, id)| !whole(provider, *id));
                }
            }
            "EventData" => {
                if self.outline.is_none() && self.data.is_empty() {
                    self.data.reserve(USUAL_FIELDS);
                }
                while opens && !self.next_field_is_end()? {
                    self.data_field()?;
                }
            }
            name => {
                while opens && !self.cursor.next_is_end()? {
                    self.element(name == "UserData", 0)?;
                }
            }
        }
        if opens {
            self.cursor.end(name)?;
        }
        Some(())
    }

    /// Reads `System` up to its end, if it is written as usual.
    fn usual_system(&mut self) -> bool {
        let text = self.cursor.rest();
        let end = usual::system(text, &mut |place, value| self.set(place, value, true));
        let Some(end) = end else {
            return false;
        };
        self.cursor = Cursor::at(end);
        true
    }

    /// One element of `System`.
    fn system_value(&mut self) -> Option<()> {
        let element = self.cursor.start()?;
        loop {
            match self.cursor.attribute()? {
                InTag::Attribute(name, value) => {
                    let name = system_attribute(element, name);
                    if let Some(place) = name.and_then(windows::place) {
                        self.set(place, value, is_plain(value))?;
                    }
                }
                InTag::Opens => break,
                InTag::Empty => return Some(()),
            }
        }
        let Text { text, plain } = self.cursor.text(element)?;
        match windows::place(element) {
            Some(place) => self.set(place, text, plain),
            None => Some(()),
        }
    }

    /// As [`WindowsEvent::set`] does it.
    fn set(&mut self, place: usize, value: &'t str, plain: bool) -> Option<()> {
        let slot = self.system.get_mut(place)?;
        let value = trimmed(value);
        if slot.is_none() && !value.is_empty() {
            if !plain {
                return None;
            }
            *slot = Some(value);
        }
        Some(())
    }

    fn get(&self, name: &str) -> Option<&'t str> {
        *self.system.get(windows::place(name)?)?
    }

    /// Provider and event id.
    fn name(&self) -> Option<(&'t str, u32)> {
        let provider = tables::provider(self.get("Provider")?);
        Some((provider, self.get("EventID")?.parse().ok()?))
    }

    /// Passes over texts, and fields that are not wanted, to the next tag; whether it is an end.
    fn next_field_is_end(&mut self) -> Option<bool> {
        let end = self.cursor.next_is_end()?;
        if self.outline.is_none() || end {
            return Some(end);
        }
        self.cursor.pass_data();
        self.cursor.next_is_end()
    }

    /// One element of `EventData`.
    fn data_field(&mut self) -> Option<()> {
        if self.outline.is_none()
            && let Some((name, text)) = self.cursor.data()
        {
            return self.push(Some(name), "Data", text.decoded()?);
        }
        let element = self.cursor.start()?;
        let mut label = None;
        loop {
            match self.cursor.attribute()? {
                InTag::Attribute("Name", value) => label = Some(value),
                InTag::Attribute(..) => {}
                InTag::Opens => return self.field(label, element),
                InTag::Empty => break,
            }
        }
        if self.outline.is_some() {
            return Some(());
        }
        self.push(label, element, String::new())
    }

    /// The rest of a data element.
    fn field(&mut self, label: Option<&str>, element: &str) -> Option<()> {
        if self.outline.is_some() {
            return self.cursor.pass_text(element);
        }
        let value = self.cursor.text(element)?.decoded()?;
        self.push(label, element, value)
    }

    fn push(&mut self, label: Option<&str>, element: &str, value: String) -> Option<()> {
        if !label.is_none_or(is_plain) {
            return None;
        }
        self.data.push(Field {
            name: shared(label.unwrap_or(element)),
            value,
        });
        Some(())
    }

    /// An element of `UserData`, or of a section that is not read, `depth` below its first ones.
    fn element(&mut self, read: bool, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let read = read && self.outline.is_none();
        let element = self.cursor.start()?;
        let opens = loop {
            match self.cursor.attribute()? {
                InTag::Attribute(name, value) => {
                    if read && name != "xmlns" && !name.starts_with("xmlns:") {
                        let name = format!("{element}.{name}");
                        is_plain(value).then_some(())?;
                        self.push(None, &name, value.to_owned())?;
                    }
                }
                InTag::Opens => break true,
                InTag::Empty => break false,
            }
        };
        let (text, leaf) = if opens {
            self.content(element, read, depth)?
        } else {
            ("", true)
        };
        if read && leaf && depth > 0 {
            let plain = !text.contains('&');
            self.push(None, element, Text { text, plain }.decoded()?)?;
        }
        Some(())
    }

    /// What is in an element, and its end: the last text, and whether there was nothing else.
    fn content(&mut self, element: &str, read: bool, depth: u32) -> Option<(&'t str, bool)> {
        let mut leaf = true;
        loop {
            let before = self.cursor.rest();
            if self.cursor.next_is_end()? {
                let len = before.len() - self.cursor.rest().len();
                self.cursor.end(element)?;
                return Some((before.get(..len)?, leaf));
            }
            leaf = false;
            self.element(read, depth + 1)?;
        }
    }

    fn outline(&self, provider: &str, event_id: u32, origin: Origin) -> Outline {
        let time = self.get("TimeCreated").and_then(times::utc);
        Outline {
            provider: shared(provider),
            event_id,
            channel: self.get("Channel").map(shared),
            computer: self.get("Computer").map(shared),
            record_id: self.get("EventRecordID").and_then(|id| id.parse().ok()),
            time: times::event_time(time, origin.context),
            repaired: false,
            locator: origin.locator,
        }
    }
}

/// Without blanks around it, of which there are hardly ever any.
fn trimmed(value: &str) -> &str {
    let ends = value.as_bytes().first().zip(value.as_bytes().last());
    match ends {
        Some((b'!'..=b'~', b'!'..=b'~')) => value,
        _ => value.trim(),
    }
}

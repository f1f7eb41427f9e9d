//! `System` as the providers of today write it, in one order and without blanks: gone through by
//! what stands between its values. `None` says that it is written in another way, and then its
//! elements are read one by one (`scan`), which gives the same values.

use super::cursor::{is_plain, quoted};
use crate::evidence::windows;
use memchr::memchr2;

/// A value of `System`.
struct Step {
    /// What stands before it.
    before: &'static str,
    /// It stands in quotes, else it is an element's text.
    is_quoted: bool,
    /// Its place among `SYSTEM_NAMES`; none: it is not read.
    place: Option<usize>,
    /// What stands instead of it and of what is before it, where it may be missing.
    without: Option<&'static str>,
}

const fn attribute(before: &'static str, name: &'static str) -> Step {
    Step {
        before,
        is_quoted: true,
        place: windows::place(name),
        without: None,
    }
}

const fn text(before: &'static str, name: &'static str) -> Step {
    Step {
        before,
        is_quoted: false,
        place: windows::place(name),
        without: None,
    }
}

/// An attribute that may be missing.
const fn perhaps(before: &'static str, name: &'static str, without: &'static str) -> Step {
    Step {
        before,
        is_quoted: true,
        place: windows::place(name),
        without: Some(without),
    }
}

/// All of them, and what stands behind the last.
static STEPS: [Step; 15] = [
    attribute("<Provider Name=", "Provider"),
    attribute(" Guid=", ""),
    text("/><EventID>", "EventID"),
    text("</EventID><Version>", "Version"),
    text("</Version><Level>", "Level"),
    text("</Level><Task>", "Task"),
    text("</Task><Opcode>", "Opcode"),
    text("</Opcode><Keywords>", "Keywords"),
    attribute("</Keywords><TimeCreated SystemTime=", "TimeCreated"),
    text("/><EventRecordID>", "EventRecordID"),
    perhaps(
        "</EventRecordID><Correlation ActivityID=",
        "ActivityID",
        "</EventRecordID><Correlation",
    ),
    attribute("/><Execution ProcessID=", "ProcessID"),
    attribute(" ThreadID=", "ThreadID"),
    text("/><Channel>", "Channel"),
    text("</Channel><Computer>", "Computer"),
];
/// The last value, of which the end differs.
static SECURITY: Step = perhaps(
    "</Computer><Security UserID=",
    "UserID",
    "</Computer><Security",
);

/// Gives the values, by the places of `SYSTEM_NAMES`, and what is left from `</System>` on.
pub fn system<'t>(
    text: &'t str,
    put: &mut dyn FnMut(usize, &'t str) -> Option<()>,
) -> Option<&'t str> {
    let mut rest = text;
    for step in STEPS.iter().chain([&SECURITY]) {
        let Some(value) = rest.strip_prefix(step.before) else {
            rest = rest.strip_prefix(step.without?)?;
            continue;
        };
        let (value, behind) = if step.is_quoted {
            quoted(value).filter(|(value, _)| is_plain(value))?
        } else {
            let end = memchr2(b'<', b'&', value.as_bytes())?;
            value.split_at_checked(end)?
        };
        if let Some(place) = step.place {
            put(place, value)?;
        }
        rest = behind;
    }
    let rest = rest.strip_prefix("/>")?;
    rest.starts_with("</System>").then_some(rest)
}

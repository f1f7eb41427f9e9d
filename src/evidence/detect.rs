//! Which text format a member has, by its first bytes.

use super::format::{Confidence, Detected, Format};

/// The format of a member by its head, already unpacked and decoded; `None` when it is none.
pub fn detect(head: &[u8]) -> Option<Detected> {
    let text = String::from_utf8_lossy(head);
    let format = if text.contains("<Event") {
        Format::WindowsXml
    } else if text.trim_start().starts_with(['{', '[']) {
        Format::Json
    } else {
        return None;
    };
    Some(Detected {
        format,
        shape: format.to_string(),
        confidence: Confidence::Likely,
        reason: "its first bytes".to_owned(),
    })
}

//! What one of the events that a search is about is called.

use std::sync::Arc;

/// `process creation`, or what another dataset's events are called. With an `s` there are several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventName(Arc<str>);

const PROCESS_CREATION: &str = "process creation";

impl Default for EventName {
    fn default() -> Self {
        Self(Arc::from(PROCESS_CREATION))
    }
}

impl EventName {
    /// As the data model calls it.
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    /// In full.
    pub fn full(&self) -> &str {
        &self.0
    }

    /// Where there is little room and the subject is known: `creation`.
    pub fn short(&self) -> &str {
        if self.is_process() {
            "creation"
        } else {
            &self.0
        }
    }

    /// Whether command lines can be asked of it.
    pub fn is_process(&self) -> bool {
        &*self.0 == PROCESS_CREATION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_creation_has_a_short_name() {
        assert_eq!(EventName::default().short(), "creation");
        let other = EventName::new("registry change");
        assert_eq!(
            (other.full(), other.short()),
            ("registry change", "registry change")
        );
        assert!(!other.is_process() && EventName::default().is_process());
    }
}

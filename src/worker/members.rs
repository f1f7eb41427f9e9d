//! The logs of a hunt by number. A second pass over the same evidence may read the files in another
//! order; a log has the number that it had in the first.

use crate::event::SourceId;
use crate::evidence::format::Detected;
use crate::evidence::member::{Member, Origin, Place};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;

/// The logs.
#[derive(Debug, Clone, Default)]
pub(super) struct Members {
    /// By number.
    pub list: Vec<Member>,
    /// How each is read, by number; none for what is no evidence.
    pub detected: Vec<Option<Detected>>,
    /// What an earlier pass called them, the first last: a file over which a reader panics is
    /// told of twice.
    known: HashMap<(PathBuf, Place), Vec<SourceId>>,
    /// The number of each by the number that the reader gives it; only where they may differ.
    numbers: Vec<SourceId>,
}

impl Members {
    /// Those that an earlier pass found.
    pub fn known(list: &[Member], detected: &[Option<Detected>]) -> Self {
        let mut known: HashMap<_, Vec<SourceId>> = HashMap::new();
        for member in list.iter().rev() {
            let key = (member.path.clone(), member.place.clone());
            known.entry(key).or_default().push(member.id);
        }
        Self {
            list: list.to_vec(),
            detected: detected.to_vec(),
            known,
            numbers: Vec::new(),
        }
    }

    /// A member with its own number, registered. The reader tells of members in the order of its
    /// numbers.
    pub fn register<'m>(
        &mut self,
        member: &'m Member,
        detected: Option<&Detected>,
    ) -> Cow<'m, Member> {
        let member = self.numbered(member);
        let place = member.id.0 as usize;
        if place >= self.list.len() {
            self.list.push(member.clone().into_owned());
            self.detected.push(detected.cloned());
        } else if let Some(was @ None) = self.detected.get_mut(place) {
            *was = detected.cloned();
        }
        member
    }

    fn numbered<'m>(&mut self, member: &'m Member) -> Cow<'m, Member> {
        if self.known.is_empty() {
            return Cow::Borrowed(member);
        }
        let given = member.id.0 as usize;
        if given >= self.numbers.len() {
            let key = (member.path.clone(), member.place.clone());
            let next = SourceId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
            let known = self.known.get_mut(&key).and_then(Vec::pop);
            let number = known.unwrap_or(next);
            self.numbers.resize(given + 1, number);
        }
        let mut member = member.clone();
        member.id = self.number(member.id);
        Cow::Owned(member)
    }

    /// Whether a log can be read once only.
    pub fn is_stream(&self, member: SourceId) -> bool {
        let member = self.list.get(member.0 as usize);
        member.is_some_and(|member| member.origin == Origin::Stream)
    }

    /// The number of a member by the one that the reader gives it.
    pub fn number(&self, given: SourceId) -> SourceId {
        let number = self.numbers.get(given.0 as usize);
        number.copied().unwrap_or(given)
    }
}

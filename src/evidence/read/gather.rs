//! Puts what is told of each input, where logs are numbered from nought and bytes are counted by
//! themselves, into the one account that the visitor gets.

use super::Visitor;
use crate::event::{Outline, Record, SourceId};
use crate::evidence::discover::Input;
use crate::evidence::format::Detected;
use crate::evidence::member::{Member, Origin};
use crate::evidence::outcome::{BadRecord, Outcome};
use std::ops::ControlFlow;
use std::sync::Arc;

/// See the module.
pub(super) struct Gatherer<'v> {
    visitor: &'v mut dyn Visitor,
    /// How many bytes there are to read.
    total: Option<u64>,
    /// Bytes of the inputs that are done.
    finished: u64,
    /// Bytes of the input at hand, and those of it that are done.
    read: u64,
    done: u64,
    /// What was last told.
    told: u64,
    /// Number of the input's first log.
    first: u32,
    /// How many logs of it were met.
    logs: u32,
}

impl<'v> Gatherer<'v> {
    pub(super) fn new(total: Option<u64>, visitor: &'v mut dyn Visitor) -> Self {
        Self {
            visitor,
            total,
            finished: 0,
            read: 0,
            done: 0,
            told: 0,
            first: 0,
            logs: 0,
        }
    }

    pub(super) fn begin_input(&mut self) {
        self.first = self.first.saturating_add(self.logs);
        (self.logs, self.read, self.done) = (0, 0, 0);
    }

    /// A part of the input has been read, of so many bytes: the next one counts from nought again.
    pub(super) fn end_part(&mut self, bytes: u64) {
        self.done += bytes;
        self.read = self.done;
        self.tell();
    }

    pub(super) fn end_input(&mut self, input: &Input) {
        self.finished += input.bytes().max(match input.origin {
            Origin::Stream => self.read,
            Origin::File { .. } | Origin::BuiltIn(_) => 0,
        });
        (self.read, self.done) = (0, 0);
        self.tell();
    }

    fn tell(&mut self) {
        let read = self.finished + self.read;
        // Parts of an archive are read twice; more than everything is never said.
        let read = self.total.map_or(read, |total| read.min(total));
        if read > self.told {
            self.told = read;
            self.visitor.progress(read, self.total);
        }
    }

    fn number(&mut self, of: SourceId) -> SourceId {
        self.logs = self.logs.max(of.0.saturating_add(1));
        SourceId(self.first.saturating_add(of.0))
    }

    fn numbered(&mut self, member: &Member) -> Member {
        Member {
            id: self.number(member.id),
            ..member.clone()
        }
    }
}

impl Visitor for Gatherer<'_> {
    fn begin(&mut self, member: &Member, detected: &Detected) {
        let member = self.numbered(member);
        self.visitor.begin(&member, detected);
    }

    fn record(&mut self, mut record: Record, raw: &mut dyn FnMut() -> Arc<str>) -> ControlFlow<()> {
        record.locator.source = self.number(record.locator.source);
        self.visitor.record(record, raw)
    }

    fn outline(&mut self, mut outline: Outline) -> ControlFlow<()> {
        outline.locator.source = self.number(outline.locator.source);
        self.visitor.outline(outline)
    }

    fn bad(&mut self, member: &Member, bad: BadRecord) {
        let member = self.numbered(member);
        self.visitor.bad(&member, bad);
    }

    fn progress(&mut self, read: u64, _: Option<u64>) {
        self.read = self.done + read;
        self.tell();
    }

    fn end(&mut self, member: &Member, outcome: Outcome) {
        let member = self.numbered(member);
        self.visitor.end(&member, outcome);
    }
}

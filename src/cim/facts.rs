//! What a creation tells beyond the data model: the command line as recorded, the account with its
//! domain, the machine, the ids that a process tree is built from. Not rows: those are `mapping`.

use super::hosts::Hosts;
use super::nvm;
use super::sources::{FactFrom, Source, SourceIndex, Sources};
use crate::event::{Family, Record};
use std::borrow::Cow;

/// What a screen shows of one creation, as recorded. Texts are hostile until `event::visible` has
/// seen them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts<'r> {
    /// The command line as the source recorded it; `None` when it recorded none (4688 with the
    /// auditing of command lines off). NVM: the arguments, see [`Self::arguments_only`].
    pub recorded_command_line: Option<&'r str>,
    /// The source recorded the arguments without the program (NVM).
    pub arguments_only: bool,
    /// The path of the image (NVM: else its name).
    pub image: Option<&'r str>,
    /// The name in the image's version resource.
    pub original_file_name: Option<&'r str>,
    /// The directory that it was started in.
    pub current_directory: Option<&'r str>,
    /// The account with its domain, as recorded; a SID where there is no name.
    pub raw_account: Option<Cow<'r, str>>,
    /// The machine on which it was: `dest` where the source gives one and no other, for NVM the
    /// machine that the flow began on, for FDR without host name the sensor's id.
    pub endpoint: Option<Cow<'r, str>>,
    /// The path of the parent's image (FDR: its name).
    pub parent_image: Option<&'r str>,
    /// The name of the parent's parent (FDR, and there not always).
    pub grandparent: Option<&'r str>,
    /// The parent's command line.
    pub parent_command_line: Option<&'r str>,
    /// The id that is unique among all processes (FDR: Falcon's).
    pub process_guid: Option<&'r str>,
    /// The system's process id as recorded, hex in 4688.
    pub process_id: Option<&'r str>,
    /// The parent's unique id.
    pub parent_process_guid: Option<&'r str>,
    /// The parent's process id as recorded; FDR has none.
    pub parent_process_id: Option<&'r str>,
    /// The logon session.
    pub logon_id: Option<Cow<'r, str>>,
    /// The integrity level as recorded: a name, a SID or a number.
    pub integrity: Option<&'r str>,
    /// Hashes as recorded (`SHA256=…,MD5=…`, or one SHA-256).
    pub hashes: Option<&'r str>,
}

impl Sources {
    /// The facts of a creation, whose source [`Self::scope`] told.
    pub fn facts<'r>(
        &'r self,
        source: SourceIndex,
        record: &'r Record,
        hosts: &'r Hosts,
    ) -> Facts<'r> {
        let Some(table) = self.get(source) else {
            return Facts::default();
        };
        let names = &table.facts;
        let raw = |from: &FactFrom| raw(table, record, from);
        let command_line = raw(&names.command_line);
        Facts {
            recorded_command_line: command_line.or_else(|| raw(&names.arguments)),
            arguments_only: matches!(&names.arguments, FactFrom::Raw(names) if !names.is_empty()),
            image: raw(&names.image),
            original_file_name: raw(&names.original_file_name),
            current_directory: raw(&names.current_directory),
            raw_account: text(table, record, &names.account),
            endpoint: self.endpoint(source, record, hosts),
            parent_image: raw(&names.parent_image),
            grandparent: raw(&names.grandparent),
            parent_command_line: raw(&names.parent_command_line),
            process_guid: raw(&names.process_guid),
            process_id: raw(&names.process_id),
            parent_process_guid: raw(&names.parent_process_guid),
            parent_process_id: raw(&names.parent_process_id),
            logon_id: text(table, record, &names.logon_id),
            integrity: raw(&names.integrity),
            hashes: raw(&names.hashes),
        }
    }

    /// The machine of a creation (see [`Facts::endpoint`]), for counting hosts without the rest.
    pub fn endpoint<'r>(
        &'r self,
        source: SourceIndex,
        record: &'r Record,
        hosts: &'r Hosts,
    ) -> Option<Cow<'r, str>> {
        let source = self.get(source)?;
        if source.detect.family == Family::Nvm {
            return nvm::endpoint(record, hosts).map(Cow::Borrowed);
        }
        let own = text(source, record, &source.facts.endpoint);
        own.or_else(|| self.given_dest(source, record, hosts))
            .or_else(|| record.data("aid").map(Cow::Borrowed))
    }
}

/// A machine that is known by a sensor's id only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine<'r> {
    /// The id: `aid`, `udid`.
    pub id: &'r str,
    /// What the record says that may be its name: NVM's authority of the logged-in user, which is
    /// the machine for a local account and the domain for any other.
    pub claimed: Option<&'r str>,
}

impl Sources {
    /// The machine of a creation when the host table has no name for it (yet): count it under its
    /// id until the table is complete, see [`Hosts::name_of`].
    pub fn unnamed_machine<'r>(
        &self,
        source: SourceIndex,
        record: &'r Record,
        hosts: &Hosts,
    ) -> Option<Machine<'r>> {
        if self.get(source)?.detect.family == Family::Nvm {
            return nvm::unnamed_machine(record, hosts);
        }
        let id = self.unresolved_host(source, record, hosts)?;
        Some(Machine { id, claimed: None })
    }
}

fn raw<'r>(source: &Source, record: &'r Record, from: &FactFrom) -> Option<&'r str> {
    match from {
        FactFrom::Rule(_) => None,
        FactFrom::Raw(names) => names
            .iter()
            .find_map(|name| name.of(record).filter(|text| source.is_value(text))),
    }
}

fn text<'r>(source: &Source, record: &'r Record, from: &FactFrom) -> Option<Cow<'r, str>> {
    match from {
        FactFrom::Rule(rule) => rule.evaluate(record).map(|ruled| ruled.text),
        FactFrom::Raw(_) => raw(source, record, from).map(Cow::Borrowed),
    }
}

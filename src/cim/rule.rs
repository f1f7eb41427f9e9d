//! The exceptions that a source table names and code evaluates: what takes more than one raw field.
//! Each says in one phrase what it does, for the Fields pane. Nothing here knows a data model.

use super::{crowdstrike, event_text, flat, nvm, security, sysmon};
use crate::event::Record;
use serde::Deserialize;
use std::borrow::Cow;

/// A named exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// [`security::process`].
    SecurityProcess,
    /// [`security::action`].
    SecurityAction,
    /// [`security::user`].
    SecurityUser,
    /// [`security::account`].
    SecurityAccount,
    /// [`security::logon_id`].
    SecurityLogonId,
    /// [`crowdstrike::process_path`].
    CrowdstrikeProcessPath,
    /// [`crowdstrike::registry_path`].
    CrowdstrikeRegistryPath,
    /// [`nvm::process`].
    NvmProcess,
    /// [`nvm::parent_process`].
    NvmParentProcess,
    /// [`flat::defender_account`].
    DefenderAccount,
    /// [`flat::elastic_account`].
    ElasticAccount,
    /// [`flat::elastic_process`].
    ElasticProcess,
    /// [`flat::elastic_parent_process`].
    ElasticParentProcess,
    /// [`sysmon::file_action`].
    SysmonFileAction,
    /// [`sysmon::registry_hive`].
    SysmonRegistryHive,
    /// [`nvm::machine`].
    NvmMachine,
    /// [`event_text::raw`].
    EventText,
    /// [`event_text::event_data`].
    EventDataText,
    /// [`event_text::user_data`].
    UserDataText,
}

/// What a rule found: the text and the raw fields it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled<'r> {
    /// The text.
    pub text: Cow<'r, str>,
    /// `NewProcessName, CommandLine`.
    pub from: &'static str,
}

impl<'r> Ruled<'r> {
    /// `text`, which came from the raw fields `from`.
    pub fn new(text: impl Into<Cow<'r, str>>, from: &'static str) -> Self {
        Self {
            text: text.into(),
            from,
        }
    }
}

impl Rule {
    /// Evaluates it; `None`: no value.
    pub fn evaluate(self, record: &Record) -> Option<Ruled<'_>> {
        match self {
            Self::SecurityProcess => security::process(record),
            Self::SecurityAction => security::action(record),
            Self::SecurityUser => security::user(record),
            Self::SecurityAccount => security::account(record),
            Self::SecurityLogonId => security::logon_id(record),
            Self::CrowdstrikeProcessPath => crowdstrike::process_path(record),
            Self::CrowdstrikeRegistryPath => crowdstrike::registry_path(record),
            Self::NvmProcess => nvm::process(record),
            Self::NvmParentProcess => nvm::parent_process(record),
            Self::DefenderAccount => flat::defender_account(record),
            Self::ElasticAccount => flat::elastic_account(record),
            Self::ElasticProcess => flat::elastic_process(record),
            Self::ElasticParentProcess => flat::elastic_parent_process(record),
            Self::SysmonFileAction => sysmon::file_action(record),
            Self::SysmonRegistryHive => sysmon::registry_hive(record),
            Self::NvmMachine => nvm::machine(record),
            Self::EventText => Some(event_text::raw(record)),
            Self::EventDataText => event_text::event_data(record),
            Self::UserDataText => event_text::user_data(record),
        }
    }

    /// The texts that it ever gives; none where they are the record's: then every stretch
    /// of one without blanks and quotes stands in a raw field, for a rule puts raw texts together
    /// with these alone (accounts and registry paths with a backslash) and takes nothing out of them but
    /// the backslash before a quote.
    pub fn only_texts(self) -> &'static [&'static str] {
        match self {
            Self::SecurityAction => &[security::ALLOWED],
            Self::SysmonFileAction => &sysmon::FILE_ACTIONS,
            Self::SysmonRegistryHive => &sysmon::HIVES,
            Self::SecurityProcess
            | Self::SecurityUser
            | Self::SecurityAccount
            | Self::SecurityLogonId
            | Self::CrowdstrikeProcessPath
            | Self::CrowdstrikeRegistryPath
            | Self::NvmProcess
            | Self::NvmParentProcess
            | Self::DefenderAccount
            | Self::ElasticAccount
            | Self::ElasticProcess
            | Self::ElasticParentProcess
            | Self::NvmMachine
            | Self::EventText
            | Self::EventDataText
            | Self::UserDataText => &[],
        }
    }

    /// Why what it gives need not stand in the record's data, where that is so.
    pub fn made(self) -> Option<&'static str> {
        match self {
            Self::EventText | Self::EventDataText | Self::UserDataText => {
                Some("is written anew as XML, with names that logs write in their own ways")
            }
            _ => None,
        }
    }

    /// What it does.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::SecurityProcess => {
                "the command line where its first word has a backslash, else path and arguments, \
                 else the path"
            }
            Self::SecurityAction => "'allowed' for a success audit",
            Self::SecurityUser => "the target where there is one, else the subject",
            Self::SecurityAccount => "domain and name, of the target else of the subject",
            Self::SecurityLogonId => "of the target else of the subject",
            Self::CrowdstrikeProcessPath => {
                "on Windows the first word of the command line, else the image"
            }
            Self::CrowdstrikeRegistryPath => "key and value joined by a backslash",
            Self::DefenderAccount | Self::ElasticAccount => "domain and name",
            Self::ElasticProcess | Self::ElasticParentProcess => {
                "the command line, else the arguments joined by blanks"
            }
            Self::NvmProcess | Self::NvmParentProcess => "path and arguments joined",
            Self::SysmonFileAction => {
                "'created' where the file was made at the time of the event, else 'modified'"
            }
            Self::SysmonRegistryHive => "the long name of the key's first part, of three",
            Self::NvmMachine => "the machine that the flow began on",
            Self::EventText => "the event as Splunk's forwarder writes it",
            Self::EventDataText => "the event's data as XML",
            Self::UserDataText => "the event's data as XML, each value in an element of its name",
        }
    }
}

/// A data field that is there and not empty.
pub fn present<'r>(record: &'r Record, name: &str) -> Option<&'r str> {
    record.data(name).filter(|text| !text.is_empty())
}

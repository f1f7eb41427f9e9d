//! Layer 1, Splunk's Common Information Model: `Record` -> row of a data model's dataset.
//!
//! Start at `sources` (the tables) and `mapping` (their evaluation). `model` is what the model
//! itself adds, `scope` tells creations from other records, `facts` is what a screen needs beyond
//! the model, `ways` tells without a record where a value can come from, `url` reads a command line
//! as msiexec does. `sources::events` is for searches of events as they are, which no model lists;
//! `event_text` is their `_raw`.

/// Tables of a folder under `assets/`: name and text of each.
macro_rules! tables {
    ($folder:literal: $($name:literal),* $(,)?) => {
        [$((
            concat!($folder, "/", $name, ".toml"),
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/assets/", $folder, "/", $name, ".toml",
            )),
        )),*]
    };
}

mod command_line;
mod crowdstrike;
mod event_text;
pub mod facts;
mod file_name;
mod flat;
pub mod hosts;
pub mod mapping;
pub mod model;
mod nvm;
mod result_row;
mod rule;
pub mod scope;
mod security;
mod selection;
pub mod sources;
mod sysmon;
mod transform;
pub mod url;
pub mod ways;

pub use facts::{Facts, Machine};
pub use hosts::{Hosts, HostsError};
pub use mapping::FieldOrigin;
pub use model::{ANY_SPELLING, Dataset, DatasetRow, Given, Model, Models};
pub use scope::{OutOfScope, Scope};
pub use selection::Selection;
pub use sources::{MapError, Source, SourceIndex, Sources};
pub use url::{Url, UrlRole, urls};
pub use ways::Way;

#[cfg(test)]
mod golden;

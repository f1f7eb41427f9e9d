//! `Endpoint.Processes` as the add-ons fill it (`--dataset ta`): beside process creations the other
//! events that they tag into it, as far as their fields are known. The process tree is made of
//! creations all the same.

use super::super::model::TableError;
use super::table::SourceTable;
use super::{PROCESSES, Sources, unknown};
use std::sync::Arc;

/// Those that stand behind the sources of creations; each is `like` one of them.
const TABLES: [(&str, &str); 3] = [
    (
        "sources/wider/sysmon_5.toml",
        include_str!("../../../assets/sources/wider/sysmon_5.toml"),
    ),
    (
        "sources/wider/sysmon_7.toml",
        include_str!("../../../assets/sources/wider/sysmon_7.toml"),
    ),
    (
        "sources/wider/crowdstrike_other.toml",
        include_str!("../../../assets/sources/wider/crowdstrike_other.toml"),
    ),
];

/// What one of the events is called then.
const EVENT: &str = "process event";

impl Sources {
    /// From now on searches over `Endpoint.Processes` run over all events that the add-ons have
    /// there. Do this after [`Self::add_map`].
    ///
    /// # Errors
    ///
    /// A built-in table can't be read.
    pub fn widen(&mut self) -> Result<(), TableError> {
        let mut wider = self.clone();
        wider.others = Arc::default();
        wider.creations = wider.tables.len();
        let mut model = (*wider.model).clone();
        EVENT.clone_into(&mut model.event);
        wider.model = Arc::new(model);
        for (file, text) in TABLES {
            let (_, table) = SourceTable::read(file, text)?;
            let id = table.like.clone().unwrap_or_default();
            let like = wider.tables.iter().find(|source| source.id == id);
            let like = like.ok_or_else(|| unknown(file, "the source", &id))?;
            let source = table.resolve(file, &wider.model.dataset, Some(like))?;
            wider.tables.push(source);
        }
        let others = self.others.iter().cloned();
        let kept = others.filter(|sources| sources.model.dataset.full_name() != PROCESSES);
        self.others = kept.chain([wider]).collect();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::cim::{Hosts, Models, Scope, Sources};
    use crate::event::{Family, Locator, Position, Record, SourceId};

    fn record(id: &str) -> Record {
        let position = Position::Span { offset: 0, len: 0 };
        let source = SourceId(0);
        let mut record = Record::new(Family::Windows, Locator { source, position });
        record.push_system("Provider", "Microsoft-Windows-Sysmon");
        record.push_system("EventID", id);
        record.push_data("Image", r"C:\Windows\msiexec.exe");
        record.push_data("ImageLoaded", r"C:\Windows\msi.dll");
        record.push_data("Hashes", "MD5=00");
        record
    }

    #[test]
    fn the_ends_of_processes_and_the_images_they_load_are_events_of_the_wider_dataset() {
        let mut sources = Sources::built_in(&Models::built_in().unwrap()).unwrap();
        sources.widen().unwrap();
        // Once more changes nothing.
        sources.widen().unwrap();
        let wider = sources.filling("Endpoint.Processes").unwrap();
        assert_eq!(wider.event(), "process event");
        for (id, creation, action, process, loaded) in [
            ("1", true, "allowed", "unknown", "unknown"),
            ("5", false, "blocked", r"C:\Windows\msiexec.exe", "unknown"),
            ("7", false, "allowed", "unknown", r"C:\Windows\msi.dll"),
        ] {
            let record = record(id);
            assert_eq!(
                matches!(sources.scope(&record), Scope::Creation(_)),
                creation
            );
            let Scope::Creation(index) = wider.scope(&record) else {
                panic!("no event: {id}");
            };
            assert_eq!(wider.is_creation(index), creation);
            assert!(wider.may_be_creation("Microsoft-Windows-Sysmon", id.parse().unwrap()));
            let row = wider.map(index, &record, &Hosts::default());
            let cell = |name: &str| {
                let place = wider.dataset().index(name).unwrap();
                row.get(place).map(|value| value.as_text().into_owned())
            };
            assert_eq!(cell("action").as_deref(), Some(action));
            assert_eq!(cell("process").as_deref(), Some(process));
            assert_eq!(cell("process_name").as_deref(), Some("msiexec.exe"));
            assert_eq!(cell("loaded_file").as_deref(), Some(loaded));
            assert_eq!(cell("process_hash").is_none(), id == "7");
        }
        assert!(matches!(wider.scope(&record("3")), Scope::OutOfScope(_)));
        let files = sources.filling("Endpoint.Filesystem").unwrap();
        assert_eq!(files.event(), "file change");
    }
}

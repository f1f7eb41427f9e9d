//! Names of MITRE ATT&CK techniques and tactics, of one stated version: names change between
//! versions (v19 splits Defense Evasion and calls this family's tactic Stealth).

use super::load_error::LoadError;
use super::lookups::Lookup;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What is known of ATT&CK.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Attack {
    /// The version that the names are of: `18`.
    pub version: String,
    tactics: BTreeMap<String, String>,
    technique: Vec<Technique>,
}

/// A technique or sub-technique.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Technique {
    /// `T1218.007`.
    pub id: String,
    /// Its own name: `Msiexec`.
    pub name: String,
    /// The ids of its tactics: `TA0005`.
    pub tactics: Vec<String>,
}

impl Attack {
    /// The names that come with the program.
    pub fn built_in() -> Result<Self, LoadError> {
        toml::from_str(include_str!("../../assets/attack.toml"))
            .map_err(|error| LoadError::new("assets/attack.toml", error.to_string()))
    }

    /// Adds the techniques of contentctl's `mitre_enrichment` lookup that are not known here. It has
    /// no ids of tactics: their names stand for them.
    pub fn add_names(&mut self, names: &Lookup) {
        let columns = ["mitre_id", "technique", "tactics"].map(|name| names.column(name));
        let [Some(id), Some(name), Some(tactics)] = columns else {
            return;
        };
        for row in &names.rows {
            let cell = |place: usize| row.get(place).map_or("", |cell| cell.trim());
            if cell(id).is_empty() || self.technique(cell(id)).is_some() {
                continue;
            }
            let tactics = cell(tactics).split(['|', '\n']).map(str::trim);
            let tactics: Vec<_> = tactics
                .filter(|t| !t.is_empty())
                .map(str::to_owned)
                .collect();
            for tactic in &tactics {
                self.tactics.insert(tactic.clone(), tactic.clone());
            }
            self.technique.push(Technique {
                id: cell(id).to_owned(),
                name: cell(name).to_owned(),
                tactics,
            });
        }
    }

    /// A technique by its id.
    pub fn technique(&self, id: &str) -> Option<&Technique> {
        self.technique
            .iter()
            .find(|t| t.id.eq_ignore_ascii_case(id))
    }

    /// Its name with that of the technique it belongs to: `System Binary Proxy Execution: Msiexec`.
    pub fn full_name(&self, id: &str) -> Option<String> {
        let technique = self.technique(id)?;
        let parent = technique
            .id
            .split_once('.')
            .and_then(|(p, _)| self.technique(p));
        Some(match parent {
            Some(parent) => format!("{}: {}", parent.name, technique.name),
            None => technique.name.clone(),
        })
    }

    /// The names of its tactics, in ATT&CK's order.
    pub fn tactics_of(&self, id: &str) -> Vec<&str> {
        let ids = self.technique(id).map_or(&[][..], |t| t.tactics.as_slice());
        ids.iter()
            .filter_map(|id| self.tactics.get(id).map(String::as_str))
            .collect()
    }

    /// All techniques, by id.
    pub fn techniques(&self) -> &[Technique] {
        &self.technique
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_technique_has_its_names() {
        let attack = Attack::built_in().unwrap();
        assert_eq!(attack.version, "18");
        assert_eq!(
            attack.full_name("T1218.007").as_deref(),
            Some("System Binary Proxy Execution: Msiexec")
        );
        assert_eq!(attack.tactics_of("t1218.007"), ["Defense Evasion"]);
        assert_eq!(
            attack.full_name("T1105").as_deref(),
            Some("Ingress Tool Transfer")
        );
        assert_eq!(attack.technique("T9999"), None);
    }

    #[test]
    fn the_table_is_sound() {
        let attack = Attack::built_in().unwrap();
        let ids: Vec<_> = attack.techniques().iter().map(|t| t.id.as_str()).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        for technique in attack.techniques() {
            let names = attack.tactics_of(&technique.id);
            assert_eq!(names.len(), technique.tactics.len(), "{technique:?}");
            assert!(!names.is_empty());
            if let Some((parent, _)) = technique.id.split_once('.') {
                assert!(attack.technique(parent).is_some(), "{technique:?}");
            }
        }
    }
}

//! The ledger as a list: problems, hosts with their files, files of no host, and what is no
//! evidence by its kind. The figures stay in the ledger; a line says only which it is.

use crate::app::list::List;
use crate::app::text_view::TextView;
use crate::evidence::ledger::{FileEntry, Ledger, Status};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What a group of files has in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Evidence, or named, and not wholly read.
    Problems,
    /// A host without process creations, lower-cased.
    Silent(String),
    /// A host with some, lower-cased.
    Host(String),
    /// Read, and no host is known of its records.
    Hostless,
    /// No evidence, of this kind.
    Kind(String),
}

/// Which line it is, whatever else is in the list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EvidenceKey {
    /// The group.
    pub group: Group,
    /// A file in it; `None` for the group's own line.
    pub file: Option<usize>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceLine {
    /// Which.
    pub key: EvidenceKey,
    /// Of a group: whether its files are listed.
    pub open: bool,
    /// Of a group: its files.
    pub files: Vec<usize>,
}

/// The state of the view.
#[derive(Debug, Clone, Default)]
pub struct EvidencePane {
    /// The lines, the selected one, the window.
    pub list: List<EvidenceKey>,
    lines: Vec<EvidenceLine>,
    /// The groups that are not as they were at first.
    flipped: HashSet<Group>,
    /// What is known of the selected line.
    pub account: TextView,
    /// What is searched in the list.
    pub search: String,
    /// The folder that all files lie in, with its slash; empty when there is none.
    root: String,
}

impl EvidencePane {
    /// The lines.
    pub fn lines(&self) -> &[EvidenceLine] {
        &self.lines
    }

    /// The selected line.
    pub fn selected(&self) -> Option<&EvidenceLine> {
        self.lines.get(self.list.selected())
    }

    /// The folder that all files lie in, with its slash; empty when there is none.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Lists a ledger.
    pub fn fill(&mut self, ledger: &Ledger) {
        self.lines.clear();
        self.root = common_folder(ledger);
        for (group, files) in groups(ledger) {
            // What is no evidence stays closed by its kind; everything else is looked for.
            let open = !matches!(group, Group::Kind(_)) ^ self.flipped.contains(&group);
            let inside = if open { files.clone() } else { Vec::new() };
            self.lines.push(EvidenceLine {
                key: EvidenceKey {
                    group: group.clone(),
                    file: None,
                },
                open,
                files,
            });
            self.lines
                .extend(inside.into_iter().map(|file| EvidenceLine {
                    key: EvidenceKey {
                        group: group.clone(),
                        file: Some(file),
                    },
                    open: false,
                    files: Vec::new(),
                }));
        }
        let keys = self.lines.iter().map(|line| line.key.clone()).collect();
        self.list.replace(keys, |k| Some(k.clone()), |_| true);
    }

    /// Opens or closes the group of the selected line, or with `None` the other way round. Whether
    /// anything changed.
    pub fn fold(&mut self, open: Option<bool>, ledger: &Ledger) -> bool {
        let Some(line) = self.selected() else {
            return false;
        };
        let is_group = line.key.file.is_none();
        let now = if is_group { line.open } else { true };
        if open == Some(now) || (!is_group && open != Some(false)) {
            return false;
        }
        let group = line.key.group.clone();
        if !self.flipped.remove(&group) {
            self.flipped.insert(group.clone());
        }
        self.list.select_key(&EvidenceKey { group, file: None });
        self.fill(ledger);
        true
    }
}

/// What the names of all files begin with, up to a slash.
fn common_folder(ledger: &Ledger) -> String {
    let mut names = ledger.files.iter().map(FileEntry::place);
    let Some(mut root) = names.next() else {
        return String::new();
    };
    for name in names {
        let same = root.bytes().zip(name.bytes()).take_while(|(a, b)| a == b);
        let until = root.floor_char_boundary(same.count());
        root.truncate(until);
    }
    let until = root.rfind(['/', '\\']).map_or(0, |slash| slash + 1);
    root.truncate(until);
    root
}

fn groups(ledger: &Ledger) -> BTreeMap<Group, Vec<usize>> {
    let mut groups: BTreeMap<Group, BTreeSet<usize>> = BTreeMap::new();
    let mut creations: BTreeMap<String, u64> = BTreeMap::new();
    for host in &ledger.hosts {
        *creations.entry(host.host.to_lowercase()).or_default() += host.creations;
    }
    let mut of_host = BTreeSet::new();
    for host in &ledger.hosts {
        let name = host.host.to_lowercase();
        let silent = creations.get(&name).is_none_or(|count| *count == 0);
        let group = if silent {
            Group::Silent(name)
        } else {
            Group::Host(name)
        };
        let files = host.files.iter().map(|file| *file as usize);
        let files: Vec<usize> = files.collect();
        of_host.extend(files.iter().copied());
        groups.entry(group).or_default().extend(files);
    }
    for (place, file) in ledger.files.iter().enumerate() {
        if file.is_problem() {
            groups.entry(Group::Problems).or_default().insert(place);
        }
        if file.status == Status::NotEvidence {
            let kind = Group::Kind(file.format.clone());
            groups.entry(kind).or_default().insert(place);
        } else if !of_host.contains(&place) {
            groups.entry(Group::Hostless).or_default().insert(place);
        }
    }
    let listed = groups.into_iter();
    listed
        .map(|(group, files)| (group, files.into_iter().collect()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::SourceId;
    use crate::evidence::ledger::CreationEntry;

    #[test]
    fn every_file_has_its_place() {
        let mut ledger = Ledger::default();
        ledger.creation(
            SourceId(0),
            CreationEntry {
                host: "WEB",
                source: "Microsoft Sysmon",
                time: None,
                with_command_line: true,
                duplicate: false,
            },
        );
        ledger.out_of_scope(SourceId(1), Some("db"), None);
        ledger.file(SourceId(2)).status = Status::NotEvidence;
        "picture".clone_into(&mut ledger.file(SourceId(2)).format);
        ledger.file(SourceId(3)).status = Status::NotOpened;
        ledger.settle(true);
        let mut pane = EvidencePane::default();
        pane.fill(&ledger);
        let shown = |pane: &EvidencePane| {
            let lines = pane.lines().iter();
            let line = |l: &EvidenceLine| (l.key.group.clone(), l.key.file);
            lines.map(line).collect::<Vec<_>>()
        };
        let all = [
            (Group::Problems, None),
            (Group::Problems, Some(3)),
            (Group::Silent("db".into()), None),
            (Group::Silent("db".into()), Some(1)),
            (Group::Host("web".into()), None),
            (Group::Host("web".into()), Some(0)),
            (Group::Hostless, None),
            (Group::Hostless, Some(3)),
            (Group::Kind("picture".into()), None),
        ];
        assert_eq!(shown(&pane), all);
        pane.list.select(5);
        assert!(pane.fold(Some(false), &ledger));
        assert_eq!(shown(&pane).len(), 8);
        assert_eq!(pane.list.selected(), 4);
        assert!(!pane.fold(Some(false), &ledger));
        assert!(pane.fold(None, &ledger));
        assert_eq!(shown(&pane), all);
    }

    #[test]
    fn the_folder_of_all_files_is_said_once() {
        let root = |names: &[&str]| {
            let mut ledger = Ledger::default();
            for (place, name) in (0..).zip(names) {
                (*name).clone_into(&mut ledger.file(SourceId(place)).path);
            }
            common_folder(&ledger)
        };
        assert_eq!(root(&["/c/a/x.evtx", "/c/b.evtx"]), "/c/");
        assert_eq!(root(&["/c/äb/x", "/c/äc/x"]), "/c/");
        assert_eq!(root(&["/c/\u{e4}/x", "/c/\u{e5}/x"]), "/c/");
        assert_eq!(root(&["a", "b"]), "");
        assert_eq!(root(&["only/x"]), "only/");
        assert_eq!(root(&[]), "");
    }
}

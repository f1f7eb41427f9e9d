//! Hosts as numbers. Names compare without case; the first spelling is kept. A machine that was
//! known by a sensor's id may get its name later: then several numbers are one host.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::sync::Arc;

/// The hosts.
#[derive(Debug, Default)]
pub(super) struct HostIds {
    names: Vec<Arc<str>>,
    /// By the name in lower case; several for a host that had another name before.
    by_name: HashMap<String, Vec<u32>, RandomState>,
    /// What was asked last: records of a host come one after another.
    last: Option<(String, u32)>,
}

impl HostIds {
    /// The number of a host, which is new when the host is.
    pub fn id(&mut self, name: &str) -> u32 {
        if let Some((last, id)) = &self.last
            && last == name
        {
            return *id;
        }
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let ids = self.by_name.entry(name.to_lowercase()).or_default();
        let id = ids.first().copied().unwrap_or(next);
        if ids.is_empty() {
            ids.push(id);
            self.names.push(Arc::from(name));
        }
        self.last = Some((name.to_owned(), id));
        id
    }

    /// All numbers of a host.
    pub fn ids(&self, name: &str) -> &[u32] {
        let ids = self.by_name.get(&name.to_lowercase());
        ids.map_or(&[], Vec::as_slice)
    }

    /// The name of a host.
    pub fn name(&self, id: u32) -> Option<&str> {
        self.names.get(id as usize).map(|name| &**name)
    }

    /// What was known as `from` is `to`.
    pub fn rename(&mut self, from: &str, to: &str) {
        let (old, new) = (from.to_lowercase(), to.to_lowercase());
        if old == new {
            return;
        }
        self.last = None;
        let Some(moved) = self.by_name.remove(&old) else {
            return;
        };
        let ids = self.by_name.entry(new).or_default();
        let kept = ids.first().and_then(|id| self.names.get(*id as usize));
        let name = kept.cloned().unwrap_or_else(|| Arc::from(to));
        for id in &moved {
            if let Some(place) = self.names.get_mut(*id as usize) {
                *place = name.clone();
            }
        }
        ids.extend(moved);
    }

    /// Bytes of memory, about.
    pub fn memory(&self) -> usize {
        let names: usize = self.names.iter().map(|name| 2 * name.len() + 96).sum();
        names + self.by_name.allocation_size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_any_case_is_one_host_and_the_first_spelling_stays() {
        let mut hosts = HostIds::default();
        let (a, b) = (hosts.id("Web-02"), hosts.id("db"));
        assert_eq!((hosts.id("WEB-02"), hosts.id("DB")), (a, b));
        assert_eq!(hosts.name(a), Some("Web-02"));
        assert_eq!(hosts.ids("web-02"), [a]);
        assert_eq!(hosts.ids("other"), [0_u32; 0]);
    }

    #[test]
    fn a_host_that_got_its_name_later_has_several_numbers() {
        let mut hosts = HostIds::default();
        let (aid, web, other) = (hosts.id("f00d"), hosts.id("Web-02"), hosts.id("beef"));
        hosts.rename("F00D", "web-02");
        hosts.rename("beef", "new");
        hosts.rename("nobody", "new");
        assert_eq!(hosts.ids("WEB-02"), [web, aid]);
        assert_eq!(hosts.name(aid), Some("Web-02"));
        assert_eq!(hosts.name(other), Some("new"));
        assert_eq!(hosts.ids("f00d"), [0_u32; 0]);
        assert_eq!(hosts.id("web-02"), web);
    }
}

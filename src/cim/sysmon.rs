//! Sysmon's events beside process creations as `Splunk_TA_microsoft_sysmon` 5.x maps them, where a
//! table can't say it. The rest is in `assets/sources/sysmon_*.toml`.

use super::rule::{Ruled, present};
use crate::event::Record;

/// The values of a file's `action` that [`file_action`] gives.
pub const FILE_ACTIONS: [&str; 2] = ["created", "modified"];

/// `action` of event 11: `created` where the file's own time of creation is that of the event,
/// else a file that was there was written anew. Both texts as they stand.
pub fn file_action(record: &Record) -> Option<Ruled<'_>> {
    let [created, modified] = FILE_ACTIONS;
    let (at, of_file) = (
        present(record, "UtcTime")?,
        present(record, "CreationUtcTime")?,
    );
    let action = if at == of_file { created } else { modified };
    Some(Ruled::new(action, "UtcTime, CreationUtcTime"))
}

/// The values of `registry_hive`.
pub const HIVES: [&str; 3] = [
    "HKEY_LOCAL_MACHINE\\System",
    "HKEY_CURRENT_USER",
    "HKEY_LOCAL_MACHINE\\Software",
];

/// `registry_hive`, for the three beginnings that the add-on knows; its letters count.
pub fn registry_hive(record: &Record) -> Option<Ruled<'_>> {
    let path = present(record, "TargetObject")?;
    let beginnings = ["HKLM\\System\\", "HKU\\", "HKLM\\SOFTWARE\\"];
    let known = beginnings.iter().zip(HIVES);
    let mut fitting = known.filter(|(beginning, _)| path.starts_with(*beginning));
    fitting
        .next()
        .map(|(_, hive)| Ruled::new(hive, "TargetObject"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Family;

    fn record(data: &[(&str, &str)]) -> Record {
        Record::made(Family::Windows, data)
    }

    #[test]
    fn a_file_is_created_when_it_is_as_old_as_the_event() {
        let action = |at: &str, of_file: &str| {
            let record = record(&[("UtcTime", at), ("CreationUtcTime", of_file)]);
            file_action(&record).map(|ruled| ruled.text.into_owned())
        };
        let at = "2024-05-01 10:00:00.123";
        assert_eq!(action(at, at).as_deref(), Some("created"));
        assert_eq!(
            action(at, "2020-01-01 00:00:00.000").as_deref(),
            Some("modified")
        );
        assert_eq!(action(at, ""), None);
    }

    #[test]
    fn three_hives_have_a_long_name() {
        let hive = |path: &str| {
            let record = record(&[("TargetObject", path)]);
            registry_hive(&record).map(|ruled| ruled.text.into_owned())
        };
        let of = |path: &str| hive(path).unwrap_or_default();
        assert_eq!(
            of(r"HKLM\System\CurrentControlSet\x"),
            r"HKEY_LOCAL_MACHINE\System"
        );
        assert_eq!(of(r"HKU\S-1-5-21\x"), "HKEY_CURRENT_USER");
        assert_eq!(of(r"HKLM\SOFTWARE\x"), r"HKEY_LOCAL_MACHINE\Software");
        assert_eq!(hive(r"HKLM\SAM\x"), None);
        assert_eq!(hive(""), None);
    }
}

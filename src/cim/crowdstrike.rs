//! CrowdStrike FDR `ProcessRollup2` as its Splunk add-on maps it, where a table can't say it. The
//! rest, and what is mapped otherwise here than there, is in `assets/sources/crowdstrike.toml`.

use super::rule::{Ruled, present};
use crate::event::Record;

/// `process_path`: on Windows the quoted part or the first word **of the command line** (so the add-on
/// has it: `ImageFileName` is an NT device path there), elsewhere `ImageFileName`.
pub fn process_path(record: &Record) -> Option<Ruled<'_>> {
    let image = || present(record, "ImageFileName").map(|i| Ruled::new(i, "ImageFileName"));
    if record.data("event_platform") != Some("Win") {
        return image();
    }
    let Some(line) = present(record, "CommandLine") else {
        return image();
    };
    match first_word(line) {
        "" => image(),
        word => Some(Ruled::new(word, "CommandLine")),
    }
}

/// `registry_path`: the key and behind it the value, where it has a name, as Sysmon writes both.
pub fn registry_path(record: &Record) -> Option<Ruled<'_>> {
    let key = present(record, "RegObjectName")?;
    Some(match present(record, "RegValueName") {
        Some(value) => Ruled::new(format!("{key}\\{value}"), "RegObjectName, RegValueName"),
        None => Ruled::new(key, "RegObjectName"),
    })
}

fn first_word(line: &str) -> &str {
    let line = line.trim_start();
    match line.strip_prefix('"') {
        Some(inner) => inner.split('"').next().unwrap_or(inner),
        None => line.split(char::is_whitespace).next().unwrap_or(line),
    }
}

#[cfg(test)]
mod tests {
    use super::first_word;

    #[test]
    fn the_first_word_of_a_command_line() {
        for (line, word) in [
            (r#""C:\Program Files\a.exe" /x"#, r"C:\Program Files\a.exe"),
            ("msiexec /q", "msiexec"),
            ("  msiexec", "msiexec"),
            (r#""C:\open"#, r"C:\open"),
            (r#""" x"#, ""),
            ("   ", ""),
        ] {
            assert_eq!(first_word(line), word, "{line}");
        }
    }
}

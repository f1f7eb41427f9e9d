//! Security 4688 as `Splunk_TA_windows` maps it, where a table can't say it. The rest is in
//! `assets/sources/security_4688.toml`.

use super::rule::{Ruled, present};
use crate::event::Record;
use std::borrow::Cow;

/// `process`, exactly as the add-on (8.1.2) evaluates it:
/// `coalesce(if(match(process_command_line_process,"(\\\)"), Process_Command_Line,
/// if(match(NewProcessName,"\s"), "\""+NewProcessName+"\"", NewProcessName)
/// +" "+process_command_line_arguments), NewProcessName)`
/// with the command line split by `(^\"[^\"]+\"|[^\s]+)\s*(.*)`.
/// So a first word with a backslash leaves the line as it is, else the full path stands before the
/// arguments; without arguments (an empty capture makes no field) the path alone.
pub fn process(record: &Record) -> Option<Ruled<'_>> {
    let image = present(record, "NewProcessName");
    let Some(line) = present(record, "CommandLine") else {
        return image.map(|image| Ruled::new(image, "NewProcessName"));
    };
    let (first, arguments) = split(line);
    if first.contains('\\') {
        return Some(Ruled::new(line, "CommandLine"));
    }
    let image = image?;
    if arguments.is_empty() {
        return Some(Ruled::new(image, "NewProcessName"));
    }
    let quote = if image.contains(is_space) { "\"" } else { "" };
    Some(Ruled::new(
        format!("{quote}{image}{quote} {arguments}"),
        "NewProcessName, CommandLine",
    ))
}

/// The captures of the add-on's split: first word (a quoted one whole), arguments (one line).
fn split(line: &str) -> (&str, &str) {
    let quoted = line
        .strip_prefix('"')
        .and_then(|inner| inner.find('"'))
        .filter(|end| *end > 0)
        .map(|end| line.split_at(end + 2));
    let (first, rest) = quoted.unwrap_or_else(|| {
        let line = line.trim_start_matches(is_space);
        line.split_at(line.find(is_space).unwrap_or(line.len()))
    });
    let rest = rest.trim_start_matches(is_space);
    (first, rest.split('\n').next().unwrap_or(rest))
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

/// The one value of `action`.
pub const ALLOWED: &str = "allowed";

/// `action`: `allowed` for a success audit. The add-on knows the keyword by its hex form; JSON
/// carriers write the same bits as a number, signed or not, or as the words.
pub fn action(record: &Record) -> Option<Ruled<'_>> {
    /// `0x8020000000000000`, the audit success keyword under the reserved top bit.
    const SUCCESS: u64 = 0x8020_0000_0000_0000;
    let keywords = record.system("Keywords")?.trim();
    let bits = match keywords.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => keywords
            .parse::<u64>()
            .ok()
            .or_else(|| keywords.parse::<i64>().ok().map(i64::cast_unsigned)),
    };
    (bits == Some(SUCCESS) || keywords.eq_ignore_ascii_case("audit success"))
        .then(|| Ruled::new(ALLOWED, "System/Keywords"))
}

/// `user`: `TargetUserName` where it is no `-`, else `SubjectUserName` as it stands; no domain.
pub fn user(record: &Record) -> Option<Ruled<'_>> {
    match present(record, "TargetUserName").filter(|name| *name != "-") {
        Some(name) => Some(Ruled::new(name, "TargetUserName")),
        None => present(record, "SubjectUserName").map(|n| Ruled::new(n, "SubjectUserName")),
    }
}

/// The account with its domain, of the target where there is one, else of the subject: the same
/// choice that `user` makes.
pub fn account(record: &Record) -> Option<Ruled<'_>> {
    let pair = |name, domain, from| {
        let name = present(record, name).filter(|n| *n != "-")?;
        let text = match present(record, domain).filter(|d| *d != "-") {
            Some(domain) => Cow::Owned(format!("{domain}\\{name}")),
            None => Cow::Borrowed(name),
        };
        Some(Ruled { text, from })
    };
    pair(
        "TargetUserName",
        "TargetDomainName",
        "TargetDomainName, TargetUserName",
    )
    .or_else(|| {
        pair(
            "SubjectUserName",
            "SubjectDomainName",
            "SubjectDomainName, SubjectUserName",
        )
    })
}

/// The logon session: the target's where the process runs in another one, else the subject's.
pub fn logon_id(record: &Record) -> Option<Ruled<'_>> {
    let target = present(record, "TargetLogonId").filter(|id| !matches!(*id, "0x0" | "0" | "-"));
    match target {
        Some(id) => Some(Ruled::new(id, "TargetLogonId")),
        None => present(record, "SubjectLogonId").map(|id| Ruled::new(id, "SubjectLogonId")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Family;

    fn record(data: &[(&str, &str)]) -> Record {
        Record::made(Family::Windows, data)
    }

    #[test]
    fn process_is_rewritten_as_the_add_on_does_it() {
        let msiexec = r"C:\Windows\System32\msiexec.exe";
        let spaced = r"C:\Program Files\a\b.exe";
        for (image, line, process) in [
            (
                msiexec,
                "msiexec /q /i http://x",
                r"C:\Windows\System32\msiexec.exe /q /i http://x",
            ),
            (msiexec, "", msiexec),
            (msiexec, "msiexec", msiexec),
            (msiexec, "msiexec  ", msiexec),
            (
                msiexec,
                "\"msiexec.exe\"  /V",
                r"C:\Windows\System32\msiexec.exe /V",
            ),
            (
                spaced,
                "b.exe --x  y ",
                r#""C:\Program Files\a\b.exe" --x  y "#,
            ),
            (
                spaced,
                r#""C:\Program Files\a\b.exe" --ps2"#,
                r#""C:\Program Files\a\b.exe" --ps2"#,
            ),
            // The quotes don't close: the first word ends at the blank.
            (
                msiexec,
                "\"msiexec /q",
                r"C:\Windows\System32\msiexec.exe /q",
            ),
            (msiexec, "\"\" /q", r"C:\Windows\System32\msiexec.exe /q"),
            (
                msiexec,
                "  msiexec /q",
                r"C:\Windows\System32\msiexec.exe /q",
            ),
            // A backslash in the arguments is not in the first word.
            (
                msiexec,
                r"msiexec /i C:\x.msi",
                r"C:\Windows\System32\msiexec.exe /i C:\x.msi",
            ),
            (
                msiexec,
                "msiexec /i a\nb",
                r"C:\Windows\System32\msiexec.exe /i a",
            ),
        ] {
            let record = record(&[("NewProcessName", image), ("CommandLine", line)]);
            assert_eq!(super::process(&record).unwrap().text, process, "{line}");
        }
        assert!(process(&record(&[("CommandLine", "a b")])).is_none());
        assert_eq!(
            process(&record(&[("CommandLine", r"C:\a.exe b")]))
                .unwrap()
                .text,
            r"C:\a.exe b"
        );
    }

    #[test]
    fn success_in_all_its_spellings() {
        for (keywords, allowed) in [
            ("0x8020000000000000", true),
            ("0x8010000000000000", false),
            ("-9214364837600034816", true),
            ("9232379236109516800", true),
            ("Audit Success", true),
            ("Audit Failure", false),
            ("0xzz", false),
        ] {
            let mut record = record(&[]);
            record.push_system("Keywords", keywords);
            assert_eq!(action(&record).is_some(), allowed, "{keywords}");
        }
        assert!(action(&record(&[])).is_none());
    }

    #[test]
    fn account_and_session_are_of_the_target_where_there_is_one() {
        let subject = [
            ("SubjectUserName", "AR-WIN-1$"),
            ("SubjectDomainName", "WORKGROUP"),
            ("SubjectLogonId", "0x3e7"),
        ];
        let mut fields = subject.to_vec();
        fields.extend([
            ("TargetUserName", "-"),
            ("TargetDomainName", "-"),
            ("TargetLogonId", "0x0"),
        ]);
        let without = record(&fields);
        assert_eq!(account(&without).unwrap().text, r"WORKGROUP\AR-WIN-1$");
        assert_eq!(logon_id(&without).unwrap().text, "0x3e7");
        let mut fields = subject.to_vec();
        fields.extend([
            ("TargetUserName", "alice"),
            ("TargetDomainName", "CORP"),
            ("TargetLogonId", "0x1f"),
        ]);
        let with = record(&fields);
        assert_eq!(account(&with).unwrap().text, r"CORP\alice");
        assert_eq!(logon_id(&with).unwrap().text, "0x1f");
    }
}

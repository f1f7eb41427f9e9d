//! Cisco NVM flows, where a table can't say it. The add-on's own evaluations were never seen: how a
//! command line is put together here is ours, and `assets/sources/cisco_nvm.toml` says so.

use super::facts::Machine;
use super::hosts::Hosts;
use super::rule::{Ruled, present};
use crate::event::Record;
use std::borrow::Cow;

/// `process`: the path (else the name) and the arguments, which a flow record holds apart.
pub fn process(record: &Record) -> Option<Ruled<'_>> {
    join(record, ["ppath", "pn"], "parg")
}

/// `parent_process`: the same of the parent.
pub fn parent_process(record: &Record) -> Option<Ruled<'_>> {
    join(record, ["pppath", "ppn"], "pparg")
}

fn join<'r>(record: &'r Record, images: [&'static str; 2], args: &str) -> Option<Ruled<'r>> {
    let image = images
        .into_iter()
        .find_map(|name| value(record, name).map(|text| (name, text)));
    let arguments = value(record, args).map(unescaped);
    match (image, arguments) {
        (None, None) => None,
        (Some((from, image)), None) => Some(Ruled::new(image, from)),
        (None, Some(arguments)) => Some(Ruled {
            text: arguments,
            from: if args == "parg" { "parg" } else { "pparg" },
        }),
        (Some((from, image)), Some(arguments)) => {
            // v1 writes the blank between image and arguments, v2 doesn't.
            let blank = if arguments.starts_with(' ') { "" } else { " " };
            Some(Ruled::new(
                format!("{image}{blank}{arguments}"),
                match (from, args) {
                    ("ppath", _) => "ppath, parg",
                    ("pn", _) => "pn, parg",
                    ("pppath", _) => "pppath, pparg",
                    _ => "ppn, pparg",
                },
            ))
        }
    }
}

/// `\"` as `"`, where the text is still escaped: then no quote stands without its backslash. A
/// decoded `"C:\dir\"` has one that does, and is left alone.
fn unescaped(text: &str) -> Cow<'_, str> {
    let escaped = text.contains('"')
        && text
            .match_indices('"')
            .all(|(at, _)| text.get(..at).is_some_and(|before| before.ends_with('\\')));
    if escaped {
        Cow::Owned(text.replace("\\\"", "\""))
    } else {
        Cow::Borrowed(text)
    }
}

/// A value that is there: the collector writes `''` for none (its vendor's sample, read as YAML,
/// shows `'`).
fn value<'r>(record: &'r Record, name: &str) -> Option<&'r str> {
    present(record, name).filter(|text| !matches!(*text, "''" | "'"))
}

/// The same as far as the record tells it by itself: a host table names it later.
pub fn machine(record: &Record) -> Option<Ruled<'_>> {
    let of = |name| value(record, name).map(|text| Ruled::new(text, name));
    of("liuida").or_else(|| of("udid"))
}

/// The machine that the flow began on, which is not `dest` (the far end): its host name where a
/// system record or a host file gave it, else the authority of the logged-in user, else the device
/// id. The authority is a machine's name for local accounts only, so the host name comes first: a
/// domain's users would all seem to sit at one machine.
pub fn endpoint<'r>(record: &'r Record, hosts: &'r Hosts) -> Option<&'r str> {
    let udid = value(record, "udid");
    udid.and_then(|udid| hosts.of_udid(udid))
        .or_else(|| value(record, "liuida"))
        .or(udid)
}

/// The machine when no host name is known for its device id.
pub fn unnamed_machine<'r>(record: &'r Record, hosts: &Hosts) -> Option<Machine<'r>> {
    let id = value(record, "udid").filter(|udid| hosts.of_udid(udid).is_none())?;
    Some(Machine {
        id,
        claimed: value(record, "liuida"),
    })
}

/// Whether it is a flow that names its process.
pub fn names_process(record: &Record) -> bool {
    value(record, "pn").is_some() || value(record, "ppath").is_some()
}

/// Whether it is a system record, which links a device id to a host name.
pub fn is_system_record(record: &Record) -> bool {
    value(record, "vsn").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Family;

    fn record(data: &[(&str, &str)]) -> Record {
        Record::made(Family::Nvm, data)
    }

    #[test]
    fn a_command_line_is_path_and_arguments() {
        let path = ("ppath", r"C:\Windows\system32\msiexec.exe");
        for (args, process) in [
            (
                r#" /i \"https://a.test/x.msi\""#,
                r#"C:\Windows\system32\msiexec.exe /i "https://a.test/x.msi""#,
            ),
            (
                r#" /i "https://a.test/x.msi""#,
                r#"C:\Windows\system32\msiexec.exe /i "https://a.test/x.msi""#,
            ),
            ("-k netsvcs", r"C:\Windows\system32\msiexec.exe -k netsvcs"),
            ("  /q", r"C:\Windows\system32\msiexec.exe  /q"),
            ("''", r"C:\Windows\system32\msiexec.exe"),
            ("", r"C:\Windows\system32\msiexec.exe"),
            (
                r#"TARGETDIR="C:\dir\""#,
                r#"C:\Windows\system32\msiexec.exe TARGETDIR="C:\dir\""#,
            ),
        ] {
            let record = record(&[path, ("parg", args)]);
            assert_eq!(super::process(&record).unwrap().text, process, "{args}");
        }
        assert_eq!(
            process(&record(&[("pn", "a.exe"), ("ppath", "''")]))
                .unwrap()
                .text,
            "a.exe"
        );
        assert_eq!(process(&record(&[("parg", "/x")])).unwrap().text, "/x");
        assert!(process(&record(&[])).is_none());
        let parent = record(&[("pppath", r"C:\cmd.exe"), ("pparg", "/c x")]);
        assert_eq!(parent_process(&parent).unwrap().text, r"C:\cmd.exe /c x");
        assert_eq!(parent_process(&parent).unwrap().from, "pppath, pparg");
    }
}

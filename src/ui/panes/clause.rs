//! A clause of a search as a person says it: "msiexec.exe ran 112 times, none with http://". Reads
//! the two shapes that such sentences are made of; everything else is said as it is written. Not a
//! parser of searches: that is `spl`.

use crate::ui::figures::grouped;

/// A clause and how many process creations meet it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause<'a> {
    /// As written.
    pub text: &'a str,
    /// Creations that meet it.
    pub count: u64,
    shape: Shape<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape<'a> {
    /// The name of the program, by whichever field.
    Program(&'a str),
    /// A field that holds one of these.
    Holds(&'a str, Vec<&'a str>),
    Other,
}

/// Fields that all say which program it is.
const PROGRAM: [&str; 4] = [
    "process_name",
    "original_file_name",
    "process_exec",
    "process_file_name",
];

/// Reads a clause.
pub fn read((text, count): &(String, u64)) -> Clause<'_> {
    let tests: Option<Vec<(&str, Vec<&str>)>> = alternatives(text).map(test).collect();
    Clause {
        text,
        count: *count,
        shape: tests.as_deref().and_then(shape).unwrap_or(Shape::Other),
    }
}

/// The parts between OR.
fn alternatives(text: &str) -> impl Iterator<Item = &str> {
    let bare = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    bare.unwrap_or(text).split(" OR ")
}

/// `Dataset.field=value`, `field IN (value, …)`.
fn test(text: &str) -> Option<(&str, Vec<&str>)> {
    let text = text.trim();
    if let Some((field, list)) = text.split_once(" IN (") {
        let values = list.strip_suffix(')')?.split(',').map(unquoted);
        return Some((short(field)?, values.collect::<Option<_>>()?));
    }
    let (field, value) = text.split_once('=')?;
    Some((short(field)?, vec![unquoted(value)?]))
}

/// A field's name without its dataset.
fn short(field: &str) -> Option<&str> {
    let field = field.trim();
    let name = field.rsplit('.').next()?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

fn unquoted(value: &str) -> Option<&str> {
    let value = value.trim();
    let inner = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    let inner = inner.unwrap_or(value);
    let plain = !inner.is_empty() && !inner.contains(['"', '(', ')']);
    (plain && (inner.len() < value.len() || !inner.contains(' '))).then_some(inner)
}

fn shape<'a>(tests: &[(&'a str, Vec<&'a str>)]) -> Option<Shape<'a>> {
    let (field, _) = *tests
        .first()
        .map(|(field, values)| (field, values))
        .as_ref()?;
    let values: Vec<&str> = tests.iter().flat_map(|(_, v)| v.iter().copied()).collect();
    let first = *values.first()?;
    let same = values.iter().all(|value| value.eq_ignore_ascii_case(first));
    if same && !first.contains('*') && tests.iter().all(|(f, _)| PROGRAM.contains(f)) {
        return Some(Shape::Program(first));
    }
    let held = |value: &&'a str| {
        let inner = value.strip_prefix('*')?.strip_suffix('*')?;
        (!inner.is_empty() && !inner.contains('*')).then_some(inner)
    };
    let held: Vec<&str> = values.iter().map(held).collect::<Option<_>>()?;
    let one_field = tests.iter().all(|(f, _)| f == field);
    one_field.then_some(Shape::Holds(field, held))
}

/// What the counts say together, given that no creation meets all clauses.
pub fn sentence(clauses: &[Clause<'_>], event: &str) -> String {
    let mut ordered: Vec<&Clause<'_>> = clauses.iter().collect();
    // Who first, then what is said of it.
    ordered.sort_by_key(|clause| !matches!(clause.shape, Shape::Program(_)));
    if let [who, what] = ordered.as_slice()
        && let (Shape::Program(_), Shape::Holds(field, texts)) = (&who.shape, &what.shape)
        && who.count > 0
    {
        let texts = either(texts);
        let times = if who.count == 1 { "not" } else { "none" };
        return format!(
            "{}, {times} with {texts} in its {}.",
            said(who, event),
            worded(field)
        );
    }
    let parts: Vec<String> = ordered.iter().map(|clause| said(clause, event)).collect();
    let all = ordered.len() > 1 && ordered.iter().all(|clause| clause.count > 0);
    let end = if all { "; none meets all of this" } else { "" };
    let all = format!("{}{end}.", parts.join(", "));
    match all.strip_prefix("no ") {
        Some(rest) => format!("No {rest}"),
        None => all,
    }
}

fn said(clause: &Clause<'_>, event: &str) -> String {
    let number = grouped(clause.count);
    match (&clause.shape, clause.count) {
        (Shape::Program(name), 0) => format!("{name} never ran"),
        (Shape::Program(name), 1) => format!("{name} ran once"),
        (Shape::Program(name), _) => format!("{name} ran {number} times"),
        (Shape::Holds(field, texts), count) => {
            let (who, have) = match count {
                0 => (format!("no {event}"), "has"),
                1 => (format!("1 {event}"), "has"),
                _ => (format!("{number} {event}s"), "have"),
            };
            format!("{who} {have} {} in its {}", either(texts), worded(field))
        }
        (Shape::Other, 0) => format!("no {event} meets {}", clause.text),
        (Shape::Other, 1) => format!("1 {event} meets {}", clause.text),
        (Shape::Other, _) => format!("{number} {event}s meet {}", clause.text),
    }
}

fn either(texts: &[&str]) -> String {
    texts.join(" or ")
}

/// What a field is called.
fn worded(field: &str) -> &str {
    match field {
        "process" => "command line",
        "parent_process" => "parent's command line",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said_of(clauses: &[(&str, u64)]) -> String {
        let clauses: Vec<(String, u64)> = clauses
            .iter()
            .map(|(text, count)| ((*text).to_owned(), *count))
            .collect();
        let read: Vec<Clause<'_>> = clauses.iter().map(read).collect();
        sentence(&read, "creation")
    }

    #[test]
    fn counts_read_as_a_sentence() {
        let msiexec =
            "Processes.process_name=msiexec.exe OR Processes.original_file_name=msiexec.exe";
        let urls = r#"Processes.process IN ("*http://*", "*https://*")"#;
        for (clauses, sentence) in [
            (
                &[(msiexec, 112), (urls, 0)][..],
                "msiexec.exe ran 112 times, none with http:// or https:// in its command line.",
            ),
            (
                &[(urls, 9), (msiexec, 1)],
                "msiexec.exe ran once, not with http:// or https:// in its command line.",
            ),
            (
                &[(msiexec, 0), (urls, 2)],
                "msiexec.exe never ran, 2 creations have http:// or https:// in its command line.",
            ),
            (
                &[("a.x=1 b.y=2", 3), ("NOT (a.z=\"q\")", 4)],
                "3 creations meet a.x=1 b.y=2, 4 creations meet NOT (a.z=\"q\"); none meets all of this.",
            ),
            (
                &[("P.user=\"*adm*\"", 0)],
                "No creation has adm in its user.",
            ),
        ] {
            assert_eq!(said_of(clauses), sentence);
        }
    }

    #[test]
    fn any_text_is_a_clause() {
        for text in [
            "",
            "(",
            ")",
            "=",
            " IN (",
            "a IN ()",
            "\"*",
            "a=*",
            "a=**",
            "漢=*字*",
        ] {
            assert!(said_of(&[(text, 1)]).ends_with('.'));
        }
    }
}

//! What a rule reads first, by the text of its search: told of a rule that can't be parsed too, so
//! that rules can be counted by it.

use super::detection::Detection;
use super::macros::Macros;

/// The classes of rules that are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `| tstats … from datamodel=Endpoint.Processes`.
    Processes,
    /// `| tstats …` over another dataset of the model Endpoint.
    Endpoint,
    /// A search of raw events led by a macro that stands for a Windows event log: its definition
    /// names a `source`, `sourcetype` or `eventtype` of `WinEventLog`.
    WindowsLog,
    /// Anything else.
    Other,
}

impl Class {
    /// Of a rule.
    pub fn of(rule: &Detection, macros: &Macros) -> Self {
        let text = without_comments(&rule.search);
        let text = text.trim_start();
        match text.strip_prefix('|') {
            Some(command) => of_command(command.trim_start()),
            None if leads_with_windows_log(text, macros) => Self::WindowsLog,
            None => Self::Other,
        }
    }
}

fn of_command(text: &str) -> Class {
    let name = text.get(.."tstats".len()).unwrap_or("");
    if !name.eq_ignore_ascii_case("tstats") {
        return Class::Other;
    }
    let Some(model) = value_of(text, "datamodel") else {
        return Class::Other;
    };
    let (model, dataset) = model.split_once('.').unwrap_or((model, ""));
    let node = || value_of(text, "nodename").unwrap_or("");
    let dataset = if dataset.is_empty() { node() } else { dataset };
    let dataset = dataset.rsplit('.').next().unwrap_or("");
    match (model, dataset) {
        ("Endpoint", "Processes") => Class::Processes,
        ("Endpoint", _) => Class::Endpoint,
        _ => Class::Other,
    }
}

/// The value of the first `key = value` in a text, without quotes.
fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let lower = text.to_ascii_lowercase();
    let mut places = lower.match_indices(key);
    places.find_map(|(at, _)| {
        let rest = text.get(at + key.len()..)?.trim_start();
        let rest = rest.strip_prefix([':', '='])?.trim_start();
        let rest = rest.trim_start_matches('"');
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        rest.get(..end).filter(|value| !value.is_empty())
    })
}

fn leads_with_windows_log(text: &str, macros: &Macros) -> bool {
    let text = text.trim_start_matches(['(', ' ', '\n', '\r', '\t']);
    let Some((name, _)) = text.strip_prefix('`').and_then(|rest| rest.split_once('`')) else {
        return false;
    };
    let definition = macros.get(name.trim(), 0).map(|one| &one.definition);
    definition.is_some_and(|text| text.to_ascii_lowercase().contains("wineventlog"))
}

/// Without ```` ```comments``` ````.
fn without_comments(text: &str) -> String {
    let parts = text.split("```").step_by(2);
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_counted_by_what_it_reads_first() {
        let mut macros = Macros::built_in().unwrap();
        let folder = tempfile::TempDir::new().unwrap();
        let conf = folder.path().join("macros.conf");
        std::fs::write(
            &conf,
            "[log]\ndefinition = source=\"XmlWinEventLog:Application\"\n[web]\ndefinition = sourcetype=iis\n",
        )
        .unwrap();
        macros.add(&conf).unwrap();
        let mut rule = Detection::built_in().unwrap();
        for (search, class) in [
            (
                "| tstats `s` count from datamodel = Endpoint.Processes where x",
                Class::Processes,
            ),
            (
                "```note | x```\n|TSTATS count FROM datamodel=\"Endpoint.Processes\" by y",
                Class::Processes,
            ),
            (
                "| tstats count from datamodel=Endpoint where nodename=Endpoint.Processes by y",
                Class::Processes,
            ),
            (
                "| tstats count from datamodel=Endpoint.Registry",
                Class::Endpoint,
            ),
            ("| tstats count from datamodel=Web by Web.src", Class::Other),
            ("| from datamodel Endpoint.Processes", Class::Other),
            ("`log` EventCode=1 | stats count", Class::WindowsLog),
            ("(`log`) EventCode=1", Class::WindowsLog),
            ("`web` x", Class::Other),
            ("`nowhere` x", Class::Other),
            ("| tstats", Class::Other),
            ("", Class::Other),
        ] {
            search.clone_into(&mut rule.search);
            assert_eq!(Class::of(&rule, &macros), class, "{search}");
        }
    }
}

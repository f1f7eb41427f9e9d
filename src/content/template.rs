//! Titles and risk messages with `$tokens$`: texts for people, so that no value is escaped here.
//! Whoever shows them makes them visible first.

use crate::spl::bind::{Values, tokens};

/// `template` with each `$token$` replaced by its field's value (several: joined by `, `), and the
/// tokens that have none, each once: they are left as they stand.
pub fn fill(template: &str, values: Values<'_>) -> (String, Vec<String>) {
    let mut out = String::with_capacity(template.len());
    let mut unknown: Vec<String> = Vec::new();
    let mut at = 0;
    for token in tokens(template) {
        let found = values(token.name).unwrap_or_default();
        if found.is_empty() {
            if !unknown.iter().any(|known| known == token.name) {
                unknown.push(token.name.to_owned());
            }
            continue;
        }
        out.push_str(template.get(at..token.range.start).unwrap_or(""));
        out.push_str(&found.join(", "));
        at = token.range.end;
    }
    out.push_str(template.get(at..).unwrap_or(""));
    (out, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_not_looked_at_again() {
        let values = |name: &str| match name {
            "user" => Some(vec!["$dest$".to_owned()]),
            "dest" => Some(vec!["web".to_owned()]),
            _ => None,
        };
        for (template, text) in [
            ("by $user$ on $dest$", "by $dest$ on web"),
            ("$no$ $dest$", "$no$ web"),
            ("$5 and $dest$", "$5 and web"),
            ("$$dest$$", "$web$"),
            ("$", "$"),
            ("", ""),
        ] {
            assert_eq!(fill(template, &values).0, text);
        }
    }

    #[test]
    fn tokens_are_filled_and_the_rest_is_named() {
        let values = |name: &str| match name {
            "user" => Some(vec!["CORP\\b".to_owned()]),
            "dest" => Some(vec!["a".to_owned(), "b".to_owned()]),
            _ => None,
        };
        let filled = fill("$user$ on $dest$: $what$, $what$, $5 and $6", &values);
        assert_eq!(filled.0, "CORP\\b on a, b: $what$, $what$, $5 and $6");
        assert_eq!(filled.1, ["what"]);
    }
}

//! Where a part of a value stands in the file that the value was read from. File and value differ
//! in blanks, and in what the file's style adds: indentation, folded lines, a doubled `'` or an
//! escape between quotes, a backslash at the end of a line of `macros.conf`.

use crate::spl::macros::DefinitionPlace;
use std::ops::Range;

/// Where a part of a text value of a YAML file stands, whatever the style of the value (a block,
/// folded or quoted). `start` is the value's line and column; none where the two do not agree.
pub fn place_of(
    file: &str,
    start: (usize, usize),
    value: &str,
    part: Range<usize>,
) -> Option<Range<usize>> {
    let at = offset_of(file, start)?;
    let quote = quote_at(file, at, value);
    let mut walk = Walk { file, at, quote };
    walk.at += usize::from(quote.is_some());
    let mut place: Option<Range<usize>> = None;
    for (offset, c) in value.char_indices() {
        if part.is_empty() && offset >= part.start {
            // Right behind what stands before it, not before what follows on a later line.
            return Some(walk.at..walk.at);
        }
        if offset >= part.end && place.is_some() {
            break;
        }
        if c.is_whitespace() {
            continue;
        }
        let at = walk.step(c)?;
        if offset >= part.start {
            let start = place.map_or(at, |p| p.start);
            place = Some(start..walk.at);
        }
    }
    // An empty place at the end of the value.
    Some(place.unwrap_or(walk.at..walk.at))
}

/// Where each byte of a macro's definition stands in its file.
pub fn place_of_definition(
    file: &str,
    start: (usize, usize),
    value: &str,
) -> Option<DefinitionPlace> {
    let at = offset_of(file, start)?;
    let quote = quote_at(file, at, value);
    let mut walk = Walk { file, at, quote };
    walk.at += usize::from(quote.is_some());
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (offset, c) in value.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let at = walk.step(c)?;
        // A run goes on as long as both texts do so at the same pace.
        let goes_on = |(from, to): &(usize, usize)| offset - from == at - to;
        if !runs.last().is_some_and(goes_on) {
            runs.push((offset, at));
        }
    }
    Some(DefinitionPlace {
        file: file.into(),
        runs: runs.into(),
    })
}

/// The byte at a line and column, both from 1.
fn offset_of(file: &str, (line, column): (usize, usize)) -> Option<usize> {
    let mut lines = file.split_inclusive('\n');
    let mut at = 0;
    for _ in 1..line {
        at += lines.next()?.len();
    }
    let line = file.get(at..)?;
    Some(at + line.char_indices().nth(column.checked_sub(1)?)?.0)
}

/// The quote that a value stands in.
fn quote_at(file: &str, at: usize, value: &str) -> Option<char> {
    let quote = file.get(at..)?.chars().next();
    let quote = quote.filter(|c| matches!(c, '\'' | '"'))?;
    // A block whose own text begins with a quote begins with that quote twice.
    let is_own = value.starts_with(quote) && !file.get(at + 1..)?.starts_with(quote);
    (!is_own).then_some(quote)
}

/// A place in a file that goes along a value.
struct Walk<'a> {
    file: &'a str,
    at: usize,
    quote: Option<char>,
}

impl Walk<'_> {
    /// Goes past a character of the value and gives where it stands; none: something else does.
    fn step(&mut self, c: char) -> Option<usize> {
        self.skip_blank()?;
        let mut rest = self.file.get(self.at..)?;
        if (self.quote == Some('"') && rest.starts_with('\\'))
            || (self.quote == Some('\'') && rest.starts_with("''"))
        {
            rest = rest.get(1..)?;
            self.at += 1;
        }
        if !rest.starts_with(c) {
            return None;
        }
        let at = self.at;
        self.at += c.len_utf8();
        Some(at)
    }

    /// Blanks, and outside of quotes the backslash that continues a line of `macros.conf`.
    fn skip_blank(&mut self) -> Option<()> {
        loop {
            let rest = self.file.get(self.at..)?;
            self.at += rest.len() - rest.trim_start().len();
            let rest = self.file.get(self.at..)?;
            let line = rest.strip_prefix('\\').filter(|_| self.quote.is_none());
            let continued = line.is_some_and(|line| {
                let line = line.trim_start_matches([' ', '\t', '\r']);
                line.starts_with('\n')
            });
            if !continued {
                return Some(());
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::yaml;

    #[test]
    fn a_part_of_a_value_is_found_in_its_file() {
        for file in [
            "a: 1\nsearch: |\n    | tstats x='it'\n    | nope y\n",
            "a: 1\r\nsearch: >\r\n    | tstats x='it'\r\n    | nope y\r\n",
            "search: '| tstats x=''it''\n  | nope y'\n",
            "search: \"| tstats x='it'\n  | \\\n  nope y\"\n",
            "search: | # the search\n  | tstats x='it' | nope y\n",
        ] {
            let node = yaml::read(file, "f.yml").unwrap().remove(0);
            let search = node.get("search").unwrap();
            let value = search.text().unwrap();
            let place = |part: &str| {
                let start = value.find(part).unwrap();
                let place = place_of(
                    file,
                    (search.line, search.column),
                    value,
                    start..start + part.len(),
                );
                place.map(|p| file[p].to_owned())
            };
            // A line that a backslash continues can't be laid beside the value.
            let expected = (!file.contains("\\\n")).then(|| "nope".to_owned());
            assert_eq!(place("nope"), expected, "{file}");
            assert_eq!(place("tstats x=").as_deref(), Some("tstats x="), "{file}");
        }
    }

    #[test]
    fn each_line_of_a_definition_is_found_in_its_file() {
        for (file, start) in [
            (
                "name: m\ndefinition: |\n    search a\n      | nope b\n",
                (3, 5),
            ),
            ("definition: 'search a\n  | nope b'\n", (1, 13)),
            ("[m]\ndefinition = search a \\\n   | nope b\n", (2, 14)),
        ] {
            let value = "search a\n| nope b";
            let place = place_of_definition(file, start, value).unwrap();
            let at = value.find("nope").unwrap();
            let found = place.range(at..at + 4).unwrap();
            assert_eq!(file.get(found), Some("nope"), "{file}");
            let found = place.range(0..0).unwrap();
            assert_eq!(file.get(found.start..found.start + 6), Some("search"));
        }
        assert_eq!(place_of_definition("definition: other", (1, 13), "x"), None);
    }
}

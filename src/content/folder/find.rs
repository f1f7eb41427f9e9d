//! A rule of a folder by a name that a person types.

use super::Folder;
use crate::content::detection::Detection;

/// How many candidates are told.
const SHOWN: usize = 12;

/// No rule, or more than one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// None.
    #[error("no rule has '{0}' in its name, id or path: 'gimlet rules list' prints them all")]
    None(String),
    /// Several.
    #[error("'{name}' is in the names of {count} rules: {}", list(.names, *.count))]
    Many {
        /// What was asked for.
        name: String,
        /// The first ones, by name.
        names: Vec<String>,
        /// How many there are.
        count: usize,
    },
}

fn list(names: &[String], count: usize) -> String {
    let mut text = names.join(", ");
    if count > names.len() {
        text.push_str(", …");
    }
    text
}

impl Folder {
    /// The rule with that name or id; else the only one with it in its name or the name of its
    /// file. Letter case does not count, blanks, dashes and underscores are one.
    pub fn find(&self, name: &str) -> Result<&Detection, FindError> {
        let wanted = plain(name);
        let exact = |one: &&Detection| plain(&one.name) == wanted || plain(&one.id) == wanted;
        let mut found: Vec<&Detection> = self.detections.iter().filter(exact).collect();
        if found.is_empty() && !wanted.is_empty() {
            let holds = |one: &&Detection| {
                plain(&one.name).contains(&wanted) || plain(file_name(one)).contains(&wanted)
            };
            found = self.detections.iter().filter(holds).collect();
        }
        match found[..] {
            [one] => Ok(one),
            [] => Err(FindError::None(name.to_owned())),
            _ => {
                let mut names: Vec<String> = found.iter().map(|one| label(one, &found)).collect();
                let count = names.len();
                names.sort();
                names.truncate(SHOWN);
                Err(FindError::Many {
                    name: name.to_owned(),
                    names,
                    count,
                })
            }
        }
    }
}

/// The name, with the file where another has the same name.
fn label(one: &Detection, found: &[&Detection]) -> String {
    let same = found.iter().filter(|other| other.name == one.name).count();
    if same > 1 {
        format!("'{}' ({})", one.name, one.origin)
    } else {
        format!("'{}'", one.name)
    }
}

fn file_name(one: &Detection) -> &str {
    one.origin.rsplit(['/', '\\']).next().unwrap_or("")
}

fn plain(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let text = text.replace(['-', '_'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

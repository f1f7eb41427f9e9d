//! An analytic story: the public content's name for rules that belong together. `stories/*.yml`.

use super::load_error::LoadError;
use super::yaml::{self, Node};
use std::path::Path;

/// A story.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Story {
    /// Its name, which rules name in `analytic_story`.
    pub name: String,
    /// What it is about, in a few words.
    pub description: String,
    /// The same at length.
    pub narrative: String,
    /// Its file.
    pub origin: String,
}

impl Story {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let origin = path.display().to_string();
        let text = super::read_text(path)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut documents = yaml::read(text, &origin)?;
        let node = documents.pop().filter(|_| documents.is_empty());
        let words = |key: &str| {
            let node = node.as_ref()?;
            node.get(key).map(Node::summary)
        };
        let Some(name) = words("name").filter(|name| !name.is_empty()) else {
            return Err(
                LoadError::new(&origin, "is no story: it has no 'name'").with_help("add 'name: …'")
            );
        };
        Ok(Self {
            name,
            description: words("description").unwrap_or_default(),
            narrative: words("narrative").unwrap_or_default(),
            origin,
        })
    }
}

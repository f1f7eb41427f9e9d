//! Layer 2, security content: the rule with its drilldowns and risk, the macros, the lookups,
//! ATT&CK names, and the folder that holds them all. Reads files and makes searches of them; runs none.

pub mod attack;
pub mod class;
pub mod detection;
pub mod drilldown;
pub mod folder;
pub mod load_error;
pub mod lookups;
pub mod macros;
pub mod offset;
pub mod parsed_search;
mod place;
pub mod placed;
pub mod story;
pub mod template;
mod yaml;

pub use class::Class;
pub use detection::Detection;
pub use folder::Folder;
pub use load_error::LoadError;
pub use lookups::{Lookup, LookupError, Lookups};
pub use macros::Macros;
pub use parsed_search::{ParsedSearch, SearchError};
pub use placed::Placed;

use std::io::Read as _;
use std::path::Path;

/// The largest file of content that is read. The largest public rule has 40 KB.
const MAX_FILE: u64 = 16 << 20;

/// What is in a file, which has no more than `most` bytes.
fn read_bytes(path: &Path, most: u64) -> Result<Vec<u8>, LoadError> {
    let origin = path.display().to_string();
    let problem = |error: std::io::Error| {
        LoadError::new(&origin, format!("can't be read: {error}"))
            .with_help("check the path and the permissions")
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(problem)?;
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(problem)?;
    if bytes.len() as u64 > most {
        let message = format!("is larger than {} MiB", most >> 20);
        return Err(LoadError::new(&origin, message));
    }
    Ok(bytes)
}

/// The text of a file.
fn read_text(path: &Path) -> Result<String, LoadError> {
    let bytes = read_bytes(path, MAX_FILE)?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let origin = path.display().to_string();
        LoadError::new(&origin, format!("is no UTF-8 text, from byte {at} on"))
            .with_help("save it as UTF-8")
    })
}

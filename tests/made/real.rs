//! The real logs that the tests are tried on, where they are at hand: `$GIMLET_SHARED`, else beside
//! the checkout. They carry other people's licences and are no part of the repository.
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::path::{Path, PathBuf};

/// The folder in which `data` and the list of it are.
pub fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("GIMLET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let found = root.join("data").is_dir();
    if !found {
        eprintln!("skipped: no real logs at '{}'", root.display());
    }
    found.then_some(root)
}

//! From what was named on the command line to the files to be read, in one total order: by path,
//! component by component. What is inside a file is `archive`'s.
//!
//! The listing is lazy: the first file can be read while the last folder is not listed yet. Links
//! are followed when named and never inside a folder, so a listing ends and no file is read twice.
//! What can't be read is listed too, with its reason.

use super::member::Origin;
use super::open::{Opened, open_file, open_stream};
use super::outcome::{Outcome, Status};
use std::collections::{HashMap, HashSet};
use std::fs::{File, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// The name that stands for standard input.
pub const STDIN: &str = "-";

/// Something to be read, or the reason why not.
#[derive(Debug, Clone)]
pub struct Input {
    /// As named or found.
    pub path: PathBuf,
    /// It was named on the command line itself.
    pub named_on_command_line: bool,
    /// What it is.
    pub origin: Origin,
    /// Why it is not read, when it is not.
    pub refused: Option<Outcome>,
}

/// The files to be read, one after another.
pub struct Listing {
    roots: std::vec::IntoIter<PathBuf>,
    walk: Option<walkdir::IntoIter>,
    /// Files named on the command line that are found again inside a folder named there.
    named_inside: HashSet<PathBuf>,
}

/// Lists what `paths` name: files, folders with all that is in them, `-` for standard input.
/// What is named twice, or lies in a folder that is named too, is listed once.
pub fn list(paths: &[PathBuf]) -> Listing {
    let mut roots = paths.to_vec();
    roots.sort();
    roots.dedup();
    let real: Vec<Option<PathBuf>> = roots.iter().map(|path| real_path(path)).collect();
    let mut first = HashMap::new();
    for (root, real) in roots.iter().zip(&real) {
        if let Some(real) = real {
            first.entry(real.clone()).or_insert(root);
        }
    }
    let mut named_inside = HashSet::new();
    let mut kept = Vec::new();
    for (root, real) in roots.iter().zip(&real) {
        match real.as_ref().and_then(|real| around(real, root, &first)) {
            Some(inside) => {
                named_inside.insert(inside);
            }
            None => kept.push(root.clone()),
        }
    }
    Listing {
        roots: kept.into_iter(),
        walk: None,
        named_inside,
    }
}

/// Where `root` turns up when the outermost other root around it is listed; `None` when there is
/// no other around it.
fn around(real: &Path, root: &Path, first: &HashMap<PathBuf, &PathBuf>) -> Option<PathBuf> {
    let (outer, other) = real
        .ancestors()
        .filter_map(|outer| first.get(outer).map(|other| (outer, *other)))
        .filter(|(_, other)| *other != root)
        .last()?;
    match real.strip_prefix(outer).ok()? {
        // Another spelling of the same path.
        rest if rest == Path::new("") => Some(other.clone()),
        rest => Some(other.join(rest)),
    }
}

fn real_path(path: &Path) -> Option<PathBuf> {
    if path == Path::new(STDIN) {
        return None;
    }
    path.canonicalize().ok()
}

impl Iterator for Listing {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        loop {
            if let Some(walk) = self.walk.as_mut() {
                match walk.next() {
                    Some(Ok(entry)) => match self.found(&entry) {
                        Some(input) => return Some(input),
                        None => continue,
                    },
                    Some(Err(error)) => return Some(unlisted(&error)),
                    None => self.walk = None,
                }
            }
            let root = self.roots.next()?;
            if let Some(input) = self.named(root) {
                return Some(input);
            }
        }
    }
}

impl Listing {
    /// What was named itself; a folder is opened for listing instead.
    fn named(&mut self, path: PathBuf) -> Option<Input> {
        if path == Path::new(STDIN) {
            return Some(Input::new(path, true, Origin::Stream));
        }
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                self.walk = Some(WalkDir::new(path).sort_by_file_name().into_iter());
                None
            }
            Ok(metadata) => {
                let origin = origin(&metadata);
                Some(Input::new(path, true, origin))
            }
            Err(error) => Some(Input::unreadable(path, true, &error)),
        }
    }

    /// What was found in a folder.
    fn found(&self, entry: &DirEntry) -> Option<Input> {
        let path = entry.path().to_owned();
        let kind = entry.file_type();
        if kind.is_dir() {
            return None;
        }
        let named = self.named_inside.contains(&path);
        if kind.is_file() {
            return Some(match entry.metadata() {
                Ok(metadata) => Input::new(path, named, origin(&metadata)),
                Err(error) => Input::unreadable(path, named, &error.into()),
            });
        }
        let mut input = Input::new(path, named, Origin::Stream);
        input.refused = Some(Outcome {
            kind: Some(special(kind).to_owned()),
            reason: Some(format!(
                "a {} inside a folder is not opened; name it to read it",
                special(kind)
            )),
            ..Outcome::new(Status::NotEvidence)
        });
        Some(input)
    }
}

fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_symlink() {
        "symbolic link"
    } else if kind.is_fifo() {
        "FIFO"
    } else if kind.is_socket() {
        "socket"
    } else {
        "device"
    }
}

fn origin(metadata: &Metadata) -> Origin {
    if metadata.is_file() {
        Origin::File {
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
        }
    } else {
        Origin::Stream
    }
}

fn unlisted(error: &walkdir::Error) -> Input {
    let path = error.path().map(Path::to_owned).unwrap_or_default();
    let cause = error.io_error().map_or_else(
        || io::Error::other(error.to_string()),
        |cause| io::Error::new(cause.kind(), cause.to_string()),
    );
    Input::unreadable(path, error.depth() == 0, &cause)
}

impl Input {
    fn new(path: PathBuf, named_on_command_line: bool, origin: Origin) -> Self {
        Self {
            path,
            named_on_command_line,
            origin,
            refused: None,
        }
    }

    fn unreadable(path: PathBuf, named: bool, error: &io::Error) -> Self {
        let mut input = Self::new(path, named, Origin::Stream);
        input.refused = Some(unreadable(error));
        input
    }

    /// How many bytes there are to read; nothing is known of a stream.
    pub fn bytes(&self) -> u64 {
        match self.origin {
            Origin::File { bytes, .. } if self.refused.is_none() => bytes,
            Origin::BuiltIn(bytes) => bytes.len() as u64,
            _ => 0,
        }
    }

    /// Evidence that is built into the program, under the path that it is shown with.
    pub fn built_in(path: &str, bytes: &'static [u8]) -> Self {
        Self::new(PathBuf::from(path), true, Origin::BuiltIn(bytes))
    }

    /// Opens it for reading, and for nothing else.
    pub(super) fn open(&self) -> io::Result<Opened> {
        if let Origin::BuiltIn(bytes) = self.origin {
            return Ok(Opened::BuiltIn(io::Cursor::new(bytes)));
        }
        if self.path == Path::new(STDIN) {
            use std::os::fd::AsFd;
            let stdin = io::stdin();
            let stdin = File::from(stdin.as_fd().try_clone_to_owned()?);
            return Ok(Opened::File(stdin));
        }
        match self.origin {
            Origin::Stream => open_stream(&self.path),
            Origin::File { .. } | Origin::BuiltIn(_) => open_file(&self.path),
        }
        .map(Opened::File)
    }
}

/// The outcome of something that can't be opened or listed.
pub(super) fn unreadable(error: &io::Error) -> Outcome {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "check its spelling",
        io::ErrorKind::PermissionDenied => "run as a user who may read it, or copy it first",
        _ => "copy it to a sound disk and try again",
    };
    Outcome {
        reason: Some(format!("can't be opened: {error}")),
        hint: Some(hint.to_owned()),
        ..Outcome::new(Status::NotOpened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn listed(paths: &[&Path]) -> Vec<(String, bool, bool)> {
        let paths: Vec<PathBuf> = paths.iter().map(|p| p.to_path_buf()).collect();
        list(&paths)
            .map(|input| {
                let name = input.path.to_string_lossy().into_owned();
                (name, input.named_on_command_line, input.refused.is_none())
            })
            .collect()
    }

    #[test]
    fn a_folder_is_listed_in_one_order_and_loops_end() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        for name in ["a.log", "a/z.log", "a/b/y.log", "Z.log"] {
            std::fs::write(root.join(name), "x").unwrap();
        }
        symlink(root, root.join("a/b/up")).unwrap();
        let short = |path: &str| {
            path.strip_prefix(&format!("{}/", root.display()))
                .unwrap_or(path)
                .to_owned()
        };
        let names: Vec<String> = listed(&[root]).iter().map(|(n, ..)| short(n)).collect();
        assert_eq!(names, ["Z.log", "a/b/up", "a/b/y.log", "a/z.log", "a.log"]);
        let mut sorted: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
        sorted.sort();
        assert_eq!(sorted, names.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(listed(&[root]).iter().filter(|(.., read)| !read).count(), 1);
    }

    #[test]
    fn what_is_named_twice_is_listed_once_and_stays_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("a.log"), "x").unwrap();
        std::fs::write(root.join("b.log"), "x").unwrap();
        let (a, again) = (root.join("a.log"), root.join("./a.log"));
        let found = listed(&[&a, root, &again]);
        let flags: Vec<bool> = found.iter().map(|(_, named, _)| *named).collect();
        assert_eq!(flags, [true, false]);
        assert_eq!(listed(&[&a, &a]).len(), 1);
        let link = root.join("link");
        symlink(&a, &link).unwrap();
        assert_eq!(listed(&[&link]), [(link.display().to_string(), true, true)]);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let gone = Path::new("/nowhere/at/all.evtx");
        let input = list(&[gone.to_owned()]).next().unwrap();
        let outcome = input.refused.unwrap();
        assert_eq!(outcome.status, Status::NotOpened);
        assert!(outcome.reason.unwrap().contains("No such file"));
    }

    #[test]
    fn a_fifo_in_a_folder_is_passed_over_and_a_named_one_is_a_stream() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("pipe");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let inside = list(&[folder.path().to_owned()]).next().unwrap();
        let outcome = inside.refused.unwrap();
        assert_eq!(outcome.status, Status::NotEvidence);
        assert_eq!(outcome.kind.as_deref(), Some("FIFO"));
        let named = list(&[fifo]).next().unwrap();
        assert_eq!(
            (named.origin, named.refused.is_none()),
            (Origin::Stream, true)
        );
    }
}

//! SHA-256 of files and of the logs inside them, on demand: it is done after the rows are out.

use super::archive::{Content, Flow, Found, Walker};
use super::member::{Member, Origin, Place};
use super::open::{Opened, open_file};
use crate::event::SourceId;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fmt;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// A SHA-256; printed as hex in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The digests of a file and of what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// Of the file as it lies on the disk.
    pub file: Digest,
    /// Of its logs, unpacked, in the order in which they were asked for. One that can't be
    /// unpacked to its end has none.
    pub members: Vec<(SourceId, Option<Digest>)>,
}

/// The digests of the file at `path` and of `members`, which are all logs in it. `cancel` ends it
/// with an error.
pub fn hash(path: &Path, members: &[&Member], cancel: &AtomicBool) -> Result<Hashes> {
    if members.iter().any(|member| member.origin == Origin::Stream) {
        let reason = "a stream can't be read again to be hashed";
        return Err(Error::new(ErrorKind::Unsupported, reason));
    }
    let mut file = match members.first() {
        Some(member) => Opened::member(member)?,
        None => Opened::File(open_file(path)?),
    };
    let whole = digest(&mut file, cancel)?;
    let unchanged = file.is_as_listed(members.first().map(|member| member.origin))?;
    if !unchanged {
        let reason = "it has changed since it was read";
        return Err(Error::new(ErrorKind::InvalidData, reason));
    }
    file.seek(SeekFrom::Start(0))?;
    let packed = members.iter().any(|member| !member.place.0.is_empty()) || unpacks(&mut file)?;
    let mut found = HashMap::new();
    if packed {
        let mut visit = |log: Found<'_>| {
            if let Content::Open(mut bytes) = log.content
                && let Ok(digest) = digest(&mut bytes, cancel)
            {
                found.insert(log.place, digest);
            }
            if cancel.load(Ordering::Relaxed) {
                Flow::Break(())
            } else {
                Flow::Continue(())
            }
        };
        if Walker::new(&mut visit).file(&mut file, None).is_break() {
            return Err(stopped());
        }
    } else {
        found.insert(Place::default(), whole);
    }
    let digests = members
        .iter()
        .map(|member| (member.id, found.get(&member.place).copied()));
    Ok(Hashes {
        file: whole,
        members: digests.collect(),
    })
}

/// Whether the file itself is compressed or an archive.
fn unpacks(file: &mut Opened) -> Result<bool> {
    let packed = super::archive::is_packed(file);
    file.seek(SeekFrom::Start(0))?;
    Ok(packed)
}

fn digest(reader: &mut impl Read, cancel: &AtomicBool) -> Result<Digest> {
    let mut sum = Sha256::new();
    let mut block = vec![0; 256 * 1024];
    loop {
        if cancel.load(Ordering::Relaxed) {
            return Err(stopped());
        }
        let count = match reader.read(&mut block) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            count => count?,
        };
        if count == 0 {
            return Ok(Digest(sum.finalize().into()));
        }
        sum.update(block.get(..count).unwrap_or_default());
    }
}

fn stopped() -> Error {
    Error::other("stopped")
}

#[cfg(test)]
mod tests {
    use super::super::archive::pack;
    use super::super::discover::list;
    use super::*;

    /// SHA-256 of `abc`: FIPS 180-2, appendix B.1.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn member(path: &Path, id: u32, place: &[u32]) -> Member {
        Member {
            id: SourceId(id),
            path: path.to_owned(),
            member: None,
            name: String::new(),
            bytes: None,
            named_on_command_line: true,
            origin: list(&[path.to_owned()]).next().unwrap().origin,
            place: Place(place.to_vec()),
        }
    }

    fn hashes(bytes: &[u8], places: &[&[u32]]) -> Hashes {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let members: Vec<Member> = places.iter().map(|p| member(file.path(), 7, p)).collect();
        let members: Vec<&Member> = members.iter().collect();
        hash(file.path(), &members, &AtomicBool::new(false)).unwrap()
    }

    #[test]
    fn files_and_logs_have_their_sums() {
        let plain = hashes(b"abc", &[&[]]);
        assert_eq!(plain.file.to_string(), ABC);
        assert_eq!(plain.members, [(SourceId(7), Some(plain.file))]);
        let packed = hashes(&pack::gzip(b"abc"), &[&[]]);
        assert_ne!(packed.file, plain.file);
        assert_eq!(packed.members, [(SourceId(7), Some(plain.file))]);
        let zip = pack::zip(&[("x", b"x"), ("abc", b"abc")]);
        let zip = hashes(&zip, &[&[1], &[5]]);
        let found: Vec<Option<Digest>> = zip.members.iter().map(|m| m.1).collect();
        assert_eq!(found, [Some(plain.file), None]);
    }

    #[test]
    fn what_has_changed_has_no_sum() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"abc").unwrap();
        let member = member(file.path(), 0, &[]);
        std::fs::write(file.path(), b"abcd").unwrap();
        assert!(hash(file.path(), &[&member], &AtomicBool::new(false)).is_err());
    }

    #[test]
    fn it_can_be_stopped() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let stop = AtomicBool::new(true);
        assert!(hash(file.path(), &[], &stop).is_err());
    }
}

//! What an input is once it is open: a file, or evidence that is built into the program (the demo).
//! Opens for reading only and leaves no trace in access times where the system allows that.

use super::member::{Member, Origin};
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

/// An open input.
pub(super) enum Opened {
    /// A file, a FIFO, standard input.
    File(File),
    /// Bytes of the program itself.
    BuiltIn(Cursor<&'static [u8]>),
}

impl Opened {
    /// Opens the file that a member is or lies in.
    pub(super) fn member(member: &Member) -> io::Result<Self> {
        match member.origin {
            Origin::BuiltIn(bytes) => Ok(Self::BuiltIn(Cursor::new(bytes))),
            Origin::File { .. } | Origin::Stream => open_file(&member.path).map(Self::File),
        }
    }

    /// Whether a file is still what it was when it was listed, as far as length and date tell.
    pub(super) fn is_as_listed(&self, origin: Option<Origin>) -> io::Result<bool> {
        let (Self::File(file), Some(Origin::File { bytes, modified })) = (self, origin) else {
            return Ok(true);
        };
        let now = file.metadata()?;
        Ok(now.len() == bytes && now.modified().ok() == modified)
    }

    /// Waits a while for bytes, or the end, of something that may be slow to give them; tells
    /// whether they are there. A file always has them.
    pub(super) fn is_ready(&self) -> io::Result<bool> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let Self::File(file) = self else {
            return Ok(true);
        };
        let pause = Timespec {
            tv_sec: 0,
            tv_nsec: 50_000_000,
        };
        match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&pause)) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl Read for Opened {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(into),
            Self::BuiltIn(bytes) => bytes.read(into),
        }
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::BuiltIn(bytes) => bytes.seek(to),
        }
    }
}

/// Opens a FIFO or a device for reading and does not wait for a writer: `is_ready` does, so that
/// the waiting can be ended.
pub(super) fn open_stream(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// Opens a file read-only and without leaving a trace in its access time, which the system allows
/// to the owner of the file and to root; for anyone else it is opened plainly.
#[cfg(target_os = "linux")]
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let open = |more| {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY | more;
        rustix::fs::open(path, flags, Mode::empty())
    };
    let opened = open(OFlags::NOATIME).or_else(|error| match error {
        rustix::io::Errno::PERM => open(OFlags::empty()),
        other => Err(other),
    });
    Ok(File::from(opened?))
}

/// Opens a file read-only.
#[cfg(not(target_os = "linux"))]
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    File::open(path)
}

//! Tar: headers and the bytes between them, read as they come. The only file that names `tar`,
//! and only for reading headers: the entries of that crate can't be handed to another thread.

use super::{Content, Exactly, Flow, Walker, ends_early};
use crate::evidence::outcome::{Outcome, Status};
use std::io::{Error, ErrorKind, Read, Result};
use tar::{EntryType, Header, PaxExtensions};

const BLOCK: usize = 512;
/// The most bytes of a long name or of a pax header that are believed.
const LONGEST_HEADER: u64 = 1 << 20;

/// What extension headers say of the entry that follows them.
#[derive(Default)]
struct Ahead {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

impl Walker<'_> {
    pub(super) fn tar(&mut self, mut reader: impl Read + Send) -> Flow {
        let mut number = 0;
        loop {
            match next_entry(&mut reader) {
                Ok(None) => break,
                Ok(Some((header, ahead))) => {
                    let entry = TarEntry {
                        header,
                        ahead,
                        number,
                    };
                    match self.entry(&mut reader, &entry)? {
                        Ok(()) => number += 1,
                        Err(error) => return self.closed(Status::Partly, ends_early(&error), None),
                    }
                }
                Err(error) => return self.closed(Status::Partly, ends_early(&error), None),
            }
        }
        if number == 0 {
            return self.closed_as(None, "empty archive");
        }
        Flow::Continue(())
    }

    /// Goes to one entry and leaves the reader behind it.
    fn entry(
        &mut self,
        reader: &mut (dyn Read + Send + '_),
        entry: &TarEntry,
    ) -> std::ops::ControlFlow<(), Result<()>> {
        let size = match entry.size() {
            Ok(size) => size,
            Err(error) => return std::ops::ControlFlow::Continue(Err(error)),
        };
        let mut content = Exactly::new(&mut *reader, size);
        let kind = entry.header.entry_type();
        match kind {
            EntryType::Directory => {}
            EntryType::Regular | EntryType::Continuous if !entry.ahead.sparse => {
                self.member(entry.number, entry.name(), |walker| {
                    walker.stream(&mut content, Some(size))
                })?;
            }
            _ => self.member(entry.number, entry.name(), |walker| {
                let sparse = entry.ahead.sparse || kind == EntryType::GNUSparse;
                walker.found(Some(size), Content::Closed(unread(sparse)))
            })?,
        }
        let rest = content.left() + padding(size);
        std::ops::ControlFlow::Continue(skip(reader, rest))
    }
}

struct TarEntry {
    header: Header,
    ahead: Ahead,
    number: usize,
}

impl TarEntry {
    fn name(&self) -> String {
        let path = self.header.path_bytes();
        let name = self.ahead.name.as_deref().unwrap_or(&path);
        String::from_utf8_lossy(name)
            .trim_end_matches('\0')
            .to_owned()
    }

    fn size(&self) -> Result<u64> {
        // A link carries the size of its target and no bytes.
        let kind = self.header.entry_type();
        if matches!(
            kind,
            EntryType::Link | EntryType::Symlink | EntryType::Directory
        ) {
            return Ok(0);
        }
        self.ahead.size.map_or_else(|| self.header.entry_size(), Ok)
    }
}

fn unread(sparse: bool) -> Outcome {
    if sparse {
        return Outcome {
            reason: Some("a sparse file inside a tar archive".to_owned()),
            hint: Some("unpack the archive, then give the folder".to_owned()),
            ..Outcome::new(Status::NotOpened)
        };
    }
    Outcome {
        kind: Some("link or device in an archive".to_owned()),
        ..Outcome::new(Status::NotEvidence)
    }
}

/// The next header of a file, folder or link, and what the headers before it say of it.
fn next_entry(reader: &mut impl Read) -> Result<Option<(Header, Ahead)>> {
    let mut ahead = Ahead::default();
    loop {
        let mut header = Header::new_old();
        if !read_block(reader, header.as_mut_bytes())? {
            return Ok(None);
        }
        if header.as_bytes().iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        if header.cksum()? != checksum(header.as_bytes()) {
            return Err(Error::new(ErrorKind::InvalidData, "a damaged header"));
        }
        match header.entry_type() {
            EntryType::GNULongName => ahead.name = Some(extension(reader, &header)?),
            EntryType::GNULongLink | EntryType::XGlobalHeader => {
                extension(reader, &header)?;
            }
            EntryType::XHeader => read_pax(&extension(reader, &header)?, &mut ahead),
            _ => return Ok(Some((header, ahead))),
        }
    }
}

/// Fills `block`; tells whether there was one.
fn read_block(reader: &mut impl Read, block: &mut [u8; BLOCK]) -> Result<bool> {
    let mut bytes = Vec::with_capacity(BLOCK);
    reader.take(BLOCK as u64).read_to_end(&mut bytes)?;
    match <[u8; BLOCK]>::try_from(bytes.as_slice()) {
        Ok(read) => *block = read,
        // Some writers leave the closing blocks of zeros away.
        Err(_) if bytes.is_empty() => return Ok(false),
        Err(_) => return Err(ErrorKind::UnexpectedEof.into()),
    }
    Ok(true)
}

/// The sum of a header's bytes, its own field of the sum taken as blanks (POSIX.1-1988, ustar).
fn checksum(header: &[u8; BLOCK]) -> u32 {
    let own = 148..156;
    header
        .iter()
        .enumerate()
        .map(|(at, byte)| u32::from(if own.contains(&at) { b' ' } else { *byte }))
        .sum()
}

fn extension(reader: &mut impl Read, header: &Header) -> Result<Vec<u8>> {
    let size = header.entry_size()?;
    if size > LONGEST_HEADER {
        return Err(Error::new(ErrorKind::InvalidData, "a header of over 1 MiB"));
    }
    let mut bytes = Vec::new();
    reader.take(size).read_to_end(&mut bytes)?;
    skip(reader, padding(size))?;
    Ok(bytes)
}

fn read_pax(bytes: &[u8], ahead: &mut Ahead) {
    for extension in PaxExtensions::new(bytes).flatten() {
        let text = extension.value().ok();
        match extension.key_bytes() {
            b"path" => ahead.name = Some(extension.value_bytes().to_vec()),
            b"size" => ahead.size = text.and_then(|size| size.parse().ok()),
            key if key.starts_with(b"GNU.sparse.") => ahead.sparse = true,
            _ => {}
        }
    }
}

fn padding(size: u64) -> u64 {
    size.next_multiple_of(BLOCK as u64).saturating_sub(size)
}

fn skip(reader: &mut (impl Read + ?Sized), bytes: u64) -> Result<()> {
    let skipped = std::io::copy(&mut reader.take(bytes), &mut std::io::sink())?;
    if skipped < bytes {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

//! Zip: by its directory at the end or, when that is missing, from the front as far as it goes.
//! The only file that names `zip`.

use super::{Content, Exactly, Flow, Packing, ReadSeek, Walker, unpack};
use crate::evidence::kind;
use crate::evidence::outcome::Status;
use crate::evidence::peek::Peeked;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, SeekFrom};
use std::ops::ControlFlow;
use zip::ZipArchive;
use zip::result::ZipError;

impl Walker<'_> {
    pub(super) fn zip(&mut self, file: &mut (dyn ReadSeek + '_)) -> Flow {
        let opened = ZipArchive::new(&mut *file);
        let mut archive = match opened {
            Ok(archive) => archive,
            Err(error) => return self.zip_from_front(file, Some(&error)),
        };
        if archive.is_empty() {
            return self.closed_as(None, "empty archive");
        }
        if archive.has_duplicate_names() {
            // The directory as the crate keeps it has one entry a name: the others would be lost.
            drop(archive);
            return self.zip_from_front(file, None);
        }
        let has = |name: &str| archive.index_for_name(name).is_some();
        if let Some(outcome) = kind::of_zip(has) {
            return self.found(None, Content::Closed(outcome));
        }
        (0..archive.len()).try_for_each(|number| {
            if self.wants(number) {
                self.zip_entry(&mut archive, number)
            } else {
                Flow::Continue(())
            }
        })
    }

    fn zip_entry<R: ReadSeek>(&mut self, archive: &mut ZipArchive<R>, number: usize) -> Flow {
        let entry = match archive.by_index_data(number) {
            Ok(entry) => entry,
            Err(error) => {
                return self.member(number, format!("#{number}"), |walker| {
                    walker.closed(Status::NotOpened, error.to_string(), None)
                });
            }
        };
        let name = match entry.name() {
            Ok(name) => name.into_owned(),
            Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(),
        };
        let (bytes, encrypted) = (Some(entry.size()), entry.encrypted());
        if entry.is_dir() || name.ends_with(['/', '\\']) {
            return Flow::Continue(());
        }
        self.member(number, name, |walker| {
            if encrypted {
                return walker.closed_as(bytes, "encrypted zip");
            }
            if stored_zip(archive, number)
                && let Ok(mut inside) = archive.by_index_seek(number)
            {
                return walker.file(&mut inside, bytes);
            }
            match archive.by_index(number) {
                Ok(mut content) => walker.stream(&mut content, bytes),
                Err(error) => walker.closed(Status::NotOpened, reason(&error), hint(&error)),
            }
        })
    }

    /// Reads the entries as they stand, without a directory: of a zip that was cut off, which is
    /// what `error` says of it.
    fn zip_from_front(&mut self, file: &mut (dyn ReadSeek + '_), error: Option<&ZipError>) -> Flow {
        let mut number = 0;
        let mut stopped = file.seek(SeekFrom::Start(0)).err();
        let mut reader = BufReader::new(file);
        while stopped.is_none() {
            match LocalEntry::next(&mut reader) {
                Ok(None) => break,
                Err(error) => stopped = Some(error),
                Ok(Some(entry)) => {
                    stopped = self.local_entry(&mut reader, &entry, number)?.err();
                    number += 1;
                }
            }
        }
        let stopped = stopped.map(|error| format!("after {number} files it stops: {error}"));
        let missing = error.map(|error| format!("its directory can't be read ({})", reason(error)));
        let reason = match (missing, stopped) {
            (None, None) => return Flow::Continue(()),
            (Some(missing), None) => format!("{missing}; read from the front, {number} files"),
            (None, Some(stopped)) => stopped,
            (Some(missing), Some(stopped)) => format!("{missing}; read from the front, {stopped}"),
        };
        let status = if number == 0 {
            Status::NotOpened
        } else {
            Status::Partly
        };
        self.closed(status, reason, Some("copy or collect it again"))
    }

    /// Goes to one entry and leaves the reader behind it.
    fn local_entry<R: BufRead + Send>(
        &mut self,
        reader: &mut R,
        entry: &LocalEntry,
        number: usize,
    ) -> ControlFlow<(), Result<()>> {
        let size = Some(entry.compressed).filter(|_| !entry.described_after);
        match (entry.encrypted, entry.method, size) {
            (false, 8, _) => {
                let mut content = unpack::inflate(&mut *reader);
                self.member(number, entry.name.clone(), |walker| {
                    walker.stream(&mut content, None)
                })?;
                let rest = std::io::copy(&mut content, &mut std::io::sink());
                ControlFlow::Continue(rest.map(drop))
            }
            (false, 0, Some(size)) => {
                let mut content = Exactly::new(&mut *reader, size);
                if !entry.name.ends_with('/') {
                    self.member(number, entry.name.clone(), |walker| {
                        walker.stream(&mut content, Some(size))
                    })?;
                }
                let rest = std::io::copy(&mut content, &mut std::io::sink());
                ControlFlow::Continue(rest.map(drop))
            }
            (encrypted, method, size) => {
                self.member(number, entry.name.clone(), |walker| {
                    if encrypted {
                        return walker.closed_as(size, "encrypted zip");
                    }
                    let reason = format!("compressed by method {method}, or of unknown length");
                    walker.closed(Status::NotOpened, reason, Some("unpack it with 7z"))
                })?;
                let rest = size.map_or_else(
                    || Err(Error::other("an entry of unknown length")),
                    |size| {
                        std::io::copy(&mut Exactly::new(reader, size), &mut std::io::sink())
                            .map(drop)
                    },
                );
                ControlFlow::Continue(rest)
            }
        }
    }
}

/// Whether an entry is a zip that is not compressed again, so that it can be read in place.
fn stored_zip<R: ReadSeek>(archive: &mut ZipArchive<R>, number: usize) -> bool {
    archive.by_index(number).is_ok_and(|entry| {
        entry.compression() == zip::CompressionMethod::Stored
            && Packing::of(Peeked::new(entry, super::HEAD).head()) == Some(Packing::Zip)
    })
}

fn reason(error: &ZipError) -> String {
    match error {
        ZipError::CompressionMethodNotSupported(method) => {
            format!("compressed by method {method}, which is not read here")
        }
        other => other.to_string(),
    }
}

fn hint(error: &ZipError) -> Option<&'static str> {
    matches!(error, ZipError::CompressionMethodNotSupported(_))
        .then_some("unpack it with 7z, then give the folder")
}

/// A local file header (APPNOTE.TXT 4.3.7).
struct LocalEntry {
    name: String,
    method: u16,
    encrypted: bool,
    /// Its lengths stand behind its data.
    described_after: bool,
    compressed: u64,
}

impl LocalEntry {
    /// Reads the next header; `None` where the entries end.
    fn next(reader: &mut impl Read) -> Result<Option<Self>> {
        // Before it may stand the mark of a split archive, or the lengths of the entry before:
        // three or five words, with a signature or without (APPNOTE.TXT 4.3.9).
        let mut word = [0_u8; 4];
        for _ in 0..=6 {
            reader.read_exact(&mut word)?;
            match &word {
                b"PK\x03\x04" => return Self::read(reader).map(Some),
                b"PK\x01\x02" | b"PK\x05\x06" | b"PK\x06\x06" => return Ok(None),
                _ => {}
            }
        }
        Err(Error::new(ErrorKind::InvalidData, "no header of an entry"))
    }

    fn read(reader: &mut impl Read) -> Result<Self> {
        let mut fixed = [0_u8; 26];
        reader.read_exact(&mut fixed)?;
        let word = |at: usize| -> u16 {
            let bytes = fixed.get(at..).and_then(<[u8]>::first_chunk);
            bytes.map_or(0, |bytes| u16::from_le_bytes(*bytes))
        };
        let size = u32::from(word(14)) | u32::from(word(16)) << 16;
        let mut name = vec![0; usize::from(word(22))];
        reader.read_exact(&mut name)?;
        let mut extra = vec![0; usize::from(word(24))];
        reader.read_exact(&mut extra)?;
        let flags = word(2);
        Ok(Self {
            name: String::from_utf8_lossy(&name).into_owned(),
            method: word(4),
            encrypted: flags & 1 != 0,
            described_after: flags & 8 != 0,
            compressed: match size {
                u32::MAX => zip64_size(&extra).unwrap_or(u64::from(size)),
                size => u64::from(size),
            },
        })
    }
}

/// The compressed length in the zip64 extra field of a local header, which there has both lengths,
/// the plain one first (APPNOTE.TXT 4.5.3).
fn zip64_size(mut extra: &[u8]) -> Option<u64> {
    loop {
        let ([id, length], rest) = extra.split_first_chunk::<4>().map(|([a, b, c, d], rest)| {
            (
                [u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d])],
                rest,
            )
        })?;
        let (field, after) = rest.split_at_checked(usize::from(length))?;
        if id == 1 {
            return field
                .get(8..16)?
                .first_chunk()
                .map(|b| u64::from_le_bytes(*b));
        }
        extra = after;
    }
}

//! The compressors: gzip, zstd and the raw deflate of a zip's entries. The only file that names
//! `flate2` and `zstd`.

use flate2::bufread::DeflateDecoder;
use flate2::read::MultiGzDecoder;
use std::io::{BufRead, BufReader, Read, Result};

/// Reads gzip, all members of it one after another (as `cat a.gz b.gz` and log rotation make).
pub(super) fn gunzip<R: Read + Send>(reader: R) -> impl Read + Send {
    MultiGzDecoder::new(reader)
}

/// Reads zstd, all frames of it. A window over 128 MiB (`--long=28` and more) is refused.
pub(super) fn unzstd<R: Read + Send>(reader: R) -> Result<impl Read + Send> {
    zstd::stream::read::Decoder::<BufReader<R>>::new(reader)
}

/// Reads one raw deflate stream and not a byte further, so that what follows can be read.
pub(super) fn inflate<R: BufRead + Send>(reader: R) -> impl Read + Send {
    DeflateDecoder::new(reader)
}

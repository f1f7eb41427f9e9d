//! Packs files the ways that evidence is packed: gz, zst, tar, tar.gz, zip, a zip in a zip.

use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

/// A file in an archive: its name there and its content.
pub type Member = (String, Vec<u8>);

/// One gzip stream.
pub fn gz(plain: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(plain).unwrap();
    packer.finish().unwrap()
}

/// Two gzip streams one after the other, as `cat a.gz b.gz` and bgzip make them.
pub fn gz_of_two_streams(plain: &[u8]) -> Vec<u8> {
    let (one, two) = plain.split_at(plain.len() / 2);
    [gz(one), gz(two)].concat()
}

/// One zstd frame.
pub fn zst(plain: &[u8]) -> Vec<u8> {
    zstd::encode_all(plain, 3).unwrap()
}

/// A tar archive.
pub fn tar(members: &[Member]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive
            .append_data(&mut header, name, content.as_slice())
            .unwrap();
    }
    archive.into_inner().unwrap()
}

/// A tar archive in gzip.
pub fn tar_gz(members: &[Member]) -> Vec<u8> {
    gz(&tar(members))
}

/// A zip archive, deflated.
pub fn zip(members: &[Member]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        archive
            .start_file(name.as_str(), SimpleFileOptions::default())
            .unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

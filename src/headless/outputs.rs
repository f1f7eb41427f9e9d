//! The files that are written beside the rows (`--events`, `--ledger`): opened before anything is
//! read, so that a wrong name is told at once, and never over something that is read. What stands
//! in them is `report`'s.

use crate::cli::Hunt;
use crate::evidence::discover;
use crate::report::{LedgerDocument, write_events, write_ledger};
use crate::worker::hunt::Hunted;
use anyhow::{Context as _, Result, bail};
use std::fs::{File, Metadata};
use std::io::{self, BufWriter, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A file that is open, and the name that it was given with.
type Output = (PathBuf, BufWriter<File>);

/// The files, as far as they were asked for.
pub struct Outputs {
    events: Option<Output>,
    ledger: Option<Output>,
}

impl Outputs {
    /// Opens them. One that would change evidence, another input or another output is refused, and
    /// then none is touched.
    pub fn create(args: &Hunt) -> Result<Self> {
        let named: Vec<&Path> = [&args.events, &args.ledger]
            .into_iter()
            .filter_map(Option::as_deref)
            .collect();
        for path in &named {
            refuse_input(path, args)?;
        }
        if let [events, ledger] = named[..]
            && same(events, ledger)
        {
            bail!(
                "--events and --ledger both name '{}': give each a file of its own",
                ledger.display()
            );
        }
        let open = |path: &Option<PathBuf>| path.as_deref().map(create).transpose();
        Ok(Self {
            events: open(&args.events)?,
            ledger: open(&args.ledger)?,
        })
    }

    /// Whether any was asked for.
    pub fn any(&self) -> bool {
        self.events.is_some() || self.ledger.is_some()
    }

    /// Writes them; one that fails does not keep the other from being written.
    pub fn write(
        self,
        hunted: &Hunted,
        order: &[usize],
        ledger: &LedgerDocument<'_>,
    ) -> Result<()> {
        let failed = |path: &Path| format!("'{}' could not be written to its end", path.display());
        let events = self.events.map_or(Ok(()), |(path, mut out)| {
            let files = &hunted.loaded.ledger.files;
            let mut raw = |_: usize, event: &crate::store::StoredEvent| {
                event
                    .raw
                    .clone()
                    .ok_or_else(|| "the record's text was not kept".to_owned())
            };
            write_events(&mut out, &hunted.findings, order, files, &mut raw)
                .and_then(|()| out.flush())
                .with_context(|| failed(&path))
        });
        let ledger = self.ledger.map_or(Ok(()), |(path, mut out)| {
            write_ledger(&mut out, ledger)
                .and_then(|()| out.flush())
                .with_context(|| failed(&path))
        });
        events.and(ledger)
    }
}

fn create(path: &Path) -> Result<Output> {
    let file = File::create(path).with_context(|| {
        format!(
            "can't write '{}': give a path in a folder that you may write",
            path.display()
        )
    })?;
    Ok((path.to_owned(), BufWriter::new(file)))
}

/// Refuses a path whose writing would change what is read.
fn refuse_input(output: &Path, args: &Hunt) -> Result<()> {
    let shown = output.display();
    if output == Path::new(discover::STDIN) {
        bail!("'-' is no name of an output: give a file, or '/dev/stdout'");
    }
    let reading = &args.reading;
    let real = real(output);
    for evidence in &reading.paths {
        let within = evidence
            .canonicalize()
            .is_ok_and(|evidence| real.as_ref().is_some_and(|real| real.starts_with(evidence)));
        if within && evidence.is_dir() {
            bail!(
                "'{shown}' lies in the evidence folder '{}', in which nothing is written: give a \
                 path outside of it",
                evidence.display()
            );
        }
    }
    let Some(there) = regular(output) else {
        return Ok(());
    };
    let remedy = "which would be overwritten: give another path";
    if reading.paths.iter().any(|path| is(path, &there)) || linked_from_within(&there, args) {
        bail!("'{shown}' is evidence to be read, {remedy}");
    }
    let inputs = reading.rule.iter().chain(&reading.hosts);
    let mut inputs = inputs
        .chain(&reading.macros)
        .chain(&reading.lookups)
        .chain(&reading.map);
    if let Some(input) = inputs.find(|path| is(path, &there)) {
        bail!("'{shown}' is the input '{}', {remedy}", input.display());
    }
    if is_standard_output(&there) {
        bail!("'{shown}' is where the rows are printed, {remedy}");
    }
    Ok(())
}

/// Whether the file has another name inside one of the evidence folders.
fn linked_from_within(file: &Metadata, args: &Hunt) -> bool {
    file.nlink() > 1 && discover::list(&args.reading.paths).any(|input| is(&input.path, file))
}

/// The path without links and dots; of a file that is yet to be made, the one that it will have.
fn real(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().or_else(|| {
        let folder = match path.parent()? {
            folder if folder == Path::new("") => Path::new("."),
            folder => folder,
        };
        Some(folder.canonicalize().ok()?.join(path.file_name()?))
    })
}

fn same(one: &Path, other: &Path) -> bool {
    match (std::fs::metadata(one), std::fs::metadata(other)) {
        // To write both to a terminal or to /dev/null is nobody's loss.
        (Ok(one), Ok(other)) => one.is_file() && is_same(&one, &other),
        _ => real(one).is_some_and(|one| real(other) == Some(one)),
    }
}

/// What a path names, if that is a file and not a device or a pipe.
fn regular(path: &Path) -> Option<Metadata> {
    std::fs::metadata(path).ok().filter(Metadata::is_file)
}

fn is(path: &Path, file: &Metadata) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| is_same(&metadata, file))
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

fn is_standard_output(file: &Metadata) -> bool {
    let standard = io::stdout().as_fd().try_clone_to_owned();
    standard
        .and_then(|standard| File::from(standard).metadata())
        .is_ok_and(|metadata| is_same(&metadata, file))
}

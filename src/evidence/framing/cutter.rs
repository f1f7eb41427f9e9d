//! The cutters of all formats as one, and what each says.

use super::window::Look;
use super::{classic, csv, json, nvm, xml};
use crate::evidence::format::Format;

/// What a cutter says of the bytes at its feet. After anything but `More` those bytes are gone and
/// the cutter stands behind them.
#[derive(Debug)]
pub enum Cut {
    /// More bytes are needed to say.
    More,
    /// Nothing to tell of.
    Blank(usize),
    /// A record.
    Record(usize),
    /// No record.
    Skip(usize),
    /// A bad record.
    Bad(usize, &'static str),
    /// Goes with what was said before: the rest of a bad record.
    Rest(usize),
}

/// Cuts by one format.
pub enum Cutter {
    Xml(xml::XmlCutter),
    Json(json::JsonCutter),
    Nvm(nvm::NvmCutter),
    Classic(classic::ClassicCutter),
    Csv(csv::CsvCutter),
    /// For a format that is not text.
    Nothing,
}

impl Cutter {
    pub fn new(format: Format) -> Self {
        match format {
            Format::WindowsXml => Self::Xml(xml::XmlCutter::default()),
            Format::Json => Self::Json(json::JsonCutter::default()),
            Format::NvmText => Self::Nvm(nvm::NvmCutter::default()),
            Format::ClassicText => Self::Classic(classic::ClassicCutter::default()),
            Format::Csv => Self::Csv(csv::CsvCutter::default()),
            Format::Evtx => Self::Nothing,
        }
    }

    /// For the middle of a stream; `None` for a format that can't be cut from there.
    pub fn inside(format: Format) -> Option<Self> {
        match format {
            Format::Json => Some(Self::Json(json::JsonCutter::in_lines())),
            Format::Csv | Format::Evtx => None,
            format => Some(Self::new(format)),
        }
    }

    /// Nothing is begun: what is cut from here on does not depend on the bytes before, but for
    /// what does not change from one such place to the next.
    pub fn is_fresh(&self) -> bool {
        match self {
            Self::Xml(cutter) => cutter.is_fresh(),
            Self::Json(cutter) => cutter.is_fresh(),
            Self::Nvm(cutter) => cutter.is_fresh(),
            Self::Classic(cutter) => cutter.is_fresh(),
            // Whether a quote opens or closes depends on all quotes before it.
            Self::Csv(_) | Self::Nothing => false,
        }
    }

    /// The same, and it is as a segment begins.
    pub fn begins_anew(&self) -> bool {
        self.is_fresh() && !matches!(self, Self::Json(cutter) if !cutter.is_in_lines())
    }

    pub fn last_fresh(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Xml(_) => xml::XmlCutter::last_fresh(bytes),
            Self::Json(_) => json::JsonCutter::last_fresh(bytes),
            Self::Nvm(_) => nvm::NvmCutter::last_fresh(bytes),
            Self::Classic(_) => classic::ClassicCutter::last_fresh(bytes),
            Self::Csv(_) | Self::Nothing => None,
        }
    }

    pub fn first_fresh(&self, bytes: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Xml(_) => xml::XmlCutter::first_fresh(bytes, from),
            Self::Json(_) => json::JsonCutter::first_fresh(bytes, from),
            Self::Nvm(_) => nvm::NvmCutter::first_fresh(bytes, from),
            Self::Classic(_) => classic::ClassicCutter::first_fresh(bytes, from),
            Self::Csv(_) | Self::Nothing => None,
        }
    }

    pub fn cut(&mut self, look: Look<'_>) -> Cut {
        match self {
            Self::Xml(cutter) => cutter.cut(look),
            Self::Json(cutter) => cutter.cut(look),
            Self::Nvm(cutter) => cutter.cut(look),
            Self::Classic(cutter) => cutter.cut(look),
            Self::Csv(cutter) => cutter.cut(look),
            Self::Nothing => Cut::Bad(look.bytes.len(), "no text format"),
        }
    }

    /// A record grew too long and is gone: find the next one.
    pub fn give_up(&mut self) {
        match self {
            Self::Xml(cutter) => cutter.give_up(),
            Self::Json(cutter) => cutter.give_up(),
            Self::Nvm(cutter) => cutter.give_up(),
            Self::Classic(cutter) => cutter.give_up(),
            Self::Csv(cutter) => cutter.give_up(),
            Self::Nothing => {}
        }
    }
}

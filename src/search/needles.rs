//! The texts that a record must hold for a search to take it, from the resolved predicate and the
//! sources' tables: what a prefilter looks for. Looks for nothing itself.
//!
//! A record matters when it is a creation of some source and the search's first command keeps the
//! row that the source's table makes of it. So the predicate is gone through once a source
//! (`tree`), each of its tests by the ways in which a field can come by a value (`cim::ways`); what
//! a test asks for is cut into stretches that carriers write as they are, of which the rarest is
//! taken (`stretch`, `words`). A record that matters holds one of the texts of its family in its
//! data; the reverse is not promised, and `tests/prefilter.rs` holds it to that. Records that name a
//! host are no creations and matter too: those are the filter's own matter.
//!
//! # Where a value is not the record's own text
//!
//! A needle is looked for in bytes, so what a reader (`evidence`) changes between bytes and value
//! must not touch it. What they do, and why that is none of it:
//!
//! - Escapes, entities, character references, doubled quotes: none stands for a letter of a needle
//!   but by a number (`\u0068`, `&#104;`), which is the text filter's to see. So is a comment, a
//!   CDATA section or an instruction inside an element's text, at which XML is put together.
//! - Names for numbers: providers and keywords (`carriers/names.toml`), levels of token elevation
//!   (`classic/4688.toml`). No row has a text of these but `action`, which comes from code.
//! - Numbers written anew: hex for decimal (Velociraptor, Winlogbeat's process ids), times, JSON
//!   numbers, all of EVTX. No stretch is taken that such a text could hold (`stretch::is_text`).
//! - Lists and objects in place of a text are written out as JSON. Inside of their texts nothing
//!   changes but quotes and backslashes, and between them stand quotes (`evidence::json`).
//! - Winlogbeat's `User` is put together with a backslash; its `Hashes` with labels and capitals:
//!   `assembled` in the source's table, nothing is looked for there.
//! - Wazuh doubles backslashes and writes one before each quote, `EvtxECmd` writes the event's data as
//!   JSON in one text: neither stands for a letter of a needle.
//! - Elastic's arguments are joined by blanks where there is no command line, a multivalue field of
//!   an exported row by line feeds: both part stretches.
//! - Exported rows in CSV have cells that are decoded (`__mv_`, the `'` before a formula). A file of
//!   exported rows is read whole (`Detected::read_whole`), as their failures are to be told.
//! - Message texts are taken apart at line feeds, a CSV cell at quotes, which stay in it.

mod stretch;
mod tree;
mod words;

use super::plan::{Plan, PlanInput};
use crate::cim::Sources;
use crate::event::Family;
use crate::evidence::prefilter::{Needles, Wanted};
use std::collections::BTreeSet;
use std::sync::Arc;
use tree::{Asked, Reader, Why};
use words::Words;

/// The needles of a plan over the rows that `sources`, or those of its dataset behind them, make.
pub fn needles(plan: &Plan, sources: &Sources) -> Needles {
    let sources = sources.filling(plan.dataset()).unwrap_or(sources);
    Needles {
        windows: wanted(plan, sources, Family::Windows),
        crowdstrike: wanted(plan, sources, Family::CrowdStrike),
        nvm: wanted(plan, sources, Family::Nvm),
        flat: wanted(plan, sources, Family::Flat),
    }
}

fn wanted(plan: &Plan, sources: &Sources, family: Family) -> Wanted {
    let words = Words::of(family);
    let mut texts = BTreeSet::new();
    for (index, source) in sources.all() {
        if source.family() != family {
            continue;
        }
        // A record that any of them takes matters.
        for filter in plan.filters() {
            let asked = match filter {
                Some((filter, fields)) if matches!(plan.input(), PlanInput::Dataset { .. }) => {
                    Reader::new(sources, index, fields, words).read(&filter.root)
                }
                _ => Err(Why::Nothing),
            };
            match or_creations(asked, source.creation_texts(), words) {
                Ok(more) => texts.extend(more),
                Err(why) => return Wanted::Everything(why.to_string()),
            }
        }
    }
    Wanted::Holding(shortest(&texts))
}

/// What the predicate asks for, or what tells a creation from the source's other records where that
/// is rarer. The former is the rule: a source tells its creations by a text only where their
/// number, as Sysmon's `1`, is none.
fn or_creations(asked: Asked, creations: &[String], words: &Words) -> Asked {
    let texts = creations
        .iter()
        .map(|text| stretch::rarest([text.as_str()].into_iter(), words));
    let creations = texts
        .collect::<Result<BTreeSet<_>, _>>()
        .ok()
        .filter(|texts| !texts.is_empty());
    match (asked, creations) {
        (Ok(asked), Some(creations)) if words.share(&creations) < words.share(&asked) => {
            Ok(creations)
        }
        (Err(_), Some(creations)) => Ok(creations),
        (asked, _) => asked,
    }
}

/// Without those that hold another: they are found with it.
fn shortest(texts: &BTreeSet<Arc<str>>) -> Vec<Arc<str>> {
    let holds_another = |text: &Arc<str>| {
        let mut others = texts.iter();
        others.any(|other| other != text && text.contains(&**other))
    };
    let kept = texts.iter().filter(|text| !holds_another(text));
    kept.cloned().collect()
}

#[cfg(test)]
mod tests;

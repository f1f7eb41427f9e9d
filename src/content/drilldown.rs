//! A drilldown of a rule, filled for one row: what to run, over which time, under which title, and
//! the SPL that a person would paste into Splunk. Runs nothing.
//!
//! Facts: `%original_detection_search%` is replaced as text when the content is built, before ES
//! sees it (contentctl, `Drilldown.perform_search_substitutions`); `$field$` takes the row's field
//! in title and search. Public rules of 2024 and 2025 write the seven days of their risk drilldown
//! into the search (`starthoursago=168`); that bound is honoured like an offset.

use super::detection::{Detection, Drilldown};
use super::macros::Macros;
use super::offset::{Bounds, Offset};
use super::parsed_search::{ParsedSearch, SearchError, excerpt_of_drilldown};
use super::template;
use crate::event::Timestamp;
use crate::spl::ast::Pipeline;
use crate::spl::bind::{self, Edit, Values};
use crate::spl::diagnostic::{Diagnostic, render_expanded};
use crate::spl::macros::Expanded;
use crate::spl::{print, time_modifiers};

/// The row that a drilldown is filled for.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The values of a field; several for a multivalue field, none when it has none.
    pub values: Values<'a>,
    /// The time that offsets count from: the row's last event.
    pub anchor: Option<Timestamp>,
    /// The time range of what was loaded.
    pub window: Bounds,
}

/// A drilldown that can be run.
#[derive(Debug, Clone)]
pub struct ResolvedDrilldown {
    /// Its title, tokens filled.
    pub title: String,
    /// What to run: macros put in, values bound.
    pub pipeline: Pipeline,
    /// What to paste: macros as written, values escaped.
    pub spl: String,
    /// The time range to run it over.
    pub bounds: Bounds,
    /// What a person should know about it.
    pub warnings: Vec<String>,
    /// Its text before values were bound, and what its macros stand for.
    pub expanded: Expanded,
}

/// Fills a drilldown of `rule` for a row.
pub fn resolve(
    rule: &Detection,
    drilldown: &Drilldown,
    macros: &Macros,
    row: Row<'_>,
) -> Result<ResolvedDrilldown, Box<SearchError>> {
    let ParsedSearch {
        expanded,
        mut pipeline,
    } = ParsedSearch::of_drilldown(rule, drilldown, macros)?;
    let mut warnings = Vec::new();
    let bound = bind::bind(&mut pipeline, row.values);
    let spl = pasted(&expanded, &bound.edits, &pipeline, macros);
    for token in &bound.unknown {
        warnings.push(format!(
            "the row has no '{token}': ${token}$ is left as it stands"
        ));
    }
    if bind::bound_wildcards(&pipeline) {
        warnings.push(
            "a value holds '*', which Splunk takes for any text: the search finds exactly the value \
             here and may find more there"
                .to_owned(),
        );
    }
    let bounds = bounds_of(rule, drilldown, &mut pipeline, row, &mut warnings);
    let (title, missing) = template::fill(&drilldown.name, row.values);
    for token in missing.iter().filter(|t| !bound.unknown.contains(t)) {
        warnings.push(format!("the row has no '{token}' for the title"));
    }
    Ok(ResolvedDrilldown {
        title,
        pipeline,
        spl,
        bounds,
        warnings,
        expanded,
    })
}

impl ResolvedDrilldown {
    /// Draws a message about a place of this search, which a later stage found, on the file of the
    /// rule that it was resolved of.
    pub fn draw(&self, rule: &Detection, drilldown: &Drilldown, problem: &Diagnostic) -> String {
        let locate = |span| excerpt_of_drilldown(rule, drilldown, span);
        render_expanded(problem, &self.expanded, &locate)
    }
}

/// The written search with its tokens replaced. Where the edits can't be made there (a token that a
/// macro brought in), or would make another search, the tree is printed instead.
fn pasted(expanded: &Expanded, edits: &[Edit], tree: &Pipeline, macros: &Macros) -> String {
    let printed = print::pipeline(tree);
    let mut written = Vec::new();
    for edit in edits {
        let origin = expanded.origin(edit.span);
        if origin.inside.is_some() {
            return printed;
        }
        let (span, text) = (origin.span, edit.text.clone());
        written.push(Edit { span, text });
    }
    let text = bind::apply(&expanded.source, &written);
    let same = ParsedSearch::of_text(&text, "", macros)
        .is_ok_and(|again| print::pipeline(&again.pipeline) == printed);
    if same { text } else { printed }
}

fn bounds_of(
    rule: &Detection,
    drilldown: &Drilldown,
    pipeline: &mut Pipeline,
    row: Row<'_>,
    warnings: &mut Vec<String>,
) -> Bounds {
    let mut offset = |text: &Option<String>, (line, column): (usize, usize)| {
        // Without offset ES searches all time.
        let parsed = Offset::parse(text.as_deref()?);
        let said = |error| {
            let file = &rule.origin;
            format!("{file}:{line}:{column}: {error}; all loaded data are searched")
        };
        parsed.map_err(|error| warnings.push(said(error))).ok()
    };
    let earliest = offset(&drilldown.earliest_offset, drilldown.places.earliest);
    let latest = offset(&drilldown.latest_offset, drilldown.places.latest);
    let modifiers = time_modifiers::take(pipeline);
    let counted = |offset: Option<Offset>| matches!(offset, Some(Offset::Seconds(_)));
    if row.anchor.is_none() && (counted(earliest) || counted(latest) || !modifiers.is_empty()) {
        warnings.push("the row has no time to count from: all loaded data are searched".to_owned());
    }
    let mut bounds = Bounds {
        earliest: earliest.and_then(|o| o.before(row.anchor, row.window)),
        latest: latest.and_then(|o| o.after(row.anchor, row.window)),
    };
    for modifier in &modifiers {
        if let Err(error) = bounds.narrow(modifier, row.anchor) {
            warnings.push(format!("{error}; it is passed over"));
        }
    }
    bounds
}

#[cfg(test)]
mod tests;

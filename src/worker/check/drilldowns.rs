//! What is wrong with the drilldowns of a rule that runs: a rule is worth running without them, so
//! all of it is told as odd.

use crate::cim::Dataset;
use crate::content::drilldown::{Row, resolve};
use crate::content::offset::Bounds;
use crate::content::{Detection, Macros, Placed};
use crate::search::{Plan, PlanOptions};
use crate::spl::lint;

/// Checks the drilldowns, filled for a made-up row. `own` is what was said of the rule's search,
/// which a drilldown may hold: that is not said again.
pub fn check(
    rule: &Detection,
    macros: &Macros,
    datasets: &[Dataset],
    options: &PlanOptions,
    own: &[Placed],
) -> Vec<Placed> {
    let row = Row {
        values: &|_| Some(vec!["x".to_owned()]),
        anchor: None,
        window: Bounds::default(),
    };
    let mut found: Vec<Placed> = Vec::new();
    for drilldown in &rule.drilldowns {
        let placed: Vec<Placed> = match resolve(rule, drilldown, macros, row) {
            Err(error) => error.placed(),
            Ok(resolved) => {
                let messages = match Plan::compile(&resolved.pipeline, datasets, options) {
                    Err(problems) => problems,
                    Ok(plan) => {
                        let mut lints = lint::lints(&resolved.pipeline, &resolved.expanded.text);
                        lints.extend_from_slice(plan.lints());
                        lints
                    }
                };
                let placed = |message| resolved.placed(rule, drilldown, message);
                messages.iter().map(placed).collect()
            }
        };
        let is_new = |one: &Placed| !own.iter().chain(&found).any(|other| is_same(one, other));
        let mut placed: Vec<Placed> = placed.into_iter().filter(is_new).collect();
        for one in &mut placed {
            one.message = format!("in a drilldown: {}", one.message);
        }
        found.extend(placed);
    }
    found
}

/// The same message about the same place.
fn is_same(one: &Placed, other: &Placed) -> bool {
    let place = |placed: &Placed| (placed.code, placed.line, placed.column);
    place(one) == place(other)
}

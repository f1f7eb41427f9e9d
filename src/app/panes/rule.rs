//! The rule: a text to read.

use crate::app::text_view::TextView;

/// The state of the view.
#[derive(Debug, Clone, Default)]
pub struct RulePane {
    /// Where it is scrolled to.
    pub view: TextView,
    /// The search is shown with its macros expanded.
    pub expanded: bool,
}

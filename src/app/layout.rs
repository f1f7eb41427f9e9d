//! Where things were drawn: the one value that comes back from a draw, so that the mouse finds
//! what it points at and a page knows how long it is. Sizes and places, no text and no colour.

use super::action::Action;
use super::panes::details::DetailsTab;
use super::state::View;

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// Leftmost column.
    pub x: u16,
    /// Topmost line.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Lines.
    pub height: u16,
}

impl Area {
    /// Whether a cell lies in it.
    pub fn contains(self, x: u16, y: u16) -> bool {
        x >= self.x && y >= self.y && x - self.x < self.width && y - self.y < self.height
    }
}

/// A part of the screen that has a state of its own and can be in focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pane {
    /// The grouped rows.
    Findings,
    /// Summary, Fields or Raw of the selected row.
    Details,
    /// The result table of a drilldown.
    Result,
    /// The events behind the selected row of the result table.
    Behind,
    /// One thing of a drilldown in full, in place of its panes: the search, a row or an event.
    Whole,
    /// The rule.
    Rule,
    /// The ledger by host and file.
    Evidence,
    /// What is known of the selected line of the ledger.
    Account,
    /// The list of keys.
    Help,
}

/// What a click on a place means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// A view's name.
    View(View),
    /// A tab of the details.
    Tab(DetailsTab),
    /// The item of that number of a pane's list.
    Item(Pane, usize),
    /// An item of the open menu.
    MenuItem(usize),
    /// A key in the footer.
    Key(Action),
    /// Anywhere else in a pane.
    Inside(Pane),
}

/// How a pane was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaneLayout {
    /// Which.
    pub pane: Pane,
    /// Lines of its content that were visible.
    pub height: usize,
    /// For a text: lines it has in all, after wrapping.
    pub rows: usize,
    /// For a text: the lines on which the searched text stands.
    pub matches: Vec<usize>,
    /// For a table: the columns that were shown whole.
    pub columns: usize,
}

/// How the screen was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// The panes that were drawn.
    pub panes: Vec<PaneLayout>,
    /// What can be clicked, topmost last.
    pub hits: Vec<(Area, Hit)>,
}

impl Layout {
    /// What is at a cell.
    pub fn hit(&self, x: u16, y: u16) -> Option<Hit> {
        let on_top = self.hits.iter().rev();
        on_top
            .into_iter()
            .find(|(area, _)| area.contains(x, y))
            .map(|(_, hit)| *hit)
    }
}

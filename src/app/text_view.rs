//! The state of a text that is scrolled and searched. How the text is wrapped is known only where
//! it is drawn; the layout brings the number of lines and the places of the matches back.

use super::layout::PaneLayout;
use super::list::{Motion, Moves};

/// Where a text is scrolled to, and what is searched in it.
#[derive(Debug, Clone, Default)]
pub struct TextView {
    top: usize,
    height: usize,
    rows: usize,
    matches: Vec<usize>,
    /// The line of the match to which `n` went last.
    at: Option<usize>,
    /// What is searched; empty: nothing.
    pub search: String,
}

impl TextView {
    /// The first line in sight when the text has so many and so many are free.
    pub fn top_for(&self, height: usize, rows: usize) -> usize {
        self.top.min(rows.saturating_sub(height))
    }

    /// The line of the match that was gone to.
    pub fn at(&self) -> Option<usize> {
        self.at
    }

    /// How many lines match what is searched.
    pub fn matches(&self) -> usize {
        self.matches.len()
    }

    /// To the top, as for another text.
    pub fn reset(&mut self) {
        self.top = 0;
        self.at = None;
    }

    /// Searches another text from the line in sight on; the layout will bring the matches.
    pub fn set_search(&mut self, text: &str) {
        text.clone_into(&mut self.search);
        self.at = None;
        self.matches.clear();
    }

    /// Takes over how it was drawn. The first match is gone to when a search is new.
    pub fn laid_out(&mut self, layout: &PaneLayout) {
        self.height = layout.height;
        self.rows = layout.rows;
        self.matches.clone_from(&layout.matches);
        self.top = self.top_for(self.height, self.rows);
        if self.at.is_none() && !self.search.is_empty() {
            let ahead = self.matches.iter().find(|row| **row >= self.top);
            let first = ahead.or(self.matches.first()).copied();
            self.go_to(first);
        }
    }

    /// To the next match, or backwards to the one before; round the ends.
    pub fn next_match(&mut self, backwards: bool) {
        let from = self.at.unwrap_or(self.top);
        let rows = &self.matches;
        let found = if backwards {
            rows.iter().rev().find(|r| **r < from).or(rows.last())
        } else {
            rows.iter().find(|r| **r > from).or(rows.first())
        };
        self.go_to(found.copied());
    }

    fn go_to(&mut self, row: Option<usize>) {
        let Some(row) = row else { return };
        self.at = Some(row);
        if row < self.top || row >= self.top + self.height {
            self.top = row.saturating_sub(self.height / 3);
            self.top = self.top_for(self.height, self.rows);
        }
    }
}

impl Moves for TextView {
    fn go(&mut self, motion: Motion) {
        let by = motion.lines(self.height);
        self.scroll(by);
    }

    fn scroll(&mut self, lines: isize) {
        self.top = self.top.saturating_add_signed(lines);
        self.top = self.top_for(self.height, self.rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Pane;

    #[test]
    fn matches_are_walked_round_the_ends() {
        let mut view = TextView::default();
        view.set_search("x");
        let layout = PaneLayout {
            pane: Pane::Rule,
            height: 10,
            rows: 100,
            matches: vec![5, 40, 90],
            columns: 0,
        };
        view.laid_out(&layout);
        assert_eq!((view.at(), view.top_for(10, 100)), (Some(5), 0));
        view.next_match(false);
        assert_eq!((view.at(), view.top_for(10, 100)), (Some(40), 37));
        view.next_match(false);
        view.next_match(false);
        assert_eq!(view.at(), Some(5));
        view.next_match(true);
        assert_eq!((view.at(), view.top_for(10, 100)), (Some(90), 87));
        view.go(Motion::Last);
        assert_eq!(view.top_for(10, 100), 90);
    }
}

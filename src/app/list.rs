//! A list that shows a window of its items: selection, scrolling, pages. The selection stays on
//! its item (known by its key, not by its place) while items come and go. Knows no texts.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// A step through a list or a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// By so many lines, upwards when negative.
    By(isize),
    /// By so many pages.
    Page(isize),
    /// By so many half pages.
    Half(isize),
    /// To the first.
    First,
    /// To the last.
    Last,
}

impl Motion {
    /// How many lines that is where `height` of them are in sight.
    pub fn lines(self, height: usize) -> isize {
        let page = isize::try_from(height).unwrap_or(isize::MAX);
        match self {
            Self::By(lines) => lines,
            Self::Page(pages) => pages.saturating_mul((page - 1).max(1)),
            Self::Half(halves) => halves.saturating_mul((page / 2).max(1)),
            Self::First => isize::MIN,
            Self::Last => isize::MAX,
        }
    }
}

/// Something that a [`Motion`] moves.
pub trait Moves {
    /// Moves it.
    fn go(&mut self, motion: Motion);
    /// Turns the wheel by so many lines.
    fn scroll(&mut self, lines: isize);
}

/// The items of a list by their keys, which of them is selected and which are in sight.
#[derive(Debug, Clone)]
pub struct List<K> {
    keys: Vec<K>,
    selected: usize,
    top: usize,
    height: usize,
    /// The item that a person chose last. It is selected again when it comes back, for example
    /// when the filter that hid it is removed.
    chosen: Option<K>,
}

impl<K> Default for List<K> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            selected: 0,
            top: 0,
            // Until it is drawn everything is in sight.
            height: usize::MAX >> 2,
            chosen: None,
        }
    }
}

impl<K: Clone + Eq + Hash> List<K> {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The place of the selected item; 0 when there is none.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// The key of the selected item.
    pub fn selected_key(&self) -> Option<&K> {
        self.keys.get(self.selected)
    }

    /// The keys in their order.
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    /// The items in sight when so many lines are free: they always hold the selected one.
    pub fn window(&self, height: usize) -> Range<usize> {
        let top = self.top_for(height);
        top..(top + height).min(self.keys.len())
    }

    fn top_for(&self, height: usize) -> usize {
        let height = height.max(1);
        let last_top = self.keys.len().saturating_sub(height);
        let lowest = (self.selected + 1).saturating_sub(height);
        self.top
            .clamp(lowest, self.selected.max(lowest))
            .min(last_top)
    }

    /// Tells how many lines there are to show it in.
    pub fn set_height(&mut self, height: usize) {
        self.height = height.max(1);
        self.top = self.top_for(self.height);
    }

    /// Puts other items in place of these. `translate` says what an old key is called now, `None`
    /// when it is gone. The chosen item stays selected, and on its line of the screen where that
    /// is possible; when it is gone, the next one that is left takes its place. Without a choice
    /// until now, the first item that is `preferred` is chosen.
    pub fn replace(
        &mut self,
        keys: Vec<K>,
        translate: impl Fn(&K) -> Option<K>,
        preferred: impl Fn(&K) -> bool,
    ) {
        let line = self.selected.saturating_sub(self.top);
        self.chosen = self.chosen.as_ref().and_then(&translate);
        let found = self.find_selection(&keys, &translate, &preferred);
        self.keys = keys;
        self.selected = found.unwrap_or_else(|| self.keys.iter().position(preferred).unwrap_or(0));
        if self.chosen.is_none() {
            self.chosen = self.selected_key().cloned();
        }
        self.top = self.selected.saturating_sub(line);
        self.top = self.top_for(self.height);
    }

    fn find_selection(
        &self,
        keys: &[K],
        translate: &impl Fn(&K) -> Option<K>,
        preferred: &impl Fn(&K) -> bool,
    ) -> Option<usize> {
        let place = |key: &K| keys.iter().position(|k| k == key);
        let chosen = || self.chosen.as_ref().and_then(place);
        let now = || {
            self.selected_key()
                .and_then(translate)
                .as_ref()
                .and_then(place)
        };
        if let Some(place) = chosen().or_else(now) {
            return Some(place);
        }
        // Many are looked for only when those two are gone.
        let places = keys.iter().enumerate().map(|(place, key)| (key, place));
        let places: HashMap<&K, usize, RandomState> = places.collect();
        let place = |key: &K| translate(key).and_then(|key| places.get(&key).copied());
        let near = |wanted: &dyn Fn(&&K) -> bool| {
            let after = self.keys.iter().skip(self.selected);
            let before = self.keys.iter().take(self.selected).rev();
            after.chain(before).filter(wanted).find_map(place)
        };
        near(&|key| preferred(key)).or_else(|| near(&|_| true))
    }

    /// Scrolls as far back as an item above the selected one needs to be in sight too; not at all
    /// where both don't fit.
    pub fn reveal(&mut self, place: usize) {
        if place < self.top && self.selected - place < self.height {
            self.top = place;
            self.top = self.top_for(self.height);
        }
    }

    /// Selects the item at a place.
    pub fn select(&mut self, place: usize) {
        self.selected = place.min(self.keys.len().saturating_sub(1));
        self.chosen = self.selected_key().cloned();
        self.top = self.top_for(self.height);
    }

    /// The next place after the selected one, or backwards before it, that `fits`; round the ends.
    pub fn find(&self, backwards: bool, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let (length, from) = (self.keys.len(), self.selected);
        (1..=length)
            .map(|step| {
                let step = if backwards { length - step } else { step };
                (from + step) % length
            })
            .find(|place| fits(*place))
    }

    /// Selects an item by its key; false when there is none.
    pub fn select_key(&mut self, key: &K) -> bool {
        let place = self.keys.iter().position(|k| k == key);
        if let Some(place) = place {
            self.select(place);
        }
        place.is_some()
    }
}

impl<K: Clone + Eq + Hash> Moves for List<K> {
    fn go(&mut self, motion: Motion) {
        let by = motion.lines(self.height);
        self.select(self.selected.saturating_add_signed(by));
    }

    fn scroll(&mut self, lines: isize) {
        let last_top = self.keys.len().saturating_sub(self.height);
        let top = self.top.saturating_add_signed(lines).min(last_top);
        if top == self.top {
            return;
        }
        self.top = top;
        let selected = self.selected.clamp(top, top + self.height - 1);
        if selected != self.selected {
            self.select(selected);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(keys: &[u32], height: usize) -> List<u32> {
        let mut list = List::default();
        list.set_height(height);
        list.replace(keys.to_vec(), |k| Some(*k), |_| true);
        list
    }

    #[test]
    fn the_first_preferred_item_is_selected() {
        let mut list: List<u32> = List::default();
        list.replace(vec![1, 2, 3], |k| Some(*k), |k| *k == 2);
        assert_eq!(list.selected_key(), Some(&2));
    }

    #[test]
    fn a_hidden_choice_comes_back() {
        let mut list = list(&[1, 2, 3, 4], 2);
        list.go(Motion::By(2));
        list.replace(vec![1, 4], |k| Some(*k), |_| true);
        assert_eq!(list.selected_key(), Some(&4));
        list.replace(vec![], |k| Some(*k), |_| true);
        assert_eq!(list.selected_key(), None);
        list.replace(vec![1, 2, 3, 4], |k| Some(*k), |_| true);
        assert_eq!(list.selected_key(), Some(&3));
    }

    #[test]
    fn pages_and_ends() {
        let keys: Vec<u32> = (0..100).collect();
        let mut list = list(&keys, 10);
        list.go(Motion::Page(1));
        assert_eq!(list.selected(), 9);
        list.go(Motion::Half(1));
        assert_eq!(list.selected(), 14);
        list.go(Motion::Last);
        assert_eq!((list.selected(), list.window(10)), (99, 90..100));
        list.go(Motion::Page(-1));
        assert_eq!((list.selected(), list.window(10)), (90, 90..100));
        list.scroll(-3);
        assert_eq!((list.selected(), list.window(10)), (90, 87..97));
        list.go(Motion::First);
        assert_eq!(list.window(10), 0..10);
    }

    #[test]
    fn an_item_above_is_revealed_where_there_is_room() {
        let keys: Vec<u32> = (0..100).collect();
        let mut list = list(&keys, 10);
        list.select(50);
        assert_eq!(list.window(10), 41..51);
        list.reveal(45);
        assert_eq!(list.window(10), 41..51);
        list.reveal(41);
        list.select(60);
        list.reveal(51);
        assert_eq!(list.window(10), 51..61);
        list.scroll(8);
        list.reveal(54);
        assert_eq!((list.window(10), list.selected()), (54..64, 60));
        list.reveal(50);
        assert_eq!(list.window(10), 54..64);
    }

    proptest! {
        #[test]
        fn the_selection_stays_on_its_item_and_line(
            mut old in proptest::collection::btree_set(0_u32..500, 1..80),
            more in proptest::collection::btree_set(0_u32..500, 0..80),
            place in 0_usize..80, height in 1_usize..20, scroll in 0_isize..30,
        ) {
            let keys: Vec<u32> = old.iter().copied().collect();
            let mut list = list(&keys, height);
            list.select(place);
            list.scroll(scroll);
            let chosen = *list.selected_key().unwrap();
            let line = list.selected() - list.window(height).start;
            old.extend(more);
            let keys: Vec<u32> = old.iter().copied().collect();
            list.replace(keys, |k| Some(*k), |_| true);
            prop_assert_eq!(list.selected_key(), Some(&chosen));
            let window = list.window(height);
            prop_assert!(window.contains(&list.selected()));
            let bottom = window.end == list.len();
            prop_assert!(list.selected() - window.start == line || window.start == 0 || bottom);
        }

        #[test]
        fn the_window_holds_the_selection(
            moves in proptest::collection::vec((0_u8..6, -50_isize..50), 0..40),
            length in 0_u32..60, height in 0_usize..20,
        ) {
            let keys: Vec<u32> = (0..length).collect();
            let mut list = list(&keys, height);
            for (kind, by) in moves {
                match kind {
                    0 => list.go(Motion::By(by)),
                    1 => list.go(Motion::Page(by)),
                    2 => list.go(Motion::Half(by)),
                    3 => list.go(Motion::First),
                    4 => list.go(Motion::Last),
                    _ => list.scroll(by),
                }
                let window = list.window(height.max(1));
                prop_assert!(length == 0 || window.contains(&list.selected()));
                prop_assert!(window.end <= list.len());
            }
        }
    }
}

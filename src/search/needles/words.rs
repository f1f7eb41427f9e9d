//! How common a text is: in what share of a family's records it stands. The common words are data
//! (`assets/needles/common_words.toml`); of others a longer one is taken to be rarer. Decides what
//! is looked for and never what is found.

use crate::event::Family;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

/// A text in more of the records than this picks out too few to be worth a search.
const NEARLY_ALL: f64 = 0.9;

/// The common words of a family's records.
#[derive(Debug, Default)]
pub struct Words {
    /// Each with the share of records that have it.
    shares: Vec<(String, f64)>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    windows: Vec<Step>,
    crowdstrike: Vec<Step>,
    nvm: Vec<Step>,
}

/// Words that stand in one share of the records.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    share: f64,
    words: Vec<String>,
}

const TABLE: &str = include_str!("../../../assets/needles/common_words.toml");

static WINDOWS: LazyLock<Words> = LazyLock::new(|| Words::new(table().windows));
static CROWDSTRIKE: LazyLock<Words> = LazyLock::new(|| Words::new(table().crowdstrike));
static NVM: LazyLock<Words> = LazyLock::new(|| Words::new(table().nvm));

/// A table that can't be read is empty, and a test here fails.
fn table() -> Table {
    toml::from_str(TABLE).unwrap_or_default()
}

impl Words {
    /// Of a family; of one that is not known those of Windows events.
    pub fn of(family: Family) -> &'static Self {
        match family {
            Family::Windows | Family::Flat | Family::Other => &WINDOWS,
            Family::CrowdStrike => &CROWDSTRIKE,
            Family::Nvm => &NVM,
        }
    }

    fn new(steps: Vec<Step>) -> Self {
        let words = steps.into_iter().flat_map(|step| {
            let words = step.words.into_iter();
            words.map(move |word| (word, step.share))
        });
        Self {
            shares: words.collect(),
        }
    }

    /// In what share of the records a text stands; none: in nearly every one.
    pub fn share_of(&self, text: &str) -> Option<f64> {
        // A record that has a word has every part of it.
        let parts_of = self.shares.iter().filter(|(word, _)| word.contains(text));
        let listed = parts_of.map(|(_, share)| *share).reduce(f64::max);
        let share = listed.unwrap_or_else(|| unlisted(text));
        (share < NEARLY_ALL).then_some(share)
    }

    /// In what share of the records one of the texts stands, at most.
    pub fn share(&self, texts: &BTreeSet<Arc<str>>) -> f64 {
        let shares = texts.iter().map(|text| self.share_of(text).unwrap_or(1.0));
        shares.sum()
    }
}

/// Three letters that are in no common word stand in one record of twenty, and each letter more
/// halves that. An order is wanted and no figure: the table has every word that is common.
fn unlisted(text: &str) -> f64 {
    let letters = i32::try_from(text.len()).unwrap_or(i32::MAX);
    0.4 / 2_f64.powi(letters.min(64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::prefilter::is_needle_letter;

    #[test]
    fn the_table_is_read() {
        let table: Table = toml::from_str(TABLE).unwrap();
        for steps in [table.windows, table.crowdstrike, table.nvm] {
            let words = Words::new(steps);
            assert!(words.shares.len() > 10);
            for (word, share) in &words.shares {
                assert!(word.chars().all(is_needle_letter), "{word}");
                assert!((0.0..=1.0).contains(share) && *share > 0.0, "{word}");
            }
        }
    }

    #[test]
    fn parts_of_common_words_are_common_and_longer_texts_rarer() {
        let words = Words::of(Family::Windows);
        assert_eq!(words.share_of("http"), None);
        assert_eq!(words.share_of("ttp:"), None);
        assert_eq!(Words::of(Family::Nvm).share_of("http"), Some(0.3));
        assert!(words.share_of("system32") > words.share_of("msiexec.exe"));
        assert!(words.share_of("zqx") > words.share_of("zqxj"));
        let texts = ["zqx", "zqy"].map(Arc::from).into();
        assert!(words.share(&texts) > words.share_of("zqx").unwrap());
    }
}

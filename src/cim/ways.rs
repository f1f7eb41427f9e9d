//! The ways in which a field of a row can come by its value, told from the tables without a record:
//! what a search that looks at bytes before they are read needs to know. Evaluates nothing; that is
//! `mapping`, and `tests/prefilter.rs` holds the two together.

use super::file_name::file_name;
use super::model::Evaluation;
use super::sources::{Gives, Mapping, RawName, Source, SourceIndex, Sources, Template};
use crate::event::{Family, Value};
use std::sync::Arc;

/// Why a value of several raw fields need not stand in a record's data in one piece.
pub const TOGETHER: &str = "is put together of several texts";

/// One way. "Raw" is a field of the event's data as read, with escapes and entities decoded.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    /// Always this value, and no other way.
    Always(Value),
    /// This text, whatever the record holds: the model's default, what code writes.
    Text(Arc<str>),
    /// This text, where a raw text is that key.
    Looked {
        /// The raw text.
        key: Arc<str>,
        /// What stands for it.
        text: Arc<str>,
    },
    /// A text whose every stretch without blanks, quotes and backslashes stands in a raw field, in
    /// one piece and in the record's own letters. Letter case apart.
    Raw,
    /// A text that begins so, whatever the record's data hold.
    Begun(Arc<str>),
    /// Some text that need not stand in the record's data; why, to be read after "its value".
    Made(&'static str),
}

impl Source {
    /// The family of its records.
    pub fn family(&self) -> Family {
        self.detect.family
    }

    /// Texts of which one stands in the data of each of its creations; none where no text tells.
    pub fn creation_texts(&self) -> &[String] {
        &self.detect.event_simple_names
    }
}

impl Sources {
    /// All ways in which a row of that source can come by its value in the field at that place of
    /// the dataset; none: it is null in every row.
    pub fn ways(&self, source: SourceIndex, place: usize) -> Vec<Way> {
        let Some(source) = self.get(source) else {
            return Vec::new();
        };
        let mut ways = self.without_default(source, place);
        let always = ways.iter().any(|way| matches!(way, Way::Always(_)));
        let field = self.dataset().fields.get(place);
        if let Some(default) = field.and_then(|f| f.default.clone()).filter(|_| !always) {
            ways.push(Way::Text(default));
        }
        ways
    }

    fn without_default(&self, source: &Source, place: usize) -> Vec<Way> {
        let mapping = source.mappings.get(place).and_then(Option::as_ref);
        let mut ways = mapping.map_or(Vec::new(), given);
        let evaluation = self.model.evaluations.get(place).copied();
        match evaluation.unwrap_or_default() {
            Evaluation::Plain => {}
            // Lower case has letters of its own: of `İ` it makes an i and a dot above.
            Evaluation::Lower if ways.is_empty() => {}
            Evaluation::Lower => ways = vec![Way::Made("is written anew in lower case")],
            Evaluation::VendorProduct => {
                if !ways.iter().any(|way| matches!(way, Way::Always(_))) {
                    ways.push(Way::Made("is put together of vendor and product"));
                }
            }
            Evaluation::FileNameOf(of) => ways.extend(self.file_names(source, of)),
        }
        ways
    }

    /// What the model cuts out of another field: a stretch of its first line and what stands from
    /// the line feed on, so that nothing is joined but at a line feed.
    fn file_names(&self, source: &Source, of: usize) -> Vec<Way> {
        let cut_itself = self.model.evaluations.get(of);
        if matches!(cut_itself, Some(Evaluation::FileNameOf(_))) {
            return vec![Way::Made("is cut out of a text that is cut out of another")];
        }
        let name = |text: &str| file_name(text).map(|name| Arc::from(&*name));
        let ways = self.without_default(source, of).into_iter();
        ways.filter_map(|way| match way {
            Way::Always(value) => name(&value.as_text()).map(Way::Text),
            Way::Text(text) => name(&text).map(Way::Text),
            Way::Looked { key, text } => Some(Way::Looked {
                key,
                text: name(&text)?,
            }),
            Way::Begun(_) => Some(Way::Made(TOGETHER)),
            Way::Raw | Way::Made(_) => Some(way),
        })
        .collect()
    }
}

/// What the source's own table can give.
fn given(mapping: &Mapping) -> Vec<Way> {
    match &mapping.gives {
        Gives::Constant(value) => return vec![Way::Always(value.clone())],
        Gives::Rule(rule) => {
            if let Some(how) = rule.made() {
                return vec![Way::Made(how)];
            }
            let only = rule.only_texts().iter();
            let only: Vec<Way> = only.map(|text| Way::Text(Arc::from(*text))).collect();
            return if only.is_empty() {
                vec![Way::Raw]
            } else {
                only
            };
        }
        Gives::Written(texts) => return texts.iter().map(Template::way).collect(),
        Gives::Own => return vec![raw(mapping)],
        // Values are joined by line feeds, which part stretches.
        Gives::Raw | Gives::All => {}
    }
    let mut ways = Vec::new();
    if !mapping.from.is_empty() {
        if !mapping.only_lookup {
            ways.push(raw(mapping));
        }
        let looked = mapping.lookup.iter().map(|(key, text)| Way::Looked {
            key: Arc::from(key.as_str()),
            text: text.clone(),
        });
        ways.extend(looked);
    }
    if mapping.host_of.is_some() {
        ways.push(Way::Made("comes from the host table"));
    }
    ways
}

fn raw(mapping: &Mapping) -> Way {
    if !mapping.transforms.iter().all(|t| t.keeps_stretches()) {
        // `msi"exec".exe` gives `msiexec.exe`, which stands nowhere.
        return Way::Made("has quotes taken out of it");
    }
    if mapping.assembled {
        return Way::Made("is put together of several fields by some log shippers");
    }
    // Forwarders write names for the SIDs of the System element. Nor are its values, but for the
    // host's name, part of the event's identity: of two copies of one event one could hold a text
    // of it and the other not.
    if mapping.from.iter().any(RawName::is_of_system) {
        return Way::Made("is not told by the event's data alone");
    }
    Way::Raw
}

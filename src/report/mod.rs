//! Layer 6, the shapes of output that others rely on (rows, events, ledger) and those that a
//! person reads (table, coverage, summary). Everything writes to an `io::Write` that it is given:
//! nothing here knows of files, standard output or whether it is a terminal.
//!
//! Escaping differs by medium. JSON keeps every value exactly and writes what a terminal would act
//! on as `\uXXXX`; CSV keeps it exactly but for formulas, unless it goes to a terminal; the
//! readable shapes pass everything through `event::visible`.

pub mod coverage;
pub mod csv;
pub mod events;
pub mod figures;
mod grid;
pub mod json;
mod json_text;
pub mod ledger;
pub mod rows;
pub mod rules;
pub mod sort;
pub mod summary;
pub mod table;
mod wrap;

pub use coverage::write_coverage;
pub use csv::{Medium, write_csv};
pub use events::{ReadRaw, write_events};
pub use figures::{counted, grouped, size};
pub use json::{Document, RuleName, write_json};
pub use ledger::{LedgerDocument, MacroOverride, RuleEntry, write_ledger};
pub use rows::write_ndjson;
pub use sort::{SortError, SortKey, by_first_time, order};
pub use summary::{Summary, problem_line};
pub use table::{TableStyle, write_findings, write_table};

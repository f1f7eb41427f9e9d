//! Layer 1, the search language: text -> tree -> text. Pure: it runs nothing and reads no file.
//!
//! The way of a search: [`macros::expand`] puts the macros in, [`parser::parse`] makes the tree,
//! [`bind::bind`] puts values in place of `$tokens$`, [`print::pipeline`] writes the tree as text.
//! What a literal matches is [`pattern::Pattern`]'s business; which fields a search asks for is told
//! by [`fields`].

pub mod ast;
pub mod bind;
pub mod diagnostic;
pub mod fields;
pub mod lexer;
pub mod lint;
pub mod macros;
pub mod parser;
pub mod pattern;
pub mod print;
pub mod time_modifiers;
pub mod token;

pub use ast::{Command, CommandKind, Pipeline, Span};
pub use diagnostic::Diagnostic;
pub use parser::parse;

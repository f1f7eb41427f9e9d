//! Layer 1, the search language: text -> tree -> text. Pure: it runs nothing and reads no file.

pub mod ast;
pub mod diagnostic;
pub mod pattern;

pub use ast::{Command, CommandKind, Pipeline, Span};
pub use diagnostic::Diagnostic;

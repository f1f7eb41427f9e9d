//! Tests of whole searches: the semantics vectors, one file a subject.

mod evaluate;
mod laws;
mod plans;
mod predicates;
mod rows;
mod tables;
mod texts;
mod trees;
mod tstats;
mod values;

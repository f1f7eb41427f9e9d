//! Tests of whole searches: the semantics vectors, one file a subject.

mod evaluate;
mod laws;
mod plans;
mod predicates;
mod tables;
mod trees;
mod tstats;

//! Tests of whole searches: the semantics vectors, one file a subject.

mod aggregates;
mod evaluate;
mod functions;
mod laws;
mod nulls;
mod plans;
mod predicates;
mod tables;
mod trees;
mod tstats;

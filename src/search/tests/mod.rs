//! Tests of whole searches: the semantics vectors, one file a subject.

mod aggregates;
mod evaluate;
mod functions;
mod golden;
mod laws;
mod lookups;
mod nulls;
mod ordered;
mod plans;
mod predicates;
mod rows;
mod searches;
mod shape;
mod tables;
mod texts;
mod trees;
mod tstats;
mod values;

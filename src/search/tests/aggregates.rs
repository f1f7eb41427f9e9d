//! Aggregates of `stats` with expressions, options, nulls and multivalue fields.

//! The gimlet program.

fn main() {}

//! Farol.
fn main() {}

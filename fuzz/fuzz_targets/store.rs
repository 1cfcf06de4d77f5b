//! Batches of rows as the store keeps them, and its seals.
#![no_main]

#[path = "../../tests/simulation/src/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|input: &[u8]| hostile::check(input));

//! Rows of GLPI, each of an item type, a version and a zone, and what becomes of them.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| connectors::source::hostile::check_row(input));

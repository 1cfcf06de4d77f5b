//! What GLPI answers: status, headers and body, and written searches.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| connectors::client::hostile::check(input));

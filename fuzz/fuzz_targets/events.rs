//! Records of the log: from Avro through the chain and the fold to rows.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| pipeline::process::hostile::check(input));

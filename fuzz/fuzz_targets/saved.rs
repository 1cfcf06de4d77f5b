//! What was saved: the source's place, the ledger, batches of the log, working states, `CURRENT`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    connectors::source::hostile::check_saved(input);
    pipeline::process::hostile::check_saved(input);
    pipeline::buses::embedded::hostile::check(input);
});

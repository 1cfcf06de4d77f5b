//! Questions to the read side: windows, zones, filters, orders, pages, scenarios.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    analytics::hostile::check(input);
});

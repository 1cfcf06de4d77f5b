//! What was saved: the source's place, the ledger, batches of the log, working states, `CURRENT`, and the cursors of pages. The
//! latter are taken in as files: their crate brings a query engine that none of this needs.
#![no_main]
#![allow(dead_code, reason = "of pages only the cursors are wanted here")]

#[path = "../../analytics/src/paging"]
mod paging {
    pub mod base64url;
    pub mod cursor;
    pub mod hostile;
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    connectors::source::hostile::check_saved(input);
    pipeline::process::hostile::check_saved(input);
    pipeline::buses::embedded::hostile::check(input);
    paging::hostile::check(input);
});

//! `farol.toml` and the environment. The program is no library, so its files are taken in as they are.
#![no_main]
#![allow(dead_code, unused_imports, reason = "only the reading of the configuration is wanted here")]

#[path = "../../infra/src"]
mod program {
    pub mod config;
    pub mod glpi;
    pub mod telemetry;
}

use program::{config, glpi, telemetry};

libfuzzer_sys::fuzz_target!(|input: &[u8]| config::hostile::check(input));

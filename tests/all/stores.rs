//! Write through the sink, read through the store: both halves of the embedded store, which meet at the table contract only.
//!
//! The store in memory and the sink in memory say what is right: they hold plain rows, without files, batches or generations.

mod damage;
mod desk;
mod flow;
mod follow;
mod rows;
mod shown;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A runner of so many cases, the same ones each time.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, max_shrink_iters: 400, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

//! What the integration tests share: starting the real binary beside a simulated desk, asking it, comparing with the truth.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test support: a failure is a failed test")]

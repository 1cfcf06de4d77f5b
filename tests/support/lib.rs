//! What the integration tests share: the real binary beside a simulated desk, and the truth to compare with.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "test support: a failure is a failed test"
)]

mod home;
mod shared;
mod truth;
mod up;

pub use home::{APP_TOKEN, Home, USER_TOKEN, served};
pub use shared::Shared;
pub use truth::assert_equals_truth;
pub use up::Up;

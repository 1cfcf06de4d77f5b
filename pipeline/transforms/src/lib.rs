//! The transforms that every event passes before it is written: normalise, mask, select.
//!
//! Pure functions of a policy and an event: no file, no network, no clock, no memory of earlier events. None of them touches an
//! event's id, so the same row keeps the same id whatever the policy says.

mod chain;
mod json;
mod mask;
mod normalise;
mod policy;
mod select;

#[cfg(test)]
mod samples;

pub use chain::{Chain, Outcome};
pub use mask::{MaskPolicy, Visibility};
pub use policy::{Policy, PolicyError};
pub use select::SelectPolicy;

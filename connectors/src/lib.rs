//! The sources of tickets: GLPI's REST interface first.
//!
//! Turns what a service desk answers into values Farol can trust. Knows nothing of sinks, stores or metrics.

pub mod client;
pub mod criteria;
pub mod doctor;
pub mod source;
pub mod text;
pub mod zone;

pub use source as glpi;

#[cfg(test)]
mod recorded;

//! Simulation: the whole write side on one thread, from a seed, in a world where everything may fail at any moment.
//!
//! Connector, transforms, log, projection and sink are the real ones; the GLPI server, the network, the disks and the time are
//! simulated. A seed decides every chance, so a run that fails can be repeated exactly. When the faults are over, what is stored
//! must equal what the simulated GLPI holds: see [`truth`].

pub mod bugs;
pub mod chance;
pub mod clock;
pub mod coverage;
pub mod faults;
#[cfg(test)]
mod hostile;
pub mod power;
pub mod record;
pub mod report;
pub mod run;
pub mod trace;
pub mod truth;
pub mod wire;
mod world;

pub use bugs::Bug;
pub use run::{Outcome, Plan, run};

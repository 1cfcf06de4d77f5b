//! GLPI simulator: a desk that answers as the recorded GLPI did, and moves on.

pub mod calendar;
pub mod clock;
pub mod desk;
pub mod generate;
pub mod http;
pub mod moves;
pub mod rows;
pub mod traffic;
pub mod truth;

pub use clock::Clock;
pub use desk::{Desk, SharedDesk};
pub use http::{Glpi, Options, Sim, SimHandle};

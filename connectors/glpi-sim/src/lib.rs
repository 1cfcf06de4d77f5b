//! GLPI simulator: a desk that answers as the recorded GLPI did, and moves on.

pub mod desk;
pub mod rows;

pub use desk::Desk;

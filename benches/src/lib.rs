//! What the benches share: a generated desk, a data directory filled from it, and the questions asked of it.

mod desk;
mod home;
mod questions;

pub use desk::{INSTANCE, Served, generated, served, server};
pub use home::{Home, ingested, now, processed};
pub use questions::{Asked, Question};

//! HTTP: the door of the simulated GLPI, its legacy REST API.
//!
//! It answers as the recorded server did, oddities included, at `/apirest.php` and, from version 11
//! on, at `/api.php/v1` as well. Reading is all it offers: writes are refused like a read-only
//! profile's. Business rules live elsewhere; the desk is read under its lock, one request at a time.

mod account;
mod answer;
mod collections;
mod counters;
mod door;
mod foreign;
mod items;
mod likeness;
mod misbehave;
mod options;
mod query;
mod render;
mod respond;
mod rights;
mod search;
mod serve;
mod sessions;
mod sim;

pub use counters::Requests;
pub use misbehave::{Misbehaviour, Misdeed};
pub use options::{Access, Login, Options, Outage, Profile};
pub use sim::{Glpi, Sim, SimHandle};

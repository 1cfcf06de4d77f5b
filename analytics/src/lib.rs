//! The read side: questions about a service desk, answered from the tables of the contract.
//!
//! It knows nothing of the pipeline, of sources or of HTTP. A number has one definition, here.

pub mod stores;

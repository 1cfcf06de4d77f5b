//! The read side: questions about a service desk, answered from the tables of the contract.
//!
//! It knows nothing of the pipeline, of sources or of HTTP. A number has one definition, here: the use cases put
//! questions together, `metrics` says what is counted, `plans` turns both into DataFusion plans.

mod analytics;
mod answer;
mod buckets;
mod clocks;
#[cfg(any(test, fuzzing))]
mod desk;
mod error;
mod filters;
mod history;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod inputs;
mod lateness;
mod metrics;
mod paging;
mod plans;
mod ports;
mod ratio;
mod reading;
mod spread;
pub mod stores;
mod summaries;
pub mod tables;
pub mod usecases;
mod viewer;
mod window;

pub use analytics::Analytics;
pub use answer::{Answer, Meta, Mode, Page, Period};
pub use error::Error;
pub use filters::TicketFilters;
pub use metrics::{Metric, Unit, registry};
pub use paging::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, PageInput};
pub use ports::{IngestionStatusReader, PortError, SyncRead, SyncReceipt, SyncRequests, SyncState};
pub use ratio::{CaseMix, Mean, Ratio};
pub use spread::{Spread, Survival};
pub use summaries::{Named, TicketSummary};
pub use viewer::{Viewer, Visible};
pub use window::{WINDOW_DAYS_MAX, WindowInput};

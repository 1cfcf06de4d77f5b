//! Use cases: one question of the contract in each file, with its input, its output and the flow between them.

pub mod explain_sla;
pub mod get_data_freshness;
pub mod get_ingestion_lag;
pub mod get_metric;
pub mod get_sla_breaches;
pub mod get_sla_trends;
pub mod get_technician_productivity;
pub mod get_technician_ranking;
pub mod get_ticket_timeline;
pub mod get_tickets_backlog;
pub mod get_tickets_overview;
pub mod list_metrics;
pub mod simulate_sla;
mod subjects;
pub mod sync_ticket;
#[cfg(test)]
mod tests;
mod ticket_list;
mod timeline_events;

pub use subjects::SubjectKind;
pub use timeline_events::{Actor, TicketTimelineEvent, TimelineChange};

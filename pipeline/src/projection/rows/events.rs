//! The `ticket_events` table.

use arrow::array::RecordBatch;
use schemas::{Event, Offset, tables::Table};
use uuid::Uuid;

use super::{cells::Rows, confidence_name};
use crate::projection::Error;

/// `events` as a batch of `ticket_events`.
pub(crate) fn events<'a>(events: impl IntoIterator<Item = &'a (Offset, Event)>) -> Result<RecordBatch, Error> {
    let mut rows = Rows::new(Table::TicketEvents);
    for (offset, Event { envelope, body }) in events {
        let detail = serde_json::to_string(body)
            .map_err(|error| Error::Contract { table: Table::TicketEvents.name(), reason: error.to_string() })?;
        rows.put("instance", envelope.instance.as_str());
        rows.put("ticket_id", envelope.ticket_id.0);
        rows.put("occurred_at", envelope.occurred_at);
        rows.put("sequence", envelope.sequence);
        rows.put("event_id", &*envelope.event_id.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        rows.put("event_type", body.event_type().name());
        rows.put("entity_id", envelope.entity_id);
        rows.put("observed_at", envelope.observed_at);
        rows.put("origin", envelope.origin.as_str());
        rows.put("confidence", confidence_name(envelope.confidence));
        rows.put("log_offset", offset.0 as i64);
        rows.put("detail", detail.as_str());
    }
    rows.finish()
}

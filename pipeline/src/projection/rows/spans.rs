//! The `ticket_spans` table.

use arrow::array::RecordBatch;
use schemas::tables::Table;

use super::{SpanRow, cells::Rows, confidence_name};
use crate::projection::Error;

/// `spans` as a batch of `ticket_spans`.
pub(crate) fn spans<'a>(spans: impl IntoIterator<Item = &'a SpanRow>) -> Result<RecordBatch, Error> {
    let mut rows = Rows::new(Table::TicketSpans);
    for span in spans {
        rows.put("instance", span.instance.as_str());
        rows.put("ticket_id", span.ticket_id.0);
        rows.put("ticket_version", span.ticket_version.0 as i64);
        rows.put("span_start", span.start);
        rows.put("span_end", span.end);
        rows.put("status", span.status);
        rows.put("is_open", span.is_open);
        rows.put("is_counted", span.is_counted);
        rows.put("priority", span.priority);
        rows.put("entity_id", span.entity_id);
        rows.put("technician_ids", span.technician_ids.as_slice());
        rows.put("group_ids", span.group_ids.as_slice());
        rows.put("confidence", confidence_name(span.confidence));
    }
    rows.finish()
}

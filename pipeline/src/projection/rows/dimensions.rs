//! The `dimensions` table.

use arrow::array::RecordBatch;
use schemas::{DimensionChanged, Envelope, Offset, tables::Table};
use uuid::Uuid;

use super::cells::Rows;
use crate::projection::Error;

/// `versions` as a batch of `dimensions`.
pub(crate) fn dimensions<'a>(
    versions: impl IntoIterator<Item = (Offset, &'a Envelope, &'a DimensionChanged)>,
) -> Result<RecordBatch, Error> {
    let mut rows = Rows::new(Table::Dimensions);
    for (offset, envelope, dimension) in versions {
        rows.put("instance", envelope.instance.as_str());
        rows.put("kind", dimension.kind.as_str());
        rows.put("dimension_id", dimension.dimension_id);
        rows.put("version", offset.0 as i64 + 1);
        rows.put("observed_at", envelope.observed_at);
        rows.put("event_id", &*envelope.event_id.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        rows.put("name", dimension.name.as_str());
        rows.put("complete_name", dimension.complete_name.as_deref());
        rows.put("parent_id", dimension.parent_id);
        rows.put("attributes", dimension.attributes.as_str());
        rows.put("is_removed", dimension.is_removed);
    }
    rows.finish()
}

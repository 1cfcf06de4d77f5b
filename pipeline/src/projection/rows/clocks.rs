//! The `sla_clocks` table.

use arrow::array::RecordBatch;
use schemas::tables::Table;

use super::{ClockRow, cells::Rows};
use crate::projection::Error;

/// `clocks` as a batch of `sla_clocks`.
pub(crate) fn clocks<'a>(clocks: impl IntoIterator<Item = &'a ClockRow>) -> Result<RecordBatch, Error> {
    let mut rows = Rows::new(Table::SlaClocks);
    for clock in clocks {
        canonical(&mut rows, clock);
        let longest = clock.longest.as_ref();
        rows.put("longest_from", longest.map(|longest| longest.from));
        rows.put("longest_until", longest.map(|longest| longest.until));
        rows.put("longest_s", longest.map_or(0, |longest| longest.seconds));
        rows.put("longest_status", longest.map(|longest| longest.status));
        rows.put("longest_technician_ids", longest.map_or(&[][..], |longest| &longest.technician_ids));
        rows.put("longest_group_ids", longest.map_or(&[][..], |longest| &longest.group_ids));
        rows.put("glpi_due_at", clock.glpi_due_at);
        rows.put("glpi_elapsed_s", clock.glpi_elapsed_s);
        rows.put("glpi_paused_s", clock.glpi_paused_s);
        rows.put("glpi_breached_at", clock.glpi_breached_at);
        rows.put("glpi_over_s", clock.glpi_over_s);
        rows.put("quirks", clock.quirks.as_slice());
        rows.put("is_certain", clock.is_certain);
        rows.put("steps", clock.steps.as_str());
    }
    rows.finish()
}

fn canonical(rows: &mut Rows, clock: &ClockRow) {
    rows.put("instance", clock.instance.as_str());
    rows.put("ticket_id", clock.ticket_id.0);
    rows.put("ticket_version", clock.ticket_version.0 as i64);
    rows.put("clock", clock.clock);
    rows.put("agreement_id", clock.agreement_id);
    rows.put("attached_at", clock.attached_at);
    rows.put("detached_at", clock.detached_at);
    rows.put("entity_id", clock.entity_id);
    rows.put("priority", clock.priority);
    rows.put("is_counted", clock.is_counted);
    rows.put("started_at", clock.started_at);
    rows.put("stopped_at", clock.stopped_at);
    rows.put("running_since", clock.running_since);
    rows.put("paused_since", clock.paused_since);
    rows.put("target_s", clock.target_s);
    rows.put("calendar_id", clock.calendar_id);
    rows.put("elapsed_s", clock.elapsed_s);
    rows.put("paused_s", clock.paused_s);
    rows.put("idle_s", clock.idle_s);
    rows.put("due_at", clock.due_at);
    rows.put("breached_at", clock.breached_at);
    rows.put("over_s", clock.over_s);
    rows.put("technician_ids", clock.technician_ids.as_slice());
    rows.put("group_ids", clock.group_ids.as_slice());
}

//! The `tickets` table.

use arrow::array::RecordBatch;
use schemas::tables::Table;

use super::{TicketRow, cells::Rows};
use crate::projection::{Error, absorb::small};

/// `tickets` as a batch of `tickets`.
pub(crate) fn tickets<'a>(tickets: impl IntoIterator<Item = &'a TicketRow>) -> Result<RecordBatch, Error> {
    let mut rows = Rows::new(Table::Tickets);
    for ticket in tickets {
        what_and_who(&mut rows, ticket);
        when_and_targets(&mut rows, ticket);
        figures(&mut rows, ticket);
    }
    rows.finish()
}

fn what_and_who(rows: &mut Rows, row: &TicketRow) {
    let state = &row.state;
    rows.put("instance", row.instance.as_str());
    rows.put("ticket_id", row.ticket_id.0);
    rows.put("ticket_version", row.ticket_version.0 as i64);
    rows.put("presence", row.presence);
    rows.put("is_counted", row.is_counted);
    rows.put("absent_since", row.absent_since);
    rows.put("entity_id", state.entity_id);
    rows.put("title", state.title.as_str());
    rows.put("kind", small(state.kind));
    rows.put("status", row.status);
    rows.put("is_open", row.is_open);
    rows.put("urgency", small(state.urgency));
    rows.put("impact", small(state.impact));
    rows.put("priority", small(state.priority));
    rows.put("category_id", state.category_id);
    rows.put("location_id", state.location_id);
    rows.put("source_id", state.source_id);
    rows.put("writer_id", state.writer_id);
    rows.put("requester_ids", row.requester_ids.as_slice());
    rows.put("technician_ids", row.technician_ids.as_slice());
    rows.put("group_ids", row.group_ids.as_slice());
    rows.put("technician_id", row.technician_id);
    rows.put("group_id", row.group_id);
}

fn when_and_targets(rows: &mut Rows, row: &TicketRow) {
    let state = &row.state;
    rows.put("opened_at", state.opened_at);
    rows.put("created_at", state.created_at);
    rows.put("modified_at", state.modified_at);
    rows.put("taken_at", state.taken_at);
    rows.put("first_assigned_at", row.first_assigned_at);
    rows.put("first_solved_at", row.first_solved_at);
    rows.put("solved_at", row.solved_at);
    rows.put("closed_at", row.closed_at);
    rows.put("reopen_count", row.reopen_count);
    rows.put("reopened_at", row.reopened_at);
    rows.put("sla_tto_id", state.sla_tto_id);
    rows.put("sla_ttr_id", state.sla_ttr_id);
    rows.put("ola_tto_id", state.ola_tto_id);
    rows.put("ola_ttr_id", state.ola_ttr_id);
    rows.put("due_tto_at", state.due_tto_at);
    rows.put("due_ttr_at", state.due_ttr_at);
    rows.put("internal_due_tto_at", state.internal_due_tto_at);
    rows.put("internal_due_ttr_at", state.internal_due_ttr_at);
    rows.put("target_tto_s", row.target_tto_s);
    rows.put("target_ttr_s", row.target_ttr_s);
    rows.put("target_internal_tto_s", row.target_internal_tto_s);
    rows.put("target_internal_ttr_s", row.target_internal_ttr_s);
}

fn figures(rows: &mut Rows, row: &TicketRow) {
    let state = &row.state;
    rows.put("waiting_since", row.waiting_since);
    rows.put("waiting_s", state.waiting_s);
    rows.put("sla_waiting_s", state.sla_waiting_s);
    rows.put("take_delay_s", state.take_delay_s);
    rows.put("solve_delay_s", state.solve_delay_s);
    rows.put("close_delay_s", state.close_delay_s);
    rows.put("action_s", state.action_s);
    rows.put("followup_count", row.followup_count);
    rows.put("task_count", row.task_count);
    rows.put("solution_count", row.solution_count);
    rows.put("survey_sent_at", row.survey_sent_at);
    rows.put("survey_answered_at", row.survey_answered_at);
    rows.put("survey_score", row.survey_score);
    rows.put("history_complete", row.history_complete);
    rows.put("history_agrees", row.history_agrees);
}

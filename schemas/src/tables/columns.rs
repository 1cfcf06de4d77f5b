//! The columns of each table.

use super::{Column, Kind};

const fn must(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { name, kind, nullable: false, meaning }
}

const fn may(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { name, kind, nullable: true, meaning }
}

pub(super) const TICKET_EVENTS: &[Column] = &[
    must("instance", Kind::Text, "the desk"),
    must("ticket_id", Kind::Int64, "the ticket"),
    must("occurred_at", Kind::Time, "when it happened in GLPI"),
    must("sequence", Kind::Int64, "order within one instant: the id of the history row, 0 for rows without history"),
    must("event_id", Kind::Text, "UUIDv5 of instance, origin, type and content revision"),
    must("event_type", Kind::Text, "type with its major version"),
    may("entity_id", Kind::Int64, "the ticket's entity as known then; root is 0"),
    must("observed_at", Kind::Time, "when Farol learnt it"),
    must("origin", Kind::Text, "the GLPI row it was made from"),
    must("confidence", Kind::Text, "recorded, observed or inferred"),
    must("log_offset", Kind::Int64, "its place in the topic"),
    must("detail", Kind::Text, "the body as JSON"),
];

pub(super) const TICKETS: &[Column] = &[
    must("instance", Kind::Text, "the desk"),
    must("ticket_id", Kind::Int64, "the ticket"),
    must("ticket_version", Kind::Int64, "offset after the newest event folded into this row"),
    must("presence", Kind::Text, "live, trashed, purged or hidden (left the account's scope)"),
    must("is_counted", Kind::Bool, "counts include it: live, or trashed where the desk keeps its trash"),
    may("absent_since", Kind::Time, "when it left the counts"),
    must("entity_id", Kind::Int64, "its entity; root is 0"),
    must("title", Kind::Text, "its title, or empty where the policy hides it"),
    must("kind", Kind::UInt8, "1 incident, 2 request"),
    must("status", Kind::UInt8, "1 new, 2 assigned, 3 planned, 4 pending, 5 solved, 6 closed, others open"),
    must("is_open", Kind::Bool, "status is neither 5 nor 6"),
    must("urgency", Kind::UInt8, "1 to 5"),
    must("impact", Kind::UInt8, "1 to 5"),
    must("priority", Kind::UInt8, "1 to 6, 6 is major"),
    may("category_id", Kind::Int64, "ITIL category"),
    may("location_id", Kind::Int64, "location"),
    may("source_id", Kind::Int64, "request source"),
    may("writer_id", Kind::Int64, "who wrote it"),
    must("requester_ids", Kind::Ids, "people who asked"),
    must("technician_ids", Kind::Ids, "people assigned now"),
    must("group_ids", Kind::Ids, "groups assigned now"),
    may("technician_id", Kind::Int64, "the person assigned last among those assigned now"),
    may("group_id", Kind::Int64, "the group assigned last among those assigned now"),
    must("opened_at", Kind::Time, "opening date, editable in GLPI"),
    must("created_at", Kind::Time, "when GLPI made the row"),
    must("modified_at", Kind::Time, "GLPI's date of last change"),
    may("taken_at", Kind::Time, "taken into account, from GLPI"),
    may("first_assigned_at", Kind::Time, "first assignment of a person or group, from history"),
    may("first_solved_at", Kind::Time, "first solution, from history"),
    may("solved_at", Kind::Time, "last solution, from GLPI; empty while open"),
    may("closed_at", Kind::Time, "closing, from GLPI; empty while not closed"),
    must("reopen_count", Kind::UInt32, "times it went from solved or closed back to open, from history"),
    may("reopened_at", Kind::Time, "the last time it did"),
    may("sla_tto_id", Kind::Int64, "SLA to own"),
    may("sla_ttr_id", Kind::Int64, "SLA to resolve"),
    may("ola_tto_id", Kind::Int64, "OLA to own"),
    may("ola_ttr_id", Kind::Int64, "OLA to resolve"),
    may("due_tto_at", Kind::Time, "time to own is up, from GLPI"),
    may("due_ttr_at", Kind::Time, "time to resolve is up, from GLPI; stale while pending"),
    may("internal_due_tto_at", Kind::Time, "internal time to own is up, from GLPI"),
    may("internal_due_ttr_at", Kind::Time, "internal time to resolve is up, from GLPI"),
    may(
        "target_tto_s",
        Kind::Int64,
        "the SLA's time to own as defined when the ticket was last folded; a day counts 86400 s",
    ),
    may("target_ttr_s", Kind::Int64, "the SLA's time to resolve, likewise"),
    may("target_internal_tto_s", Kind::Int64, "the OLA's time to own, likewise"),
    may("target_internal_ttr_s", Kind::Int64, "the OLA's time to resolve, likewise"),
    may("waiting_since", Kind::Time, "pending since; only where status is 4"),
    must("waiting_s", Kind::Int64, "GLPI's waiting sum; holds time spent solved before a reopening"),
    must("sla_waiting_s", Kind::Int64, "GLPI's waiting sum on the SLA's calendar"),
    must("take_delay_s", Kind::Int64, "GLPI's seconds to being taken into account"),
    must("solve_delay_s", Kind::Int64, "GLPI's seconds to solution"),
    must("close_delay_s", Kind::Int64, "GLPI's seconds to closing"),
    must("action_s", Kind::Int64, "seconds worked, sum of tasks, from GLPI"),
    must("followup_count", Kind::UInt32, "followups, private ones included"),
    must("task_count", Kind::UInt32, "tasks"),
    must("solution_count", Kind::UInt32, "solutions, refused ones included"),
    may("survey_sent_at", Kind::Time, "last survey sent"),
    may("survey_answered_at", Kind::Time, "last survey answered"),
    may("survey_score", Kind::Float64, "last answer, 0 to 5"),
    must("history_complete", Kind::Bool, "history starts at the ticket's creation"),
    must("history_agrees", Kind::Bool, "status, people and groups rebuilt from history equal the stored ones"),
];

pub(super) const TICKET_SPANS: &[Column] = &[
    must("instance", Kind::Text, "the desk"),
    must("ticket_id", Kind::Int64, "the ticket"),
    must("ticket_version", Kind::Int64, "as in tickets"),
    must("span_start", Kind::Time, "first instant of the interval"),
    may("span_end", Kind::Time, "first instant after it; empty for the running one"),
    must("status", Kind::UInt8, "as in tickets"),
    must("is_open", Kind::Bool, "as in tickets"),
    must("is_counted", Kind::Bool, "false while in the trash or out of scope"),
    must("priority", Kind::UInt8, "as in tickets"),
    must("entity_id", Kind::Int64, "as in tickets"),
    must("technician_ids", Kind::Ids, "people assigned during it"),
    must("group_ids", Kind::Ids, "groups assigned during it"),
    must("confidence", Kind::Text, "recorded, or inferred where history is missing"),
];

pub(super) const DIMENSIONS: &[Column] = &[
    must("instance", Kind::Text, "the desk"),
    must("kind", Kind::Text, "GLPI's item type: User, Group, Entity, ITILCategory, SLA, Calendar, ..."),
    must("dimension_id", Kind::Int64, "GLPI's id"),
    must("version", Kind::Int64, "offset after the event; the greatest is current"),
    must("observed_at", Kind::Time, "when Farol learnt it"),
    must("event_id", Kind::Text, "the event it comes from"),
    must("name", Kind::Text, "short name"),
    may("complete_name", Kind::Text, "name with those of its ancestors"),
    may("parent_id", Kind::Int64, "the row above it"),
    must("attributes", Kind::Text, "the other columns that metrics need, as JSON with sorted keys"),
    must("is_removed", Kind::Bool, "gone from GLPI"),
];

//! Parity: the figures that GLPI stores in a ticket's row beside those that mode `glpi` computes from the ticket's events.
//!
//! No stored figure is among what is computed from. Where they differ, the reason is one of [`Reason`], told by what is known
//! of the ticket and never by the figures themselves; a difference without one is unexplained.

use schemas::{Instant, TicketState};
use serde::Serialize;
use sla::{
    Calendars, Kind, Knowledge, Quirks, What as Happened,
    glpi::{self, Stored},
};

use super::{
    Error, TicketKey,
    absorb::small,
    memory::{Memory, What},
    row,
    steps::Steps,
};

/// One figure of one ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// Its column in GLPI, or the rule by which GLPI calls the ticket late.
    pub field: &'static str,
    /// What GLPI stored: UTC seconds, seconds, a number, or 1 for late.
    pub stored: Option<i64>,
    /// What follows from the events.
    pub computed: Option<i64>,
}

/// Why a figure may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// History does not reach back to the ticket's creation.
    HistoryIncomplete,
    /// The status that history ends with is not the ticket's.
    HistoryDisagrees,
    /// An agreement or a calendar that the ticket names cannot be read.
    AgreementUnknown,
    /// The hours that count were changed during the ticket's life, or after Farol had begun to follow the desk.
    CalendarChanged,
    /// The opening date was edited; GLPI moves some figures with it and leaves others.
    OpeningEdited,
    /// The agreement was changed during the ticket's life.
    AgreementChanged,
}

/// The figures of one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parity {
    /// Every figure that GLPI stores and Farol computes.
    pub figures: Vec<Figure>,
    /// Why some of them may differ.
    pub reasons: Vec<Reason>,
}

/// Compares the row of a ticket that was read last with what its working state computes; none if no row was ever read.
pub fn parity(key: &TicketKey, state: &[u8], knowledge: &Knowledge) -> Result<Option<Parity>, Error> {
    let memory = Memory::read(state).map_err(|error| error.about("ticket", key.id.0))?;
    let memory = &*memory.in_order();
    let Some(newest) = &memory.newest else { return Ok(None) };
    let calendars = knowledge.calendars(memory.version.0);
    let steps = row::steps_of(memory, &newest.state, (knowledge, &calendars));
    let now = newest.observed_at.seconds();
    let computed = glpi::stored(&steps.steps, &calendars, Quirks::GLPI, now);
    // The projection's own steps begin with the opening and name known calendars only.
    let Ok(computed) = computed else { return Ok(None) };
    let reasons = reasons(memory, &newest.state, (&steps, &calendars), now);
    Ok(Some(Parity { figures: figures(&newest.state, &computed, now), reasons }))
}

fn figures(state: &TicketState, computed: &Stored, now: i64) -> Vec<Figure> {
    let at = |instant: Option<Instant>| instant.map(Instant::seconds);
    let dues = [
        ("time_to_own", state.due_tto_at, Kind::Tto),
        ("time_to_resolve", state.due_ttr_at, Kind::Ttr),
        ("internal_time_to_own", state.internal_due_tto_at, Kind::OlaTto),
        ("internal_time_to_resolve", state.internal_due_ttr_at, Kind::OlaTtr),
    ];
    let dates = [
        ("begin_waiting_date", state.waiting_since, computed.begin_waiting),
        ("solvedate", state.solved_at, computed.solved_at),
        ("closedate", state.closed_at, computed.closed_at),
    ];
    let sums = [
        ("takeintoaccount_delay_stat", state.take_delay_s, computed.take_into_account_delay),
        ("solve_delay_stat", state.solve_delay_s, computed.solve_delay),
        ("close_delay_stat", state.close_delay_s, computed.close_delay),
        ("waiting_duration", state.waiting_s, computed.waiting),
        ("sla_waiting_duration", state.sla_waiting_s, computed.sla_waiting),
        ("ola_waiting_duration", state.ola_waiting_s, computed.ola_waiting),
        ("status", i64::from(state.status), i64::from(computed.status)),
    ];
    let mut figures: Vec<Figure> = Vec::new();
    let mut put = |field, stored, computed| figures.push(Figure { field, stored, computed });
    for (field, stored, kind) in dues {
        put(field, at(stored), computed.due(kind));
    }
    for (field, stored, computed) in dates {
        put(field, at(stored), computed);
    }
    for (field, stored, computed) in sums {
        put(field, Some(stored), Some(computed));
    }

    let mut held = Stored::default();
    (held.opened, held.status) = (state.opened_at.seconds(), small(state.status));
    (held.solved_at, held.taken_into_account_at) = (at(state.solved_at), at(state.taken_at));
    held.take_into_account_delay = state.take_delay_s;
    let late = ["late_to_own", "late_to_resolve", "internal_late_to_own", "internal_late_to_resolve"];
    for (field, (_, stored, kind)) in late.into_iter().zip(dues) {
        let is_late = |row, due| Some(i64::from(glpi::is_late(row, kind, due, now)));
        put(field, is_late(&held, at(stored)), is_late(computed, computed.due(kind)));
    }
    figures
}

fn reasons(memory: &Memory, state: &TicketState, (found, calendars): (&Steps, &Calendars), now: i64) -> Vec<Reason> {
    let recorded = memory.changes.iter().rev().find_map(|change| match change.what {
        What::Status { new, .. } => Some(new),
        _ => None,
    });
    let of_kind =
        |kind| found.steps.iter().filter(move |step| matches!(step.what, Happened::Attached(one) if one.kind == kind));
    let holds = [
        (Reason::HistoryIncomplete, !row::life(memory, state).is_complete),
        (Reason::HistoryDisagrees, recorded.is_some_and(|last| last != small(state.status))),
        (Reason::AgreementUnknown, !found.is_certain),
        (Reason::CalendarChanged, has_other_hours(found, calendars, (state.created_at.seconds(), now))),
        (Reason::OpeningEdited, memory.changes.iter().any(|change| matches!(change.what, What::Opening { .. }))),
        (Reason::AgreementChanged, Kind::ALL.into_iter().any(|kind| of_kind(kind).count() > 1)),
    ];
    holds.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect()
}

/// Whether the hours that count differed between two instants.
fn has_other_hours(found: &Steps, calendars: &Calendars, (from, to): (i64, i64)) -> bool {
    let of_entity = found.steps.iter().filter(|step| matches!(step.what, Happened::Calendar(_))).count();
    let named = found.steps.iter().filter_map(|step| match step.what {
        Happened::Calendar(id) => Some(id),
        Happened::Attached(agreement) => Some(agreement.hours.calendar(None)),
        _ => None,
    });
    let mut versions = named.filter_map(|id| Some(calendars.get(id).ok()?.versions()));
    of_entity > 1 || versions.any(|versions| versions.at(from) != versions.at(to))
}

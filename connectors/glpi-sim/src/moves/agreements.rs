//! Agreements: the SLAs, OLAs and calendars of a desk, ready for arithmetic on tickets.
//!
//! A ticket's due dates and delays are computed here and nowhere else; nothing here changes a row.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use serde_json::Value;

use crate::calendar::{Calendar, Closing, DAY_SECONDS, Segment, Walk};
use crate::desk::Desk;
use crate::rows::naive::{self, Zone};
use crate::rows::{Id, Object, Seconds, Ticket};

/// The strategy of an entity that uses its parent's calendar.
const INHERIT: i64 = -2;

/// One SLA or OLA.
#[derive(Debug, Clone)]
struct Agreement {
    seconds: i64,
    walk: Walk,
    calendars_id: Id,
    /// Counts on the calendar of the ticket's entity instead of its own.
    by_entity: bool,
}

/// Everything that turns instants into due dates and delays.
#[derive(Debug, Clone, Default)]
pub struct Agreements {
    zone: Zone,
    calendars: HashMap<Id, Calendar>,
    slas: HashMap<Id, Agreement>,
    olas: HashMap<Id, Agreement>,
    entity_calendars: HashMap<Id, Id>,
    levels: HashMap<Id, Id>,
}

impl Agreements {
    /// Reads the agreements of a desk whose server lives in `zone`.
    pub fn of(desk: &Desk, zone: Zone) -> Self {
        // GLPI counts by the calendar of the level that an agreement belongs to, whatever the agreement's own row says.
        let hours = |row: &Object| {
            let level = rows(desk, "SLM").find(|level| int(level, "id") == int(row, "slms_id"));
            let of = level.unwrap_or(row);
            (int(of, "calendars_id"), int(of, "use_ticket_calendar") == 1)
        };
        let by_id = |itemtype| rows(desk, itemtype).map(|row| (int(row, "id"), agreement(row, hours(row)))).collect();
        let mut levels = HashMap::new();
        for row in rows(desk, "SlaLevel").filter(|row| int(row, "is_active") == 1) {
            levels.entry(int(row, "slas_id")).or_insert(int(row, "id"));
        }
        let calendars = rows(desk, "Calendar").map(|row| int(row, "id"));
        Self {
            zone,
            calendars: calendars.map(|id| (id, calendar(desk, id))).collect(),
            slas: by_id("SLA"),
            olas: by_id("OLA"),
            entity_calendars: entity_calendars(desk),
            levels,
        }
    }

    /// The first escalation level of an SLA, 0 without one.
    pub fn first_level(&self, sla: Id) -> Id {
        self.levels.get(&sla).copied().unwrap_or_default()
    }

    /// When a ticket has to be resolved, pauses so far included.
    pub fn time_to_resolve(&self, ticket: &Ticket) -> Option<Seconds> {
        let agreement = self.slas.get(&ticket.slas_id_ttr)?;
        self.due(agreement, ticket.date, ticket.sla_waiting_duration, ticket.entities_id)
    }

    /// When somebody has to own a ticket; pauses never move it.
    pub fn time_to_own(&self, ticket: &Ticket) -> Option<Seconds> {
        self.due(self.slas.get(&ticket.slas_id_tto)?, ticket.date, 0, ticket.entities_id)
    }

    /// When a ticket has to be resolved inside the house.
    pub fn internal_time_to_resolve(&self, ticket: &Ticket) -> Option<Seconds> {
        let agreement = self.olas.get(&ticket.olas_id_ttr)?;
        self.due(agreement, ticket.ola_ttr_begin_date?, ticket.ola_waiting_duration, ticket.entities_id)
    }

    /// When somebody inside the house has to own a ticket.
    pub fn internal_time_to_own(&self, ticket: &Ticket) -> Option<Seconds> {
        let agreement = self.olas.get(&ticket.olas_id_tto)?;
        self.due(agreement, ticket.ola_tto_begin_date?, 0, ticket.entities_id)
    }

    /// Active seconds of a ticket between two instants, by the calendar that counts its resolution.
    pub fn active(&self, ticket: &Ticket, from: Seconds, to: Seconds) -> i64 {
        let agreement = self.slas.get(&ticket.slas_id_ttr);
        self.count(self.calendar_of(agreement, ticket.entities_id), from, to)
    }

    /// Active seconds by the calendar of the ticket's internal agreement.
    pub fn active_inside(&self, ticket: &Ticket, from: Seconds, to: Seconds) -> i64 {
        let agreement = self.olas.get(&ticket.olas_id_ttr);
        self.count(self.calendar_of(agreement, ticket.entities_id), from, to)
    }

    /// Seconds until somebody took the ticket over at `at`, at least one.
    pub fn takeintoaccount_delay(&self, ticket: &Ticket, at: Seconds) -> i64 {
        let agreement = self.slas.get(&ticket.slas_id_tto);
        self.count(self.calendar_of(agreement, ticket.entities_id), ticket.date, at).max(1)
    }

    /// Active seconds from the opening to `at` without the pauses, never negative.
    pub fn delay(&self, ticket: &Ticket, at: Seconds) -> i64 {
        (self.active(ticket, ticket.date, at) - ticket.waiting_duration).max(0)
    }

    fn count(&self, calendar: Option<&Calendar>, from: Seconds, to: Seconds) -> i64 {
        match calendar {
            Some(calendar) => calendar.active_seconds(self.local(from), self.local(to)),
            None => (to - from).max(0),
        }
    }

    fn calendar_of(&self, agreement: Option<&Agreement>, entity: Id) -> Option<&Calendar> {
        let id = match agreement {
            Some(agreement) if !agreement.by_entity => agreement.calendars_id,
            _ => *self.entity_calendars.get(&entity)?,
        };
        self.calendars.get(&id)
    }

    fn due(&self, agreement: &Agreement, start: Seconds, waiting: i64, entity: Id) -> Option<Seconds> {
        let plain = start + agreement.seconds + waiting;
        let Some(calendar) = self.calendar_of(Some(agreement), entity) else {
            return Some(plain);
        };
        // A calendar without a working day cannot end a delay: the clock does.
        match calendar.end_date(self.local(start), agreement.seconds, waiting, agreement.walk) {
            Some(end) => naive::to_utc(end, self.zone),
            None => Some(plain),
        }
    }

    fn local(&self, at: Seconds) -> NaiveDateTime {
        naive::to_local(at, self.zone)
    }
}

fn agreement(row: &Object, (calendars_id, by_entity): (Id, bool)) -> Agreement {
    let (unit, in_days) = match text(row, "definition_time") {
        "minute" => (60, false),
        "day" => (DAY_SECONDS, true),
        "month" => (30 * DAY_SECONDS, true),
        _ => (3_600, false),
    };
    let walk = match (in_days, int(row, "end_of_working_day") == 1) {
        (true, true) => Walk::EndOfDays,
        (true, false) => Walk::Days,
        (false, _) => Walk::Hours,
    };
    Agreement { seconds: int(row, "number_time") * unit, walk, calendars_id, by_entity }
}

fn calendar(desk: &Desk, id: Id) -> Calendar {
    let own = |itemtype| rows(desk, itemtype).filter(move |row| int(row, "calendars_id") == id);
    let segments: Vec<Segment> = own("CalendarSegment")
        .map(|row| Segment {
            weekday: int(row, "day") as u8,
            begin: second_of_day(text(row, "begin")),
            end: second_of_day(text(row, "end")),
        })
        .collect();
    let holidays = own("Calendar_Holiday").filter_map(|row| desk.row("Holiday", int(row, "holidays_id")));
    Calendar::new(&segments, holidays.filter_map(closing).collect())
}

fn closing(row: &Object) -> Option<Closing> {
    let date = |field| NaiveDate::parse_from_str(text(row, field), "%Y-%m-%d").ok();
    Some(Closing { begin: date("begin_date")?, end: date("end_date")?, perpetual: int(row, "is_perpetual") == 1 })
}

/// Which calendar each entity counts on, inherited ones resolved.
fn entity_calendars(desk: &Desk) -> HashMap<Id, Id> {
    let by_id: HashMap<Id, &Object> = rows(desk, "Entity").map(|row| (int(row, "id"), row)).collect();
    let calendar_of = |mut id: Id| {
        // A tree is never deeper than it has entities, so a loop in bad data ends.
        for _ in 0..=by_id.len() {
            let row = by_id.get(&id)?;
            if int(row, "calendars_strategy") != INHERIT {
                return Some(int(row, "calendars_id"));
            }
            id = row.get("entities_id").and_then(Value::as_i64)?;
        }
        None
    };
    by_id.keys().filter_map(|id| Some((*id, calendar_of(*id)?))).collect()
}

fn second_of_day(text: &str) -> i64 {
    if text.starts_with("24:") {
        return DAY_SECONDS;
    }
    let time = NaiveTime::parse_from_str(text, "%H:%M:%S").unwrap_or_default();
    i64::from(time.num_seconds_from_midnight())
}

fn rows<'a>(desk: &'a Desk, itemtype: &str) -> impl Iterator<Item = &'a Object> {
    desk.rows(itemtype).into_iter().flat_map(|rows| rows.values())
}

fn int(row: &Object, field: &str) -> i64 {
    row.get(field).and_then(Value::as_i64).unwrap_or_default()
}

fn text<'a>(row: &'a Object, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

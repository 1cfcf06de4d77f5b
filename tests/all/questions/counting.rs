//! GLPI's rules for one ticket, written down from the metrics' definitions.

use glpi_sim::{
    Desk,
    rows::{Seconds, Ticket},
    truth::{Presence, TicketTruth},
};

/// GLPI's status of a waiting ticket.
pub(super) const PENDING: i32 = 4;

/// The words of answers for GLPI's statuses 1 to 6.
pub(super) const STATUSES: [&str; 6] = ["new", "assigned", "planned", "pending", "solved", "closed"];
/// The words of answers for GLPI's priorities 1 to 6.
pub(super) const PRIORITIES: [&str; 6] = ["very_low", "low", "medium", "high", "very_high", "major"];

/// One of a ticket's four clocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub(super) name: &'static str,
    pub(super) due: fn(&Ticket) -> Option<Seconds>,
    /// Item type and id of the agreement.
    pub(super) agreement: fn(&Ticket) -> (&'static str, i64),
    owns: bool,
}

pub(super) const CLOCKS: [Clock; 4] = [
    Clock { name: "tto", due: |row| row.time_to_own, agreement: |row| ("SLA", row.slas_id_tto), owns: true },
    Clock { name: "ttr", due: |row| row.time_to_resolve, agreement: |row| ("SLA", row.slas_id_ttr), owns: false },
    Clock {
        name: "internal_tto",
        due: |row| row.internal_time_to_own,
        agreement: |row| ("OLA", row.olas_id_tto),
        owns: true,
    },
    Clock {
        name: "internal_ttr",
        due: |row| row.internal_time_to_resolve,
        agreement: |row| ("OLA", row.olas_id_ttr),
        owns: false,
    },
];

impl Clock {
    /// GLPI's flag: never while the ticket waits.
    pub(super) fn is_late(&self, row: &Ticket, now: i64) -> bool {
        let Some(due) = (self.due)(row) else { return false };
        if row.status == PENDING {
            return false;
        }
        let is_over = due * 1_000_000 < now;
        if !self.owns {
            return row.solvedate.map_or(is_over, |solved| solved > due);
        }
        let delay = row.takeintoaccount_delay_stat;
        match row.takeintoaccountdate {
            Some(taken) if taken > due => true,
            None if delay > due - row.date => true,
            _ => delay == 0 && is_over,
        }
    }

    /// Seconds beyond the due instant until the clock stopped, or until now.
    pub(super) fn over_by(&self, row: &Ticket, now: i64) -> i64 {
        let due = (self.due)(row).unwrap();
        let delay = row.takeintoaccount_delay_stat;
        if self.owns && row.takeintoaccountdate.is_none() && delay > due - row.date {
            return delay - (due - row.date);
        }
        let stopped = row.takeintoaccountdate.filter(|_| self.owns).or(row.solvedate);
        stopped.map_or((now - due * 1_000_000) / 1_000_000, |stopped| (stopped - due).max(0))
    }

    /// What it waits for has not happened.
    pub(super) fn is_running(&self, row: &Ticket) -> bool {
        let untaken = row.takeintoaccountdate.is_none() && row.takeintoaccount_delay_stat == 0;
        is_open(row) && row.solvedate.is_none() && (untaken || !self.owns)
    }

    /// Seconds that the agreement allows, as GLPI reckons months and days.
    pub(super) fn target(&self, row: &Ticket, desk: &Desk) -> Option<i64> {
        let (kind, id) = (self.agreement)(row);
        let agreement = desk.row(kind, id)?;
        let unit = match agreement["definition_time"].as_str().unwrap() {
            "minute" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            "month" => 30 * 86_400,
            other => panic!("{other}"),
        };
        Some(agreement["number_time"].as_i64().unwrap() * unit)
    }
}

/// Any status but solved and closed.
pub(super) fn is_open(row: &Ticket) -> bool {
    !matches!(row.status, 5 | 6)
}

/// Open, and one of the clocks is over.
pub(super) fn is_late(row: &Ticket, now: i64) -> bool {
    is_open(row) && CLOCKS.iter().any(|clock| clock.is_late(row, now))
}

/// In the counts.
pub(super) fn is_counted(ticket: &TicketTruth) -> bool {
    ticket.presence == Presence::Live
}

/// The instant is in the half-open window.
pub(super) fn within(at: Option<Seconds>, (from, to): (Seconds, Seconds)) -> bool {
    at.is_some_and(|at| from <= at && at < to)
}

/// Open now, or opened, solved or closed in the window.
pub(super) fn is_touched(row: &Ticket, window: (Seconds, Seconds)) -> bool {
    is_open(row) || [Some(row.date), row.solvedate, row.closedate].into_iter().any(|at| within(at, window))
}

/// How many of `items` there are for which `holds`.
pub(super) fn count<'a, T: 'a>(items: impl IntoIterator<Item = &'a T>, holds: impl Fn(&T) -> bool) -> usize {
    items.into_iter().filter(|item| holds(item)).count()
}

//! The clocks of a ticket, in both modes, made from its steps.

use schemas::Instant;
use sla::{
    Calendars, Clock, Error, Kind, Policy, Step, clock,
    glpi::{self, Compared},
};

use super::{
    TicketKey,
    memory::Memory,
    rows::{ClockRow, LongestRow, SpanRow},
    standing::{Promise, Standing, was_promised},
    steps::Steps,
};

/// What every clock of a ticket shows of the ticket.
#[derive(Clone, Copy, Debug)]
pub(super) struct OfTicket<'a> {
    pub(super) key: &'a TicketKey,
    pub(super) memory: &'a Memory,
    pub(super) spans: &'a [SpanRow],
    pub(super) entity_id: i64,
    pub(super) priority: u8,
    pub(super) is_counted: bool,
    /// History is whole and agrees with the ticket's row.
    pub(super) is_certain: bool,
}

/// What the clocks of a ticket come to.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// One row for each promise.
    pub(super) rows: Vec<ClockRow>,
    /// How its promises stand; none if it never bore one.
    pub(super) standing: Option<Standing>,
}

/// The clocks of a ticket as they stood at its last step: later steps make them anew.
///
/// Nothing where the steps cannot be counted, which the projection's own steps never are.
pub(super) fn made(ticket: OfTicket<'_>, steps: &Steps, calendars: &Calendars) -> Made {
    let standing = || Standing { entity_id: ticket.entity_id, is_counted: ticket.is_counted, promises: Vec::new() };
    let mut made = Made { rows: Vec::new(), standing: was_promised(ticket.memory).then(standing) };
    let promises = |step: &Step| matches!(step.what, sla::What::Attached(_));
    if steps.steps.iter().any(promises) {
        let (rows, promises) = counted(ticket, steps, calendars).unwrap_or_default();
        made.rows = rows;
        made.standing.get_or_insert_with(standing).promises = promises;
    }
    made
}

fn counted(ticket: OfTicket<'_>, found: &Steps, calendars: &Calendars) -> Result<(Vec<ClockRow>, Vec<Promise>), Error> {
    let policy = Policy::default();
    let now = found.steps.last().map_or(0, |step| step.at);
    let pairs = glpi::compare(&found.steps, calendars, &policy, now)?;
    let steps = serde_json::to_string(&found.steps).unwrap_or_default();
    let clocks = clock::clocks(&found.steps, calendars, &policy, now)?;
    let (mut rows, mut promises) = (Vec::with_capacity(clocks.len()), Vec::new());
    for clock in &clocks {
        let same = |pair: &&Compared| pair.canonical.kind == clock.kind && pair.canonical.attached == clock.attached;
        let pair = pairs.iter().find(same).filter(|_| clock.detached.is_none());
        let mut row = row(ticket, clock, pair, (calendars, now))?;
        row.is_certain = ticket.is_certain && found.is_certain;
        row.steps.clone_from(&steps);
        promises.extend(Promise::of(clock, &row, &found.steps, (calendars, now))?);
        rows.push(row);
    }
    Ok((rows, promises))
}

fn row(
    ticket: OfTicket<'_>,
    clock: &Clock,
    pair: Option<&Compared>,
    (calendars, now): (&Calendars, i64),
) -> Result<ClockRow, Error> {
    let seconds = Instant::from_seconds;
    let since = (clock.stopped.is_none()).then(|| seconds(now.max(clock.start)));
    let used_up = clock.due.map(seconds);
    let owner = ticket.spans.iter().rev().find(|span| used_up.is_none_or(|at| span.start <= at));
    let owner = owner.or(ticket.spans.first());
    let longest = longest(clock, ticket.spans, calendars)?;
    let glpi = pair.map(|pair| &pair.glpi);
    Ok(ClockRow {
        instance: ticket.key.instance.clone(),
        ticket_id: ticket.key.id,
        ticket_version: ticket.memory.version,
        clock: name(clock.kind),
        agreement_id: clock.agreement.cast_signed(),
        attached_at: seconds(clock.attached),
        detached_at: clock.detached.map(seconds),
        entity_id: ticket.entity_id,
        priority: ticket.priority,
        is_counted: ticket.is_counted,
        started_at: seconds(clock.start),
        stopped_at: clock.stopped.map(seconds),
        running_since: since.filter(|_| clock.runs),
        paused_since: since.filter(|_| !clock.runs),
        target_s: clock.target,
        calendar_id: clock.calendar.map(u64::cast_signed),
        elapsed_s: clock.elapsed,
        paused_s: clock.paused,
        idle_s: clock.idle,
        due_at: used_up,
        breached_at: clock.breached_at.map(seconds),
        over_s: clock.over_by,
        technician_ids: owner.map(|span| span.technician_ids.clone()).unwrap_or_default(),
        group_ids: owner.map(|span| span.group_ids.clone()).unwrap_or_default(),
        longest,
        glpi_due_at: glpi.and_then(|glpi| glpi.due).map(seconds),
        glpi_elapsed_s: glpi.map(|glpi| glpi.elapsed),
        glpi_paused_s: glpi.map(|glpi| glpi.paused),
        glpi_breached_at: glpi.and_then(|glpi| glpi.breached_at).map(seconds),
        glpi_over_s: glpi.map(|glpi| glpi.over_by),
        quirks: pair.map(|pair| pair.quirks.iter().map(|quirk| *quirk as i64).collect()).unwrap_or_default(),
        is_certain: false,
        steps: String::new(),
    })
}

/// The span that used most of the target; the earliest of equals.
fn longest(clock: &Clock, spans: &[SpanRow], calendars: &Calendars) -> Result<Option<LongestRow>, Error> {
    let mut longest: Option<LongestRow> = None;
    for span in spans {
        let (begin, end) = (span.start.seconds(), span.end.map_or(i64::MAX, Instant::seconds));
        let mut used = 0;
        let (mut from, mut until) = (i64::MAX, i64::MIN);
        for interval in clock.intervals.iter().filter(|interval| interval.counts) {
            let (first, last) = (interval.from.max(begin), interval.to.min(end));
            if first < last {
                used += calendars.get(interval.calendar)?.between(first, last);
                (from, until) = (from.min(first), until.max(last));
            }
        }
        if used > longest.as_ref().map_or(0, |longest| longest.seconds) {
            longest = Some(LongestRow {
                from: Instant::from_seconds(from),
                until: Instant::from_seconds(until),
                seconds: used,
                status: span.status,
                technician_ids: span.technician_ids.clone(),
                group_ids: span.group_ids.clone(),
            });
        }
    }
    Ok(longest)
}

/// The name of a clock in tables, as in events.
const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Tto => "tto",
        Kind::Ttr => "ttr",
        Kind::OlaTto => "internal_tto",
        Kind::OlaTtr => "internal_ttr",
    }
}

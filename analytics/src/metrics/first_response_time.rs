//! How long requesters wait for a first word.

use super::{Metric, PLAIN, Show, Unit, told};
use crate::history::{History, Life, Measured, Out};

/// Time from the opening to the first public followup, task or solution of somebody who is not a requester.
pub(crate) const FIRST_RESPONSE_TIME: Metric = Metric {
    name: "first_response_time",
    unit: Unit::Seconds,
    meaning: "Time from the opening to the first public followup, task or solution of somebody who is not a requester.",
    formula: "W(opened_at, first public reply), by the bucket of the reply",
    edge_cases: "Private notes, automatic comments and those of requesters are none. Requesters are those of now; a comment counts from when it was first written. Seconds on the wall. Read from the events.",
    history: told(History {
        measures: &[Measured::flow("answered")],
        facts: &["opened_at", "requester_ids"],
        replies: true,
        fold,
    }),
    shows: &[Show::Spread],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    let Some(reply) = life.answers().next() else { return };
    let during = life.spans().take_while(|span| span.from <= reply.at).last().or_else(|| life.spans().next());
    if let Some(span) = during.filter(|span| span.is_counted) {
        out.event(life, span, reply.at, (0, 1));
        out.duration(life, span, (life.opened_at(), reply.at));
    }
}

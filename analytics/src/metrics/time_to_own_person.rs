//! How long tickets wait for a person.

use super::{Metric, PLAIN, Show, Unit, told};
use crate::history::{History, Life, Measured, Out};

/// Time from the opening until a person is assigned for the first time.
pub(crate) const TIME_TO_OWN_PERSON: Metric = Metric {
    name: "time_to_own_person",
    unit: Unit::Seconds,
    meaning: "Time from the opening until a person is assigned for the first time.",
    formula: "W(opened_at, start of the first span with a person), by the bucket of that start",
    edge_cases: "A group alone does not stop it. Assigned when it was made is 0. A ticket that never had a person is not in it.",
    history: told(History { measures: &[Measured::flow("owned")], facts: &["opened_at"], replies: false, fold }),
    shows: &[Show::Spread],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    let owned = life.spans().find(|span| !life.people(*span).is_empty());
    if let Some(span) = owned.filter(|span| span.is_counted) {
        out.event(life, span, span.from, (0, 1));
        out.duration(life, span, (life.opened_at(), span.from));
    }
}

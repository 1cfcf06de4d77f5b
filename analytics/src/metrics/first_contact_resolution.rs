//! What was solved at the first touch.

use super::{Metric, PLAIN, Show, Unit, told};
use crate::history::{History, Life, Measured, Out, Turn};

const MEASURES: [Measured; 3] = [Measured::flow("solved"), Measured::flow("first_contact"), Measured::flow("immature")];

/// How long nobody may have reopened it.
const HOLDS: i64 = 7 * 86_400_000_000;

const REPLIES_MAX: usize = 1;

/// Of the tickets solved for the first time in a bucket, those solved by one person with one answer.
pub(crate) const FIRST_CONTACT_RESOLUTION: Metric = Metric {
    name: "first_contact_resolution",
    unit: Unit::Share,
    meaning: "Of the tickets solved for the first time in a bucket, those solved by one person with one answer.",
    formula: "first solutions with at most 1 public reply of others than the requesters, at most 1 person and 1 group assigned until then, and no reopening within 7 days / first solutions that are 7 days old",
    edge_cases: "The solution itself is a reply. Private notes, automatic comments and those of requesters are none. Younger solutions are immature. Requesters are those of now; who wrote is read from the events.",
    history: told(History { measures: &MEASURES, facts: &["requester_ids"], replies: true, fold }),
    shows: &[Show::Ratio { name: "first_contact", part: "first_contact", whole: "solved" }],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    let Some(solved) = life.solves().next() else { return };
    let Some(after) = solved.after else { return };
    let until = solved.at.saturating_add(HOLDS);
    if until > life.now {
        out.event(life, after, solved.at, (2, 1));
        return;
    }
    out.event(life, after, solved.at, (0, 1));
    let holds = !life.reopens().any(|reopening| reopening.at > solved.at && reopening.at <= until);
    if holds && is_one_touch(life, &solved) {
        out.event(life, after, solved.at, (1, 1));
    }
}

/// One answer, one person, one group until it was solved.
fn is_one_touch(life: &Life<'_>, solved: &Turn) -> bool {
    let (mut people, mut groups) = (Vec::new(), Vec::new());
    for span in life.spans().filter(|span| span.from <= solved.at) {
        people.extend_from_slice(life.people(span));
        groups.extend_from_slice(life.groups(span));
    }
    let answers = life.answers().filter(|reply| reply.at <= solved.at).count();
    answers <= REPLIES_MAX && distinct(people) <= 1 && distinct(groups) <= 1
}

fn distinct(mut ids: Vec<i64>) -> usize {
    ids.sort_unstable();
    ids.dedup();
    ids.len()
}

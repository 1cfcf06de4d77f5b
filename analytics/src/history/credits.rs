//! Credits: whose a solved ticket is, by a rule that the answer names.

use std::sync::Arc;

use arrow::{array::AsArray, datatypes::Int64Type};

use super::{
    History,
    life::{Ids, Life},
    out::Out,
    roster::Roster,
    walk::credited,
};
use crate::{error::Error, reading::Reading};

/// A whole ticket, in millionths.
pub(crate) const WHOLE: i64 = 1_000_000;

/// How tickets are attributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Attribution {
    /// To everybody assigned now.
    AssignedNow,
    /// To the one who was assigned last when it was solved.
    Solver,
    /// To the one assigned last among those assigned now.
    LastOwner,
    /// To everybody by the share of its open time that it was his.
    TimeShare,
    /// To everybody who was assigned at any time until it was solved.
    All,
}

/// The words that a question chooses an [`Attribution`] by.
pub(crate) const ATTRIBUTIONS: [(&str, Attribution); 5] = [
    ("assigned_now", Attribution::AssignedNow),
    ("solver", Attribution::Solver),
    ("last_owner", Attribution::LastOwner),
    ("time_share", Attribution::TimeShare),
    ("all", Attribution::All),
];

/// A ticket, or a part of it, to somebody's credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Credit {
    /// The person or group.
    pub(crate) subject: i64,
    /// How much of the ticket, in millionths.
    pub(crate) millionths: i64,
    /// The ticket's row in the roster.
    pub(crate) row: usize,
}

/// To whose credit the tickets of `roster` are, people's or groups'.
pub(crate) async fn credits(
    reading: &Reading<'_>,
    roster: &Arc<Roster>,
    attribution: Attribution,
    is_person: bool,
) -> Result<Vec<Credit>, Error> {
    let fold = match (attribution, is_person) {
        (Attribution::AssignedNow, _) => return Ok(assigned_now(roster, is_person)),
        (Attribution::LastOwner, _) => return Ok(last_owners(roster, is_person)),
        (Attribution::Solver, true) => solver::<true>,
        (Attribution::Solver, false) => solver::<false>,
        (Attribution::TimeShare, true) => time_share::<true>,
        (Attribution::TimeShare, false) => time_share::<false>,
        (Attribution::All, true) => all::<true>,
        (Attribution::All, false) => all::<false>,
    };
    credited(reading, &History { measures: &[], facts: &[], replies: false, fold }, Arc::clone(roster)).await
}

fn assigned_now(roster: &Roster, is_person: bool) -> Vec<Credit> {
    let name = if is_person { "technician_ids" } else { "group_ids" };
    let lists = roster.rows.column_by_name(name).and_then(|lists| lists.as_list_opt::<i32>()).and_then(Ids::of);
    let rows = 0..roster.rows.num_rows();
    let of = |row: usize| {
        let ids = lists.map_or(&[][..], |lists| lists.at(row));
        ids.iter().map(move |subject| Credit { subject: *subject, millionths: WHOLE, row })
    };
    rows.flat_map(of).collect()
}

fn last_owners(roster: &Roster, is_person: bool) -> Vec<Credit> {
    let name = if is_person { "technician_id" } else { "group_id" };
    let ids = roster.rows.column_by_name(name).and_then(|ids| ids.as_primitive_opt::<Int64Type>());
    let rows = ids.into_iter().flat_map(|ids| ids.iter().enumerate());
    rows.filter_map(|(row, subject)| Some(Credit { subject: subject?, millionths: WHOLE, row })).collect()
}

/// When the ticket was solved last, as far as history tells; otherwise the end of time.
fn solved_at(life: &Life<'_>) -> i64 {
    life.solution().map_or(i64::MAX, |turn| turn.at)
}

fn solver<const PERSON: bool>(life: &Life<'_>, out: &mut Out<'_>) {
    let until = solved_at(life);
    let last = life.spans().take_while(|span| span.from <= until).last();
    if let Some(subject) = last.and_then(|span| life.primary(span.row, PERSON)) {
        out.credit(life, subject, WHOLE);
    }
}

fn all<const PERSON: bool>(life: &Life<'_>, out: &mut Out<'_>) {
    let until = solved_at(life);
    let mut subjects: Vec<i64> = Vec::new();
    for span in life.spans().take_while(|span| span.from <= until) {
        subjects.extend_from_slice(if PERSON { life.people(span) } else { life.groups(span) });
    }
    subjects.sort_unstable();
    subjects.dedup();
    for subject in subjects {
        out.credit(life, subject, WHOLE);
    }
}

fn time_share<const PERSON: bool>(life: &Life<'_>, out: &mut Out<'_>) {
    let mut held: Vec<(i64, i128)> = Vec::new();
    for span in life.spans().filter(super::Span::is_backlog) {
        let subjects = if PERSON { life.people(span) } else { life.groups(span) };
        let lasted = i128::from(span.to.min(life.now).saturating_sub(span.from).max(0));
        for subject in subjects {
            let part = lasted / subjects.len() as i128;
            match held.iter_mut().find(|(known, _)| known == subject) {
                Some((_, held)) => *held += part,
                None => held.push((*subject, part)),
            }
        }
    }
    let whole: i128 = held.iter().map(|(_, part)| part).sum();
    if whole == 0 {
        return solver::<PERSON>(life, out);
    }
    let mut left = WHOLE;
    let count = held.len();
    for (place, (subject, part)) in held.into_iter().enumerate() {
        // The last takes what rounding left, so that a ticket is never more or less than one.
        let share = if place + 1 == count { left } else { (part * i128::from(WHOLE) / whole) as i64 };
        left -= share;
        if share > 0 {
            out.credit(life, subject, share);
        }
    }
}

//! A ticket's steps as spans of constant status, reason and calendar, and the promises made meanwhile.

use super::{Ownership, Policy};
use crate::{Agreement, Error, Kind, Status, Step, What, step};

/// A stretch in which nothing changed that a clock cares about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) status: Status,
    pub(crate) reason: Option<u64>,
    pub(crate) calendar: Option<u64>,
}

/// A promise and how long it held.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Promise {
    pub(crate) agreement: Agreement,
    pub(crate) attached: i64,
    pub(crate) detached: Option<i64>,
    pub(crate) reset: Option<i64>,
}

/// One ticket until an instant.
#[derive(Debug)]
pub(crate) struct Timeline {
    pub(crate) opened: i64,
    pub(crate) now: i64,
    pub(crate) owned: Option<i64>,
    pub(crate) spans: Vec<Span>,
    pub(crate) promises: Vec<Promise>,
}

impl Timeline {
    pub(crate) fn new(steps: &[Step], policy: &Policy, now: i64) -> Result<Self, Error> {
        let known = step::until(steps, now);
        let opening = known.iter().rev().find_map(|step| match step.what {
            What::Opened(opened) => Some(opened),
            _ => None,
        });
        let opened = opening.ok_or(Error::NotOpened)?;
        let owned = known.iter().find(|step| match step.what {
            What::TakenIntoAccount => policy.ownership == Ownership::TakenIntoAccount,
            What::Assigned => policy.ownership == Ownership::Assigned,
            // A ticket that is solved has been owned by whoever solved it.
            What::Status(status) => status.is_over(),
            _ => false,
        });
        let owned = owned.map(|step| step.at);
        Ok(Self { opened, now, owned, spans: spans(&known, opened, now), promises: promises(&known) })
    }
}

/// Spans from `opened` to `now`, of which the last may have begun just now; whatever held first also held since the opening.
fn spans(known: &[Step], opened: i64, now: i64) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut current = Span { from: opened, to: opened, status: Status::NEW, reason: None, calendar: None };
    for step in known {
        let next = match step.what {
            What::Status(status) if status == Status::PENDING => Span { status, ..current },
            What::Status(status) => Span { status, reason: None, ..current },
            What::Pending(reason) => Span { reason, ..current },
            What::Calendar(calendar) => Span { calendar, ..current },
            _ => continue,
        };
        if next != current {
            let at = step.at.max(opened);
            if current.from < at {
                spans.push(Span { to: at, ..current });
            }
            current = Span { from: at, ..next };
        }
    }
    spans.push(Span { to: now.max(current.from), ..current });
    spans
}

fn promises(known: &[Step]) -> Vec<Promise> {
    let mut promises: Vec<Promise> = Vec::new();
    for step in known {
        match step.what {
            What::Attached(agreement) => {
                end(&mut promises, agreement.kind, step.at);
                promises.push(Promise { agreement, attached: step.at, detached: None, reset: None });
            }
            What::Detached(kind) => end(&mut promises, kind, step.at),
            What::Reset(kind) => {
                if let Some(promise) = held(&mut promises, kind) {
                    promise.reset = Some(step.at);
                }
            }
            _ => {}
        }
    }
    promises
}

fn end(promises: &mut [Promise], kind: Kind, at: i64) {
    if let Some(promise) = held(promises, kind) {
        promise.detached = Some(at);
    }
}

fn held(promises: &mut [Promise], kind: Kind) -> Option<&mut Promise> {
    promises.iter_mut().find(|promise| promise.agreement.kind == kind && promise.detached.is_none())
}

//! A scenario that makes sense: by which calendar, for which target and with which pauses each promise is counted.

use std::{collections::BTreeSet, sync::Arc};

use sla::{AsOf, Calendars, Hours, Kind, MonthRule, Policy, Status, Terms};

use super::{Input, promises::Promise, spelled, targets};
use crate::{
    clocks::{Known, known_calendar},
    error::Error,
    filters::{PRIORITIES, STATUSES},
    inputs,
    lateness::{CLOCKS, name},
};

/// A priority that people set by hand: no matrix gives it, and none takes it away.
const MAJOR: u8 = 6;

/// Which promises a rule takes.
#[derive(Debug)]
pub(super) struct Which {
    clock: Option<usize>,
    agreement: Option<i64>,
    priorities: Vec<u8>,
}

/// What a rule gives.
#[derive(Clone, Copy, Debug)]
pub(super) enum Give {
    Terms(Terms),
    Factor(f64),
}

/// A scenario, understood.
#[derive(Debug)]
pub(super) struct Rules {
    /// Those of the desk and those that the scenario spells out.
    pub(super) calendars: Arc<Calendars>,
    /// What clocks of the scenario follow.
    pub(super) policy: Policy,
    swapped: Vec<(Which, Hours)>,
    targets: Vec<(Which, Give)>,
    /// Priorities by urgency and impact.
    matrix: Option<[[u8; 5]; 5]>,
    /// Statuses that clocks to own, and to resolve, stand still in: as it is, and by the scenario.
    pauses: [[BTreeSet<u8>; 2]; 2],
}

/// By what a promise is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CountedBy {
    pub(super) calendar: Option<u64>,
    pub(super) target: i64,
}

impl Rules {
    /// The scenario of `input` over the desk that is `known`.
    pub(super) fn of(input: &Input, known: &Known) -> Result<Self, Error> {
        let mut spelled_out = Vec::new();
        let mut swapped = Vec::new();
        super::few("calendars", input.calendars.len(), super::RULES_MAX)?;
        for (at, rule) in input.calendars.iter().enumerate() {
            let which = Which::of("calendars", (rule.clock.as_deref(), rule.sla, rule.ola), &[])?;
            let calendar = spelled::calendar(at, rule, known, &mut spelled_out)?;
            swapped.push((which, calendar.map_or(Hours::Always, Hours::Calendar)));
        }
        super::few("targets", input.targets.len(), super::RULES_MAX)?;
        let mut given = Vec::new();
        for (at, rule) in input.targets.iter().enumerate() {
            let which = Which::of("targets", (rule.clock.as_deref(), rule.sla, rule.ola), &rule.priority)?;
            given.push((which, targets::give(at, rule, known)?));
        }
        let matrix = targets::matrix(&input.priorities)?;
        if matrix.is_some() && given.iter().all(|(which, _)| which.priorities.is_empty()) {
            let allowed = "targets with a priority beside the matrix";
            return Err(Error::invalid("priorities", "a matrix changes promises by targets of priorities", allowed));
        }
        let was = Policy::default();
        let policy = Policy {
            pauses_own: pauses(input.pauses.own.as_deref(), &was.pauses_own)?,
            pauses_resolve: pauses(input.pauses.resolve.as_deref(), &was.pauses_resolve)?,
            ..was.clone()
        };
        Ok(Self {
            calendars: Arc::new(known.calendars.with(spelled_out)),
            pauses: [standing_still(&was), standing_still(&policy)],
            policy,
            swapped,
            targets: given,
            matrix,
        })
    }

    /// Whether there may be promises that are counted otherwise than they are.
    pub(super) fn touch_something(&self) -> bool {
        let [was, is] = &self.pauses;
        !self.swapped.is_empty() || !self.targets.is_empty() || was != is
    }

    /// Every status in which some clock stands still, on either side.
    pub(super) fn statuses(&self) -> BTreeSet<u8> {
        self.pauses.iter().flatten().flatten().copied().collect()
    }

    /// The statuses in which clocks of `kind` stand still, as it is and by the scenario.
    pub(super) fn pauses(&self, kind: Kind) -> [&BTreeSet<u8>; 2] {
        let place = usize::from(!kind.is_own());
        [&self.pauses[0][place], &self.pauses[1][place]]
    }

    /// Whose hours the scenario counts for a promise; `None` where they are the promise's own.
    pub(super) fn swap(&self, promise: &Promise) -> Option<Hours> {
        let priority = self.priority(promise);
        let rule = self.swapped.iter().find(|(which, _)| which.takes(promise, priority));
        rule.map(|(_, hours)| *hours)
    }

    /// What the scenario's rules of targets give for a promise.
    pub(super) fn give(&self, promise: &Promise) -> Option<Give> {
        let priority = self.priority(promise);
        self.targets.iter().find(|(which, _)| which.takes(promise, priority)).map(|(_, give)| *give)
    }

    /// By what the scenario counts a promise; what its agreement gives is asked of the desk's rows only where it may be in days of another calendar.
    pub(super) fn terms(&self, promise: &Promise, known: &Known) -> Result<CountedBy, Error> {
        let calendar = self.swap(promise).map_or(promise.calendar, |hours| hours.calendar(promise.calendar));
        let give = self.give(promise);
        let of = |terms: Terms| -> Result<i64, Error> {
            Ok(terms.target(known_calendar(&self.calendars, calendar)?, promise.start, MonthRule::default()))
        };
        if let Some(Give::Terms(terms)) = give {
            return Ok(CountedBy { calendar, target: of(terms)? });
        }
        let mut target = promise.before.target;
        if calendar != promise.calendar {
            let as_of = AsOf { end: u64::MAX, at: promise.attached };
            let agreement = known.knowledge.agreement(promise.kind, promise.agreement_id(), as_of);
            if let Some(agreement) = agreement.filter(|agreement| agreement.terms.in_days()) {
                target = of(agreement.terms)?;
            }
        }
        Ok(CountedBy { calendar, target: times(target, give) })
    }

    fn priority(&self, promise: &Promise) -> u8 {
        let Some(matrix) = self.matrix.filter(|_| promise.priority != MAJOR) else { return promise.priority };
        let row = matrix.get(usize::from(promise.urgency).wrapping_sub(1));
        row.and_then(|row| row.get(usize::from(promise.impact).wrapping_sub(1))).copied().unwrap_or(promise.priority)
    }

    /// Whether priorities come from a matrix, and so from columns of tickets.
    pub(super) fn needs_urgency(&self) -> bool {
        self.matrix.is_some()
    }
}

/// `target` by a factor, where that is what is given.
pub(super) fn times(target: i64, give: Option<Give>) -> i64 {
    match give {
        Some(Give::Factor(factor)) => (target as f64 * factor).round() as i64,
        _ => target,
    }
}

impl Which {
    fn of(
        field: &'static str,
        (clock, sla, ola): (Option<&str>, Option<i64>, Option<i64>),
        priorities: &[String],
    ) -> Result<Self, Error> {
        let clocks: [(&str, usize); 4] = std::array::from_fn(|place| (name(CLOCKS[place]), place));
        let clock = clock.map(|clock| inputs::choice(field, clock, &clocks)).transpose()?;
        let agreement = match (sla, ola) {
            (Some(_), Some(_)) => return Err(Error::invalid(field, "sla and ola in one rule", "one of them")),
            (Some(sla), None) => Some(key(field, sla, 0)?),
            (None, Some(ola)) => Some(key(field, ola, 1)?),
            (None, None) => None,
        };
        let digits: Vec<(String, u8)> = PRIORITIES.iter().map(|(_, number)| (number.to_string(), *number)).collect();
        let mut words = PRIORITIES.to_vec();
        words.extend(digits.iter().map(|(digit, number)| (digit.as_str(), *number)));
        Ok(Self { clock, agreement, priorities: inputs::choices(field, priorities, &words)? })
    }

    fn takes(&self, promise: &Promise, priority: u8) -> bool {
        self.clock.is_none_or(|clock| clock == promise.kind as usize)
            && self.agreement.is_none_or(|agreement| agreement == promise.agreement)
            && (self.priorities.is_empty() || self.priorities.contains(&priority))
    }
}

/// The key of an agreement, as `clocks::agreement` takes it apart.
fn key(field: &'static str, id: i64, family: i64) -> Result<i64, Error> {
    if (1..=i64::from(u32::MAX)).contains(&id) {
        Ok(id * 2 + family)
    } else {
        Err(Error::invalid(field, format!("{id} is no agreement"), "the id of an SLA or OLA"))
    }
}

fn pauses(given: Option<&[String]>, was: &BTreeSet<Status>) -> Result<BTreeSet<Status>, Error> {
    let Some(given) = given else { return Ok(was.clone()) };
    // Solved and closed tickets stop clocks, they do not pause them.
    let known: Vec<(&str, Status)> = STATUSES
        .iter()
        .map(|(name, number)| (*name, Status(*number)))
        .filter(|(_, status)| !status.is_over())
        .collect();
    Ok(inputs::choices("pauses", given, &known)?.into_iter().collect())
}

/// The statuses of time that does not count, of clocks to own and of clocks to resolve.
fn standing_still(policy: &Policy) -> [BTreeSet<u8>; 2] {
    let numbers = |statuses: &BTreeSet<Status>| statuses.iter().map(|status| status.0).collect::<BTreeSet<u8>>();
    let mut resolve = numbers(&policy.pauses_resolve);
    resolve.extend([Status::SOLVED.0, Status::CLOSED.0]);
    [numbers(&policy.pauses_own), resolve]
}

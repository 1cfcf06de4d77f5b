//! Which promises change sides.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use datafusion::prelude::{Expr, col, lit};
use schemas::Instant;

use super::{
    answer::{WhatIfPromise, WhatIfSide, WhatIfSides},
    promises::{Promise, Side},
};
use crate::{
    clocks::agreement,
    error::Error,
    filters::TicketFilters,
    lateness::{CLOCKS, name},
    reading::Reading,
    summaries::{TicketSummary, named, summaries, summary_columns},
    window::{Window, date},
};

/// Promises held beyond those that will be told, before the others are let go.
const SPARE: usize = 10_000;

/// What is decided outside the window.
const OUTSIDE: &str = "outside";

/// Promises that change sides, and how many go which way.
#[derive(Debug)]
pub(super) struct Changes {
    window: Window,
    told_max: usize,
    ways: BTreeMap<(&'static str, &'static str), u64>,
    changed: Vec<(Promise, Side)>,
    total: u64,
}

impl Changes {
    pub(super) fn new(window: Window, told_max: usize) -> Self {
        Self { window, told_max, ways: BTreeMap::new(), changed: Vec::new(), total: 0 }
    }

    /// Adds promises.
    pub(super) fn add(&mut self, promises: &[Promise], after: &[Side]) {
        for (promise, after) in promises.iter().zip(after) {
            let [is, would_be] = [self.place(&promise.before), self.place(after)];
            if is.is_none() && would_be.is_none() {
                continue;
            }
            let sides = (is.unwrap_or(elsewhere(&promise.before)), would_be.unwrap_or(elsewhere(after)));
            *self.ways.entry(sides).or_default() += 1;
            if promise.before.name() != after.name() {
                self.total += 1;
                self.changed.push((*promise, *after));
            }
        }
        if self.changed.len() > self.told_max + SPARE {
            self.shorten();
        }
    }

    /// The name of the side, where it is decided in the window.
    fn place(&self, side: &Side) -> Option<&'static str> {
        let at = Instant::from_seconds(side.concluded?);
        (at >= self.window.from && at < self.window.to).then(|| side.name())
    }

    fn shorten(&mut self) {
        let over = |(promise, after): &(Promise, Side)| {
            (Reverse(promise.before.over_by().max(after.over_by())), promise.ticket, promise.kind, promise.attached)
        };
        self.changed.sort_by_key(over);
        self.changed.truncate(self.told_max);
    }

    /// How many go which way.
    pub(super) fn ways(&self) -> Vec<WhatIfSides> {
        let way = |((before, after), promises): (&(&str, &str), &u64)| WhatIfSides {
            before: (*before).to_owned(),
            after: (*after).to_owned(),
            promises: *promises,
        };
        self.ways.iter().map(way).collect()
    }

    /// Those that change sides, and how many there are.
    pub(super) async fn told(
        mut self,
        reading: &Reading<'_>,
        now: Instant,
    ) -> Result<(Vec<WhatIfPromise>, u64), Error> {
        self.shorten();
        let mut tickets: HashMap<i64, TicketSummary> = HashMap::new();
        let ids: Vec<Expr> = self.changed.iter().map(|(promise, _)| lit(promise.ticket)).collect();
        if !ids.is_empty() {
            let rows = reading.tickets(&TicketFilters::default()).await?;
            let rows = rows.filter(col("ticket_id").in_list(ids, false))?.select(summary_columns(now))?;
            for batch in rows.collect().await? {
                tickets.extend(summaries(&batch, &reading.dimensions)?.into_iter().map(|ticket| (ticket.id, ticket)));
            }
        }
        let told = |(promise, after): &(Promise, Side)| {
            let (family, id) = agreement(promise.agreement);
            Some(WhatIfPromise {
                ticket: tickets.get(&promise.ticket)?.clone(),
                clock: name(CLOCKS[promise.kind as usize]).to_owned(),
                agreement: named(family, id, &reading.dimensions),
                attached_at: date(Instant::from_seconds(promise.attached)),
                before: side(&promise.before),
                after: side(after),
            })
        };
        Ok((self.changed.iter().filter_map(told).collect(), self.total))
    }
}

/// The name of a side that is not decided in the window.
fn elsewhere(side: &Side) -> &'static str {
    if side.concluded.is_some() { OUTSIDE } else { side.name() }
}

fn side(side: &Side) -> WhatIfSide {
    WhatIfSide {
        state: side.name().to_owned(),
        target_s: side.target,
        elapsed_s: side.elapsed,
        over_by_s: side.over_by(),
        breached_at: side.breached.map(|at| date(Instant::from_seconds(at))),
    }
}

//! History: what happened to tickets, told by their spans, in one walk over them.
//!
//! A metric of history is a function that reads the life of one ticket and puts events, stocks, stretches of time and
//! durations into a sheet of buckets by keys. Nothing is planned or scanned for each bucket: a stock is a step up in one
//! bucket and a step down in another.

mod credits;
mod dims;
mod keys;
mod life;
mod out;
mod replies;
mod roster;
mod sheet;
mod tickets;
mod trees;
mod walk;

pub(crate) use credits::{ATTRIBUTIONS, Attribution, Credit, WHOLE, credits};
pub(crate) use dims::{DIMS, Dim, Frame, Share};
pub(crate) use keys::{BY_MAX, NONE, OTHER};
pub(crate) use life::{CLOSED, Life, PENDING, SOLVED, Span, Turn};
pub(crate) use out::Out;
pub(crate) use roster::Roster;
pub(crate) use sheet::{Cell, Sheet};
pub(crate) use tickets::{AT, count_clocks, count_tickets, fill, name as measure_column};
#[cfg(test)]
pub(crate) use walk::told;
pub(crate) use walk::walk;

/// How the life of a ticket becomes numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct History {
    /// The columns of its sheet.
    pub(crate) measures: &'static [Measured],
    /// The columns of `tickets` that it reads beside spans.
    pub(crate) facts: &'static [&'static str],
    /// Whether it reads what people wrote.
    pub(crate) replies: bool,
    /// Puts one ticket's life into the sheet.
    pub(crate) fold: fn(&Life<'_>, &mut Out<'_>),
}

/// One column of a sheet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// What a bucket says of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// How much happened in it.
    Flow,
    /// How many there are when it ends.
    Stock,
    /// How many seconds passed in it.
    Time,
}

impl Measured {
    pub(crate) const fn flow(name: &'static str) -> Self {
        Self { name, kind: Kind::Flow }
    }

    pub(crate) const fn stock(name: &'static str) -> Self {
        Self { name, kind: Kind::Stock }
    }

    pub(crate) const fn time(name: &'static str) -> Self {
        Self { name, kind: Kind::Time }
    }
}

impl History {
    /// Whether it says how many there are, rather than how much happens.
    pub(crate) fn is_stock(&self) -> bool {
        self.measures.iter().all(|measure| measure.kind == Kind::Stock)
    }

    /// Whether it measures stretches of time.
    pub(crate) fn is_time(&self) -> bool {
        self.measures.iter().any(|measure| measure.kind == Kind::Time)
    }
}

/// Whole seconds at `micros`, so that differences add up.
pub(crate) const fn seconds(micros: i64) -> i64 {
    micros.div_euclid(1_000_000)
}

//! The life of a ticket: its spans, in order, and what `tickets` knows of it now.

use std::ops::Range;

use arrow::{
    array::{Array, AsArray, BooleanArray, Int64Array, ListArray, PrimitiveArray, RecordBatch, StringArray},
    datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type},
};

use super::{replies::Reply, roster::Roster};
use crate::error::Error;

/// GLPI's statuses that metrics name.
pub(crate) const PENDING: u8 = 4;
pub(crate) const SOLVED: u8 = 5;
pub(crate) const CLOSED: u8 = 6;

/// What is read of spans, in the order of their table.
pub(super) const COLUMNS: [&str; 11] = [
    "ticket_id",
    "span_start",
    "span_end",
    "status",
    "is_open",
    "is_counted",
    "priority",
    "entity_id",
    "technician_ids",
    "group_ids",
    "confidence",
];

/// The spans of a batch.
#[derive(Debug)]
pub(crate) struct Spans<'a> {
    pub(super) tickets: &'a [i64],
    starts: &'a [i64],
    ends: &'a PrimitiveArray<TimestampMicrosecondType>,
    status: &'a [u8],
    is_open: &'a BooleanArray,
    is_counted: &'a BooleanArray,
    priority: &'a [u8],
    people: Ids<'a>,
    groups: Ids<'a>,
    confidence: &'a StringArray,
}

/// Lists of ids.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids<'a> {
    offsets: &'a [i32],
    values: &'a [i64],
}

/// One span. Times are microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Its row in the batch.
    pub(crate) row: usize,
    pub(crate) from: i64,
    /// The first instant after it; that of the end of time while it goes on.
    pub(crate) to: i64,
    pub(crate) status: u8,
    pub(crate) is_open: bool,
    pub(crate) is_counted: bool,
}

/// A moment at which something about a ticket changed: what was before and what is after it, if anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) at: i64,
    pub(crate) before: Option<Span>,
    pub(crate) after: Option<Span>,
}

/// The spans of one ticket.
#[derive(Clone, Debug)]
pub(crate) struct Life<'a> {
    pub(super) spans: &'a Spans<'a>,
    pub(super) rows: Range<usize>,
    pub(super) roster: Option<&'a Roster>,
    /// Its row in the roster.
    pub(super) fact: Option<usize>,
    pub(super) replies: &'a [Reply],
    /// What the question calls now.
    pub(crate) now: i64,
}

impl<'a> Ids<'a> {
    pub(super) fn of(lists: &'a ListArray) -> Option<Self> {
        Some(Self { offsets: lists.value_offsets(), values: lists.values().as_primitive_opt::<Int64Type>()?.values() })
    }

    /// The ids of a row, ascending.
    pub(crate) fn at(self, row: usize) -> &'a [i64] {
        &self.values[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }
}

impl<'a> Spans<'a> {
    pub(super) fn of(rows: &'a RecordBatch) -> Result<Self, Error> {
        let column = |name: &str| rows.column_by_name(name).ok_or_else(|| wrong(name));
        let ids = |name: &str| {
            let lists = column(name)?.as_list_opt::<i32>().and_then(Ids::of);
            lists.ok_or_else(|| wrong(name))
        };
        let numbers = |name: &str| column(name)?.as_primitive_opt::<Int64Type>().ok_or_else(|| wrong(name));
        let small = |name: &str| column(name)?.as_primitive_opt::<UInt8Type>().ok_or_else(|| wrong(name));
        let times =
            |name: &str| column(name)?.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| wrong(name));
        let flags = |name: &str| column(name)?.as_boolean_opt().ok_or_else(|| wrong(name));
        Ok(Self {
            tickets: numbers("ticket_id")?.values(),
            starts: times("span_start")?.values(),
            ends: times("span_end")?,
            status: small("status")?.values(),
            is_open: flags("is_open")?,
            is_counted: flags("is_counted")?,
            priority: small("priority")?.values(),
            people: ids("technician_ids")?,
            groups: ids("group_ids")?,
            confidence: column("confidence")?.as_string_opt().ok_or_else(|| wrong("confidence"))?,
        })
    }

    fn at(&self, row: usize) -> Span {
        Span {
            row,
            from: self.starts[row],
            to: if self.ends.is_valid(row) { self.ends.value(row) } else { i64::MAX },
            status: self.status[row],
            is_open: self.is_open.value(row),
            is_counted: self.is_counted.value(row),
        }
    }
}

impl Span {
    /// It belongs to the backlog.
    pub(crate) const fn is_backlog(&self) -> bool {
        self.is_open && self.is_counted
    }
}

impl Life<'_> {
    /// Its spans, oldest first.
    pub(crate) fn spans(&self) -> impl DoubleEndedIterator<Item = Span> + Clone {
        self.rows.clone().map(|row| self.spans.at(row))
    }

    /// Its beginning, its changes and, where it is gone, its end.
    pub(crate) fn turns(&self) -> impl Iterator<Item = Turn> + Clone {
        let (first, last) = (self.rows.start, self.rows.end);
        (first..=last).filter_map(move |row| {
            let before = (row > first).then(|| self.spans.at(row - 1));
            let after = (row < last).then(|| self.spans.at(row));
            let at = after.map_or_else(|| before.map_or(i64::MAX, |span| span.to), |span| span.from);
            (at < i64::MAX).then_some(Turn { at, before, after })
        })
    }

    /// When it went from open to solved or closed, as often as it did. What was solved when GLPI made its row counts where
    /// history tells so.
    pub(crate) fn solves(&self) -> impl Iterator<Item = Turn> + Clone {
        self.turns().filter(|turn| {
            let is_done = turn.after.is_some_and(|after| after.is_counted && !after.is_open);
            is_done && turn.before.map_or_else(|| self.is_recorded(turn.after), |before| before.is_open)
        })
    }

    /// When it went from solved or closed back to open, as often as it did.
    pub(crate) fn reopens(&self) -> impl Iterator<Item = Turn> + Clone {
        self.turns().filter(|turn| {
            turn.before.is_some_and(|before| !before.is_open) && turn.after.is_some_and(|after| after.is_backlog())
        })
    }

    /// The last solution, unless it was taken back.
    pub(crate) fn solution(&self) -> Option<Turn> {
        let last = self.spans().next_back()?;
        if last.is_open || !last.is_counted || last.to < i64::MAX {
            return None;
        }
        self.solves().last()
    }

    /// Who is assigned during a span.
    pub(crate) fn people(&self, span: Span) -> &[i64] {
        self.spans.people.at(span.row)
    }

    /// The groups assigned during a span.
    pub(crate) fn groups(&self, span: Span) -> &[i64] {
        self.spans.groups.at(span.row)
    }

    /// Of those assigned in `row`, the person, or the group, assigned last; of several at once the one with the greatest id.
    pub(crate) fn primary(&self, row: usize, is_person: bool) -> Option<i64> {
        let ids = if is_person { self.spans.people } else { self.spans.groups };
        let mut order: Vec<i64> = Vec::new();
        for row in self.rows.start..=row {
            let now = ids.at(row);
            order.retain(|id| now.binary_search(id).is_ok());
            for id in now {
                if !order.contains(id) {
                    order.push(*id);
                }
            }
        }
        order.last().copied()
    }

    /// The priority during a span.
    pub(crate) fn priority(&self, span: Span) -> u8 {
        self.spans.priority[span.row]
    }

    /// When it was opened: the date that people edit, or, where a metric does not read that, when GLPI made its row.
    pub(crate) fn opened_at(&self) -> i64 {
        let known = self.roster.zip(self.fact).and_then(|(roster, fact)| roster.time("opened_at", fact));
        known.unwrap_or_else(|| self.spans.starts[self.rows.start])
    }

    /// What others than its requesters wrote for everybody to read, oldest first, where the metric reads that.
    pub(crate) fn answers(&self) -> impl Iterator<Item = &Reply> {
        let asking = self.roster.zip(self.fact).map_or(&[][..], |(roster, fact)| roster.ids("requester_ids", fact));
        self.replies.iter().filter(|reply| asking.binary_search(&reply.author).is_err())
    }

    fn is_recorded(&self, span: Option<Span>) -> bool {
        span.is_some_and(|span| self.spans.confidence.value(span.row) == "recorded")
    }
}

pub(super) fn wrong(name: &str) -> Error {
    Error::from(datafusion::common::exec_datafusion_err!("column {name} is missing or of another type"))
}

/// The numbers of a column of ids.
pub(super) fn numbers(rows: &RecordBatch, name: &str) -> Result<Int64Array, Error> {
    let column = rows.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>());
    column.cloned().ok_or_else(|| wrong(name))
}

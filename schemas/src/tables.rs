//! The tables that the write side fills and the read side questions.
//!
//! Times are microseconds in UTC, durations whole seconds (`_s`), ids GLPI's. Tables with a `ticket_version` keep the rows of
//! the newest version of a ticket only: a reader that finds an older version beside a newer one ignores the older.

mod columns;
mod newest;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;

pub use newest::{Part, merge, newest};

/// One table of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Append-only history: one row for each event.
    TicketEvents,
    /// One current row for each ticket.
    Tickets,
    /// Maximal intervals of constant status, priority, entity, people and groups.
    TicketSpans,
    /// One row for each promise that was made to a ticket: how its clock stands, in both modes.
    SlaClocks,
    /// Versions of the rows that tickets refer to.
    Dimensions,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 5] =
        [Self::TicketEvents, Self::Tickets, Self::TicketSpans, Self::SlaClocks, Self::Dimensions];

    /// The table's name in SQL, on disk and in exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TicketEvents => "ticket_events",
            Self::Tickets => "tickets",
            Self::TicketSpans => "ticket_spans",
            Self::SlaClocks => "sla_clocks",
            Self::Dimensions => "dimensions",
        }
    }

    /// The table of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// The columns, in order.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::TicketEvents => columns::TICKET_EVENTS,
            Self::Tickets => columns::TICKETS,
            Self::TicketSpans => columns::TICKET_SPANS,
            Self::SlaClocks => columns::SLA_CLOCKS,
            Self::Dimensions => columns::DIMENSIONS,
        }
    }

    /// The columns that files are sorted by, for pruning.
    pub const fn sort_key(self) -> &'static [&'static str] {
        match self {
            Self::TicketEvents => &["ticket_id", "occurred_at", "sequence"],
            Self::Tickets => &["ticket_id"],
            Self::TicketSpans => &["ticket_id", "span_start"],
            Self::SlaClocks => &["ticket_id", "clock", "attached_at"],
            Self::Dimensions => &["kind", "dimension_id", "version"],
        }
    }

    /// Whether newer rows of a ticket replace older ones.
    pub const fn is_versioned(self) -> bool {
        matches!(self, Self::Tickets | Self::TicketSpans | Self::SlaClocks)
    }

    /// Whether its rows belong to tickets.
    pub const fn has_tickets(self) -> bool {
        !matches!(self, Self::Dimensions)
    }

    /// The table as an Arrow schema.
    pub fn arrow_schema(self) -> SchemaRef {
        let fields: Vec<Field> =
            self.columns().iter().map(|column| Field::new(column.name, column.kind.arrow(), column.nullable)).collect();
        Arc::new(Schema::new(fields))
    }
}

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name, unit last.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Whether a row may leave it empty.
    pub nullable: bool,
    /// What it means.
    pub meaning: &'static str,
}

/// The types that every engine and file format of Farol shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// 8-bit whole number without sign: statuses, priorities.
    UInt8,
    /// 32-bit whole number without sign: small counts.
    UInt32,
    /// 64-bit whole number: ids, versions, seconds.
    Int64,
    /// 64-bit floating point.
    Float64,
    /// UTF-8 text.
    Text,
    /// Microseconds since 1970, UTC.
    Time,
    /// Ids, ascending, none twice.
    Ids,
}

impl Kind {
    /// The same type in Arrow.
    pub fn arrow(self) -> DataType {
        match self {
            Self::Bool => DataType::Boolean,
            Self::UInt8 => DataType::UInt8,
            Self::UInt32 => DataType::UInt32,
            Self::Int64 => DataType::Int64,
            Self::Float64 => DataType::Float64,
            Self::Text => DataType::Utf8,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Ids => DataType::List(Arc::new(Field::new_list_field(DataType::Int64, false))),
        }
    }
}

//! Dimensions: what a sheet counts by, and where it is read.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow::{
    array::{Array, AsArray, BooleanArray, Int64Array, RecordBatch},
    datatypes::{Int64Type, UInt8Type},
};
use chrono_tz::Tz;

use super::{
    keys::{NONE, OTHER},
    life::{Ids, wrong},
};
use crate::{
    buckets::{Buckets, local_clock},
    clocks::{AGREEMENT_KEY, CLOCK_NUMBER},
    error::Error,
    filters::{KINDS, PRIORITIES, STATUSES},
};

/// What to count by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Dim {
    Status,
    Priority,
    Entity,
    EntityTree,
    Group,
    GroupTree,
    Technician,
    Category,
    CategoryTree,
    Kind,
    Source,
    Location,
    LocationTree,
    Weekday,
    Hour,
    Clock,
    Agreement,
}

/// The words that a question chooses dimensions by.
pub(crate) const DIMS: [(&str, Dim); 17] = [
    ("status", Dim::Status),
    ("priority", Dim::Priority),
    ("entity", Dim::Entity),
    ("entity_subtree", Dim::EntityTree),
    ("group", Dim::Group),
    ("group_subtree", Dim::GroupTree),
    ("technician", Dim::Technician),
    ("category", Dim::Category),
    ("category_subtree", Dim::CategoryTree),
    ("kind", Dim::Kind),
    ("source", Dim::Source),
    ("location", Dim::Location),
    ("location_subtree", Dim::LocationTree),
    ("weekday", Dim::Weekday),
    ("hour", Dim::Hour),
    ("clock", Dim::Clock),
    ("agreement", Dim::Agreement),
];

/// Clocks by their place among a ticket's four.
const CLOCK_NUMBERS: [(&str, u8); 4] = [("tto", 0), ("ttr", 1), ("internal_tto", 2), ("internal_ttr", 3)];

/// How time and work are shared among several people or groups at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Share {
    /// All of it to each.
    #[default]
    Full,
    /// An equal part to each; the parts add up to the whole.
    Equal,
    /// All of it to the one assigned last.
    Primary,
}

/// What is the same for every ticket of a question.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) buckets: Arc<Buckets>,
    pub(crate) by: Vec<Dim>,
    pub(crate) zone: Tz,
    pub(crate) now: i64,
    pub(crate) share: Share,
    /// For each dimension that is a tree, a row with all above it.
    pub(crate) trees: Vec<HashMap<i64, Vec<i64>>>,
    /// The entities that the viewer may see, where there are others.
    pub(crate) entities: Option<BTreeSet<i64>>,
}

impl Dim {
    /// The column that it is read from; none where it is of the instant.
    pub(crate) const fn column(self) -> Option<&'static str> {
        match self {
            Self::Status => Some("status"),
            Self::Priority => Some("priority"),
            Self::Entity | Self::EntityTree => Some("entity_id"),
            Self::Group | Self::GroupTree => Some("group_ids"),
            Self::Technician => Some("technician_ids"),
            Self::Category | Self::CategoryTree => Some("category_id"),
            Self::Kind => Some("kind"),
            Self::Source => Some("source_id"),
            Self::Location | Self::LocationTree => Some("location_id"),
            Self::Clock => Some(CLOCK_NUMBER),
            Self::Agreement => Some(AGREEMENT_KEY),
            Self::Weekday | Self::Hour => None,
        }
    }

    /// Whether history knows it: what it was then, rather than what it is now.
    pub(crate) const fn is_of_spans(self) -> bool {
        matches!(
            self,
            Self::Status
                | Self::Priority
                | Self::Entity
                | Self::EntityTree
                | Self::Group
                | Self::GroupTree
                | Self::Technician
        )
    }

    /// Whether it is of the instant of an event.
    pub(crate) const fn is_of_clock(self) -> bool {
        matches!(self, Self::Weekday | Self::Hour)
    }

    /// Whether only promises have it.
    pub(crate) const fn is_of_promises(self) -> bool {
        matches!(self, Self::Clock | Self::Agreement)
    }

    /// Whether a ticket has several at once.
    pub(crate) const fn is_list(self) -> bool {
        matches!(self, Self::Group | Self::GroupTree | Self::Technician)
    }

    /// Whether a row also counts for all above it.
    pub(crate) const fn is_tree(self) -> bool {
        matches!(self, Self::EntityTree | Self::GroupTree | Self::CategoryTree | Self::LocationTree)
    }

    /// GLPI's item type of its rows; none for numbers with names of their own.
    pub(crate) const fn kind(self) -> Option<&'static str> {
        match self {
            Self::Entity | Self::EntityTree => Some("Entity"),
            Self::Group | Self::GroupTree => Some("Group"),
            Self::Technician => Some("User"),
            Self::Category | Self::CategoryTree => Some("ITILCategory"),
            Self::Source => Some("RequestType"),
            Self::Location | Self::LocationTree => Some("Location"),
            Self::Status | Self::Priority | Self::Kind | Self::Weekday | Self::Hour | Self::Clock | Self::Agreement => {
                None
            }
        }
    }

    /// The numbers that have names.
    pub(crate) const fn numbers(self) -> &'static [(&'static str, u8)] {
        match self {
            Self::Status => &STATUSES,
            Self::Priority => &PRIORITIES,
            Self::Kind => &KINDS,
            Self::Clock => &CLOCK_NUMBERS,
            _ => &[],
        }
    }
}

/// The dimensions of a question over one batch of spans, or of tickets.
#[derive(Debug)]
pub(crate) struct Lens<'a> {
    pub(super) frame: &'a Frame,
    cells: Vec<Cells<'a>>,
    /// The spans that the filters take; all of them without.
    pub(super) taken: Option<&'a BooleanArray>,
}

#[derive(Debug)]
struct Cells<'a> {
    dim: Dim,
    of_ticket: bool,
    values: Values<'a>,
}

#[derive(Debug)]
enum Values<'a> {
    Small(&'a [u8]),
    Id(&'a Int64Array),
    Ids(Ids<'a>),
    Clock,
}

impl<'a> Lens<'a> {
    /// Dimensions are read from `rows`, and those that it does not have from `tickets`.
    pub(super) fn new(
        frame: &'a Frame,
        rows: &'a RecordBatch,
        tickets: Option<&'a RecordBatch>,
        taken: Option<&'a BooleanArray>,
    ) -> Result<Self, Error> {
        let cells = |dim: &Dim| {
            let Some(name) = dim.column() else {
                return Ok(Cells { dim: *dim, of_ticket: false, values: Values::Clock });
            };
            let own = rows.column_by_name(name);
            let of_ticket = own.is_none();
            let column = own.or_else(|| tickets?.column_by_name(name)).ok_or_else(|| wrong(name))?;
            let values = if let Some(numbers) = column.as_primitive_opt::<UInt8Type>() {
                Values::Small(numbers.values())
            } else if let Some(ids) = column.as_primitive_opt::<Int64Type>() {
                Values::Id(ids)
            } else {
                Values::Ids(column.as_list_opt::<i32>().and_then(Ids::of).ok_or_else(|| wrong(name))?)
            };
            Ok(Cells { dim: *dim, of_ticket, values })
        };
        let cells = frame.by.iter().map(cells).collect::<Result<_, Error>>()?;
        Ok(Self { frame, cells, taken })
    }

    /// Whether the filters take the span in `row`.
    pub(super) fn takes(&self, row: usize) -> bool {
        self.taken.is_none_or(|taken| taken.is_valid(row) && taken.value(row))
    }

    /// The values of the dimension at `place` for a row, the ticket's row in the roster, and an instant.
    pub(super) fn values(&self, place: usize, (row, fact, at): (usize, Option<usize>, i64), out: &mut Vec<i64>) {
        out.clear();
        let Some(cells) = self.cells.get(place) else { return };
        let row = if cells.of_ticket { fact } else { Some(row) };
        let Some(row) = row else {
            out.push(NONE);
            return;
        };
        match &cells.values {
            Values::Small(numbers) => out.push(known(cells.dim, numbers[row])),
            Values::Id(ids) if ids.is_null(row) => {}
            Values::Id(ids) => out.push(ids.value(row)),
            Values::Ids(ids) => out.extend_from_slice(ids.at(row)),
            Values::Clock => {
                let (weekday, hour) = local_clock(at, self.frame.zone);
                out.push(if cells.dim == Dim::Weekday { weekday } else { hour });
            }
        }
        if cells.dim.is_tree() {
            self.climb(place, out);
        }
        if cells.dim.kind() == Some("Entity") {
            self.hide(out, cells.dim.is_tree());
        }
        if out.is_empty() {
            out.push(NONE);
        }
    }

    /// Adds all rows above those in `out`, each once.
    fn climb(&self, place: usize, out: &mut Vec<i64>) {
        let Some(lines) = self.frame.trees.get(place) else { return };
        let above: Vec<i64> = out.iter().filter_map(|id| lines.get(id)).flatten().copied().collect();
        out.extend(above);
        out.sort_unstable();
        out.dedup();
    }

    /// Takes away the names of entities that the viewer may not see.
    fn hide(&self, out: &mut Vec<i64>, is_tree: bool) {
        let Some(visible) = &self.frame.entities else { return };
        if is_tree {
            out.retain(|id| visible.contains(id));
        } else {
            out.iter_mut().filter(|id| !visible.contains(id)).for_each(|id| *id = OTHER);
        }
        if out.is_empty() {
            out.push(OTHER);
        }
    }
}

/// The number where it has a name.
fn known(dim: Dim, number: u8) -> i64 {
    if dim.numbers().iter().any(|(_, known)| *known == number) { number.into() } else { OTHER }
}

//! Lists read in the order of ids, page by page, without losing rows that move to the left meanwhile.
//!
//! GLPI knows no "rows after id n", only offsets; a row that is deleted moves all later ones. Each page therefore begins a
//! few rows before the place, and when even those have moved past it, reading goes back a page.

use serde_json::Value;

use super::convert::{self, Dimension};
use super::cursor::Collection;
use super::kind::Kind;
use crate::client::{Error, GlpiClient, Order, PageRequest};

/// Rows that neighbouring pages share.
pub(crate) const OVERLAP_ROWS: u64 = 10;

/// A list of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    /// Rows that tickets refer to.
    Dimension(&'static Dimension, /* is_trash */ bool),
    /// Tickets.
    Tickets(/* is_trash */ bool),
    /// Rows that belong to tickets.
    Children(Kind),
}

/// A page of a list.
pub(crate) struct Sheet {
    pub(crate) rows: Vec<Value>,
    /// The place after the page; nothing after the last one.
    pub(crate) next: Option<Collection>,
    /// Rows that were delivered in vain.
    pub(crate) discarded: u64,
}

impl List {
    /// Everything a backfill reads, in its order.
    pub(crate) fn backfill() -> Vec<Self> {
        let children = Kind::CHILDREN.into_iter().map(Self::Children);
        Self::dimensions().into_iter().chain([Self::Tickets(false), Self::Tickets(true)]).chain(children).collect()
    }

    /// The lists of dimensions.
    pub(crate) fn dimensions() -> Vec<Self> {
        let of = |dimension: &'static Dimension| {
            let trash = dimension.has_trash.then_some(Self::Dimension(dimension, true));
            [Some(Self::Dimension(dimension, false)), trash].into_iter().flatten()
        };
        convert::DIMENSIONS.iter().flat_map(of).collect()
    }

    /// GLPI's name of the rows.
    pub(crate) const fn itemtype(self) -> &'static str {
        match self {
            Self::Dimension(dimension, _) => dimension.itemtype,
            Self::Tickets(_) => Kind::Ticket.itemtype(),
            Self::Children(kind) => kind.itemtype(),
        }
    }

    /// Whether Farol refuses to work when the account may not read it.
    pub(crate) const fn is_required(self) -> bool {
        match self {
            Self::Dimension(dimension, is_trash) => dimension.is_required && !is_trash,
            Self::Tickets(_) => true,
            Self::Children(kind) => kind.is_required(),
        }
    }

    /// A request for its rows, in the order of their ids.
    pub(crate) fn request(self) -> PageRequest {
        let request = PageRequest::first().sorted_by("id", Order::Ascending);
        match self {
            Self::Dimension(_, true) | Self::Tickets(true) => request.in_trash(),
            // Other things than tickets have far more history on many desks.
            Self::Children(Kind::Log) => request.where_text("itemtype", "^Ticket$"),
            _ => request,
        }
    }
}

/// Reads the page at `at` of what `request` selects from `itemtype`.
pub(crate) async fn read(
    client: &GlpiClient,
    itemtype: &str,
    request: &PageRequest,
    at: &Collection,
) -> Result<Sheet, Error> {
    let page_rows = u64::from(client.limits().page_rows_max);
    let overlap = OVERLAP_ROWS.min(page_rows / 2);
    let mut start = at.offset.saturating_sub(overlap);
    let mut discarded = 0;
    loop {
        let page = client.page(itemtype, &request.clone().starting_at(start)).await?;
        if start > 0 && overlap > 0 && is_past(&page.rows, at.last_id) {
            discarded += page.rows.len() as u64;
            start = start.saturating_sub(page_rows);
            continue;
        }
        let last_id = page.rows.iter().filter_map(convert::id_of).chain(at.last_id).max();
        let next = page.next_start().map(|offset| Collection { list: at.list, offset, last_id });
        return Ok(Sheet { rows: page.rows, next, discarded });
    }
}

/// Whether rows may have moved to the left of this page unread.
fn is_past(rows: &[Value], last_id: Option<i64>) -> bool {
    match (rows.iter().find_map(convert::id_of), last_id) {
        (Some(first), Some(last)) => first > last,
        (None, _) => rows.is_empty(),
        (Some(_), None) => false,
    }
}

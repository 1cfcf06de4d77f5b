//! Lists read in the order of ids, page by page, without losing rows that move to the left meanwhile.
//!
//! GLPI knows no "rows after id n", only offsets; a row that is deleted moves all later ones. Each page therefore begins a
//! few rows before the place, and when even those have moved past it, reading goes back a page.

use std::ops::Range;

use serde_json::Value;

use super::convert::{self, Dimension};
use super::cursor::Collection;
use super::kind::Kind;
use super::run::is_of_the_request;
use crate::client::{Error, GlpiClient, Order, PageRequest};

/// Rows that neighbouring pages share.
const OVERLAP_ROWS: u64 = 10;

/// A page with more unreadable rows than this is not read around: something else is wrong.
const UNREADABLE_ROWS_MAX: usize = 20;

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
    /// The places of rows that cannot be read.
    pub(crate) unreadable: Vec<u64>,
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

/// Rows in one piece.
pub(crate) struct Stretch {
    pub(crate) rows: Vec<Value>,
    /// The rows up to its end; nothing where that is the end of the list.
    pub(crate) end: Option<u64>,
    /// The places of rows that cannot be read.
    pub(crate) unreadable: Vec<u64>,
    /// Its last page was not full.
    is_short: bool,
}

/// Reads the page at `at` of what `request` selects from `itemtype`.
pub(crate) async fn read(
    client: &GlpiClient,
    itemtype: &str,
    request: &PageRequest,
    at: &Collection,
) -> Result<Sheet, Error> {
    let page_rows = u64::from(client.limits().page_rows_max);
    let mut start = at.offset.saturating_sub(overlap(page_rows));
    let mut discarded = 0;
    loop {
        let stretch = stretch(client, itemtype, request, start..at.offset).await?;
        if start > 0 && is_past(&stretch.rows, at.last_id) {
            discarded += stretch.rows.len() as u64;
            start = start.saturating_sub(page_rows);
            continue;
        }
        let last_id = stretch.rows.iter().filter_map(convert::id_of).chain(at.last_id).max();
        // Counting more rows than there are is no reason to ask for them again and again.
        let is_end = stretch.is_short && last_id == at.last_id;
        let end = stretch.end.filter(|_| !is_end);
        let next = end.map(|offset| Collection { list: at.list, offset, last_id });
        return Ok(Sheet { rows: stretch.rows, next, discarded, unreadable: Vec::new() });
    }
}

/// Reads the page at `at` around the rows of it that cannot be read.
pub(crate) async fn pick(
    client: &GlpiClient,
    itemtype: &str,
    request: &PageRequest,
    at: &Collection,
) -> Result<Sheet, Error> {
    let page_rows = u64::from(client.limits().page_rows_max);
    let start = at.offset.saturating_sub(overlap(page_rows));
    let stretch = stretch_around(client, itemtype, request, start..at.offset, page_rows).await?;
    let last_id = stretch.rows.iter().filter_map(convert::id_of).chain(at.last_id).max();
    let next = stretch.end_beyond(at.offset).map(|offset| Collection { list: at.list, offset, last_id });
    Ok(Sheet { rows: stretch.rows, next, discarded: 0, unreadable: stretch.unreadable })
}

/// The rows that neighbouring pages of `rows` share.
pub(crate) fn overlap(rows: u64) -> u64 {
    OVERLAP_ROWS.min(rows / 2)
}

/// Reads a page from the start of `known` on, and where that gave fewer rows than are known, further ones until it comes
/// beyond them: the client makes pages with huge rows smaller than asked.
pub(crate) async fn stretch(
    client: &GlpiClient,
    itemtype: &str,
    request: &PageRequest,
    known: Range<u64>,
) -> Result<Stretch, Error> {
    let mut rows = Vec::new();
    let mut start = known.start;
    loop {
        let page = client.page(itemtype, &request.clone().starting_at(start)).await?;
        let (end, is_short) = (page.next_start(), page.is_short());
        rows.extend(page.rows);
        match end {
            Some(end) if end <= known.end && !is_short => start = end,
            _ => return Ok(Stretch { rows, end, is_short, unreadable: Vec::new() }),
        }
    }
}

/// Reads `rows` rows from the start of `known` on, halving what cannot be read until the rows to blame are alone.
///
/// Between two failures the server has to answer something else: when it is away, no row is to blame.
pub(crate) async fn stretch_around(
    client: &GlpiClient,
    itemtype: &str,
    request: &PageRequest,
    known: Range<u64>,
    rows: u64,
) -> Result<Stretch, Error> {
    let ping = PageRequest::first().ids_only().of_rows(1).once();
    let asked_end = known.start + rows;
    let mut stretch = Stretch { rows: Vec::new(), end: Some(asked_end), is_short: false, unreadable: Vec::new() };
    let mut waiting: Vec<Range<u64>> = Vec::new();
    waiting.push(known.start..asked_end);
    while let Some(part) = waiting.pop() {
        let count = part.end - part.start;
        let rows = u32::try_from(count).unwrap_or(u32::MAX);
        match client.page(itemtype, &request.clone().starting_at(part.start).of_rows(rows).once()).await {
            Ok(page) => {
                let (end, is_short) = (page.next_start(), page.is_short());
                stretch.rows.extend(page.rows);
                match end {
                    Some(end) if !is_short && end < part.end => waiting.push(end..part.end),
                    Some(_) if !is_short => {}
                    _ => return Ok(Stretch { end, is_short, ..stretch }),
                }
            }
            Err(error) if !is_of_the_request(&error) || stretch.unreadable.len() >= UNREADABLE_ROWS_MAX => {
                return Err(error);
            }
            Err(_) => {
                client.page(Kind::Ticket.itemtype(), &ping).await?;
                let middle = part.start + count / 2;
                if count == 1 {
                    stretch.unreadable.push(part.start);
                } else {
                    waiting.extend([middle..part.end, part.start..middle]);
                }
            }
        }
    }
    Ok(stretch)
}

/// Whether rows may have moved to the left of this page unread.
fn is_past(rows: &[Value], last_id: Option<i64>) -> bool {
    match (rows.iter().find_map(convert::id_of), last_id) {
        (Some(first), Some(last)) => first > last,
        (None, _) => rows.is_empty(),
        (Some(_), None) => false,
    }
}

impl Stretch {
    /// Where the list goes on beyond `known` rows.
    pub(crate) fn end_beyond(&self, known: u64) -> Option<u64> {
        self.end.filter(|&end| !(self.is_short && end <= known))
    }
}

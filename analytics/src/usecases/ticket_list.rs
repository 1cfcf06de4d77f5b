//! A page of tickets: how the lists of the overview and the backlog are sorted and read.

use datafusion::{dataframe::DataFrame, prelude::col};

use crate::{
    answer::Page,
    error::Error,
    inputs,
    paging::{Order, Place, SORT_KEY, Walk},
    plans::rows::Columns,
    reading::Reading,
    summaries::{TicketSummary, summaries, summary_columns},
};

const SORTS: [(&str, &str); 5] = [
    ("opened_at", "opened_at"),
    ("modified_at", "modified_at"),
    ("priority", "priority"),
    ("due_ttr_at", "due_ttr_at"),
    ("id", "ticket_id"),
];

/// The order that `text` asks for; `default` where none is given.
pub(super) fn order(text: Option<&str>, default: &str) -> Result<Order<&'static str>, Error> {
    inputs::order(text, default, &SORTS)
}

/// The page of `tickets` that the walk is at; `total` is how many tickets there are.
pub(super) async fn page(
    reading: &Reading<'_>,
    walk: &Walk,
    tickets: DataFrame,
    order: Order<&'static str>,
    total: u64,
) -> Result<(Vec<TicketSummary>, Page), Error> {
    let mut columns = summary_columns(walk.now);
    columns.push(col(SORT_KEY));
    let order = Order { key: col(order.key), descending: order.descending };
    let mut rows: Vec<(Place, TicketSummary)> = Vec::new();
    for batch in walk.apply(tickets, order, "ticket_id")?.select(columns)?.collect().await? {
        let columns = Columns::of(&batch);
        for (row, ticket) in summaries(&batch, &reading.dimensions)?.into_iter().enumerate() {
            rows.push((Place { key: columns.integer(SORT_KEY, row)?, id: ticket.id }, ticket));
        }
    }
    let (rows, page) = walk.cut(rows, total, reading.snapshot.version(), |(place, _)| *place);
    Ok((rows.into_iter().map(|(_, ticket)| ticket).collect(), page))
}

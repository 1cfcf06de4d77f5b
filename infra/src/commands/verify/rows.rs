//! The rows of the store as questions see them: no ticket twice, no event twice.

use std::path::Path;

use analytics::{
    stores::{Snapshot, Store as _, embedded::EmbeddedStore},
    tables,
};
use anyhow::Context as _;
use arrow::{array::AsArray as _, datatypes::Int64Type};
use pipeline::Finding;
use schemas::tables::Table;
use uuid::Uuid;

/// The tables of the store in `data_dir`, opened as questions open them; `states` of tickets were found beside them.
pub(super) async fn verify(data_dir: &Path, states: u64) -> Vec<Finding> {
    let snapshot = match EmbeddedStore::open(data_dir).snapshot().await {
        Ok(snapshot) => snapshot,
        Err(error) => return vec![Finding::damaged("store", error.to_string())],
    };
    let said = |table: Table, what: &str, doubled: anyhow::Result<(usize, usize)>| {
        let place = format!("store table {}", table.name());
        match doubled {
            Ok((rows, 0)) => Finding::whole(place, format!("{rows} rows, no {what} twice")),
            Ok((_, doubled)) => Finding::damaged(place, format!("{doubled} rows repeat {what}s")),
            Err(error) => Finding::damaged(place, format!("{error:#}")),
        }
    };
    let tickets = tickets(&*snapshot).await;
    let known = tickets.as_ref().map_or(0, |(rows, _)| *rows as u64);
    let mut findings =
        vec![said(Table::Tickets, "ticket", tickets), said(Table::TicketEvents, "event", events(&*snapshot).await)];
    // Events that come later are added to what a ticket's state remembers: without it they would be all there is.
    if states < known {
        let sentence = format!("{} of {known} tickets have no working state", known - states);
        findings.push(Finding::damaged("store table tickets", sentence));
    }
    findings
}

async fn tickets(snapshot: &dyn Snapshot) -> anyhow::Result<(usize, usize)> {
    let mut ids = Vec::new();
    let mut rows = tables::read(snapshot, Table::Tickets, &["ticket_id"]).await?;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let column = batch.column(0).as_primitive_opt::<Int64Type>().context("ticket_id holds no numbers")?;
        ids.extend_from_slice(column.values());
    }
    Ok(doubled(ids))
}

async fn events(snapshot: &dyn Snapshot) -> anyhow::Result<(usize, usize)> {
    let mut ids = Vec::new();
    let mut rows = tables::read(snapshot, Table::TicketEvents, &["event_id"]).await?;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let column = batch.column(0).as_string_opt::<i32>().context("event_id is no text")?;
        for id in column.iter().flatten() {
            ids.push(Uuid::try_parse(id).context("event_id is no id")?.as_u128());
        }
    }
    Ok(doubled(ids))
}

/// How many there are, and how many of them repeat another.
fn doubled<T: Ord>(mut ids: Vec<T>) -> (usize, usize) {
    let rows = ids.len();
    ids.sort_unstable();
    ids.dedup();
    (rows, rows - ids.len())
}

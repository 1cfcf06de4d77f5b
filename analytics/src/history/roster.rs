//! A roster: the tickets that a question may read, with some of their columns, found by id.

use std::collections::HashMap;

use arrow::{
    array::{Array, AsArray, RecordBatch},
    compute::concat_batches,
    datatypes::TimestampMicrosecondType,
};
use datafusion::{dataframe::DataFrame, prelude::col};

use super::life::{Ids, numbers};
use crate::error::Error;

/// Ids of one page: GLPI gives them out one after the other.
const PAGE_IDS: i64 = 4_096;

/// Tickets, found by id.
#[derive(Debug)]
pub(crate) struct Roster {
    pub(crate) rows: RecordBatch,
    /// Rows, counted from 1, by id.
    pages: HashMap<i64, Vec<u32>>,
}

impl Roster {
    /// The tickets of `tickets`, with these columns beside their ids.
    pub(crate) async fn of(tickets: DataFrame, columns: &[&str]) -> Result<Self, Error> {
        let mut names = vec!["ticket_id"];
        names.extend(columns.iter().filter(|name| **name != "ticket_id"));
        let chosen = tickets.select(names.iter().map(|name| col(*name)).collect::<Vec<_>>())?;
        let schema = chosen.schema().inner().clone();
        let batches = chosen.collect().await?;
        let rows = concat_batches(&schema, &batches)?;
        let mut pages: HashMap<i64, Vec<u32>> = HashMap::new();
        for (row, id) in (1_u32..).zip(numbers(&rows, "ticket_id")?.values()) {
            let page = pages.entry(id.div_euclid(PAGE_IDS)).or_insert_with(|| vec![0; PAGE_IDS as usize]);
            page[id.rem_euclid(PAGE_IDS) as usize] = row;
        }
        Ok(Self { rows, pages })
    }

    /// The row of a ticket.
    pub(super) fn find(&self, ticket: i64) -> Option<usize> {
        let row = self.pages.get(&ticket.div_euclid(PAGE_IDS))?[ticket.rem_euclid(PAGE_IDS) as usize];
        (row > 0).then(|| row as usize - 1)
    }

    /// A time of a ticket, in microseconds.
    pub(super) fn time(&self, column: &str, row: usize) -> Option<i64> {
        let times = self.rows.column_by_name(column)?.as_primitive_opt::<TimestampMicrosecondType>()?;
        times.is_valid(row).then(|| times.value(row))
    }

    /// Ids of a ticket, ascending.
    pub(super) fn ids(&self, column: &str, row: usize) -> &[i64] {
        let lists = self.rows.column_by_name(column).and_then(|lists| lists.as_list_opt::<i32>()).and_then(Ids::of);
        lists.map_or(&[], |ids| ids.at(row))
    }
}

//! A desk written as text, for tests: tickets, events and names in, an [`Analytics`] over a memory store out.
//!
//! The first line names columns of the table contract, or shorter names for the frequent ones. What is left out has a
//! plain value: an incident of priority 3, live, assigned to nobody.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use arrow::{
    array::{
        ArrayRef, BooleanArray, Float64Array, Int64Array, Int64Builder, ListBuilder, RecordBatch, StringArray,
        TimestampMicrosecondArray, UInt8Array, UInt32Array,
    },
    datatypes::{DataType, Field},
};
use async_trait::async_trait;
use chrono::NaiveDateTime;
use schemas::{
    Instant, TicketId,
    ingestion::IngestionStatus,
    tables::{Column, Kind, Table},
};

use crate::{
    Analytics, IngestionStatusReader, PortError, SyncReceipt, SyncRequests, SyncState, stores::memory::MemoryStore,
    window::date,
};

/// What tests call now.
pub(crate) const NOW: &str = "2026-03-31 12:00";

const ALIASES: [(&str, &str); 14] = [
    ("from", "span_start"),
    ("to", "span_end"),
    ("ticket", "ticket_id"),
    ("opened", "opened_at"),
    ("solved", "solved_at"),
    ("closed", "closed_at"),
    ("taken", "taken_at"),
    ("modified", "modified_at"),
    ("due", "due_ttr_at"),
    ("target_s", "target_ttr_s"),
    ("entity", "entity_id"),
    ("category", "category_id"),
    ("technicians", "technician_ids"),
    ("groups", "group_ids"),
];

/// The names of every test desk: a tree of entities, of groups and of categories, and three people.
const NAMES: &str = "
    kind         | dimension_id | name         | complete_name           | parent_id | attributes
    Entity       | 0            | Root         | Root                    |           |
    Entity       | 1            | North        | Root > North            | 0         |
    Entity       | 2            | Port         | Root > North > Port     | 1         |
    Entity       | 3            | South        | Root > South            | 0         |
    Group        | 10           | Support      | Support                 |           |
    Group        | 11           | Network      | Support > Network       | 10        |
    Group        | 12           | Facilities   | Facilities              |           |
    ITILCategory | 20           | Hardware     | Hardware                |           |
    ITILCategory | 21           | Printers     | Hardware > Printers     | 20        |
    SLA          | 30           | Gold         |                         |           |
    User         | 7            | aline        |                         |           | {\"firstname\": \"Aline\", \"realname\": \"Souza\"}
    User         | 8            | bruno        |                         |           |
    User         | 9            | carla        |                         |           |";

/// The read side over a desk of these tickets, with the names above.
pub(crate) fn desk(tickets: &str) -> Analytics {
    desk_with(vec![(Table::Tickets, batch(Table::Tickets, tickets))], None)
}

/// The read side over these tables and the names above, beside a write side of this status.
pub(crate) fn desk_with(mut tables: Vec<(Table, RecordBatch)>, status: Option<IngestionStatus>) -> Analytics {
    tables.push((Table::Dimensions, batch(Table::Dimensions, NAMES)));
    let store = MemoryStore::new(tables).unwrap();
    Analytics::new(Arc::new(store), Arc::new(Status(status)), Arc::new(Requests::default())).unwrap()
}

/// The read side over tickets that lived these spans. What `tickets` does not say of a ticket is what its spans do.
pub(crate) fn desk_of_lives(spans: &str, tickets: &str, events: &str) -> Analytics {
    let mut found: BTreeMap<String, Row> = BTreeMap::new();
    for span in rows(spans) {
        let known = found.entry(span["ticket_id"].clone()).or_default();
        known.entry("opened_at".to_owned()).or_insert_with(|| span["span_start"].clone());
        let last = ["ticket_id", "status", "entity_id", "technician_ids", "group_ids", "priority", "is_counted"];
        for name in last {
            match span.get(name) {
                Some(cell) => known.insert(name.to_owned(), cell.clone()),
                None => known.remove(name),
            };
        }
    }
    for row in rows(tickets) {
        found.entry(row["ticket_id"].clone()).or_default().extend(row);
    }
    let found: Vec<Row> = found.into_values().map(|row| whole(Table::Tickets, row)).collect();
    let columns = Table::Tickets.columns().iter().map(|column| array(column, &found)).collect();
    let tickets = RecordBatch::try_new(Table::Tickets.arrow_schema(), columns).unwrap();
    let tables = vec![
        (Table::Tickets, tickets),
        (Table::TicketSpans, batch(Table::TicketSpans, spans)),
        (Table::TicketEvents, batch(Table::TicketEvents, events)),
    ];
    desk_with(tables, None)
}

/// An instant in UTC, as `2026-03-01`, `2026-03-01 09:00` or `2026-03-01 09:00:00`.
pub(crate) fn at(text: &str) -> Instant {
    let whole = format!("{text}{}", &"2026-03-01 00:00:00"[text.len()..]);
    NaiveDateTime::parse_from_str(&whole, "%Y-%m-%d %H:%M:%S").expect(text).and_utc().into()
}

/// The rows that `text` says.
pub(crate) fn batch(table: Table, text: &str) -> RecordBatch {
    let rows: Vec<Row> = rows(text).into_iter().map(|row| whole(table, row)).collect();
    let columns = table.columns().iter().map(|column| array(column, &rows)).collect();
    RecordBatch::try_new(table.arrow_schema(), columns).unwrap()
}

type Row = BTreeMap<String, String>;

fn rows(text: &str) -> Vec<Row> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let column = |name: String| {
        ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name.clone(), |(_, column)| (*column).to_owned())
    };
    let Some(header) = lines.next() else { return Vec::new() };
    let header: Vec<String> = cells(header).into_iter().map(column).collect();
    lines.map(|line| header.iter().cloned().zip(cells(line)).filter(|(_, cell)| !cell.is_empty()).collect()).collect()
}

/// The row with a plain value in every column that must have one.
fn whole(table: Table, mut row: Row) -> Row {
    if table == Table::SlaClocks {
        // The short name is that of a ticket's column.
        row = row.into_iter().map(|(name, cell)| (name.replace("target_ttr_s", "target_s"), cell)).collect();
    }
    let mut plain = |name: &str, value: &str| row.entry(name.to_owned()).or_insert_with(|| value.to_owned()).clone();
    plain("instance", "test");
    match table {
        Table::Tickets => {
            let status = plain("status", "1");
            plain("is_open", if matches!(status.as_str(), "5" | "6") { "false" } else { "true" });
            let presence = plain("presence", "live");
            plain("is_counted", if presence == "live" { "true" } else { "false" });
            let opened = plain("opened_at", "2026-03-01");
            plain("created_at", &opened);
            plain("modified_at", &opened);
            for (name, value) in [("kind", "1"), ("priority", "3"), ("urgency", "3"), ("impact", "3")] {
                plain(name, value);
            }
            let last = |ids: &str| ids.rsplit(',').next().unwrap_or_default().to_owned();
            let (people, groups) = (plain("technician_ids", ""), plain("group_ids", ""));
            plain("technician_id", &last(&people));
            plain("group_id", &last(&groups));
            plain("history_complete", "true");
            plain("history_agrees", "true");
        }
        Table::TicketEvents => {
            let occurred = plain("occurred_at", "2026-03-01");
            plain("observed_at", &occurred);
            plain("confidence", "recorded");
        }
        Table::Dimensions => {
            plain("observed_at", "2026-01-01");
            plain("attributes", "{}");
        }
        Table::SlaClocks => {
            let attached = plain("attached_at", "2026-03-01");
            plain("started_at", &attached);
            for (name, value) in [("clock", "ttr"), ("priority", "3"), ("is_counted", "true"), ("is_certain", "true")] {
                plain(name, value);
            }
        }
        Table::TicketSpans => {
            let status = plain("status", "1");
            plain("is_open", if matches!(status.as_str(), "5" | "6") { "false" } else { "true" });
            for (name, value) in [("is_counted", "true"), ("priority", "3"), ("confidence", "recorded")] {
                plain(name, value);
            }
        }
    }
    row
}

fn array(column: &Column, rows: &[Row]) -> ArrayRef {
    let cell = |row: &Row| row.get(column.name).filter(|cell| !cell.is_empty()).cloned();
    let or = |row: &Row, plain: &str| cell(row).or_else(|| (!column.nullable).then(|| plain.to_owned()));
    let number = |row: &Row| or(row, "0").map(|cell| cell.parse::<i64>().expect(&cell));
    match column.kind {
        Kind::Bool => {
            let cells = rows.iter().map(|row| or(row, "false").map(|cell| cell == "true"));
            Arc::new(cells.collect::<BooleanArray>())
        }
        Kind::UInt8 => Arc::new(rows.iter().map(|row| number(row).map(|n| n as u8)).collect::<UInt8Array>()),
        Kind::UInt32 => Arc::new(rows.iter().map(|row| number(row).map(|n| n as u32)).collect::<UInt32Array>()),
        Kind::Int64 => Arc::new(rows.iter().map(number).collect::<Int64Array>()),
        Kind::Float64 => {
            let cells = rows.iter().map(|row| or(row, "0").map(|cell| cell.parse::<f64>().unwrap()));
            Arc::new(cells.collect::<Float64Array>())
        }
        Kind::Text => Arc::new(rows.iter().map(|row| or(row, "")).collect::<StringArray>()),
        Kind::Time => {
            let times = rows.iter().map(|row| or(row, "2026-01-01").map(|cell| at(&cell).0));
            Arc::new(times.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
        Kind::Ids => {
            let item = Field::new_list_field(DataType::Int64, false);
            let mut lists = ListBuilder::new(Int64Builder::new()).with_field(item);
            for row in rows {
                let ids = cell(row).unwrap_or_default();
                lists.append_value(
                    ids.split(',').filter(|id| !id.is_empty()).map(|id| Some(id.trim().parse().unwrap())),
                );
            }
            Arc::new(lists.finish())
        }
    }
}

#[derive(Debug)]
struct Status(Option<IngestionStatus>);

#[async_trait]
impl IngestionStatusReader for Status {
    async fn read(&self) -> Result<Option<IngestionStatus>, PortError> {
        Ok(self.0.clone())
    }
}

#[derive(Debug, Default)]
struct Requests(Mutex<Vec<SyncReceipt>>);

#[async_trait]
impl SyncRequests for Requests {
    async fn request(&self, ticket: TicketId, now: Instant) -> Result<SyncReceipt, PortError> {
        let mut kept = self.0.lock().unwrap();
        let id = kept.len() as i64 + 1;
        kept.push(SyncReceipt {
            id,
            ticket_id: ticket.0,
            state: SyncState::Waiting,
            requested_at: date(now),
            finished_at: None,
            read: None,
            failure: None,
        });
        Ok(kept.last().unwrap().clone())
    }

    async fn find(&self, id: i64) -> Result<Option<SyncReceipt>, PortError> {
        Ok(self.0.lock().unwrap().iter().find(|receipt| receipt.id == id).cloned())
    }
}

//! The desk's calendars, compiled once for as long as its rows stay as they are.

use std::sync::Arc;

use chrono_tz::Tz;
use datafusion::{
    common::exec_datafusion_err,
    functions_aggregate::expr_fn::min,
    prelude::{SessionContext, col, lit},
};
use schemas::tables::Table;
use sla::{Calendars, Knowledge, Told};
use tokio::sync::Mutex;

use crate::{
    error::Error,
    plans::rows::Columns,
    stores::{Dimensions, Snapshot},
};

/// What the desk's rows say of calendars.
#[derive(Debug)]
pub(crate) struct KnownCalendars {
    zone: Tz,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The place of the first event of a ticket. It stays for ever: the log only grows.
    founded: Option<u64>,
    /// Of the rows looked at last.
    latest: Option<Latest>,
}

#[derive(Debug)]
struct Latest {
    /// As long as they are held here, other rows are at another place.
    rows: Arc<Dimensions>,
    founded: Option<u64>,
    known: Known,
}

/// What the desk says of calendars and agreements.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) calendars: Arc<Calendars>,
    pub(crate) knowledge: Arc<Knowledge>,
}

impl KnownCalendars {
    /// Nothing yet, of a desk whose calendars are in `zone`.
    pub(crate) fn new(zone: Tz) -> Self {
        Self { zone, kept: Mutex::default() }
    }

    /// Calendars and agreements as `snapshot` knows them.
    pub(crate) async fn of(&self, session: &SessionContext, snapshot: &dyn Snapshot) -> Result<Known, Error> {
        let mut kept = self.kept.lock().await;
        if kept.founded.is_none() {
            kept.founded = founded(session, snapshot).await?;
        }
        let (rows, founded) = (snapshot.dimensions(), kept.founded);
        let same = |latest: &&Latest| Arc::ptr_eq(&latest.rows, &rows) && latest.founded == founded;
        if let Some(latest) = kept.latest.as_ref().filter(same) {
            return Ok(latest.known.clone());
        }
        let mut knowledge = knowledge(session, snapshot, self.zone).await?;
        if let Some(founded) = founded {
            knowledge.found(founded);
        }
        // Places that the snapshot does not know have no rows in it.
        let compiling = tokio::task::spawn_blocking(move || (knowledge.calendars(u64::MAX), knowledge));
        let (calendars, knowledge) = compiling.await.map_err(|error| exec_datafusion_err!("calendars: {error}"))?;
        let known = Known { calendars, knowledge: Arc::new(knowledge) };
        kept.latest = Some(Latest { rows, founded, known: known.clone() });
        Ok(known)
    }
}

/// The place of the first event of a ticket.
async fn founded(session: &SessionContext, snapshot: &dyn Snapshot) -> Result<Option<u64>, Error> {
    let events = session.read_table(snapshot.table(Table::TicketEvents)?)?;
    let first = events.aggregate(vec![], vec![min(col("log_offset")).alias("first")])?.collect().await?;
    let mut place = None;
    for batch in first.iter().filter(|batch| batch.num_rows() > 0) {
        place = Columns::of(batch).integer("first", 0)?.and_then(|first| u64::try_from(first).ok());
    }
    Ok(place)
}

/// What the rows of `snapshot` say, every version of them.
async fn knowledge(session: &SessionContext, snapshot: &dyn Snapshot, zone: Tz) -> Result<Knowledge, Error> {
    let kinds = Knowledge::KINDS.map(lit).to_vec();
    let rows = session.read_table(snapshot.table(Table::Dimensions)?)?.filter(col("kind").in_list(kinds, false))?;
    let names = ["kind", "dimension_id", "version", "observed_at", "parent_id", "attributes", "is_removed"];
    let mut knowledge = Knowledge::new(zone);
    for batch in rows.select_columns(&names)?.collect().await? {
        let columns = Columns::of(&batch);
        for row in 0..batch.num_rows() {
            let number = |name: &str| Columns::must(columns.integer(name, row)?, name);
            let attributes = columns.text("attributes", row)?;
            knowledge.tell(Told {
                kind: &Columns::must(columns.text("kind", row)?, "kind")?,
                id: number("dimension_id")?,
                // A version is the offset after the news.
                place: u64::try_from(number("version")? - 1).unwrap_or(0),
                at: Columns::must(columns.instant("observed_at", row)?, "observed_at")?.seconds(),
                parent: columns.integer("parent_id", row)?,
                attributes: attributes.as_deref().filter(|_| number("is_removed").is_ok_and(|removed| removed == 0)),
            });
        }
    }
    Ok(knowledge)
}

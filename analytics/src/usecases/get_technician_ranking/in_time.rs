//! Whether tickets were solved in time, by either arithmetic.

use std::collections::HashMap;

use datafusion::{
    common::JoinType,
    dataframe::DataFrame,
    prelude::{col, lit},
};
use schemas::{Clock, Instant};
use sla::State;

use crate::{
    answer::Mode,
    clocks::{in_state, with_live},
    error::Error,
    lateness::{name, solved_late},
    plans::{flag, rows::Columns},
    reading::Reading,
};

const SOLVED: &str = "solved_id";

/// Of the solved `tickets` with a time to resolve, by their ids, whether they were solved in it.
///
/// In mode `canonical`, whether none of the promises that an SLA made to the ticket was broken; one that was taken back unbroken
/// says nothing.
pub(super) async fn in_time(
    reading: &Reading<'_>,
    tickets: DataFrame,
    now: Instant,
    mode: Mode,
) -> Result<HashMap<i64, bool>, Error> {
    let late = match mode {
        Mode::Glpi => {
            let with_due = tickets.filter(col("due_ttr_at").is_not_null())?;
            with_due.select(vec![col("ticket_id"), flag(solved_late())?.alias("is_late")])?
        }
        Mode::Canonical => {
            let solved = tickets.select(vec![col("ticket_id").alias(SOLVED)])?;
            let promised = reading.clocks()?.filter(col("clock").eq(lit(name(Clock::Ttr))))?;
            let promised = promised.join(solved, JoinType::LeftSemi, &["ticket_id"], &[SOLVED], None)?;
            let standing = with_live(promised, now, &reading.calendars().await?)?;
            let decided = standing.filter(in_state(State::Met).or(in_state(State::Breached)))?;
            decided.select(vec![col("ticket_id"), flag(in_state(State::Breached))?.alias("is_late")])?
        }
    };
    let mut in_time = HashMap::new();
    for batch in late.collect().await? {
        let columns = Columns::of(&batch);
        for row in 0..batch.num_rows() {
            let number = |name: &str| Columns::must(columns.integer(name, row)?, name);
            let is_kept = number("is_late")? == 0;
            in_time.entry(number("ticket_id")?).and_modify(|all| *all &= is_kept).or_insert(is_kept);
        }
    }
    Ok(in_time)
}

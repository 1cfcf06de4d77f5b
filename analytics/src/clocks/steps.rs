//! The steps of a ticket, from the rows of its clocks.

use arrow::array::RecordBatch;
use sla::Step;

use crate::{error::Error, plans::rows::Columns, stores};

/// What happened to a ticket as far as clocks care, from its rows of `sla_clocks`, and whether all of it is certain.
pub(crate) fn steps_of(rows: &[RecordBatch]) -> Result<(Vec<Step>, bool), Error> {
    let (mut steps, mut is_certain) = (Vec::new(), true);
    for batch in rows {
        let columns = Columns::of(batch);
        for row in 0..batch.num_rows() {
            is_certain &= columns.integer("is_certain", row)? == Some(1);
            // Every row of a ticket has the same.
            if steps.is_empty() {
                steps = read(&Columns::must(columns.text("steps", row)?, "steps")?)?;
            }
        }
    }
    Ok((steps, is_certain))
}

/// The steps that a row has as text.
pub(crate) fn read(text: &str) -> Result<Vec<Step>, Error> {
    let unreadable = |error| stores::Error::Damaged {
        place: "sla_clocks".to_owned(),
        reason: format!("steps cannot be read: {error}"),
    };
    Ok(serde_json::from_str(text).map_err(unreadable)?)
}

//! What is counted while promises are read, and what it comes to.

use std::{cmp::Reverse, collections::BTreeMap};

use arrow::array::RecordBatch;

use super::{
    Question,
    answer::{WhatIf, WhatIfFigures, WhatIfSeries},
    changes::Changes,
    promises::{Promise, Side},
    ranking::ranking,
    tally::{Tally, whole},
};
use crate::{error::Error, history::Dim, reading::Reading, usecases::get_metric::key};

/// What is counted while promises are read.
pub(super) struct Counts {
    by_clock: Tally,
    by_technician: Tally,
    by_dimension: Option<Tally>,
    changes: Changes,
    read: u64,
    pub(super) recounted: u64,
}

impl Counts {
    /// Of `question`, before anything was read.
    pub(super) fn nothing_yet(question: &Question, reading: &Reading<'_>) -> Self {
        let tally = |dim: Dim| Tally::by(dim, reading, question.window, question.now);
        Self {
            by_clock: tally(Dim::Clock),
            by_technician: tally(Dim::Technician),
            by_dimension: question.by.map(|(_, dim)| tally(dim)),
            changes: Changes::new(question.window, question.changed),
            read: 0,
            recounted: 0,
        }
    }

    /// Adds promises, one for each row of `batch`.
    pub(super) fn add(&mut self, batch: &RecordBatch, promises: &[Promise], after: &[Side]) -> Result<(), Error> {
        self.read += promises.len() as u64;
        self.changes.add(promises, after);
        for tally in [&mut self.by_clock, &mut self.by_technician].into_iter().chain(&mut self.by_dimension) {
            tally.add(batch, promises, after)?;
        }
        Ok(())
    }

    /// The answer to `question`, in which so many promises were counted from steps.
    pub(super) async fn told(
        self,
        question: &Question,
        reading: &Reading<'_>,
        from_steps: u64,
    ) -> Result<WhatIf, Error> {
        let Self { by_clock, by_technician, by_dimension, changes, read, recounted } = self;
        let by_clock = by_clock.figures(question.minimum)?;
        let whole = whole(by_clock.values(), question.minimum);
        let series = |tally: BTreeMap<i64, WhatIfFigures>, by: (&'static str, Dim)| {
            let one = |(value, figures)| WhatIfSeries { key: key(by, value, &reading.dimensions), figures };
            tally.into_iter().map(one).collect::<Vec<_>>()
        };
        let mut by_dimension = match (question.by, by_dimension) {
            (Some(by), Some(tally)) => series(tally.figures(question.minimum)?, by),
            _ => Vec::new(),
        };
        // Of equals the smaller key stays before.
        by_dimension.sort_by_key(|one| Reverse(one.figures.before.attainment.whole));
        let series_total = by_dimension.len() as u64;
        by_dimension.truncate(question.limit);
        let mut ranking = ranking(by_technician.figures(question.minimum)?, question.minimum, &reading.dimensions);
        let ranking_total = ranking.len() as u64;
        ranking.truncate(question.limit);
        let sides = changes.ways();
        let (changed, changed_total) = changes.told(reading, question.now).await?;
        Ok(WhatIf {
            promises_read: read,
            promises_recounted: recounted,
            promises_from_steps: from_steps,
            whole,
            by_clock: series(by_clock, ("clock", Dim::Clock)),
            by: question.by.map(|(name, _)| name.to_owned()),
            series: by_dimension,
            series_total,
            sides,
            ranking,
            ranking_total,
            changed,
            changed_total,
        })
    }
}

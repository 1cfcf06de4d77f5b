//! SimulateSla: what if promises had always been counted by other calendars, for other targets, with other pauses or priorities.
//!
//! Every promise of the desk's history is counted anew. One side is what trends tell, the other what they would tell: a promise
//! that would be broken at another instant may be decided in another window. People and groups are the same on both sides.

mod anew;
mod answer;
mod changes;
mod counts;
mod promises;
mod ranking;
mod rules;
mod scenario;
mod spelled;
mod tally;
mod targets;

use std::collections::HashSet;

use arrow::{
    array::{BooleanArray, RecordBatch},
    compute::filter_record_batch,
};
use chrono_tz::Tz;
use datafusion::{
    dataframe::DataFrame,
    prelude::{Expr, col, lit},
};
use futures::StreamExt as _;
use schemas::{Instant, tables::Table};
use serde::{Deserialize, Serialize};

use self::{
    anew::{Anew, Counter, from_steps},
    counts::Counts,
    promises::{IMPACT, Side, URGENCY, promises},
    rules::Rules,
};
pub use self::{
    answer::{
        WhatIf, WhatIfDifference, WhatIfFigure, WhatIfFigures, WhatIfPromise, WhatIfRank, WhatIfSeries, WhatIfSide,
        WhatIfSides,
    },
    scenario::{
        CALENDARS_MAX, CalendarRule, ClosedDates, LINES_MAX, PauseSets, RULES_MAX, TargetRule, WorkingHours,
        WorkingSegment,
    },
};
use super::{
    get_metric::{SERIES_DEFAULT, SERIES_MAX},
    get_sla_trends::{BY, MINIMUM_DEFAULT, MINIMUM_MAX},
};
use crate::{
    analytics::Analytics,
    answer::{Answer, Mode},
    clocks::{Known, Stretches, standing},
    error::Error,
    filters::TicketFilters,
    history::Dim,
    inputs,
    metrics::{CLOCK_ATTAINMENT, Rows},
    plans::Moment,
    reading::{Note, Reading},
    viewer::Viewer,
    window::{WINDOW_DAYS_MAX, Window, WindowInput, zone},
};

const CHANGED_DEFAULT: i64 = 50;
const CHANGED_MAX: i64 = 500;

/// What to ask: a scenario, and of which promises. Without a scenario nothing changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// By which calendars promises count, at most 100 rules; those that no rule takes keep theirs.
    pub calendars: Vec<CalendarRule>,
    /// What promises give, likewise. Where a promise is in days, the days are those of the calendar that counts.
    pub targets: Vec<TargetRule>,
    /// In which statuses clocks stand still.
    pub pauses: PauseSets,
    /// Priorities 1 to 6 as five rows, by urgency 1 to 5, of five, by impact 1 to 5. They decide which `targets` take a ticket;
    /// a ticket of priority 6 keeps it, for people set it by hand.
    pub priorities: Vec<Vec<i64>>,
    /// The window in which promises were, or would have been, decided; all of history where it is left out.
    pub window: WindowInput,
    /// IANA zone of the answer; UTC where it is left out.
    pub tz: Option<String>,
    /// One of `entity`, `entity_subtree`, `group`, `group_subtree`, `technician`, `priority`, `category`, `category_subtree`,
    /// `agreement`, `clock`; as they are, on both sides.
    pub by: Option<String>,
    /// Decided promises that an attainment needs to have a value, and a person a place, 1 to 1,000,000; 20 where it is left out.
    pub minimum: Option<i64>,
    /// Series, and people, 1 to 1,000; 100 where it is left out.
    pub limit: Option<i64>,
    /// Promises that change sides and are told one by one, 0 to 500; 50 where it is left out.
    pub changed: Option<i64>,
    /// Which tickets, as they are now.
    pub filters: TicketFilters,
}

/// A question that makes sense.
struct Question {
    window: Window,
    zone: Tz,
    by: Option<(&'static str, Dim)>,
    minimum: u64,
    limit: usize,
    changed: usize,
    now: Instant,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<WhatIf>, Error> {
    let question = input.understand(now)?;
    let reading = analytics.read(viewer).await?;
    let known = reading.known().await?;
    let rules = Rules::of(input, &known)?;
    let data = question.answered(&reading, &known, &rules, &input.filters).await?;
    let moment = Moment { now, window: Some(question.window) };
    let tickets = reading.tickets(&input.filters).await?;
    let excluded = reading.excluded(tickets, Rows::OpenOrTouchedIn, &moment).await?;
    let (metrics, zone, window) = (vec![&CLOCK_ATTAINMENT], question.zone, Some(question.window));
    let note = Note { metrics, mode: Mode::Canonical, zone, window, excluded, page: None };
    Ok(reading.answer(data, note, now))
}

impl Input {
    fn understand(&self, now: Instant) -> Result<Question, Error> {
        self.filters.validate()?;
        let window = if self.window == WindowInput::default() {
            // The longest there is.
            Window { from: Instant::from_seconds(now.seconds() - WINDOW_DAYS_MAX * 86_400), to: now }
        } else {
            self.window.resolve("12m", now)?
        };
        Ok(Question {
            window,
            zone: zone(self.tz.as_deref())?,
            by: self.by.as_deref().map(|by| inputs::choice("by", by, &BY)).transpose()?,
            minimum: inputs::number("minimum", self.minimum, MINIMUM_DEFAULT, (1, MINIMUM_MAX))? as u64,
            limit: inputs::number("limit", self.limit, SERIES_DEFAULT, (1, SERIES_MAX))? as usize,
            changed: inputs::number("changed", self.changed, CHANGED_DEFAULT, (0, CHANGED_MAX))? as usize,
            now,
        })
    }
}

impl Question {
    async fn answered(
        &self,
        reading: &Reading<'_>,
        known: &Known,
        rules: &Rules,
        filters: &TicketFilters,
    ) -> Result<WhatIf, Error> {
        let stretches = match rules.statuses() {
            statuses if rules.touch_something() => Stretches::of(reading.spans()?, &statuses).await?,
            _ => Stretches::default(),
        };
        let mut counter = Counter::new(rules, known, &stretches, self.now.seconds());
        let mut counts = Counts::nothing_yet(self, reading);
        let mut held: Vec<RecordBatch> = Vec::new();
        let mut rows = self.rows(reading, rules, filters).await?.execute_stream().await?;
        while let Some(batch) = rows.next().await {
            let batch = batch?;
            let found = promises(&batch)?;
            let Anew { after, touched, doubtful } = counter.count(&found)?;
            counts.recounted += touched.len() as u64;
            if doubtful.is_empty() {
                counts.add(&batch, &found, &after)?;
                continue;
            }
            let doubtful: HashSet<usize> = doubtful.into_iter().collect();
            let (sure, unsure) = split(&batch, &doubtful)?;
            let kept = |place: &usize| !doubtful.contains(place);
            let after: Vec<Side> = (0..after.len()).filter(kept).map(|place| after[place]).collect();
            counts.add(&sure, &promises(&sure)?, &after)?;
            held.push(unsure);
        }
        let mut unsure = Vec::new();
        for batch in &held {
            unsure.extend(promises(batch)?);
        }
        if !unsure.is_empty() {
            let after = from_steps(&counter, &unsure, reading.clocks()?).await?;
            let mut first = 0;
            for batch in &held {
                let own = first..first + batch.num_rows();
                counts.add(batch, &unsure[own.clone()], &after[own])?;
                first += batch.num_rows();
            }
        }
        counts.told(self, reading, unsure.len() as u64).await
    }

    /// The promises of the question, as they stand.
    async fn rows(&self, reading: &Reading<'_>, rules: &Rules, filters: &TicketFilters) -> Result<DataFrame, Error> {
        let mut columns: Vec<Expr> = promises::columns(rules.needs_urgency());
        let mut of_tickets: Vec<&str> = if rules.needs_urgency() { vec![URGENCY, IMPACT] } else { Vec::new() };
        for dim in [Some(Dim::Technician), self.by.map(|(_, dim)| dim)].into_iter().flatten() {
            let Some(name) = dim.column() else { continue };
            if !columns.contains(&col(name)) {
                columns.push(col(name));
            }
            let is_of_clock = Table::SlaClocks.columns().iter().any(|column| column.name == name);
            if !is_of_clock && !dim.is_of_promises() {
                of_tickets.push(name);
            }
        }
        let clocks = standing(reading, filters, self.now, &of_tickets).await?;
        Ok(clocks.filter(col("is_counted").eq(lit(true)))?.select(columns)?)
    }
}

/// The rows of `batch` at other places than `doubtful`, and those at them.
fn split(batch: &RecordBatch, doubtful: &HashSet<usize>) -> Result<(RecordBatch, RecordBatch), Error> {
    let marked = |is_doubtful: bool| -> BooleanArray {
        (0..batch.num_rows()).map(|place| Some(doubtful.contains(&place) == is_doubtful)).collect()
    };
    Ok((filter_record_batch(batch, &marked(false))?, filter_record_batch(batch, &marked(true))?))
}

/// Refuses more than `max` of something in `field`.
fn few(field: &'static str, count: usize, max: usize) -> Result<(), Error> {
    if count > max { Err(Error::invalid(field, format!("{count} of them"), format!("at most {max}"))) } else { Ok(()) }
}

//! GetSlaTrends: how well promises are kept, and how long owning and resolving take in working time, over time.
//!
//! Every number is one of the registry's, put side by side. The cohort of attainment is the clocks decided in a bucket, broken
//! or stopped; of the times the clocks stopped in it; of those with open tickets the clocks started in it.

use std::{collections::BTreeMap, sync::Arc};

use chrono_tz::Tz;
use schemas::Instant;
use serde::{Deserialize, Serialize};

use super::get_metric::{MetricBucket, SERIES_DEFAULT, SERIES_MAX, SeriesKey, bucket, key};
use crate::{
    analytics::Analytics,
    answer::{Answer, Mode},
    buckets::{Buckets, GRAINS, Grain},
    error::Error,
    filters::TicketFilters,
    history::{BY_MAX, Cell, Dim, Frame, NONE, Share, Sheet, count_clocks},
    inputs,
    metrics::{
        CLOCK_ATTAINMENT, Metric, RESOLUTION_SURVIVAL_BUSINESS, RESOLUTION_TIME_BUSINESS, Rows, TIME_TO_OWN_BUSINESS,
        TIME_TO_OWN_SURVIVAL_BUSINESS,
    },
    plans::Moment,
    ratio::Ratio,
    reading::{Note, Reading},
    spread::{Spread, Survival},
    viewer::Viewer,
    window::{Window, WindowInput, zone},
};

/// Decided clocks that an attainment needs to have a value where the question does not say.
pub(super) const MINIMUM_DEFAULT: i64 = 20;
/// The most of them that a question may ask for.
pub(super) const MINIMUM_MAX: i64 = 1_000_000;

/// Points of all series of one answer; beyond them the last series are left out.
const POINTS_MAX: usize = 20_000;

/// What to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// The window; the last 90 days where it is left out.
    pub window: WindowInput,
    /// `hour`, `day`, `week` (ISO), `month`, `quarter` or `year`, as the clocks of `tz` show them; `week` where it is left out.
    pub grain: Option<String>,
    /// IANA zone of the buckets; UTC where it is left out.
    pub tz: Option<String>,
    /// One of `entity`, `entity_subtree`, `group`, `group_subtree`, `technician`, `priority`, `category`, `category_subtree`,
    /// `agreement`, `clock`. People and groups are those assigned when the target was used up, else now.
    pub by: Option<String>,
    /// Decided clocks that an attainment needs to have a value, 1 to 1,000,000; 20 where it is left out. Its interval is always
    /// told.
    pub minimum: Option<i64>,
    /// Series, those with the most decided clocks first, 1 to 1,000; 100 where it is left out.
    pub limit: Option<i64>,
    /// Which tickets, as they are now.
    pub filters: TicketFilters,
}

/// Promises over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaTrends {
    /// The grain.
    pub grain: String,
    /// What is counted by.
    pub by: Option<String>,
    /// The window in buckets, without gaps, also those in which nothing happened.
    pub buckets: Vec<MetricBucket>,
    /// By key, those with the most decided clocks first. Without a dimension one, of everything.
    pub series: Vec<SlaTrend>,
    /// Series there are.
    pub series_total: u64,
}

/// The trend of one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaTrend {
    /// What its clocks share; `None` without a dimension.
    pub key: Option<SeriesKey>,
    /// Of the whole window.
    pub whole: SlaTrendFigure,
    /// Of each bucket.
    pub points: Vec<SlaTrendFigure>,
}

/// How well promises were kept. Times are working seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaTrendFigure {
    /// Of the clocks decided in it, broken or stopped unbroken, those that were kept.
    pub attainment: Ratio,
    /// Clocks taken back unbroken in it; they are not in the attainment.
    pub cancelled: u64,
    /// Until tickets were taken into account, of those that were in it.
    pub own: Spread,
    /// Until tickets were solved, of those that were in it.
    pub resolve: Spread,
    /// Until tickets are taken into account, of all that began in it, those not yet taken included.
    pub own_survival: Survival,
    /// Until tickets are solved, of all that began in it, those not yet solved included.
    pub resolve_survival: Survival,
}

/// The metrics that make a trend.
const METRICS: [&Metric; 5] = [
    &CLOCK_ATTAINMENT,
    &TIME_TO_OWN_BUSINESS,
    &RESOLUTION_TIME_BUSINESS,
    &TIME_TO_OWN_SURVIVAL_BUSINESS,
    &RESOLUTION_SURVIVAL_BUSINESS,
];

/// The words that promises are counted by.
pub(super) const BY: [(&str, (&str, Dim)); 10] = [
    ("entity", ("entity", Dim::Entity)),
    ("entity_subtree", ("entity_subtree", Dim::EntityTree)),
    ("group", ("group", Dim::Group)),
    ("group_subtree", ("group_subtree", Dim::GroupTree)),
    ("technician", ("technician", Dim::Technician)),
    ("priority", ("priority", Dim::Priority)),
    ("category", ("category", Dim::Category)),
    ("category_subtree", ("category_subtree", Dim::CategoryTree)),
    ("agreement", ("agreement", Dim::Agreement)),
    ("clock", ("clock", Dim::Clock)),
];

/// A question that makes sense.
struct Question {
    window: Window,
    zone: Tz,
    grain: (&'static str, Grain),
    by: Option<(&'static str, Dim)>,
    minimum: u64,
    limit: usize,
    buckets: Arc<Buckets>,
    now: Instant,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<SlaTrends>, Error> {
    let question = input.understand(now)?;
    let reading = analytics.read(viewer).await?;
    let mut sheets = Vec::with_capacity(METRICS.len());
    for metric in METRICS {
        sheets.push(question.ask(&reading, metric, &input.filters).await?);
    }
    let moment = Moment { now, window: Some(question.window) };
    let tickets = reading.tickets(&input.filters).await?;
    let excluded = reading.excluded(tickets, Rows::OpenOrTouchedIn, &moment).await?;

    let data = question.trends(&sheets, &reading);
    let (metrics, zone, window) = (METRICS.to_vec(), question.zone, Some(question.window));
    let note = Note { metrics, mode: Mode::Canonical, zone, window, excluded, page: None };
    Ok(reading.answer(data, note, now))
}

impl Input {
    fn understand(&self, now: Instant) -> Result<Question, Error> {
        let (window, zone) = (self.window.resolve("90d", now)?, zone(self.tz.as_deref())?);
        let grains = GRAINS.map(|(name, grain)| (name, (name, grain)));
        let grain = inputs::choice("grain", self.grain.as_deref().unwrap_or("week"), &grains)?;
        let by = self.by.as_deref().map(|by| inputs::choice("by", by, &BY)).transpose()?;
        self.filters.validate()?;
        Ok(Question {
            window,
            zone,
            grain,
            by,
            minimum: inputs::number("minimum", self.minimum, MINIMUM_DEFAULT, (1, MINIMUM_MAX))? as u64,
            limit: inputs::number("limit", self.limit, SERIES_DEFAULT, (1, SERIES_MAX))? as usize,
            buckets: Arc::new(Buckets::cut(window, grain.1, zone, now)?),
            now,
        })
    }
}

impl Question {
    async fn ask(&self, reading: &Reading<'_>, metric: &Metric, filters: &TicketFilters) -> Result<Sheet, Error> {
        let by: Vec<Dim> = self.by.iter().map(|(_, dim)| *dim).collect();
        let frame = Frame {
            buckets: Arc::clone(&self.buckets),
            trees: Frame::trees(&by, &reading.dimensions),
            by,
            zone: self.zone,
            now: self.now.0,
            share: Share::Full,
            entities: reading.entities(),
        };
        let moment = Moment { now: self.now, window: Some(self.window) };
        let plan = metric.clocks.ok_or_else(|| Error::invalid("name", "the metric counts no promises", "another"))?;
        count_clocks(reading, &plan, (frame, &moment), filters).await
    }

    fn trends(&self, sheets: &[Sheet], reading: &Reading<'_>) -> SlaTrends {
        let mut keys = keys(sheets);
        if self.by.is_none() {
            keys.entry([NONE; BY_MAX]).or_insert([None; METRICS.len()]);
        }
        let trend = |(values, numbers): (&[i64; BY_MAX], &Numbers)| SlaTrend {
            key: self.by.map(|by| key(by, values[0], &reading.dimensions)),
            ..self.trend(sheets, numbers)
        };
        let mut series: Vec<SlaTrend> = keys.iter().map(trend).collect();
        // Of equals the smaller key stays before.
        series.sort_by_key(|trend| std::cmp::Reverse(trend.whole.attainment.whole));
        let limit = self.limit.min((POINTS_MAX / self.buckets.len().max(1)).max(1));
        series.truncate(limit);
        SlaTrends {
            grain: self.grain.0.to_owned(),
            by: self.by.map(|(name, _)| name.to_owned()),
            buckets: self.buckets.all().iter().map(bucket).collect(),
            series,
            series_total: keys.len() as u64,
        }
    }

    fn trend(&self, sheets: &[Sheet], numbers: &Numbers) -> SlaTrend {
        let mut points: Vec<Vec<Cell>> = vec![Vec::with_capacity(sheets.len()); self.buckets.len()];
        let mut whole = Vec::with_capacity(sheets.len());
        for (sheet, number) in sheets.iter().zip(numbers) {
            let (cells, all) = number.map_or_else(Default::default, |number| sheet.cells(number));
            let cells = cells.into_iter().chain(std::iter::repeat_with(Cell::default));
            points.iter_mut().zip(cells).for_each(|(point, cell)| point.push(cell));
            whole.push(all);
        }
        let points = points.into_iter().map(|cells| self.figure(cells)).collect();
        SlaTrend { key: None, whole: self.figure(whole), points }
    }

    /// The figure of one cell of each metric.
    fn figure(&self, cells: Vec<Cell>) -> SlaTrendFigure {
        let mut cells = cells.into_iter();
        let mut next = || cells.next().unwrap_or_default();
        let attained = next();
        let names = CLOCK_ATTAINMENT.measures();
        let count = |name: &str| {
            let place = names.iter().position(|known| *known == name);
            place.and_then(|place| attained.counts.get(place)).map_or(0, |count| (*count).max(0) as u64)
        };
        SlaTrendFigure {
            attainment: Ratio::of(count("met"), count("decided"), self.minimum),
            cancelled: count("cancelled"),
            own: Spread::of(next().samples.ended),
            resolve: Spread::of(next().samples.ended),
            own_survival: survival(next()),
            resolve_survival: survival(next()),
        }
    }
}

fn survival(cell: Cell) -> Survival {
    Survival::of(cell.samples.ended, cell.samples.running)
}

/// The number of a key in the sheet of each of [`METRICS`]; none where it has no such key.
type Numbers = [Option<usize>; METRICS.len()];

/// Every key of any of the sheets.
fn keys(sheets: &[Sheet]) -> BTreeMap<[i64; BY_MAX], Numbers> {
    let mut keys: BTreeMap<[i64; BY_MAX], Numbers> = BTreeMap::new();
    for (place, sheet) in sheets.iter().enumerate() {
        for (number, values) in sheet.keys.all().iter().enumerate() {
            keys.entry(*values).or_insert([None; METRICS.len()])[place] = Some(number);
        }
    }
    keys
}

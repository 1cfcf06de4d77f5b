//! GetMetric: any metric of the registry, in any window, by any grain, by up to three dimensions.

mod answer;
mod figures;
mod naming;
mod question;

use std::collections::BTreeMap;

use schemas::Instant;
use serde::{Deserialize, Serialize};

use self::question::Question;
use crate::{
    analytics::Analytics,
    answer::Answer,
    buckets::{Bucket, local_clock},
    error::Error,
    filters::TicketFilters,
    history::{Dim, Frame, Sheet, count_clocks, count_tickets, walk},
    metrics::{Metric, Rows},
    ratio::per_hour,
    reading::{Note, Reading},
    viewer::Viewer,
    window::{WindowInput, date},
};

pub use answer::{AsOf, Figure, MetricBucket, MetricDimension, MetricLine, MetricSeries};
pub use naming::SeriesKey;
pub(super) use naming::key;

/// Series in one answer where the question does not say.
pub const SERIES_DEFAULT: i64 = 100;

/// The most series of one answer: every weekday and hour fits, and every group of a large desk.
pub const SERIES_MAX: i64 = 1_000;

/// Points of all series of one answer; beyond them the last series are left out.
const POINTS_MAX: usize = 100_000;

/// What to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// The metric.
    pub name: String,
    /// The window; the last 30 days where it is left out.
    pub window: WindowInput,
    /// For metrics that say how many there are: at this instant, ISO 8601 with an offset, instead of in a window.
    pub at: Option<String>,
    /// `hour`, `day`, `week` (ISO), `month`, `quarter` or `year`, as the clocks of `tz` show them; the whole window at once where
    /// it is left out.
    pub grain: Option<String>,
    /// IANA zone of the buckets, weekdays and hours; UTC where it is left out.
    pub tz: Option<String>,
    /// Up to three of `status`, `priority`, `entity`, `group`, `technician`, `category`, `kind`, `source`, `location`; `weekday` and
    /// `hour` of events; `clock` and `agreement` of promises; and `entity_subtree`, `group_subtree`, `category_subtree`, `location_subtree`, where a row also counts for
    /// every row above it.
    pub by: Vec<String>,
    /// How time is shared among several people or groups: `full`, all of it to each; `equal`, an equal part to each; `primary`,
    /// all of it to the one assigned last. `full` where it is left out.
    pub share: Option<String>,
    /// What shares need to have a value, 1 to 1,000,000; 1 where it is left out.
    pub minimum: Option<i64>,
    /// Series, the largest first, 1 to 1,000; 100 where it is left out.
    pub limit: Option<i64>,
    /// Which tickets.
    pub filters: TicketFilters,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<MetricSeries>, Error> {
    let question = Question::understand(input, now)?;
    let reading = analytics.read(viewer).await?;
    let mut sheet = question.ask(&reading, &input.filters).await?;
    question.fill(&mut sheet);
    let excluded = reading.excluded(reading.tickets(&input.filters).await?, question.rows(), &question.moment).await?;

    let (series, series_total) = question.lines(&sheet, &reading);
    let data = question.series(&sheet, series, series_total);
    let note = Note {
        metrics: vec![question.metric],
        mode: question.metric.mode(),
        zone: question.zone,
        window: question.at.is_none().then_some(question.window),
        excluded,
        ..Note::default()
    };
    Ok(reading.answer(data, note, now))
}

impl Question {
    async fn ask(&self, reading: &Reading<'_>, filters: &TicketFilters) -> Result<Sheet, Error> {
        let frame = Frame {
            buckets: self.buckets.clone(),
            by: self.dims(),
            zone: self.zone,
            now: self.moment.now.0,
            share: self.share.1,
            trees: Frame::trees(&self.dims(), &reading.dimensions),
            entities: reading.entities(),
        };
        match (&self.metric.history, &self.metric.tickets, &self.metric.clocks) {
            (Some(history), ..) => walk(reading, history, frame, filters).await,
            (_, Some(plan), _) => count_tickets(reading, plan, (frame, &self.moment), filters).await,
            (_, _, Some(plan)) => count_clocks(reading, plan, (frame, &self.moment), filters).await,
            (None, None, None) => {
                Err(Error::invalid("name", "the metric counts nothing", "a metric of GET /v1/metrics"))
            }
        }
    }

    /// The keys that are told even where nothing has them: everything without dimensions, and every weekday and hour.
    fn fill(&self, sheet: &mut Sheet) {
        let dims = self.dims();
        if !dims.iter().all(|dim| dim.is_of_clock()) {
            return;
        }
        let range = |place: usize| match dims.get(place) {
            Some(Dim::Weekday) => 1..=7,
            Some(_) => 0..=23,
            None => crate::history::NONE..=crate::history::NONE,
        };
        for first in range(0) {
            for second in range(1) {
                for third in range(2) {
                    sheet.key([first, second, third]);
                }
            }
        }
    }

    /// The tickets whose leaving out of the counts is told.
    fn rows(&self) -> Rows {
        match (&self.metric.history, &self.metric.tickets) {
            (Some(history), _) if history.is_stock() => Rows::Open,
            (None, Some(plan)) => plan.rows,
            _ => Rows::OpenOrTouchedIn,
        }
    }

    /// The largest series, named, and how many there are.
    fn lines(&self, sheet: &Sheet, reading: &Reading<'_>) -> (Vec<MetricLine>, u64) {
        let is_clock = !self.by.is_empty() && self.dims().iter().all(|dim| dim.is_of_clock());
        let mut order: Vec<(i64, usize)> = (0..sheet.keys.all().len()).map(|key| (size(sheet, key), key)).collect();
        let keys = sheet.keys.all();
        if is_clock {
            order.sort_unstable_by_key(|(_, key)| keys[*key]);
        } else {
            order.sort_unstable_by_key(|(size, key)| (std::cmp::Reverse(*size), keys[*key]));
        }
        let points = if self.grain.is_some() { sheet.buckets.len() } else { 1 };
        let limit = self.limit.min((POINTS_MAX / points.max(1)).max(1));
        let by_hour = self.exposures();
        let line = |key: usize| {
            let (cells, whole) = sheet.cells(key);
            let whole = figures::figure(self, sheet, whole);
            let exposure_s = is_clock.then(|| self.exposure(keys[key], &by_hour));
            let rates = exposure_s.into_iter().flat_map(|exposure_s| {
                let rate = move |(name, count): (&String, &i64)| Some((name.clone(), per_hour(*count, exposure_s)?));
                whole.counts.iter().filter_map(rate).collect::<Vec<_>>()
            });
            MetricLine {
                keys: self
                    .by
                    .iter()
                    .zip(keys[key])
                    .map(|(by, value)| naming::key(*by, value, &reading.dimensions))
                    .collect(),
                per_hour: rates.collect(),
                points: if self.grain.is_some() {
                    cells.into_iter().map(|cell| figures::figure(self, sheet, cell)).collect()
                } else {
                    Vec::new()
                },
                exposure_s,
                whole,
            }
        };
        (order.iter().take(limit).map(|(_, key)| line(*key)).collect(), order.len() as u64)
    }

    /// Seconds of the window by local weekday and hour, where somebody asks for them.
    fn exposures(&self) -> BTreeMap<(i64, i64), i64> {
        /// Offsets of zones differ by whole quarters of an hour.
        const QUARTER_S: i64 = 900;

        let mut exposures = BTreeMap::new();
        if !self.dims().iter().any(|dim| dim.is_of_clock()) {
            return exposures;
        }
        let (mut at, end) = (self.window.from.seconds(), self.window.to.seconds());
        while at < end {
            let next = ((at.div_euclid(QUARTER_S) + 1) * QUARTER_S).min(end);
            *exposures.entry(local_clock(Instant::from_seconds(at).0, self.zone)).or_insert(0) += next - at;
            at = next;
        }
        exposures
    }

    fn exposure(&self, key: [i64; 3], exposures: &BTreeMap<(i64, i64), i64>) -> i64 {
        let fits = |weekday: i64, hour: i64| {
            self.dims().iter().zip(key).all(|(dim, value)| match dim {
                Dim::Weekday => value == weekday,
                _ => value == hour,
            })
        };
        exposures.iter().filter(|((weekday, hour), _)| fits(*weekday, *hour)).map(|(_, seconds)| seconds).sum()
    }

    fn series(&self, sheet: &Sheet, series: Vec<MetricLine>, series_total: u64) -> MetricSeries {
        let Metric { name, version, unit, meaning, .. } = *self.metric;
        let is_told = self.metric.history.is_some();
        let as_of = |then: bool| if then { AsOf::Then } else { AsOf::Now };
        // A promise has the people and groups that were assigned when its target was used up.
        let is_of_breach = |dim: &Dim| self.metric.clocks.is_some() && (dim.is_list() || dim.is_of_promises());
        let dimension = |(name, dim): &(&'static str, Dim)| MetricDimension {
            name: (*name).to_owned(),
            as_of: as_of(dim.is_of_clock() || is_of_breach(dim) || (is_told && dim.is_of_spans())),
        };
        MetricSeries {
            name: name.to_owned(),
            version,
            unit,
            meaning: meaning.to_owned(),
            at: self.at.map(date),
            grain: self.grain.map(|(name, _)| name.to_owned()),
            buckets: if self.grain.is_some() { sheet.buckets.all().iter().map(bucket).collect() } else { Vec::new() },
            by: self.by.iter().map(dimension).collect(),
            filters_as_of: as_of(is_told),
            share: self.share.0.to_owned(),
            n: sheet.facts,
            series,
            series_total,
        }
    }
}

/// A bucket as answers have it.
pub(super) fn bucket(bucket: &Bucket) -> MetricBucket {
    MetricBucket {
        label: bucket.label.clone(),
        from: date(Instant(bucket.from)),
        to: date(Instant(bucket.to)),
        is_partial: bucket.is_partial,
    }
}

/// What series are sorted by: the first measure.
fn size(sheet: &Sheet, key: usize) -> i64 {
    sheet.cells(key).1.counts.first().copied().unwrap_or(0)
}

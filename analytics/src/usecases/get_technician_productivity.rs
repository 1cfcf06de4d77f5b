//! GetTechnicianProductivity: at which hours of the day people or teams solve tickets.

use chrono::Timelike;
use chrono_tz::Tz;
use schemas::Instant;
use serde::{Deserialize, Serialize};

use super::subjects::{ATTRIBUTION, SUBJECTS, SubjectKind};
use crate::{
    analytics::Analytics,
    answer::Answer,
    error::Error,
    filters::TicketFilters,
    inputs,
    metrics::{HANDLED, Rows},
    paging::{Order, PageInput, Place, Walk},
    plans::{
        Moment,
        tally::{By, Tallies, tally},
    },
    reading::Note,
    stores::Dimensions,
    summaries::Named,
    viewer::Viewer,
    window::{Window, WindowInput, date, zone},
};

/// Seconds between two looks at the clock on the wall: offsets of zones are multiples of it.
const QUARTER_S: i64 = 900;

/// Widths of a band, in hours: those that divide a day.
const WIDTHS: [(&str, i64); 8] = [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("6", 6), ("8", 8), ("12", 12), ("24", 24)];

/// What to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// The window; the last 30 days where it is left out.
    pub window: WindowInput,
    /// IANA zone whose hours count; UTC where it is left out.
    pub tz: Option<String>,
    /// Which tickets; `queue` is the team.
    pub filters: TicketFilters,
    /// Whose hours: `technician` or `team`; `technician` where it is left out.
    pub group_by: Option<String>,
    /// Hours of a band: 1, 2, 3, 4, 6, 8, 12 or 24; 1 where it is left out.
    pub band_hours: Option<i64>,
    /// `handled` or `id`, downwards after a dash; `-handled` where it is left out.
    pub sort: Option<String>,
    /// Which page of the rows.
    pub page: PageInput,
}

/// Tickets solved by the hour of the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TechnicianProductivity {
    /// Whose hours.
    pub group_by: SubjectKind,
    /// How tickets are attributed: `assigned_now`, to everybody assigned now, once each.
    pub attribution: String,
    /// The bands of the day, with all tickets, each once.
    pub bands: Vec<HourBand>,
    /// A page of those who solved at least one.
    pub rows: Vec<ProductivityRow>,
}

/// A band of the local day: `from_hour <= hour < to_hour`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct HourBand {
    /// Its first hour.
    pub from_hour: u32,
    /// The first hour after it.
    pub to_hour: u32,
    /// Tickets solved in it, each once.
    pub handled: u64,
    /// Seconds of the window that fall into it; a day that moves the clock has an hour more or less.
    pub window_s: i64,
}

/// The hours of one person or team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ProductivityRow {
    /// The person or team.
    pub subject: Named,
    /// Tickets solved in the window.
    pub handled: u64,
    /// They by band, in the order of the bands.
    pub handled_by_band: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
enum SortBy {
    Handled,
    Id,
}

/// A question that makes sense.
struct Question {
    walk: Walk,
    window: Window,
    zone: Tz,
    order: Order<SortBy>,
    group_by: SubjectKind,
    width: i64,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<TechnicianProductivity>, Error> {
    let Question { walk, window, zone, order, group_by, width } = input.understand(viewer, now)?;
    let moment = Moment { now: walk.now, window: Some(window) };
    let reading = analytics.read(viewer).await?;
    let tickets = reading.tickets(&input.filters).await?;
    let hour = By::SolvedHour(zone);
    let all = tally(&tickets, &[hour], &[&HANDLED], &moment).await?;
    let each = tally(&tickets, &[hour, group_by.by()], &[&HANDLED], &moment).await?;
    let excluded = reading.excluded(tickets, Rows::SolvedIn, &moment).await?;

    let rows = rows(&each, group_by, width, &reading.dimensions);
    let total = rows.len() as u64;
    let place = |row: &ProductivityRow| match order.key {
        SortBy::Handled => Place { key: Some(row.handled as i64), id: row.subject.id },
        SortBy::Id => Place { key: Some(row.subject.id), id: row.subject.id },
    };
    let rows = walk.apply_to(rows, order.descending, place);
    let (rows, page) = walk.cut(rows, total, reading.snapshot.version(), place);
    let bands = bands(&all, &seconds_by_hour(window, zone), width);
    let data = TechnicianProductivity { group_by, attribution: ATTRIBUTION.to_owned(), bands, rows };
    let note =
        Note { metrics: vec![&HANDLED], zone, window: Some(window), excluded, page: Some(page), ..Note::default() };
    Ok(reading.answer(data, note, now))
}

impl Input {
    fn understand(&self, viewer: &Viewer, now: Instant) -> Result<Question, Error> {
        let question = (&self.window, &self.tz, &self.filters, &self.group_by, self.band_hours, &self.sort);
        let walk = Walk::new(&self.page, "technician_productivity", viewer, &question, now)?;
        let window = self.window.resolve("30d", walk.now)?;
        let zone = zone(self.tz.as_deref())?;
        let sorts = [("handled", SortBy::Handled), ("id", SortBy::Id)];
        let order = inputs::order(self.sort.as_deref(), "-handled", &sorts)?;
        let group_by = inputs::choice("group_by", self.group_by.as_deref().unwrap_or("technician"), &SUBJECTS)?;
        let width = inputs::choice("band_hours", &self.band_hours.unwrap_or(1).to_string(), &WIDTHS)?;
        self.filters.validate()?;
        Ok(Question { walk, window, zone, order, group_by, width })
    }
}

fn bands(all: &Tallies, window_s: &[i64; 24], width: i64) -> Vec<HourBand> {
    let band = |from: i64| {
        let hours = from..from + width;
        let inside = all.rows.iter().filter(|(key, _)| matches!(key[..], [Some(hour)] if hours.contains(&hour)));
        HourBand {
            from_hour: from as u32,
            to_hour: (from + width) as u32,
            handled: inside.map(|(_, tally)| tally.count(&HANDLED)).sum(),
            window_s: window_s[from as usize..(from + width) as usize].iter().sum(),
        }
    };
    (0..24 / width).map(|band_at| band(band_at * width)).collect()
}

fn rows(each: &Tallies, kind: SubjectKind, width: i64, dimensions: &Dimensions) -> Vec<ProductivityRow> {
    let mut by_subject = std::collections::BTreeMap::<i64, Vec<u64>>::new();
    for (key, tally) in &each.rows {
        if let [Some(hour), Some(subject)] = key[..] {
            let bands = by_subject.entry(subject).or_insert_with(|| vec![0; (24 / width) as usize]);
            bands[(hour / width) as usize] += tally.count(&HANDLED);
        }
    }
    let row = |(id, bands): (i64, Vec<u64>)| ProductivityRow {
        subject: kind.named(id, dimensions),
        handled: bands.iter().sum(),
        handled_by_band: bands,
    };
    by_subject.into_iter().map(row).collect()
}

/// How long the window shows each hour on the wall.
fn seconds_by_hour(window: Window, zone: Tz) -> [i64; 24] {
    let mut seconds = [0; 24];
    let (mut at, end) = (window.from.seconds(), window.to.seconds());
    while at < end {
        let next = ((at.div_euclid(QUARTER_S) + 1) * QUARTER_S).min(end);
        let hour = date(Instant::from_seconds(at)).with_timezone(&zone).hour();
        seconds[hour as usize] += next - at;
        at = next;
    }
    seconds
}

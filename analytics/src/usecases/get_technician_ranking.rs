//! GetTechnicianRanking: who solved how much, and how much of it in time, by person or team.

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
    metrics::{BACKLOG, HANDLED, Metric, OVERDUE, Rows, SLA_ATTAINMENT},
    paging::{Order, PageInput, Place, Walk},
    plans::{
        Moment,
        tally::{Tallies, Tally, tally},
    },
    ratio::Ratio,
    reading::Note,
    stores::Dimensions,
    summaries::Named,
    viewer::Viewer,
    window::{Window, WindowInput, zone},
};

/// Tickets with a time to resolve below which a share says too little to rank by.
pub const MINIMUM_DEFAULT: i64 = 20;

const MINIMUM_MAX: i64 = 1_000_000;

/// What to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// The window; the last 30 days where it is left out.
    pub window: WindowInput,
    /// IANA zone of the answer; UTC where it is left out.
    pub tz: Option<String>,
    /// Which tickets; `queue` is the team.
    pub filters: TicketFilters,
    /// What ranks: `handled` or `sla`; `handled` where it is left out.
    pub metric: Option<String>,
    /// Who is ranked: `technician` or `team`; `technician` where it is left out.
    pub group_by: Option<String>,
    /// Tickets with a time to resolve that an SLA share needs, 1 to 1,000,000; 20 where it is left out.
    pub minimum: Option<i64>,
    /// `rank`, `handled`, `sla`, `open` or `overdue`, downwards after a dash; `rank` where it is left out.
    pub sort: Option<String>,
    /// Which page of the entries.
    pub page: PageInput,
}

/// Who solved how much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TechnicianRanking {
    /// What ranks.
    pub metric: RankedBy,
    /// Who is ranked.
    pub group_by: SubjectKind,
    /// How tickets are attributed: `assigned_now`, to everybody assigned now, once each.
    pub attribution: String,
    /// Tickets with a time to resolve that an SLA share needs.
    pub minimum: u64,
    /// Tickets solved in the window, each once, whoever solved them.
    pub tickets: u64,
    /// A page of those who solved at least one.
    pub entries: Vec<RankingEntry>,
}

/// What ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RankedBy {
    /// Tickets handled.
    Handled,
    /// The lower end of the 95 % interval of the share solved in time.
    Sla,
}

/// One place of the ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RankingEntry {
    /// The place, shared by equals, the next one then left out; `None` with fewer tickets than the minimum.
    pub rank: Option<u64>,
    /// Whose it is and why.
    pub scorecard: TechnicianScorecard,
}

/// What somebody did in the window and has before him now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TechnicianScorecard {
    /// The person or team.
    pub subject: Named,
    /// Tickets solved in the window.
    pub handled: u64,
    /// Of those with a time to resolve, the share solved in time.
    pub sla: Ratio,
    /// Of those handled, without a time to resolve.
    pub without_sla: u64,
    /// Open now.
    pub open: u64,
    /// Of them, late now.
    pub overdue: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SortBy {
    Rank,
    Handled,
    Sla,
    Open,
    Overdue,
}

const SORTS: [(&str, SortBy); 5] = [
    ("rank", SortBy::Rank),
    ("handled", SortBy::Handled),
    ("sla", SortBy::Sla),
    ("open", SortBy::Open),
    ("overdue", SortBy::Overdue),
];

const METRICS: [&Metric; 4] = [&HANDLED, &SLA_ATTAINMENT, &BACKLOG, &OVERDUE];

/// A question that makes sense.
struct Question {
    walk: Walk,
    window: Window,
    zone: Tz,
    order: Order<SortBy>,
    group_by: SubjectKind,
    metric: RankedBy,
    minimum: u64,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<TechnicianRanking>, Error> {
    let Question { walk, window, zone, order, group_by, metric, minimum } = input.understand(viewer, now)?;
    let moment = Moment { now: walk.now, window: Some(window) };
    let reading = analytics.read(viewer).await?;
    let tickets = reading.tickets(&input.filters).await?;
    let solved = tally(&tickets, &[], &[&HANDLED], &moment).await?.whole().count(&HANDLED);
    let tallies = tally(&tickets, &[group_by.by()], &METRICS, &moment).await?;
    let mut excluded = reading.excluded(tickets, Rows::SolvedIn, &moment).await?;
    if let Some(nobody) = tallies.rows.get(&vec![None]).map(|tally| tally.count(&HANDLED)).filter(|count| *count > 0) {
        excluded.insert("unassigned".to_owned(), nobody);
    }

    let mut entries = entries(&tallies, group_by, minimum, &reading.dimensions);
    rank(&mut entries, metric, minimum);
    let total = entries.len() as u64;
    let place = |entry: &RankingEntry| place(entry, order.key, minimum);
    let entries = walk.apply_to(entries, order.descending, place);
    let (entries, page) = walk.cut(entries, total, reading.snapshot.version(), place);
    let attribution = ATTRIBUTION.to_owned();
    let data = TechnicianRanking { metric, group_by, attribution, minimum, tickets: solved, entries };
    let note = Note { metrics: METRICS.to_vec(), zone, window: Some(window), excluded, page: Some(page) };
    Ok(reading.answer(data, note, now))
}

impl Input {
    fn understand(&self, viewer: &Viewer, now: Instant) -> Result<Question, Error> {
        let question = (&self.window, &self.filters, &self.metric, &self.group_by, self.minimum, &self.sort);
        let walk = Walk::new(&self.page, "technician_ranking", viewer, &question, now)?;
        let window = self.window.resolve("30d", walk.now)?;
        let zone = zone(self.tz.as_deref())?;
        let order = inputs::order(self.sort.as_deref(), "rank", &SORTS)?;
        let group_by = inputs::choice("group_by", self.group_by.as_deref().unwrap_or("technician"), &SUBJECTS)?;
        let ranked = [("handled", RankedBy::Handled), ("sla", RankedBy::Sla)];
        let metric = inputs::choice("metric", self.metric.as_deref().unwrap_or("handled"), &ranked)?;
        let minimum = inputs::number("minimum", self.minimum, MINIMUM_DEFAULT, (1, MINIMUM_MAX))? as u64;
        self.filters.validate()?;
        Ok(Question { walk, window, zone, order, group_by, metric, minimum })
    }
}

/// An entry without a rank for everybody who handled something.
fn entries(tallies: &Tallies, kind: SubjectKind, minimum: u64, dimensions: &Dimensions) -> Vec<RankingEntry> {
    let card = |id: i64, tally: &Tally| {
        let (met, breached) = (tally.measure(&SLA_ATTAINMENT, "met"), tally.measure(&SLA_ATTAINMENT, "breached"));
        let handled = tally.count(&HANDLED);
        TechnicianScorecard {
            subject: kind.named(id, dimensions),
            handled,
            sla: Ratio::of(met, met + breached, minimum),
            without_sla: handled - met - breached,
            open: tally.count(&BACKLOG),
            overdue: tally.count(&OVERDUE),
        }
    };
    let somebody = tallies.rows.iter().filter_map(|(key, tally)| Some((key.first().copied().flatten()?, tally)));
    let cards = somebody.filter(|(_, tally)| tally.count(&HANDLED) > 0).map(|(id, tally)| card(id, tally));
    cards.map(|scorecard| RankingEntry { rank: None, scorecard }).collect()
}

/// Gives out the places: the best first, equals share one.
fn rank(entries: &mut [RankingEntry], metric: RankedBy, minimum: u64) {
    let score = |entry: &RankingEntry| match metric {
        RankedBy::Handled => Some(entry.scorecard.handled as i64),
        RankedBy::Sla => share(&entry.scorecard.sla, minimum),
    };
    let mut scores: Vec<i64> = entries.iter().filter_map(score).collect();
    scores.sort_unstable_by(|one, other| other.cmp(one));
    for entry in entries {
        entry.rank = score(entry).map(|score| scores.partition_point(|better| *better > score) as u64 + 1);
    }
}

fn place(entry: &RankingEntry, by: SortBy, minimum: u64) -> Place {
    let card = &entry.scorecard;
    let key = match by {
        SortBy::Rank => entry.rank.map(|rank| rank as i64),
        SortBy::Handled => Some(card.handled as i64),
        SortBy::Sla => share(&card.sla, minimum),
        SortBy::Open => Some(card.open as i64),
        SortBy::Overdue => Some(card.overdue as i64),
    };
    Place { key, id: card.subject.id }
}

/// The lower end of the interval as a number that orders alike; `None` below the minimum.
fn share(sla: &Ratio, minimum: u64) -> Option<i64> {
    // The bits of floating-point numbers that are not negative are in the order of the numbers.
    sla.low.filter(|_| sla.whole >= minimum).map(|low| low.to_bits() as i64)
}

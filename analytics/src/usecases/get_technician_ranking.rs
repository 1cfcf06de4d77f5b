//! GetTechnicianRanking: who solved how much, and how much of it in time, by person or team.

mod in_time;
mod solved;

use chrono_tz::Tz;
use schemas::Instant;
use serde::{Deserialize, Serialize};

use super::subjects::{SUBJECTS, SubjectKind};

use self::solved::{Solved, Work};
use crate::{
    analytics::Analytics,
    answer::{Answer, Mode},
    error::Error,
    filters::TicketFilters,
    history::{ATTRIBUTIONS, Attribution},
    inputs,
    metrics::{BACKLOG, HANDLED, Metric, OVERDUE, RESOLUTION_TIME, Rows, SLA_ATTAINMENT},
    paging::{Order, PageInput, Place, Walk},
    plans::{
        Moment,
        tally::{Tallies, tally},
    },
    ratio::{CaseMix, Ratio, of_millionths},
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
    /// By which arithmetic a ticket was solved in time: `canonical`, none of its SLA's promises of a time to resolve was broken,
    /// or `glpi`, at or before the due instant that GLPI stores; `canonical` where it is left out.
    pub mode: Option<String>,
    /// Which tickets; `queue` is the team.
    pub filters: TicketFilters,
    /// How solved tickets are attributed: `assigned_now`, to everybody assigned now; `solver`, to the one assigned last when the
    /// ticket was solved; `last_owner`, to the one assigned last among those assigned now; `time_share`, to everybody by the share
    /// of its open time that it was his; `all`, to everybody who was assigned at any time until it was solved. `assigned_now`
    /// where it is left out.
    pub attribution: Option<String>,
    /// What ranks: `handled`, `sla` or `case_mix`; `handled` where it is left out.
    pub metric: Option<String>,
    /// Who is ranked: `technician` or `team`; `technician` where it is left out.
    pub group_by: Option<String>,
    /// Tickets with a time to resolve that an SLA share needs, and tickets that a case mix does, 1 to 1,000,000; 20 where it is left out.
    pub minimum: Option<i64>,
    /// `rank`, `handled`, `sla`, `case_mix`, `open` or `overdue`, downwards after a dash; `rank` where it is left out.
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
    /// How solved tickets are attributed, as the question chose; open ones are always those of everybody assigned now.
    pub attribution: String,
    /// Tickets with a time to resolve that an SLA share needs, and tickets that a case mix does.
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
    /// How long tickets took beside what tickets of their category, priority and kind took everybody: the least first.
    CaseMix,
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
    /// They by the part of each that is attributed; fewer than `handled` where tickets are shared.
    pub credit: f64,
    /// How long they took, beside what such tickets took everybody; by the part attributed.
    pub case_mix: CaseMix,
    /// Of those with a time to resolve, the share solved in time, by the mode of the answer.
    pub sla: Ratio,
    /// Of those handled, without a time to resolve.
    pub without_sla: u64,
    /// Open now.
    pub open: u64,
    /// Of them, late now as GLPI shows it, in either mode.
    pub overdue: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SortBy {
    Rank,
    Handled,
    Sla,
    CaseMix,
    Open,
    Overdue,
}

const SORTS: [(&str, SortBy); 6] = [
    ("rank", SortBy::Rank),
    ("handled", SortBy::Handled),
    ("sla", SortBy::Sla),
    ("case_mix", SortBy::CaseMix),
    ("open", SortBy::Open),
    ("overdue", SortBy::Overdue),
];

const METRICS: [&Metric; 5] = [&HANDLED, &SLA_ATTAINMENT, &RESOLUTION_TIME, &BACKLOG, &OVERDUE];

/// What is counted of tickets as they are now, whoever solved them.
const OPEN_METRICS: [&Metric; 2] = [&BACKLOG, &OVERDUE];

/// A question that makes sense.
struct Question {
    walk: Walk,
    window: Window,
    zone: Tz,
    mode: Mode,
    order: Order<SortBy>,
    group_by: SubjectKind,
    metric: RankedBy,
    attribution: (&'static str, Attribution),
    minimum: u64,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<TechnicianRanking>, Error> {
    let Question { walk, window, zone, mode, order, group_by, metric, attribution, minimum } =
        input.understand(viewer, now)?;
    let moment = Moment { now: walk.now, window: Some(window) };
    let reading = analytics.read(viewer).await?;
    let tickets = reading.tickets(&input.filters).await?;
    let open = tally(&tickets, &[group_by.by()], &OPEN_METRICS, &moment).await?;
    let solved = Solved::read(&reading, tickets.clone(), &moment, (attribution.1, group_by, mode)).await?;
    let mut excluded = reading.excluded(tickets, Rows::SolvedIn, &moment).await?;
    if solved.unattributed > 0 {
        excluded.insert("unassigned".to_owned(), solved.unattributed);
    }

    let mut entries = entries(&solved, &open, (group_by, minimum), &reading.dimensions);
    rank(&mut entries, metric, minimum);
    let total = entries.len() as u64;
    let place = |entry: &RankingEntry| place(entry, order.key, minimum);
    let entries = walk.apply_to(entries, order.descending, place);
    let (entries, page) = walk.cut(entries, total, reading.snapshot.version(), place);
    let attribution = attribution.0.to_owned();
    let data = TechnicianRanking { metric, group_by, attribution, minimum, tickets: solved.tickets, entries };
    let note = Note { metrics: METRICS.to_vec(), mode, zone, window: Some(window), excluded, page: Some(page) };
    Ok(reading.answer(data, note, now))
}

impl Input {
    fn understand(&self, viewer: &Viewer, now: Instant) -> Result<Question, Error> {
        let ranked = (&self.mode, &self.metric, &self.attribution, &self.group_by, self.minimum);
        let question = (&self.window, &self.filters, ranked, &self.sort);
        let walk = Walk::new(&self.page, "technician_ranking", viewer, &question, now)?;
        let window = self.window.resolve("30d", walk.now)?;
        let zone = zone(self.tz.as_deref())?;
        let mode = inputs::mode(self.mode.as_deref())?;
        let order = inputs::order(self.sort.as_deref(), "rank", &SORTS)?;
        let group_by = inputs::choice("group_by", self.group_by.as_deref().unwrap_or("technician"), &SUBJECTS)?;
        let ranked = [("handled", RankedBy::Handled), ("sla", RankedBy::Sla), ("case_mix", RankedBy::CaseMix)];
        let metric = inputs::choice("metric", self.metric.as_deref().unwrap_or("handled"), &ranked)?;
        let known = ATTRIBUTIONS.map(|(name, attribution)| (name, (name, attribution)));
        let attribution = inputs::choice("attribution", self.attribution.as_deref().unwrap_or("assigned_now"), &known)?;
        let minimum = inputs::number("minimum", self.minimum, MINIMUM_DEFAULT, (1, MINIMUM_MAX))? as u64;
        self.filters.validate()?;
        Ok(Question { walk, window, zone, mode, order, group_by, metric, attribution, minimum })
    }
}

/// An entry without a rank for everybody who handled something.
fn entries(
    solved: &Solved,
    open: &Tallies,
    (kind, minimum): (SubjectKind, u64),
    dimensions: &Dimensions,
) -> Vec<RankingEntry> {
    let now = |id: i64, metric: &Metric| open.rows.get(&vec![Some(id)]).map_or(0, |tally| tally.count(metric));
    let card = |(id, work): (&i64, &Work)| TechnicianScorecard {
        subject: kind.named(*id, dimensions),
        handled: work.tickets,
        credit: of_millionths(work.millionths),
        case_mix: CaseMix::of(work.actual_s(), work.expected_s(), work.tickets >= minimum),
        sla: Ratio::of(work.met, work.met + work.breached, minimum),
        without_sla: work.tickets - work.met - work.breached,
        open: now(*id, &BACKLOG),
        overdue: now(*id, &OVERDUE),
    };
    solved.work.iter().map(card).map(|scorecard| RankingEntry { rank: None, scorecard }).collect()
}

/// Gives out the places: the best first, equals share one.
fn rank(entries: &mut [RankingEntry], metric: RankedBy, minimum: u64) {
    let score = |entry: &RankingEntry| match metric {
        RankedBy::Handled => Some(ordered(entry.scorecard.credit)),
        RankedBy::Sla => share(&entry.scorecard.sla, minimum),
        RankedBy::CaseMix => entry.scorecard.case_mix.value.map(|ratio| -ordered(ratio)),
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
        SortBy::CaseMix => card.case_mix.value.map(ordered),
        SortBy::Open => Some(card.open as i64),
        SortBy::Overdue => Some(card.overdue as i64),
    };
    Place { key, id: card.subject.id }
}

/// The lower end of the interval as a number that orders alike; `None` below the minimum.
fn share(sla: &Ratio, minimum: u64) -> Option<i64> {
    sla.low.filter(|_| sla.whole >= minimum).map(ordered)
}

/// A whole number that orders as `value` does, which is not negative.
const fn ordered(value: f64) -> i64 {
    // The bits of floating-point numbers that are not negative are in the order of the numbers.
    value.to_bits() as i64
}

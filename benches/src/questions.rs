//! The questions of the contract, each asked as people ask it, through the use cases.

use analytics::{
    Analytics, Error, PageInput, TicketFilters, Viewer, WindowInput,
    usecases::{
        get_data_freshness, get_ingestion_lag, get_sla_breaches, get_technician_productivity, get_technician_ranking,
        get_ticket_timeline, get_tickets_backlog, get_tickets_overview, sync_ticket,
    },
};
use schemas::Instant;

/// Tickets looked at for one that is there: a desk purges few.
const NEAR_MAX: i64 = 1_000;

/// A question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// How the desk stands.
    Overview(/* window */ &'static str),
    /// The same, of tickets of high priority.
    OverviewOfUrgent,
    /// What is open.
    Backlog(/* by */ &'static [&'static str]),
    /// Who solved most, or most in time.
    Ranking(/* window */ &'static str, /* metric */ &'static str, /* group_by */ &'static str),
    /// When people solve.
    Productivity(/* window */ &'static str),
    /// What took longer than its agreement allows.
    Breaches(/* window */ &'static str),
    /// What happened to one ticket.
    Timeline,
    /// How far behind the store is.
    IngestionLag,
    /// How old the numbers are.
    DataFreshness,
    /// A request to read a ticket again.
    SyncTicket,
}

/// Whom and when the questions are asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The read side.
    pub analytics: &'a Analytics,
    /// The moment.
    pub now: Instant,
    /// A ticket of the desk.
    pub ticket_id: i64,
}

impl<'a> Asked<'a> {
    /// Asked at `now`, and about the first ticket from `near` on that is not purged.
    pub async fn new(analytics: &'a Analytics, now: Instant, near: i64) -> Result<Self, Error> {
        let mut asked = Self { analytics, now, ticket_id: near };
        loop {
            match Question::Timeline.ask(&asked).await {
                Err(Error::NotFound { .. }) if asked.ticket_id < near + NEAR_MAX => asked.ticket_id += 1,
                Err(error) => return Err(error),
                Ok(_) => return Ok(asked),
            }
        }
    }
}

impl Question {
    /// Every question.
    pub const ALL: [Self; 14] = [
        Self::Overview("30d"),
        Self::Overview("12m"),
        Self::OverviewOfUrgent,
        Self::Backlog(&[]),
        Self::Backlog(&["group", "priority"]),
        Self::Ranking("30d", "handled", "technician"),
        Self::Ranking("12m", "sla", "team"),
        Self::Productivity("90d"),
        Self::Breaches("30d"),
        Self::Breaches("12m"),
        Self::Timeline,
        Self::IngestionLag,
        Self::DataFreshness,
        Self::SyncTicket,
    ];

    /// The question in words.
    pub fn name(self) -> String {
        match self {
            Self::Overview(window) => format!("GetTicketsOverview {window}"),
            Self::OverviewOfUrgent => "GetTicketsOverview 30d, priority 5 and 6".to_owned(),
            Self::Backlog([]) => "GetTicketsBacklog".to_owned(),
            Self::Backlog(by) => format!("GetTicketsBacklog by {}", by.join(" and ")),
            Self::Ranking(window, metric, by) => format!("GetTechnicianRanking {window}, {metric} by {by}"),
            Self::Productivity(window) => format!("GetTechnicianProductivity {window}"),
            Self::Breaches(window) => format!("GetSlaBreaches {window}"),
            Self::Timeline => "GetTicketTimeline".to_owned(),
            Self::IngestionLag => "GetIngestionLag".to_owned(),
            Self::DataFreshness => "GetDataFreshness".to_owned(),
            Self::SyncTicket => "SyncTicket".to_owned(),
        }
    }

    /// Asks it; answers how many tickets, clocks or events the answer counts, where it counts some.
    pub async fn ask(self, asked: &Asked<'_>) -> Result<Option<u64>, Error> {
        let Asked { analytics, now, ticket_id } = *asked;
        let viewer = &Viewer::of_everything();
        match self {
            Self::Overview(_) | Self::OverviewOfUrgent => {
                let answer = get_tickets_overview::execute(analytics, viewer, &self.overview(), now).await?;
                Ok(Some(answer.data.total))
            }
            Self::Backlog(by) => {
                let by = by.iter().map(|&by| by.to_owned()).collect();
                let input = get_tickets_backlog::Input { by, ..get_tickets_backlog::Input::default() };
                Ok(Some(get_tickets_backlog::execute(analytics, viewer, &input, now).await?.data.total))
            }
            Self::Ranking(name, metric, group_by) => {
                let input = get_technician_ranking::Input {
                    window: window(name),
                    metric: Some(metric.to_owned()),
                    group_by: Some(group_by.to_owned()),
                    ..get_technician_ranking::Input::default()
                };
                Ok(Some(get_technician_ranking::execute(analytics, viewer, &input, now).await?.data.tickets))
            }
            Self::Productivity(name) => {
                let input = get_technician_productivity::Input {
                    window: window(name),
                    tz: Some("America/Sao_Paulo".to_owned()),
                    ..get_technician_productivity::Input::default()
                };
                let answer = get_technician_productivity::execute(analytics, viewer, &input, now).await?;
                Ok(Some(answer.data.bands.iter().map(|band| band.handled).sum()))
            }
            Self::Breaches(name) => {
                let input = get_sla_breaches::Input { window: window(name), ..get_sla_breaches::Input::default() };
                Ok(Some(get_sla_breaches::execute(analytics, viewer, &input, now).await?.data.total))
            }
            Self::Timeline => {
                let page = PageInput { limit: Some(500), cursor: None };
                let input = get_ticket_timeline::Input { ticket_id, page, ..get_ticket_timeline::Input::default() };
                let answer = get_ticket_timeline::execute(analytics, viewer, &input, now).await?;
                Ok(answer.meta.page.map(|page| page.total))
            }
            Self::IngestionLag => get_ingestion_lag::execute(analytics, now).await.map(|_| None),
            Self::DataFreshness => get_data_freshness::execute(analytics, now).await.map(|_| None),
            Self::SyncTicket => {
                sync_ticket::execute(analytics, viewer, sync_ticket::Input { ticket_id }, now).await.map(|_| None)
            }
        }
    }

    fn overview(self) -> get_tickets_overview::Input {
        let priority = match self {
            Self::OverviewOfUrgent => vec!["5".to_owned(), "6".to_owned()],
            _ => Vec::new(),
        };
        let window = match self {
            Self::Overview(name) => window(name),
            _ => WindowInput::default(),
        };
        let filters = TicketFilters { priority, ..TicketFilters::default() };
        get_tickets_overview::Input { window, filters, ..get_tickets_overview::Input::default() }
    }
}

fn window(name: &str) -> WindowInput {
    WindowInput { window: Some(name.to_owned()), ..WindowInput::default() }
}

//! The REST endpoints: understand, ask, present.

use std::sync::Arc;

use analytics::{
    Analytics, Answer, SyncReceipt,
    usecases::{
        explain_sla, get_data_freshness, get_ingestion_lag, get_metric, get_sla_breaches, get_sla_trends,
        get_technician_productivity, get_technician_ranking, get_ticket_timeline, get_tickets_backlog,
        get_tickets_overview, list_metrics, simulate_sla, sync_ticket,
    },
};
use poem_openapi::{ApiResponse, OpenApi, Tags, param::Path, payload::Json};
use schemas::Instant;

use crate::{
    asked::Asked,
    auth::{Admin, Observer, Reader},
    health::SystemHealth,
    problem::Problem,
    schema::Shown,
    told::Told,
};

/// Every endpoint under `/v1`.
pub(crate) struct Answers {
    pub(crate) analytics: Arc<Analytics>,
    pub(crate) clock: fn() -> Instant,
}

#[derive(Tags)]
enum Tag {
    /// How the desk stands, and its tickets.
    Tickets,
    /// Who solves how much, and when.
    Technicians,
    /// What took too long.
    #[oai(rename = "SLA")]
    Sla,
    /// Every number, over time and by dimensions.
    Metrics,
    /// How fresh the numbers are.
    System,
}

type Shows<T> = Result<Json<Shown<Answer<T>>>, Problem>;

/// A request taken on.
#[derive(ApiResponse)]
enum Accepted {
    /// The ticket will be read again; what becomes of it is told at `Location`.
    #[oai(status = 202)]
    Accepted(
        Json<Shown<Answer<SyncReceipt>>>,
        /// Where to ask what became of the request.
        #[oai(header = "Location")]
        String,
    ),
}

#[OpenApi(prefix_path = "/v1")]
impl Answers {
    /// How the desk stands: figures now and in a window, and the tickets behind them.
    #[oai(path = "/tickets/overview", method = "get", tag = "Tag::Tickets", operation_id = "getTicketsOverview")]
    async fn tickets_overview(
        &self,
        caller: Reader,
        asked: Asked<get_tickets_overview::Input>,
    ) -> Shows<get_tickets_overview::TicketsOverview> {
        let answer =
            get_tickets_overview::execute(&self.analytics, &caller.0.viewer(), &asked.0, (self.clock)()).await?;
        Ok(Json(Shown(answer)))
    }

    /// The open tickets, by age and by up to three dimensions.
    #[oai(path = "/tickets/backlog", method = "get", tag = "Tag::Tickets", operation_id = "getTicketsBacklog")]
    async fn tickets_backlog(
        &self,
        caller: Reader,
        asked: Asked<get_tickets_backlog::Input>,
    ) -> Shows<get_tickets_backlog::TicketsBacklog> {
        let answer =
            get_tickets_backlog::execute(&self.analytics, &caller.0.viewer(), &asked.0, (self.clock)()).await?;
        Ok(Json(Shown(answer)))
    }

    /// What happened to one ticket, oldest first, with its SLA clocks.
    #[oai(path = "/tickets/:id/timeline", method = "get", tag = "Tag::Tickets", operation_id = "getTicketTimeline")]
    async fn ticket_timeline(
        &self,
        caller: Reader,
        /// The ticket
        id: Path<i64>,
        asked: Asked<get_ticket_timeline::Input>,
    ) -> Shows<get_ticket_timeline::TicketTimeline> {
        let input = get_ticket_timeline::Input { ticket_id: id.0, ..asked.0 };
        let answer = get_ticket_timeline::execute(&self.analytics, &caller.0.viewer(), &input, (self.clock)()).await?;
        Ok(Json(Shown(answer)))
    }

    /// The promises to one ticket at any instant: both modes side by side, each interval of their clocks, and why they differ.
    #[oai(path = "/tickets/:id/sla", method = "get", tag = "Tag::Tickets", operation_id = "explainSla")]
    async fn ticket_sla(
        &self,
        caller: Reader,
        /// The ticket
        id: Path<i64>,
        asked: Asked<explain_sla::Input>,
    ) -> Shows<explain_sla::TicketSla> {
        let input = explain_sla::Input { ticket_id: id.0, ..asked.0 };
        let answer = explain_sla::execute(&self.analytics, &caller.0.viewer(), &input, (self.clock)()).await?;
        Ok(Json(Shown(answer)))
    }

    /// Asks for one ticket to be read from GLPI again at once. `Location` says where to ask what became of it.
    #[oai(path = "/tickets/:id/sync", method = "post", tag = "Tag::Tickets", operation_id = "syncTicket")]
    async fn sync_ticket(
        &self,
        caller: Admin,
        /// The ticket
        id: Path<i64>,
    ) -> Result<Accepted, Problem> {
        let input = sync_ticket::Input { ticket_id: id.0 };
        let answer = sync_ticket::execute(&self.analytics, &caller.0.viewer(), input, (self.clock)()).await?;
        let location = format!("/v1/tickets/{}/sync/{}", id.0, answer.data.id);
        Ok(Accepted::Accepted(Json(Shown(answer)), location))
    }

    /// What became of a request to read a ticket again: it waits, it is done, or it failed and why.
    #[oai(path = "/tickets/:id/sync/:receipt", method = "get", tag = "Tag::Tickets", operation_id = "getSyncReceipt")]
    async fn sync_receipt(
        &self,
        caller: Admin,
        /// The ticket
        id: Path<i64>,
        /// `id` of the receipt
        receipt: Path<i64>,
    ) -> Shows<SyncReceipt> {
        let input = sync_ticket::Receipt { ticket_id: id.0, receipt: receipt.0 };
        let answer = sync_ticket::find(&self.analytics, &caller.0.viewer(), input, (self.clock)()).await?;
        Ok(Json(Shown(answer)))
    }

    /// Who solved how much, and how much of it in time, by person or team.
    #[oai(
        path = "/technicians/ranking",
        method = "get",
        tag = "Tag::Technicians",
        operation_id = "getTechnicianRanking"
    )]
    async fn technician_ranking(
        &self,
        caller: Reader,
        asked: Asked<get_technician_ranking::Input>,
    ) -> Shows<get_technician_ranking::TechnicianRanking> {
        let answer =
            get_technician_ranking::execute(&self.analytics, &caller.0.viewer(), &asked.0, (self.clock)()).await?;
        Ok(Json(Shown(answer)))
    }

    /// When tickets are solved, by hour band of the day.
    #[oai(
        path = "/technicians/productivity",
        method = "get",
        tag = "Tag::Technicians",
        operation_id = "getTechnicianProductivity"
    )]
    async fn technician_productivity(
        &self,
        caller: Reader,
        asked: Asked<get_technician_productivity::Input>,
    ) -> Shows<get_technician_productivity::TechnicianProductivity> {
        let answer =
            get_technician_productivity::execute(&self.analytics, &caller.0.viewer(), &asked.0, (self.clock)()).await?;
        Ok(Json(Shown(answer)))
    }

    /// Clocks that went over their due instant, how far and how bad.
    #[oai(path = "/sla/breaches", method = "get", tag = "Tag::Sla", operation_id = "getSlaBreaches")]
    async fn sla_breaches(
        &self,
        caller: Reader,
        asked: Asked<get_sla_breaches::Input>,
    ) -> Shows<get_sla_breaches::SlaBreaches> {
        let answer = get_sla_breaches::execute(&self.analytics, &caller.0.viewer(), &asked.0, (self.clock)()).await?;
        Ok(Json(Shown(answer)))
    }

    /// How well promises are kept, and how long owning and resolving take in working time, over time and by one dimension.
    #[oai(path = "/sla/trends", method = "get", tag = "Tag::Sla", operation_id = "getSlaTrends")]
    async fn sla_trends(
        &self,
        caller: Reader,
        asked: Asked<get_sla_trends::Input>,
    ) -> Shows<get_sla_trends::SlaTrends> {
        let answer = get_sla_trends::execute(&self.analytics, &caller.0.viewer(), &asked.0, (self.clock)()).await?;
        Ok(Json(Shown(answer)))
    }

    /// What if promises had always been counted by other calendars, for other targets, with other pauses or priorities: the
    /// difference in attainment, in breaches and in the places of people, over all of history.
    #[oai(path = "/sla/what-if", method = "post", tag = "Tag::Sla", operation_id = "simulateSla")]
    async fn sla_what_if(&self, caller: Reader, told: Told<simulate_sla::Input>) -> Shows<simulate_sla::WhatIf> {
        let answer = simulate_sla::execute(&self.analytics, &caller.0.viewer(), &told.0, (self.clock)()).await?;
        Ok(Json(Shown(answer)))
    }

    /// Every metric: what it means, how it is reckoned, what becomes of edge cases, and how it may be asked for.
    #[allow(clippy::unused_async, reason = "the shape of an endpoint")]
    #[oai(path = "/metrics", method = "get", tag = "Tag::Metrics", operation_id = "listMetrics")]
    async fn metrics(&self, _caller: Reader) -> Result<Json<Shown<list_metrics::MetricCatalogue>>, Problem> {
        Ok(Json(Shown(list_metrics::execute())))
    }

    /// One metric in a window or at an instant, by a grain and by up to three dimensions, as far as history tells it.
    #[oai(path = "/metrics/:name", method = "get", tag = "Tag::Metrics", operation_id = "getMetric")]
    async fn metric(
        &self,
        caller: Reader,
        /// The metric, as `GET /v1/metrics` names it
        name: Path<String>,
        asked: Asked<get_metric::Input>,
    ) -> Shows<get_metric::MetricSeries> {
        let input = get_metric::Input { name: name.0, ..asked.0 };
        let answer = get_metric::execute(&self.analytics, &caller.0.viewer(), &input, (self.clock)()).await?;
        Ok(Json(Shown(answer)))
    }

    /// How far ingestion has come and how fresh the numbers are.
    #[oai(path = "/system/health", method = "get", tag = "Tag::System", operation_id = "getSystemHealth")]
    async fn system_health(&self, _caller: Observer) -> Result<Json<Shown<SystemHealth>>, Problem> {
        let lag = get_ingestion_lag::execute(&self.analytics, (self.clock)()).await?;
        let freshness = get_data_freshness::execute(&self.analytics, (self.clock)()).await?;
        Ok(Json(Shown(SystemHealth::of(lag, freshness))))
    }
}

//! Health: for people with a token in full, for probes in a word.

use analytics::{
    Answer, Meta,
    usecases::{get_data_freshness::FreshnessIndicator, get_ingestion_lag::LagReport},
};
use poem::{IntoResponse, handler, http::StatusCode, web::Data};
use schemars::JsonSchema;
use serde::Serialize;

/// How the system is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SystemHealth {
    /// How far ingestion has come.
    lag: LagReport,
    /// How fresh the numbers are.
    freshness: FreshnessIndicator,
    /// What both rest on.
    meta: Meta,
}

impl SystemHealth {
    pub(crate) fn of(lag: Answer<LagReport>, freshness: Answer<FreshnessIndicator>) -> Self {
        Self { lag: lag.data, freshness: freshness.data, meta: lag.meta }
    }
}

/// Whether questions can be answered.
#[async_trait::async_trait]
pub trait Readiness: Send + Sync {
    /// Whether the store answers.
    async fn is_ready(&self) -> bool;
}

/// The process lives.
#[handler]
pub(crate) fn healthz() -> &'static str {
    "ok\n"
}

/// The store answers.
#[handler]
pub(crate) async fn readyz(readiness: Data<&std::sync::Arc<dyn Readiness>>) -> impl IntoResponse {
    if readiness.is_ready().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "nothing is stored yet\n")
    }
}

//! The GLPI of the configuration.

use anyhow::Context as _;
use connectors::{
    client::{self, GlpiClient, Secret},
    source::{self, GlpiSource},
};
use schemas::Instance;

use crate::config::Config;

/// Sweeps of a small desk are cheap: they come this many times as often.
const SMALL_SWEEPS: u64 = 10;
const MS: u64 = 1_000;

/// The source that reads it.
pub(crate) fn source(config: &Config) -> anyhow::Result<GlpiSource> {
    let instance = Instance::new(&config.instance).context("instance is no name")?;
    let rhythm = source::Config {
        poll_interval_ms: config.glpi_poll_interval_s.saturating_mul(MS),
        overlap_s: u32::try_from(config.glpi_overlap_s).context("glpi_overlap_s is too large")?,
        dimension_interval_ms: config.glpi_dimension_interval_s.saturating_mul(MS),
        survey_interval_ms: config.glpi_dimension_interval_s.saturating_mul(MS),
        sweep_interval_ms: config.glpi_sweep_interval_s.saturating_mul(MS),
        small_sweep_interval_ms: config.glpi_sweep_interval_s.saturating_mul(MS) / SMALL_SWEEPS,
        ..source::Config::default()
    };
    Ok(source::open(instance, server(config)?, rhythm, std::sync::Arc::new(chrono::Utc::now))?)
}

/// A client of it, for the doctor.
pub(crate) fn client(config: &Config) -> anyhow::Result<GlpiClient> {
    Ok(GlpiClient::new(server(config)?, std::sync::Arc::new(chrono::Utc::now))?)
}

/// Refuses what is no address of a GLPI. The sentence does not repeat it.
pub(crate) fn check_url(url: &str) -> Result<(), String> {
    match client::Config::new(url, Secret::new("token")).validate() {
        Err(client::Error::Config { reason }) => Err(reason),
        Err(error) => Err(error.to_string()),
        Ok(()) => Ok(()),
    }
}

fn server(config: &Config) -> anyhow::Result<client::Config> {
    let url = config.glpi_url.as_deref().context("which GLPI? give --glpi-url or FAROL_GLPI_URL")?;
    let token = config.glpi_user_token.as_deref();
    let token = token.context("which account? give its API token with --glpi-user-token or FAROL_GLPI_USER_TOKEN")?;
    let mut server = client::Config::new(url, Secret::new(token));
    server.app_token = config.glpi_app_token.as_deref().filter(|token| !token.is_empty()).map(Secret::new);
    server.zone.clone_from(&config.glpi_timezone);
    server.entities = Some(config.glpi_entities.clone());
    server.jitter_seed = rand::random();
    server.limits.requests_in_flight_max = config.glpi_requests_in_flight as usize;
    server.limits.requests_per_second_max = config.glpi_requests_per_second;
    server.limits.page_rows_max = config.glpi_page_rows;
    server.validate()?;
    Ok(server)
}

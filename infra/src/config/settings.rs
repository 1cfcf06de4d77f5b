//! The settings, as given and as in effect.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};

/// Settings as given; what is not given keeps its default.
#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Configuration file (default: farol.toml in the working directory, if it is there)
    #[arg(long, env = "FAROL_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
    /// Where everything is kept
    #[arg(long, env = "FAROL_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Address the API listens on
    #[arg(long, env = "FAROL_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Name of this desk in events and tables; keep it for ever
    #[arg(long, env = "FAROL_INSTANCE", value_name = "NAME")]
    pub(crate) instance: Option<String>,
    /// Log level: error, warn, info, debug, trace
    #[arg(long, env = "FAROL_LOG", value_name = "LEVEL")]
    pub(crate) log: Option<String>,
    /// Base URL of GLPI, with or without /apirest.php or /api.php/v1
    #[arg(long, env = "FAROL_GLPI_URL", value_name = "URL")]
    pub(crate) glpi_url: Option<String>,
    /// App-Token of the API client in GLPI
    #[arg(long, env = "FAROL_GLPI_APP_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub(crate) glpi_app_token: Option<String>,
    /// API token of the account that reads
    #[arg(long, env = "FAROL_GLPI_USER_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub(crate) glpi_user_token: Option<String>,
    /// IANA time zone of that account in GLPI
    #[arg(long, env = "FAROL_GLPI_TIMEZONE", value_name = "ZONE")]
    pub(crate) glpi_timezone: Option<String>,
    /// Entities to read: "all" that the account may see, or the id of one with everything below it
    #[arg(long, env = "FAROL_GLPI_ENTITIES", value_name = "all|ID")]
    pub(crate) glpi_entities: Option<String>,
    /// The GLPI of this data directory has a new address
    #[arg(long, env = "FAROL_GLPI_MOVED", value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) glpi_moved: Option<bool>,
    /// Rows in one request to GLPI
    #[arg(long, env = "FAROL_GLPI_PAGE_ROWS", value_name = "N")]
    pub(crate) glpi_page_rows: Option<u32>,
    /// Requests to GLPI under way at once
    #[arg(long, env = "FAROL_GLPI_REQUESTS_IN_FLIGHT", value_name = "N")]
    pub(crate) glpi_requests_in_flight: Option<u32>,
    /// Seconds between two looks for changes
    #[arg(long, env = "FAROL_GLPI_POLL_INTERVAL_S", value_name = "S")]
    pub(crate) glpi_poll_interval_s: Option<u64>,
    /// Seconds that each look goes back before the last one
    #[arg(long, env = "FAROL_GLPI_OVERLAP_S", value_name = "S")]
    pub(crate) glpi_overlap_s: Option<u64>,
    /// Seconds between two sweeps of all ticket ids, which find purged tickets
    #[arg(long, env = "FAROL_GLPI_SWEEP_INTERVAL_S", value_name = "S")]
    pub(crate) glpi_sweep_interval_s: Option<u64>,
    /// Seconds between two readings of people, groups, entities, SLAs and calendars
    #[arg(long, env = "FAROL_GLPI_DIMENSION_INTERVAL_S", value_name = "S")]
    pub(crate) glpi_dimension_interval_s: Option<u64>,
    /// What trashed tickets are to counts: "drop" or "keep"
    #[arg(long, env = "FAROL_TRASH", value_name = "drop|keep")]
    pub(crate) trash: Option<String>,
    /// Personal data and selection, only in the file: tables [policy] and [select]
    #[arg(skip)]
    pub(crate) transforms: Option<serde_json::Value>,
}

/// Settings in effect.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) instance: String,
    pub(crate) log: String,
    pub(crate) glpi_url: Option<String>,
    pub(crate) glpi_app_token: Option<String>,
    pub(crate) glpi_user_token: Option<String>,
    pub(crate) glpi_timezone: String,
    pub(crate) glpi_entities: String,
    pub(crate) glpi_moved: bool,
    pub(crate) glpi_page_rows: u32,
    pub(crate) glpi_requests_in_flight: u32,
    pub(crate) glpi_poll_interval_s: u64,
    pub(crate) glpi_overlap_s: u64,
    pub(crate) glpi_sweep_interval_s: u64,
    pub(crate) glpi_dimension_interval_s: u64,
    pub(crate) trash: String,
    pub(crate) transforms: Option<serde_json::Value>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("farol-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            instance: "desk".to_owned(),
            log: "info".to_owned(),
            glpi_url: None,
            glpi_app_token: None,
            glpi_user_token: None,
            glpi_timezone: "UTC".to_owned(),
            glpi_entities: "all".to_owned(),
            glpi_moved: false,
            glpi_page_rows: 1_000,
            glpi_requests_in_flight: 2,
            glpi_poll_interval_s: 10,
            glpi_overlap_s: 120,
            glpi_sweep_interval_s: 300,
            glpi_dimension_interval_s: 300,
            trash: "drop".to_owned(),
            transforms: None,
        }
    }
}

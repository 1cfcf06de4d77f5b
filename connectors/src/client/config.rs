//! What a GLPI client is told before it starts: the address, the tokens and every limit.

use chrono_tz::Tz;
use serde::Deserialize;

use super::address::Address;
use super::error::Error;
use super::secret::Secret;

/// One GLPI server and the account that reads it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The server: `https://host`, `.../apirest.php` or `.../api.php/v1`.
    pub url: String,
    /// The token of the API client, where GLPI demands one.
    #[serde(default)]
    pub app_token: Option<Secret>,
    /// The personal token of the service account.
    pub user_token: Secret,
    /// The IANA zone of the service account; verified at every login.
    #[serde(default = "utc")]
    pub zone: String,
    /// The entities to read: `all` that the account may see, or the id of one (its children included). None leaves the
    /// account's own choice, which a person may change at any time.
    #[serde(default = "all_entities")]
    pub entities: Option<String>,
    /// Where the random part of waiting times starts.
    #[serde(default)]
    pub jitter_seed: u64,
    /// How much is asked of the server, and how patiently.
    #[serde(default)]
    pub limits: Limits,
}

/// The limits of a GLPI client. GLPI has none of its own, so these protect it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests at the same time; each occupies a PHP worker of the server.
    pub requests_in_flight_max: usize,
    /// Requests within any second.
    pub requests_per_second_max: u32,
    /// Rows of one page; GLPI builds a page in memory.
    pub page_rows_max: u32,
    /// Bytes of one answer, after decompression.
    pub body_bytes_max: usize,
    /// Time to reach the server.
    pub connect_timeout_ms_max: u64,
    /// Time for a whole answer, its body included.
    pub request_timeout_ms_max: u64,
    /// Further tries after a transient failure.
    pub retries_max: u32,
    /// The first waiting time between tries is at most this; it doubles with each try.
    pub backoff_ms_base: u64,
    /// No waiting time between tries is longer than this.
    pub backoff_ms_max: u64,
    /// A server that asks for a longer pause by `Retry-After` gets this one.
    pub retry_after_seconds_max: u64,
    /// Consecutive transient failures after which the breaker opens.
    pub breaker_failures_max: u32,
    /// Time between two probes of an open breaker.
    pub probe_interval_ms: u64,
    /// Answers that differ from the server's clock have to agree for so long until the clock counts as set.
    pub clock_doubt_ms: u64,
}

/// The longest time between two probes: a server that came back is noticed within it.
pub const PROBE_INTERVAL_MS_MAX: u64 = 30_000;

/// The fewest rows of a page: neighbouring pages share some, and each must bring reading clearly further.
pub const PAGE_ROWS_MIN: u32 = 20;

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_in_flight_max: 2,
            requests_per_second_max: 50,
            page_rows_max: 1_000,
            body_bytes_max: 64 * 1024 * 1024,
            connect_timeout_ms_max: 5_000,
            request_timeout_ms_max: 60_000,
            retries_max: 4,
            backoff_ms_base: 500,
            backoff_ms_max: 30_000,
            retry_after_seconds_max: 60,
            breaker_failures_max: 5,
            probe_interval_ms: PROBE_INTERVAL_MS_MAX,
            clock_doubt_ms: 30_000,
        }
    }
}

impl Config {
    /// A configuration with every limit at its default.
    pub fn new(url: impl Into<String>, user_token: Secret) -> Self {
        Self {
            url: url.into(),
            app_token: None,
            user_token,
            zone: utc(),
            entities: all_entities(),
            jitter_seed: 0,
            limits: Limits::default(),
        }
    }

    /// Says what is wrong with this configuration, without touching the network.
    pub fn validate(&self) -> Result<(), Error> {
        Address::parse(&self.url)?;
        self.zone()?;
        self.scope()?;
        if self.user_token.is_empty() {
            return Err(Error::config("the user token is empty"));
        }
        self.limits.validate()
    }

    pub(crate) fn zone(&self) -> Result<Tz, Error> {
        self.zone.parse().map_err(|_| Error::config(format!("{:?} is not an IANA time zone", self.zone)))
    }

    /// The entities to switch to at login, as GLPI wants them named.
    pub(crate) fn scope(&self) -> Result<Option<serde_json::Value>, Error> {
        match self.entities.as_deref() {
            None => Ok(None),
            Some("all") => Ok(Some("all".into())),
            Some(id) => match id.parse::<u64>() {
                Ok(id) => Ok(Some(id.into())),
                Err(_) => Err(Error::config(format!("entities must be \"all\" or an id, not {id:?}"))),
            },
        }
    }
}

impl Limits {
    fn validate(&self) -> Result<(), Error> {
        let positive = [
            ("requests_in_flight_max", self.requests_in_flight_max as u64),
            ("requests_per_second_max", u64::from(self.requests_per_second_max)),
            ("body_bytes_max", self.body_bytes_max as u64),
            ("connect_timeout_ms_max", self.connect_timeout_ms_max),
            ("request_timeout_ms_max", self.request_timeout_ms_max),
            ("backoff_ms_base", self.backoff_ms_base),
            ("backoff_ms_max", self.backoff_ms_max),
            ("breaker_failures_max", u64::from(self.breaker_failures_max)),
            ("probe_interval_ms", self.probe_interval_ms),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Err(Error::config(format!("{name} must be more than 0")));
        }
        if self.page_rows_max < PAGE_ROWS_MIN {
            return Err(Error::config(format!("page_rows_max must be at least {PAGE_ROWS_MIN}")));
        }
        if self.probe_interval_ms > PROBE_INTERVAL_MS_MAX {
            return Err(Error::config(format!("probe_interval_ms must be at most {PROBE_INTERVAL_MS_MAX}")));
        }
        Ok(())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is the default of an optional setting")]
fn all_entities() -> Option<String> {
    Some("all".to_owned())
}

fn utc() -> String {
    "UTC".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn a_configuration_never_shows_its_tokens() {
        let mut config = Config::new("https://glpi.example", Secret::new("hidden-user"));
        config.app_token = Some(Secret::new("hidden-app"));
        assert!(!format!("{config:?}").contains("hidden"));
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let good = Config::new("https://glpi.example", Secret::new("token"));
        assert_eq!(good.validate(), Ok(()));
        let wrong = |change: fn(&mut Config)| {
            let mut config = good.clone();
            change(&mut config);
            config.validate().unwrap_err().to_string()
        };
        assert!(wrong(|c| c.zone = "Mars/Olympus".into()).contains("Mars/Olympus"));
        assert!(wrong(|c| c.entities = Some("Paris".into())).contains("entities"));
        assert!(wrong(|c| c.limits.page_rows_max = 19).contains("page_rows_max"));
        assert!(wrong(|c| c.limits.probe_interval_ms = 30_001).contains("probe_interval_ms"));
        assert!(wrong(|c| c.user_token = Secret::new("")).contains("user token"));
    }
}

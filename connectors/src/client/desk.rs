//! The desk behind the address: what a login learns about server and account.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::error::Error;
use super::version::Version;
use crate::zone;

/// An answer may take so long after GLPI looked at its clock; what is more is another clock.
const LATENESS_SECONDS_MAX: i64 = 60;

/// What a login learnt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The version of GLPI; it decides how text is decoded.
    pub version: Version,
    /// The account's zone, verified.
    pub zone: Tz,
    /// The zone's present offset from UTC.
    pub offset_seconds: i64,
    /// Seconds the clock that GLPI dates changes by is ahead of ours.
    pub clock_skew_seconds: i64,
    /// The part of it by which that clock is ahead of the headers' one: they may come from a proxy.
    pub(crate) inner_skew_seconds: i64,
    /// The account's login name.
    pub account: String,
    /// The name of the active profile.
    pub profile: Option<String>,
    /// The active entity.
    pub entity_id: Option<u64>,
    /// Whether its children are active as well.
    pub entity_is_recursive: bool,
    /// How many entities are active.
    pub entities: Option<u64>,
}

/// The clocks at the moment of a login.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clocks {
    /// The server's, by its HTTP header.
    pub(crate) server: DateTime<Utc>,
    /// Ours.
    pub(crate) ours: DateTime<Utc>,
}

impl Desk {
    /// Reads a desk from GLPI's configuration and session, and holds the account's clock against `zone`.
    pub(crate) fn read(config: &Value, session: &Value, zone: Tz, clocks: Clocks) -> Result<Self, Error> {
        let version = version(config)?;
        let session = session.get("session").unwrap_or(session);
        let text = |key: &str| session.get(key).and_then(Value::as_str).map(str::to_owned);

        let clock =
            text("glpi_currenttime").ok_or_else(|| shape("getFullSession", "an object with glpi_currenttime"))?;
        let naive = zone::parse(&clock).map_err(|_| shape("getFullSession", "a time in glpi_currenttime"))?;
        let seen_seconds = zone::offset_seen_seconds(naive, clocks.server);
        zone::verify(seen_seconds, zone, clocks.server).map_err(|_| Error::ZoneMismatch {
            zone: zone.name().to_owned(),
            expected_seconds: zone::offset_seconds(zone, clocks.server),
            seen_seconds,
        })?;
        let apart = (naive - clocks.server.naive_utc()).num_seconds() - seen_seconds;
        let inner_skew_seconds = if apart.abs() > LATENESS_SECONDS_MAX { apart } else { 0 };
        Ok(Self {
            version,
            zone,
            offset_seconds: seen_seconds,
            clock_skew_seconds: (clocks.server - clocks.ours).num_seconds() + inner_skew_seconds,
            inner_skew_seconds,
            account: text("glpiname").unwrap_or_default(),
            profile: session.pointer("/glpiactiveprofile/name").and_then(Value::as_str).map(str::to_owned),
            entity_id: session.get("glpiactive_entity").and_then(whole_number),
            entity_is_recursive: session.get("glpiactive_entity_recursive").is_some_and(is_true),
            entities: session.get("glpiactiveentities").and_then(length),
        })
    }
}

impl Desk {
    /// What the account may see, in words: other words mean that tickets may come into view or leave it.
    pub fn scope(&self) -> String {
        let profile = self.profile.as_deref().unwrap_or("an unnamed profile");
        let entities = match (self.entities, self.entity_id) {
            (Some(1), Some(entity)) => format!("entity {entity}"),
            (Some(count), _) => format!("{count} entities"),
            (None, Some(entity)) if self.entity_is_recursive => format!("entity {entity} and below"),
            (None, Some(entity)) => format!("entity {entity}"),
            (None, None) => "unknown entities".to_owned(),
        };
        format!("{profile} in {entities}")
    }
}

fn version(config: &Value) -> Result<Version, Error> {
    let text = config.pointer("/cfg_glpi/version").or_else(|| config.get("version")).and_then(Value::as_str);
    text.and_then(|text| text.parse().ok()).ok_or_else(|| shape("getGlpiConfig", "an object with the version"))
}

fn shape(what: &str, expected: &'static str) -> Error {
    Error::Shape { what: what.to_owned(), expected, found: "an object without it" }
}

/// PHP gives numbers of a session as numbers or as texts.
fn whole_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// PHP gives a list whose keys are not counted from 0 as an object.
fn length(value: &Value) -> Option<u64> {
    match value {
        Value::Array(list) => Some(list.len() as u64),
        Value::Object(list) => Some(list.len() as u64),
        _ => None,
    }
}

fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| whole_number(value) == Some(1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::recorded;

    fn clocks() -> Clocks {
        let server = recorded::exchange("get_full_session_excerpt").answer().date.unwrap();
        Clocks { server, ours: server - chrono::Duration::seconds(90) }
    }

    #[test]
    fn the_recorded_session_tells_the_desk() {
        let session = recorded::exchange("get_full_session_excerpt").body();
        let desk = Desk::read(&json!({"cfg_glpi": {"version": "10.0.19"}}), &session, Tz::UTC, clocks()).unwrap();
        assert_eq!((desk.version.to_string().as_str(), desk.account.as_str()), ("10.0.19", "svc_analytics"));
        assert_eq!((desk.offset_seconds, desk.clock_skew_seconds), (0, 90));
        assert_eq!((desk.entity_id, desk.entity_is_recursive), (Some(0), true));
    }

    #[test]
    fn a_clock_behind_a_proxy_s_is_noticed() {
        let config = json!({"version": "10.0.19"});
        let at = recorded::exchange("get_full_session_excerpt").answer().date.unwrap();
        let skew = |seconds: i64| {
            let clock = zone::render(at + chrono::Duration::seconds(seconds), Tz::Europe__Paris);
            let session = json!({"session": {"glpi_currenttime": clock}});
            let desk = Desk::read(&config, &session, Tz::Europe__Paris, Clocks { server: at, ours: at }).unwrap();
            (desk.offset_seconds, desk.clock_skew_seconds)
        };
        assert_eq!(skew(-300), (3_600, -300));
        assert_eq!(skew(200), (3_600, 200));
        assert_eq!(skew(-20), (3_600, 0));
    }

    #[test]
    fn an_account_in_new_york_is_not_taken_for_one_in_utc() {
        let config = json!({"version": "11.0.1"});
        let session = json!({"session": {"glpi_currenttime": "2026-11-23 08:47:57"}});
        let read = |zone| Desk::read(&config, &session, zone, clocks());
        assert_eq!(read(Tz::America__New_York).unwrap().offset_seconds, -18_000);
        let mismatch = Error::ZoneMismatch { zone: "UTC".into(), expected_seconds: 0, seen_seconds: -18_000 };
        assert_eq!(read(Tz::UTC), Err(mismatch));
    }

    #[test]
    fn a_session_without_a_clock_or_version_is_not_trusted() {
        let session = json!({"session": {"glpi_currenttime": "2026-11-23 13:47:57"}});
        assert!(Desk::read(&json!({}), &session, Tz::UTC, clocks()).is_err());
        assert!(Desk::read(&json!({"version": "10.0.19"}), &json!({}), Tz::UTC, clocks()).is_err());
    }
}

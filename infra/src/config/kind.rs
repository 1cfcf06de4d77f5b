//! What a setting may be, and its value from what somebody wrote.

use std::net::SocketAddr;

use serde_json::Value;

use super::shown;
use crate::{glpi, telemetry};

/// What a setting may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A folder.
    Path,
    /// An address of this machine with a port.
    Listen,
    /// A name that events bear.
    Name,
    /// How much is logged.
    Level,
    /// Where GLPI is.
    Url,
    /// What nobody may read.
    Secret,
    /// An IANA time zone.
    Zone,
    /// `all` or the id of an entity.
    Entities,
    /// Yes or no.
    Switch,
    /// A whole number within bounds.
    Count {
        /// The smallest.
        min: u64,
        /// The largest.
        max: u64,
    },
    /// One of a few words.
    Word(&'static [&'static str]),
}

impl Kind {
    /// The value that `text` stands for, or what it should have been.
    pub(crate) fn read(self, text: &str) -> Result<Value, String> {
        let whole = |text: &str| text.parse::<u64>().ok();
        let is_token = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let value = match self {
            Self::Path => (!text.trim().is_empty()).then(|| text.into()),
            Self::Listen => text.parse::<SocketAddr>().ok().map(|address| address.to_string().into()),
            Self::Name => schemas::Instance::new(text).map(|_| text.into()),
            Self::Level => telemetry::is_level(text).then(|| text.into()),
            Self::Url => return glpi::check_url(text).map(|()| text.into()),
            Self::Secret => is_token(text).then(|| text.into()),
            Self::Zone => text.parse::<chrono_tz::Tz>().ok().map(|_| text.into()),
            Self::Entities => (text == "all" || whole(text).is_some()).then(|| text.into()),
            Self::Switch => text.parse::<bool>().ok().map(Value::from),
            Self::Count { min, max } => whole(text).filter(|count| (min..=max).contains(count)).map(Value::from),
            Self::Word(words) => words.contains(&text).then(|| text.into()),
        };
        value.ok_or_else(|| format!("allowed is {}", self.allowed()))
    }

    /// What is allowed, in words.
    pub(crate) fn allowed(self) -> String {
        match self {
            Self::Path => "the path of a folder".to_owned(),
            Self::Listen => "an IP address with a port, such as 127.0.0.1:8080; port 0 takes a free one".to_owned(),
            Self::Name => "a name of 1 to 64 letters, digits, dots, dashes or underscores".to_owned(),
            Self::Level => "off, error, warn, info, debug or trace, or a list such as info,connectors=debug".to_owned(),
            Self::Url => "an address that begins with https:// or http://, without user name and password".to_owned(),
            Self::Secret => "a token as GLPI shows it, without blanks".to_owned(),
            Self::Zone => "an IANA time zone, such as UTC or Europe/Paris".to_owned(),
            Self::Entities => "\"all\" or the id of one entity, such as 3".to_owned(),
            Self::Switch => "true or false".to_owned(),
            Self::Count { min, max } => format!("a whole number from {min} to {max}"),
            Self::Word(words) => words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(" or "),
        }
    }

    /// `text` as it may be shown to people.
    pub(crate) fn shown(self, text: &str) -> String {
        match self {
            Self::Secret => shown::MASK.to_owned(),
            Self::Url => shown::url(text),
            _ => text.to_owned(),
        }
    }
}

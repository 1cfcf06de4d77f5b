//! Everything that can go wrong between Farol and a GLPI server, as situations.

use std::fmt;
use std::time::Duration;

/// Why GLPI did not give what was asked. None of the texts carries a token or the body of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The configuration cannot work.
    #[error("configuration: {reason}")]
    Config {
        /// What is wrong with it.
        reason: String,
    },
    /// The REST interface is switched off.
    #[error("GLPI's REST interface is disabled")]
    ApiDisabled,
    /// No active API client of GLPI covers the address Farol calls from.
    #[error("GLPI does not allow calls from this address")]
    AddressNotAllowed,
    /// The app token is missing or wrong.
    #[error("GLPI refused the app token")]
    AppToken,
    /// The user token is missing or wrong.
    #[error("GLPI refused the user token")]
    UserToken,
    /// The session is gone; a new login mends it.
    #[error("GLPI no longer knows the session")]
    SessionInvalid,
    /// The session was gone again right after a new login.
    #[error("GLPI forgot the session right after a new login")]
    SessionLost,
    /// The client was closed.
    #[error("the client is closed")]
    Closed,
    /// The account answers in another zone than the configured one.
    #[error(
        "zone {zone} is {expected_seconds} s from UTC, the account answers {seen_seconds} s from UTC: tell Farol the account's time zone"
    )]
    ZoneMismatch {
        /// The configured zone.
        zone: String,
        /// Its present offset.
        expected_seconds: i64,
        /// The offset that was seen.
        seen_seconds: i64,
    },
    /// The account may not switch to the configured entities.
    #[error("the account has no right on the entities {entities}")]
    EntitiesRefused {
        /// What was asked for.
        entities: String,
    },
    /// The account lacks the right to read an item type, or the item lies in an entity out of its scope.
    #[error("the account has no right to read {itemtype}")]
    RightMissing {
        /// GLPI's name of the type.
        itemtype: String,
    },
    /// Something before GLPI, such as a proxy, forbids the call.
    #[error("the call for {what} is forbidden before it reaches GLPI")]
    Forbidden {
        /// What was asked for.
        what: String,
    },
    /// The item does not exist.
    #[error("{what} does not exist")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// A page was asked for that starts behind the last row.
    #[error("the page starts behind the last row")]
    RangePastEnd,
    /// GLPI does not accept the request.
    #[error("GLPI does not accept the request: {code}")]
    BadRequest {
        /// GLPI's code.
        code: String,
    },
    /// A name that GLPI could misread.
    #[error("{name:?} is no name of GLPI's")]
    BadName {
        /// The name.
        name: String,
    },
    /// GLPI failed in its own way.
    #[error("GLPI answered status {status} {code}")]
    ServerFailed {
        /// The HTTP status.
        status: u16,
        /// GLPI's code.
        code: String,
    },
    /// The server or a proxy asks for patience.
    #[error("the server asks for patience, status {status}")]
    Throttled {
        /// The HTTP status.
        status: u16,
        /// The pause it asked for, where it did.
        pause: Option<Duration>,
    },
    /// The answer is not JSON.
    #[error("status {status} came with {kind} instead of JSON")]
    NotJson {
        /// The HTTP status.
        status: u16,
        /// What came instead.
        kind: BodyKind,
    },
    /// The answer is JSON, but not of the expected shape.
    #[error("{what} was answered by {found} instead of {expected}")]
    Shape {
        /// What was asked for.
        what: String,
        /// The shape that was expected.
        expected: &'static str,
        /// The shape that came.
        found: &'static str,
    },
    /// The server sends callers elsewhere.
    #[error("the server redirects to {to}")]
    Redirected {
        /// The new place, without its query.
        to: String,
    },
    /// The answer is larger than allowed.
    #[error("the answer is larger than {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// No whole answer came in time.
    #[error("no whole answer within {0:?}")]
    Timeout(Duration),
    /// No connection to the server.
    #[error("the server is not reachable: {reason}")]
    Unreachable {
        /// What the network said.
        reason: String,
    },
    /// This machine has nothing left to make a connection with, such as file handles: the server was not asked.
    #[error("this machine cannot make a connection: {reason}")]
    Unsent {
        /// What the system said.
        reason: String,
    },
    /// The connection broke while the answer came.
    #[error("the answer broke off: {reason}")]
    Interrupted {
        /// What the network said.
        reason: String,
    },
    /// Too many calls failed in a row; the next probe decides.
    #[error("the server failed too often, next probe in {probe_in:?}")]
    BreakerOpen {
        /// The time until a probe is let through.
        probe_in: Duration,
    },
}

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Waiting may help: the same call again, later.
    Transient,
    /// This one call never works; others may.
    Poison,
    /// Nothing works until a person changes something.
    Fatal,
}

/// What an answer that is not JSON looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// Nothing.
    Empty,
    /// A page for people: a proxy, the login screen, maintenance.
    Html,
    /// The text of a database error before GLPI's own answer.
    SqlText,
    /// JSON that is cut or damaged.
    BrokenJson,
    /// Anything else.
    Text,
}

impl fmt::Display for BodyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty body",
            Self::Html => "a web page",
            Self::SqlText => "the text of a database error",
            Self::BrokenJson => "broken JSON",
            Self::Text => "plain text",
        })
    }
}

impl Error {
    /// What to do about it.
    pub fn fault(&self) -> Fault {
        match self {
            // Such a page with a client's status is the answer of a wrong address, not of a busy server.
            Self::NotJson { status, .. } if (400..500).contains(status) => Fault::Fatal,
            Self::SessionInvalid
            | Self::SessionLost
            | Self::NotJson { .. }
            | Self::ServerFailed { .. }
            | Self::Throttled { .. }
            | Self::Shape { .. }
            | Self::Timeout(_)
            | Self::Unreachable { .. }
            | Self::Unsent { .. }
            | Self::Interrupted { .. }
            | Self::BreakerOpen { .. } => Fault::Transient,
            Self::NotFound { .. }
            | Self::RangePastEnd
            | Self::BadRequest { .. }
            | Self::BadName { .. }
            | Self::TooLarge { .. } => Fault::Poison,
            Self::Config { .. }
            | Self::ApiDisabled
            | Self::AddressNotAllowed
            | Self::AppToken
            | Self::UserToken
            | Self::Closed
            | Self::ZoneMismatch { .. }
            | Self::EntitiesRefused { .. }
            | Self::RightMissing { .. }
            | Self::Forbidden { .. }
            | Self::Redirected { .. } => Fault::Fatal,
        }
    }

    pub(crate) fn config(reason: impl Into<String>) -> Self {
        Self::Config { reason: reason.into() }
    }

    /// Whether the same call may be tried again at once, after a short pause.
    pub(crate) fn is_worth_a_retry(&self) -> bool {
        let is_about_the_session = matches!(self, Self::SessionInvalid | Self::SessionLost | Self::BreakerOpen { .. });
        self.fault() == Fault::Transient && !is_about_the_session
    }
}

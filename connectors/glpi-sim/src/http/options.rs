//! Options: how the simulated GLPI is configured and what its account may do.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::clock::Clock;
use crate::rows::Id;
use crate::rows::naive::Zone;

/// How a simulated GLPI is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// When set, every call must carry this application token.
    pub app_token: Option<String>,
    /// Token of the account.
    pub user_token: String,
    /// Login with name and password.
    pub login: Login,
    /// Whether the API answers at all.
    pub access: Access,
    /// Zone of the account: all dates and date criteria are in it.
    pub zone: Zone,
    /// Profile of the account.
    pub profile: Profile,
    /// The account's user; without it, the user that recorded the desk.
    pub user_id: Option<Id>,
    /// Item types that are refused beyond what the profile refuses.
    pub denied: BTreeSet<String>,
    /// Rows of a page when no range is asked.
    pub list_limit: usize,
    /// Rows that totals count beyond those there are, as joins make GLPI do.
    pub surplus: usize,
    /// What GLPI fails to give: a row (`Ticket/5`), alone and in every page with it, or a path (`Ticket/5/Log`).
    pub unreadable: BTreeSet<String>,
    /// Seconds by which a proxy's clock, which the header of each answer names, is ahead of GLPI's.
    pub proxy_ahead_s: i64,
    /// PHP's `output_buffering`: decides the status of an SQL error.
    pub output_buffering: bool,
    /// Wait before each answer.
    pub latency: Duration,
    /// The desk's clock.
    pub clock: Clock,
}

/// Login with name and password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Login {
    /// Switched off in the configuration.
    #[default]
    Disabled,
    /// Allowed, with this name and password.
    Allowed {
        /// Login name.
        name: String,
        /// Password.
        password: String,
    },
}

/// Whether the API answers a caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// It does.
    #[default]
    Open,
    /// The API is switched off.
    Disabled,
    /// No API client allows the caller's address.
    AddressRefused,
}

/// A profile of GLPI, as far as reading goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// Everything but escalations in progress.
    #[default]
    ReadOnly,
    /// No history and no calendars.
    Technician,
    /// Only the account's own tickets, no history, no users, no agreements.
    SelfService,
    /// Everything.
    SuperAdmin,
}

/// How a simulated GLPI is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Connections are refused, open ones are cut.
    Refuse,
    /// Every call is answered 503 with a page of HTML.
    Unavailable,
    /// Every call is answered 502 with a page of HTML.
    BadGateway,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            app_token: None,
            user_token: "USER_TOKEN".to_owned(),
            login: Login::default(),
            access: Access::default(),
            zone: Zone::UTC,
            profile: Profile::default(),
            user_id: None,
            denied: BTreeSet::new(),
            list_limit: 15,
            surplus: 0,
            unreadable: BTreeSet::new(),
            proxy_ahead_s: 0,
            output_buffering: true,
            latency: Duration::ZERO,
            clock: Clock::default(),
        }
    }
}

impl Profile {
    /// Its id in a fresh GLPI.
    pub fn id(self) -> Id {
        match self {
            Profile::SelfService => 1,
            Profile::SuperAdmin => 4,
            Profile::Technician => 6,
            Profile::ReadOnly => 8,
        }
    }

    /// Its name in a fresh GLPI.
    pub fn name(self) -> &'static str {
        match self {
            Profile::SelfService => "Self-Service",
            Profile::SuperAdmin => "Super-Admin",
            Profile::Technician => "Technician",
            Profile::ReadOnly => "Read-Only",
        }
    }
}

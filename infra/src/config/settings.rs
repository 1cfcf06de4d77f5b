//! Every setting: its three names, what it means, and what it may be. Flags, variables, keys and the reference come from here.

use super::kind::Kind;

/// One setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// In `farol.toml`.
    pub(crate) name: &'static str,
    /// On the command line, without its dashes.
    pub(crate) flag: &'static str,
    /// In the environment.
    pub(crate) variable: &'static str,
    /// What stands for its value in a usage text.
    pub(crate) placeholder: &'static str,
    /// What it may be.
    pub(crate) kind: Kind,
    /// What it decides.
    pub(crate) meaning: &'static str,
}

/// What names the configuration file itself; not a key of it.
pub(crate) const FILE_VARIABLE: &str = "FAROL_CONFIG";
/// A day and a week in seconds: longer intervals are mistakes.
const DAY_S: u64 = 86_400;
const WEEK_S: u64 = 7 * DAY_S;
/// The largest page: GLPI builds each in memory.
const PAGE_ROWS_MAX: u64 = 10_000;

/// All of them, in the order in which people read them.
pub(crate) const SETTINGS: [Setting; 19] = [
    setting(["data_dir", "data-dir", "FAROL_DATA_DIR"], "DIR", Kind::Path, "Where everything is kept"),
    setting(["listen", "listen", "FAROL_LISTEN"], "ADDR", Kind::Listen, "Address the API listens on"),
    setting(
        ["instance", "instance", "FAROL_INSTANCE"],
        "NAME",
        Kind::Name,
        "Name of this desk in events and tables; keep it for ever",
    ),
    setting(["log", "log", "FAROL_LOG"], "LEVEL", Kind::Level, "How much is logged on standard error"),
    setting(
        ["glpi_url", "glpi-url", "FAROL_GLPI_URL"],
        "URL",
        Kind::Url,
        "Base URL of GLPI, with or without /apirest.php or /api.php/v1",
    ),
    setting(
        ["glpi_app_token", "glpi-app-token", "FAROL_GLPI_APP_TOKEN"],
        "TOKEN",
        Kind::Secret,
        "App-Token of the API client in GLPI, where that client has one",
    ),
    setting(
        ["glpi_user_token", "glpi-user-token", "FAROL_GLPI_USER_TOKEN"],
        "TOKEN",
        Kind::Secret,
        "API token of the account that reads",
    ),
    setting(
        ["glpi_timezone", "glpi-timezone", "FAROL_GLPI_TIMEZONE"],
        "ZONE",
        Kind::Zone,
        "Time zone of that account in GLPI; checked at each login",
    ),
    setting(
        ["glpi_calendar_timezone", "glpi-calendar-timezone", "FAROL_GLPI_CALENDAR_TIMEZONE"],
        "ZONE",
        Kind::Zone,
        "Time zone of GLPI's server, in which its calendars count; that of the account where it is left out",
    ),
    setting(
        ["glpi_entities", "glpi-entities", "FAROL_GLPI_ENTITIES"],
        "all|ID",
        Kind::Entities,
        "Entities to read: all that the account may see, or one with everything below it",
    ),
    setting(
        ["glpi_moved", "glpi-moved", "FAROL_GLPI_MOVED"],
        "true|false",
        Kind::Switch,
        "Says once that the GLPI of this data directory has a new address",
    ),
    setting(
        ["glpi_page_rows", "glpi-page-rows", "FAROL_GLPI_PAGE_ROWS"],
        "N",
        Kind::Count { min: connectors::client::PAGE_ROWS_MIN as u64, max: PAGE_ROWS_MAX },
        "Rows in one request to GLPI",
    ),
    setting(
        ["glpi_requests_in_flight", "glpi-requests-in-flight", "FAROL_GLPI_REQUESTS_IN_FLIGHT"],
        "N",
        Kind::Count { min: 1, max: 64 },
        "Requests to GLPI under way at once; each occupies a PHP worker",
    ),
    setting(
        ["glpi_requests_per_second", "glpi-requests-per-second", "FAROL_GLPI_REQUESTS_PER_SECOND"],
        "N",
        Kind::Count { min: 1, max: 1_000 },
        "Requests to GLPI within any second",
    ),
    setting(
        ["glpi_poll_interval_s", "glpi-poll-interval-s", "FAROL_GLPI_POLL_INTERVAL_S"],
        "S",
        Kind::Count { min: 1, max: DAY_S },
        "Seconds between two looks for changes",
    ),
    setting(
        ["glpi_overlap_s", "glpi-overlap-s", "FAROL_GLPI_OVERLAP_S"],
        "S",
        Kind::Count { min: 0, max: DAY_S },
        "Seconds that each look goes back before the last one",
    ),
    setting(
        ["glpi_sweep_interval_s", "glpi-sweep-interval-s", "FAROL_GLPI_SWEEP_INTERVAL_S"],
        "S",
        Kind::Count { min: 1, max: WEEK_S },
        "Seconds between two sweeps of all ticket ids, which find purged tickets",
    ),
    setting(
        ["glpi_dimension_interval_s", "glpi-dimension-interval-s", "FAROL_GLPI_DIMENSION_INTERVAL_S"],
        "S",
        Kind::Count { min: 1, max: WEEK_S },
        "Seconds between two readings of people, groups, entities, SLAs and calendars",
    ),
    setting(
        ["trash", "trash", "FAROL_TRASH"],
        "drop|keep",
        Kind::Word(&["drop", "keep"]),
        "Whether trashed tickets are left out of counts (drop) or counted (keep)",
    ),
];

const fn setting(
    [name, flag, variable]: [&'static str; 3],
    placeholder: &'static str,
    kind: Kind,
    meaning: &'static str,
) -> Setting {
    Setting { name, flag, variable, placeholder, kind, meaning }
}

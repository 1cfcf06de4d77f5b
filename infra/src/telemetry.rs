//! Logs: one line an event on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// The levels there are.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Whether `text` is a level or a list of directives. A bare word that is no level would silence everything but itself.
pub(crate) fn is_level(text: &str) -> bool {
    let is_part = |part: &str| LEVELS.contains(&part) || part.contains('=');
    text.split(',').all(|part| is_part(part.trim())) && EnvFilter::try_new(text).is_ok()
}

/// Starts logging at `level` (a level, or directives such as `info,connectors=debug`).
pub(crate) fn start(level: &str) -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_new(level).map_err(|error| anyhow::anyhow!("log level {level:?} is not one: {error}"))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        // Where nobody reads standard error any more, telling so there would end the task that logs.
        .log_internal_errors(false)
        .try_init()
        .map_err(|error| anyhow::anyhow!("logging cannot start: {error}"))
}

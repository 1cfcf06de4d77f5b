//! When a clock is late, by the rule that GLPI shows: over its due instant, and not while the ticket is pending.
//!
//! `docs` of the metrics call this mode `glpi`. Its quirks are kept: the flag goes out while a ticket waits, and a
//! ticket that nobody took is reckoned by GLPI's working seconds against the seconds on the wall.

mod functions;

use datafusion::prelude::{Expr, col, lit};
use schemas::{Clock, Instant};

use self::functions::{Asked, of};

/// A ticket's four clocks, in the order of answers.
pub(crate) const CLOCKS: [Clock; 4] = [Clock::Tto, Clock::Ttr, Clock::InternalTto, Clock::InternalTtr];

/// GLPI's status of a waiting ticket.
pub(crate) const WAITING: u8 = 4;

/// GLPI's highest priority.
const MAJOR: u8 = 6;

/// How bad a breach is: by its share of the target, in percent, half-open. Priority 6 is critical at once.
pub(crate) const SEVERITIES: [(&str, i64); 4] = [("unknown", 0), ("minor", 1), ("major", 2), ("critical", 3)];

/// The clock's name in questions and answers.
pub(crate) const fn name(clock: Clock) -> &'static str {
    match clock {
        Clock::Tto => "tto",
        Clock::Ttr => "ttr",
        Clock::InternalTto => "internal_tto",
        Clock::InternalTtr => "internal_ttr",
    }
}

/// The column of the instant at which the clock is up.
pub(crate) const fn due(clock: Clock) -> &'static str {
    match clock {
        Clock::Tto => "due_tto_at",
        Clock::Ttr => "due_ttr_at",
        Clock::InternalTto => "internal_due_tto_at",
        Clock::InternalTtr => "internal_due_ttr_at",
    }
}

/// The column of the seconds that the agreement allows.
pub(crate) const fn target(clock: Clock) -> &'static str {
    match clock {
        Clock::Tto => "target_tto_s",
        Clock::Ttr => "target_ttr_s",
        Clock::InternalTto => "target_internal_tto_s",
        Clock::InternalTtr => "target_internal_ttr_s",
    }
}

/// The clock is over, running or stopped.
pub(crate) fn late(clock: Clock, now: Instant) -> Expr {
    of(Asked::Late, &[clock], now)
}

/// The ticket is open and one of its clocks is over.
pub(crate) fn late_now(now: Instant) -> Expr {
    col("is_open").eq(lit(true)).and(of(Asked::Late, &CLOCKS, now))
}

/// The ticket was solved after its time to resolve was up; unknown while it is not solved or has no such time.
pub(crate) fn solved_late() -> Expr {
    col("solved_at").gt(col("due_ttr_at"))
}

/// Seconds beyond the due instant, where the clock is [`late`]: seconds on the wall until the clock stopped, or until now.
///
/// GLPI also calls late what was solved without being taken over, or taken over at once: such a clock stopped then,
/// and is over by nothing where that was in time.
pub(crate) fn over_by_s(clock: Clock, now: Instant) -> Expr {
    of(Asked::OverByS, &[clock], now)
}

/// The ticket is open and what the clock waits for has not happened.
pub(crate) fn is_running(clock: Clock) -> Expr {
    let open = col("is_open").eq(lit(true));
    if is_to_own(clock) {
        open.and(col("taken_at").is_null()).and(col("take_delay_s").eq(lit(0_i64)))
    } else {
        open.and(col("solved_at").is_null())
    }
}

/// The severity of a breach that is over [`over_by_s`], as the number in [`SEVERITIES`]. Without a known target it is
/// unknown, unless the ticket's priority decides.
pub(crate) fn severity(clock: Clock, now: Instant) -> Expr {
    of(Asked::Severity, &[clock], now)
}

const fn is_to_own(clock: Clock) -> bool {
    matches!(clock, Clock::Tto | Clock::InternalTto)
}

//! When a clock is late, by the rule that GLPI shows: over its due instant, and not while the ticket is pending.
//!
//! `docs` of the metrics call this mode `glpi`. Its quirks are kept: the flag goes out while a ticket waits, and a
//! ticket that nobody took is reckoned by GLPI's working seconds against the seconds on the wall.

use datafusion::prelude::{Expr, col, lit, when};
use schemas::{Clock, Instant};

use crate::{
    error::Error,
    plans::{instant, micros},
};

/// A ticket's four clocks, in the order of answers.
pub(crate) const CLOCKS: [Clock; 4] = [Clock::Tto, Clock::Ttr, Clock::InternalTto, Clock::InternalTtr];

/// GLPI's status of a waiting ticket.
pub(crate) const WAITING: u8 = 4;

/// GLPI's highest priority.
const MAJOR: u8 = 6;

/// How bad a breach is: by its share of the target, in percent, half-open. Priority 6 is critical at once.
pub(crate) const SEVERITIES: [(&str, i64); 4] = [("unknown", 0), ("minor", 1), ("major", 2), ("critical", 3)];
const MAJOR_FROM_PERCENT: i64 = 25;
const CRITICAL_FROM_PERCENT: i64 = 100;

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
    let due_at = || col(due(clock));
    let passed = due_at().lt(instant(now));
    let late = if is_to_own(clock) {
        let untaken = col("taken_at").is_null();
        let slow = col("take_delay_s").gt(wall_s(clock));
        let never = col("take_delay_s").eq(lit(0_i64)).and(passed);
        col("taken_at").gt(due_at()).or(untaken.and(slow)).or(never)
    } else {
        col("solved_at").gt(due_at()).or(col("solved_at").is_null().and(passed))
    };
    due_at().is_not_null().and(col("status").not_eq(lit(WAITING))).and(late)
}

/// The ticket is open and one of its clocks is over.
pub(crate) fn late_now(now: Instant) -> Expr {
    let any = CLOCKS.into_iter().map(|clock| late(clock, now)).reduce(Expr::or);
    any.map_or(lit(false), |any| col("is_open").eq(lit(true)).and(any))
}

/// The ticket was solved after its time to resolve was up; unknown while it is not solved or has no such time.
pub(crate) fn solved_late() -> Expr {
    col("solved_at").gt(col("due_ttr_at"))
}

/// Seconds beyond the due instant, where the clock is [`late`]: seconds on the wall until the clock stopped, or until now.
///
/// GLPI also calls late what was solved without being taken over, or taken over at once: such a clock stopped then,
/// and is over by nothing where that was in time.
pub(crate) fn over_by_s(clock: Clock, now: Instant) -> Result<Expr, Error> {
    let since_due = |end: Expr| (micros(end) - micros(col(due(clock)))) / lit(1_000_000_i64);
    let stopped = |time: &str| {
        let over = when(col(time).gt(col(due(clock))), since_due(col(time))).otherwise(lit(0_i64))?;
        Ok::<_, Error>((col(time).is_not_null(), over))
    };
    let (is_solved, until_solved) = stopped("solved_at")?;
    let running = since_due(instant(now));
    if !is_to_own(clock) {
        return Ok(when(is_solved, until_solved).otherwise(running)?);
    }
    let (is_taken, until_taken) = stopped("taken_at")?;
    let slow = col("taken_at").is_null().and(col("take_delay_s").gt(wall_s(clock)));
    let over = when(slow, col("take_delay_s") - wall_s(clock))
        .when(is_taken, until_taken)
        .when(is_solved, until_solved)
        .otherwise(running)?;
    Ok(over)
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

/// The severity of a breach that is over by the column `over_by_s`, as the number in [`SEVERITIES`]. Without a known
/// target it is unknown, unless the ticket's priority decides.
pub(crate) fn severity(clock: Clock, over_by_s: &Expr) -> Result<Expr, Error> {
    let share = || over_by_s.clone() * lit(100_i64);
    let allowed = |percent: i64| col(target(clock)) * lit(percent);
    let unknown = col(target(clock)).is_null().or(col(target(clock)).lt_eq(lit(0_i64)));
    let severity = when(col("priority").eq(lit(MAJOR)), lit(3_i64))
        .when(unknown, lit(0_i64))
        .when(share().lt(allowed(MAJOR_FROM_PERCENT)), lit(1_i64))
        .when(share().lt(allowed(CRITICAL_FROM_PERCENT)), lit(2_i64))
        .otherwise(lit(3_i64))?;
    Ok(severity)
}

const fn is_to_own(clock: Clock) -> bool {
    matches!(clock, Clock::Tto | Clock::InternalTto)
}

/// Seconds on the wall between opening and due.
fn wall_s(clock: Clock) -> Expr {
    (micros(col(due(clock))) - micros(col("opened_at"))) / lit(1_000_000_i64)
}

//! Coverage: the kinds of things that happen in simulated worlds. One that never happened was not tested.

use glpi_sim::http::Misdeed;

/// The power was cut before a write.
pub const CUT_BEFORE: &str = "power cut before a write";
/// The power was cut after a write.
pub const CUT_AFTER: &str = "power cut after a write";
/// The power was cut while something was read or asked.
pub const CUT_ELSEWHERE: &str = "power cut while reading";
/// The power was cut again before anything was written since it came back.
pub const CUT_IN_RECOVERY: &str = "power cut again in recovery";
/// Log or store were busy.
pub const BUSY: &str = "log or store busy";
/// A write was done, but its answer lost.
pub const ANSWER_LOST: &str = "answer of a write lost";
/// A disk was full.
pub const FULL: &str = "disk full";
/// Log or store were slow.
pub const SLOW: &str = "log or store slow";
/// Farol was stopped and started.
pub const RESTART: &str = "orderly restart";
/// GLPI refused connections for a while.
pub const OUTAGE_REFUSED: &str = "GLPI away, connections refused";
/// GLPI answered 502 for a while.
pub const OUTAGE_GATEWAY: &str = "GLPI away, bad gateway";
/// All sessions ended at once.
pub const SESSIONS_EXPIRED: &str = "all sessions expired";
/// The clock of Farol's machine jumped.
pub const CLOCK_JUMPED: &str = "clock of Farol's machine jumped";
/// The fuse stopped ingestion, and did so no more later.
pub const FUSE_BLOWN: &str = "fuse blown";
/// GLPI's refusal stopped ingestion for a while.
pub const REFUSED: &str = "refused by GLPI for a while";
/// A ticket could not be read.
pub const UNREADABLE: &str = "ticket that cannot be read";
/// A dead letter was redriven.
pub const REDRIVEN: &str = "dead letter redriven";
/// Somebody worked.
pub const WORK: &str = "people at work between any two calls";
/// Several tickets changed within one second.
pub const SAME_SECOND: &str = "several tickets changed in one second";
/// A ticket was handed to another entity.
pub const TRANSFERRED: &str = "ticket transferred to another entity";
/// A ticket was put in the trash.
pub const TRASHED: &str = "ticket trashed";
/// A ticket was taken out of the trash.
pub const RESTORED: &str = "ticket restored";
/// A ticket was purged.
pub const PURGED: &str = "ticket purged";
/// A ticket was taken from somebody.
pub const UNASSIGNED: &str = "person taken off a ticket";
/// A mark of a clock was told at once as certain, or confirmed.
pub const MARK_TOLD: &str = "mark of a clock told as certain";
/// A mark of a clock was told before everything before it was known.
pub const MARK_PROVISIONAL: &str = "mark of a clock told as provisional";
/// A mark of a clock was taken back.
pub const MARK_RETRACTED: &str = "mark of a clock retracted";

/// What happens to Farol's own side, and what people do.
pub const OWN: [&str; 27] = [
    CUT_BEFORE,
    CUT_AFTER,
    CUT_ELSEWHERE,
    CUT_IN_RECOVERY,
    BUSY,
    ANSWER_LOST,
    FULL,
    SLOW,
    RESTART,
    OUTAGE_REFUSED,
    OUTAGE_GATEWAY,
    SESSIONS_EXPIRED,
    CLOCK_JUMPED,
    FUSE_BLOWN,
    REFUSED,
    UNREADABLE,
    REDRIVEN,
    WORK,
    SAME_SECOND,
    TRANSFERRED,
    TRASHED,
    RESTORED,
    PURGED,
    UNASSIGNED,
    MARK_TOLD,
    MARK_PROVISIONAL,
    MARK_RETRACTED,
];

/// Everything that must happen in a long run.
pub fn all() -> impl Iterator<Item = &'static str> {
    OWN.into_iter().chain(Misdeed::ALL.into_iter().map(Misdeed::name))
}

//! The status for people: what is going on, how far, how fresh, what is wrong and what to do, then the counts.

use std::{collections::BTreeMap, fmt};

use schemas::{
    Instant,
    ingestion::{Breaker, ClockStatus, EventCounts, IngestionStatus, RowCounts},
};

/// A status to be told.
pub(super) struct Report<'a> {
    pub(super) status: &'a IngestionStatus,
    /// Tickets by presence.
    pub(super) tickets: &'a BTreeMap<&'static str, u64>,
    /// Dead letters that wait.
    pub(super) waiting: usize,
    /// A process holds the directory.
    pub(super) is_running: bool,
    pub(super) now: Instant,
}

/// The width of the column in which lines say what they are about.
const HEAD: usize = 10;
/// A running Farol tells how it is every few seconds.
const SILENCE_S_MAX: i64 = 60;
/// How the errors of the log begin.
const OF_THE_LOG: &str = "log ";

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |head: &str, text: &str| writeln!(f, "{head:<HEAD$}{text}");
        line("Now", &self.work())?;
        line("Fresh", &self.freshness())?;
        if let Some(clocks) = self.clocks() {
            line("Clocks", &clocks)?;
        }
        let troubles = self.troubles();
        for trouble in &troubles {
            line("Wrong", trouble)?;
        }
        if troubles.is_empty() {
            line("Wrong", "nothing")?;
        }
        self.counts().iter().try_for_each(|counts| write!(f, "\n{counts}"))
    }
}

impl Report<'_> {
    /// What it is doing, how far it is, and since when.
    fn work(&self) -> String {
        let IngestionStatus { phase, caught_up, .. } = self.status;
        let since = self.status.phase_since.map_or(String::new(), |at| format!(", since {}", self.time(at)));
        // What the phase says beside the work is told among the troubles.
        let phase = phase.split(';').next().unwrap_or_default();
        match (self.is_running, phase) {
            (false, "") => "Nothing was read yet; `farol up` begins.".to_owned(),
            (false, _) => {
                format!("Farol is not running: numbers stand as they were; `farol up` goes on{}.", self.left())
            }
            (true, "") => "Farol has begun and waits for GLPI's first answer.".to_owned(),
            (true, _) if *caught_up => format!("Farol follows GLPI's changes{since}; it has stored all it has read."),
            (true, phase) if phase.starts_with("backfill") => {
                let now = phase.strip_prefix("backfill of ").map_or(String::new(), |of| format!(" (now {of})"));
                format!("Farol reads everything once{since}: {}{now}{}.", self.done(), self.left())
            }
            (true, phase) => {
                let doing = phase.strip_prefix("following, ").map_or(String::new(), |doing| format!(" (now {doing})"));
                let rest = if self.status.events.pending() == 0 {
                    "; it has stored all it has read, and a look at all ids, surveys and names is under way".to_owned()
                } else {
                    self.left()
                };
                format!("Farol follows GLPI's changes{since}{doing}{rest}.")
            }
        }
    }

    fn done(&self) -> String {
        match self.status.progress {
            Some((done, total)) => {
                format!("{done} of {total} rows, {} %", (done * 100).checked_div(total).unwrap_or(100))
            }
            None => format!("{} rows so far", self.status.rows.fetched),
        }
    }

    fn left(&self) -> String {
        match self.status.events.pending() {
            0 => String::new(),
            pending => format!("; {pending} of {} events wait to be stored", self.status.events.appended),
        }
    }

    fn freshness(&self) -> String {
        match self.status.stored_watermark {
            Some(at) => format!("Answers hold every change of a ticket before {}.", self.time(at)),
            None => "The first reading is not over: answers lack what was not read yet.".to_owned(),
        }
    }

    /// How the clocks of promises are followed; nothing before one ran.
    fn clocks(&self) -> Option<String> {
        let ClockStatus { running, next_at, told, .. } = self.status.clocks;
        if running == 0 && told == 0 {
            return None;
        }
        let next = match next_at.filter(|_| self.is_running) {
            Some(at) => {
                let time =
                    at.datetime().map_or(at.to_string(), |time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string());
                format!(", and the next part of a target is used up at {time}")
            }
            None => String::new(),
        };
        Some(format!("{running} run{next}; {told} events tell of them."))
    }

    fn troubles(&self) -> Vec<String> {
        let IngestionStatus { phase, last_error, error_since, store_error, store_error_since, breaker, .. } =
            self.status;
        let since = |at: &Option<Instant>| at.map_or(String::new(), |at| format!(" since {}", self.time(at)));
        let mut troubles = Vec::new();
        if self.is_running && self.status.updated_at.plus_seconds(SILENCE_S_MAX) < self.now {
            let at = self.time(self.status.updated_at);
            troubles.push(format!("The running Farol has not told how it is since {at}: its disk may be full."));
        }
        if let Some(error) = last_error.as_deref().filter(|error| error.starts_with(OF_THE_LOG)) {
            let (since, error) = (since(error_since), error.trim_end_matches('.'));
            troubles.push(format!("What GLPI tells cannot be written down{since}: {error}. See to the disk."));
        } else if let Some(error) = last_error {
            let again = if self.is_running { "Farol tries again by itself; " } else { "" };
            let rarely = if *breaker == Breaker::Closed {
                ""
            } else {
                ", and asks GLPI twice a minute at most until it answers"
            };
            troubles.push(format!(
                "GLPI cannot be read{}{rarely}: {}. {again}`farol doctor` says what to do.",
                since(error_since),
                error.trim_end_matches('.'),
            ));
        }
        if let Some(brake) = self.status.brake.as_deref().filter(|_| self.is_running) {
            troubles.push(format!("{brake}."));
        }
        if let Some(error) = store_error {
            let since = since(store_error_since);
            let error = error.trim_end_matches('.');
            troubles.push(format!(
                "Events cannot be stored{since}: {error}. They are safe in the log; see to the disk, else `farol rebuild`."
            ));
        }
        if let Some(error) = self.status.clocks.error.as_deref().filter(|_| self.is_running) {
            troubles.push(format!(
                "Clocks cannot be told of: {}. Farol tries again by itself.",
                error.trim_end_matches('.')
            ));
        }
        for remark in phase.split(';').skip(1).map(str::trim) {
            troubles.push(match remark.strip_prefix("without ") {
                Some(types) => format!("GLPI does not let the account read {types}; `farol doctor` says what is lost."),
                None => format!("Note that {remark}."),
            });
        }
        match self.waiting {
            0 => {}
            1 => troubles.push("One row could not be read; `farol dead-letters list` shows why.".to_owned()),
            more => troubles.push(format!("{more} rows could not be read; `farol dead-letters list` shows why.")),
        }
        troubles
    }

    fn counts(&self) -> [Table; 3] {
        let RowCounts { fetched, repeated, converted, filtered, dead } = self.status.rows;
        let events = self.status.events;
        let of = |name: &str| self.tickets.get(name).copied().unwrap_or(0);
        let tickets = [
            ("live", of("live"), ""),
            ("in the trash", of("trashed"), ""),
            ("purged", of("purged"), "gone from GLPI for good"),
            ("out of sight", of("hidden"), "where the account may not look any more"),
        ];
        let rows = [
            ("repeated", repeated, "known already with the same content"),
            ("converted", converted, "became events"),
            ("filtered", filtered, "left out on purpose"),
            ("dead", dead, "could not be read"),
        ];
        let EventCounts { appended, stored, repeated, filtered, dead } = events;
        let events = [
            ("stored", stored, "their rows are in the tables"),
            ("repeated", repeated, "were stored already"),
            ("filtered", filtered, "left out on purpose"),
            ("dead", dead, "could not be read"),
            ("to come", events.pending(), "wait to be stored"),
        ];
        let known = tickets.iter().map(|(_, count, _)| count).sum();
        [
            Table::new("Tickets", &tickets, ("known", known)),
            Table::new("Rows read from GLPI", &rows, ("fetched", fetched)),
            Table::new("Events in the log", &events, ("appended", appended)),
        ]
    }

    /// A time and how long ago it was.
    fn time(&self, at: Instant) -> String {
        let seconds = (self.now.0.saturating_sub(at.0) / 1_000_000).max(0);
        let ago = match seconds {
            0..120 => format!("{seconds} seconds"),
            120..7_200 => format!("{} minutes", seconds / 60),
            7_200..172_800 => format!("{} hours", seconds / 3_600),
            _ => format!("{} days", seconds / 86_400),
        };
        let time = at.datetime().map_or(at.to_string(), |time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string());
        format!("{time} ({ago} ago)")
    }
}

/// Counts that make up a total.
struct Table {
    title: &'static str,
    lines: Vec<(&'static str, u64, &'static str)>,
    total: (&'static str, u64),
}

impl Table {
    fn new(title: &'static str, lines: &[(&'static str, u64, &'static str)], total: (&'static str, u64)) -> Self {
        Self { title, lines: lines.to_vec(), total }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, total) = self.total;
        let widest = self.lines.iter().map(|(_, count, _)| *count).fold(total, u64::max).to_string().len();
        writeln!(f, "{}", self.title)?;
        for (name, count, meaning) in &self.lines {
            writeln!(f, "{}", format!("  {name:<14}{count:>widest$}  {meaning}").trim_end())?;
        }
        writeln!(f, "  {:<14}{}", "", "-".repeat(widest))?;
        write!(f, "  {name:<14}{total:>widest$}")?;
        match self.lines.iter().map(|(_, count, _)| count).sum::<u64>() {
            sum if sum == total => writeln!(f),
            sum => writeln!(f, "  but the lines make {sum}: please report this"),
        }
    }
}

#[cfg(test)]
mod tests;

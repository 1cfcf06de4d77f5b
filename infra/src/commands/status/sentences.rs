//! The status for people: what is going on, how far, how fresh, what is wrong and what to do, then the counts.

use std::{collections::BTreeMap, fmt};

use schemas::{
    Instant,
    ingestion::{Breaker, EventCounts, IngestionStatus, RowCounts},
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
mod tests {
    use schemas::Offset;

    use super::*;

    fn status() -> IngestionStatus {
        IngestionStatus {
            phase: "following, reading surveys; without Calendar".to_owned(),
            phase_since: Some(Instant(0)),
            updated_at: Instant(95_000_000),
            stored_watermark: Some(Instant(90_000_000)),
            stored_offset: Offset(9),
            end_offset: Offset(12),
            rows: RowCounts { fetched: 100, repeated: 50, converted: 40, filtered: 9, dead: 1 },
            events: EventCounts { appended: 12, stored: 9, ..EventCounts::default() },
            ..IngestionStatus::default()
        }
    }

    fn told(status: &IngestionStatus, is_running: bool) -> String {
        let tickets = BTreeMap::from([("live", 983), ("trashed", 10), ("purged", 0), ("hidden", 0)]);
        Report { status, tickets: &tickets, waiting: 0, is_running, now: Instant(100_000_000) }.to_string()
    }

    #[test]
    fn the_first_reading_tells_how_far_it_is() {
        let phase = "backfill of Log 12000 of 39089".to_owned();
        let status = IngestionStatus { phase, progress: Some((30, 120)), stored_watermark: None, ..status() };
        let said = told(&status, true);
        assert!(said.contains("30 of 120 rows, 25 % (now Log 12000 of 39089)"), "{said}");
        assert!(said.contains("since 1970-01-01 00:00:00 UTC (100 seconds ago)"), "{said}");
        assert!(said.contains("3 of 12 events wait to be stored"), "{said}");
        assert!(said.contains("The first reading is not over"), "{said}");
    }

    #[test]
    fn silence_of_a_running_farol_is_told() {
        let silent = IngestionStatus { updated_at: Instant(30_000_000), ..status() };
        assert!(told(&silent, true).contains("not told how it is since 1970-01-01 00:00:30 UTC"));
        assert!(!told(&silent, false).contains("not told how it is"));
        assert!(!told(&status(), true).contains("not told how it is"));
    }

    #[test]
    fn a_log_that_cannot_be_written_is_no_fault_of_glpi() {
        let error = Some("log cannot be written or read: no space.".to_owned());
        let said = told(&IngestionStatus { last_error: error, ..status() }, true);
        assert!(said.contains("What GLPI tells cannot be written down: log cannot be written"), "{said}");
        assert!(!said.contains("GLPI cannot be read"), "{said}");
    }

    #[test]
    fn what_is_wrong_is_told_with_since_when_and_what_to_do() {
        let error = Some("source is away: nobody listens.".to_owned());
        let failing = IngestionStatus { last_error: error, error_since: Some(Instant(70_000_000)), ..status() };
        let said = told(&failing, true);
        let expected = "GLPI cannot be read since 1970-01-01 00:01:10 UTC (30 seconds ago): source is away: nobody listens. \
                        Farol tries again by itself; `farol doctor` says what to do.";
        assert!(said.contains(expected), "{said}");
        assert!(said.contains("GLPI does not let the account read Calendar; `farol doctor`"), "{said}");
        assert!(told(&status(), false).contains("Farol is not running"));
    }

    #[test]
    fn counts_add_up_in_a_column_and_say_so_when_they_do_not() {
        let said = told(&status(), true);
        let table = "Rows read from GLPI
  repeated       50  known already with the same content
  converted      40  became events
  filtered        9  left out on purpose
  dead            1  could not be read
                ---
  fetched       100
";
        assert!(said.contains(table) && !said.contains("report"), "{said}");
        let rows = RowCounts { fetched: 101, ..status().rows };
        assert!(told(&IngestionStatus { rows, ..status() }, true).contains("but the lines make 100"));
    }

    #[test]
    fn what_is_held_back_is_told_while_farol_runs() {
        let brake = "GLPI answers slowly (1.9 s, 0.2 s when calm): asking for 1 page at a time";
        let braked = IngestionStatus { brake: Some(brake.to_owned()), ..status() };
        assert!(told(&braked, true).contains(&format!("Wrong     {brake}.\n")));
        assert!(!told(&braked, false).contains(brake));
    }

    #[test]
    fn a_healthy_desk_has_nothing_wrong() {
        let phase = "following".to_owned();
        let rows = RowCounts { fetched: 99, dead: 0, ..status().rows };
        let events = EventCounts { appended: 9, stored: 9, ..EventCounts::default() };
        let said = told(&IngestionStatus { phase, rows, events, caught_up: true, ..status() }, true);
        assert!(said.contains("(100 seconds ago); it has stored all it has read."), "{said}");
        assert!(
            said.contains("Wrong     nothing\n") && said.contains("before 1970-01-01 00:01:30 UTC (10 seconds ago)")
        );
    }
}

//! What `farol status` says.

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
fn clocks_are_told_of_once_one_ran() {
    assert!(!told(&status(), true).contains("Clocks"));
    let clocks = ClockStatus { running: 12, next_at: Some(Instant(200_000_000)), told: 34, error: None };
    let said = told(&IngestionStatus { clocks: clocks.clone(), ..status() }, true);
    let expected = "Clocks    12 run, and the next part of a target is used up at 1970-01-01 00:03:20 UTC; 34 events tell of them.";
    assert!(said.contains(expected), "{said}");
    let clocks = ClockStatus { error: Some("store is busy: later.".to_owned()), ..clocks };
    let said = told(&IngestionStatus { clocks, ..status() }, true);
    assert!(said.contains("Clocks cannot be told of: store is busy: later. Farol tries again by itself."), "{said}");
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
    assert!(said.contains("Wrong     nothing\n") && said.contains("before 1970-01-01 00:01:30 UTC (10 seconds ago)"));
}

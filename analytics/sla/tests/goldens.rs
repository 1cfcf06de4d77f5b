#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
//! Cases that the recorded desk lacks, counted by hand.

use chrono::{DateTime, SecondsFormat};
use chrono_tz::Tz;
use sla::{
    Agreement, Calendar, Calendars, Clock, Closing, Compiled, Hours, Kind, MonthDay, MonthRule, Policy, Quirk, Quirks,
    Segment, State, Status, Step, Terms, Unit, What, clock,
    escalation::Level,
    glpi::{self, Walker},
};

const OFFICE: u64 = 1;
const NIGHTS: u64 = 2;
const SPLIT: u64 = 3;

fn at(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(&format!("{}:00Z", text.replace(' ', "T"))).unwrap().timestamp()
}

fn text(instant: Option<i64>) -> String {
    let Some(instant) = instant else { return "-".to_owned() };
    DateTime::from_timestamp(instant, 0).unwrap().to_rfc3339_opts(SecondsFormat::Secs, true)[..16].replace('T', " ")
}

fn week(days: std::ops::RangeInclusive<u8>, hours: &[(&str, &str)]) -> Vec<Segment> {
    days.flat_map(|day| hours.iter().map(move |(begin, end)| Segment::parse(day, begin, end).unwrap())).collect()
}

fn year_end() -> Closing {
    Closing::yearly(MonthDay::new(12, 24).unwrap(), MonthDay::new(1, 2).unwrap())
}

fn calendar(id: u64) -> Calendar {
    let segments = match id {
        NIGHTS => week(0..=6, &[("22:00", "06:00")]),
        SPLIT => week(1..=5, &[("09:00", "12:00"), ("13:00", "18:00")]),
        _ => week(1..=5, &[("09:00", "18:00")]),
    };
    Calendar::new(Tz::UTC, &segments, vec![year_end()]).unwrap()
}

fn calendars() -> Calendars {
    Calendars::new(
        Tz::UTC,
        [OFFICE, NIGHTS, SPLIT]
            .map(|id| (id, Compiled::covering(calendar(id), at("2025-01-01 00:00"), at("2027-01-01 00:00")))),
    )
}

fn terms(amount: u32, unit: Unit) -> Terms {
    Terms::new(amount, unit, false).unwrap()
}

fn promise(kind: Kind, terms: Terms, calendar: u64) -> What {
    What::Attached(Agreement { id: 1, kind, terms, hours: Hours::Calendar(calendar) })
}

fn opened(when: &str, promise: What, later: &[(&str, What)]) -> Vec<Step> {
    let opening = [Step::new(at(when), What::Opened(at(when))), Step::new(at(when), promise)];
    opening.into_iter().chain(later.iter().map(|(when, what)| Step::new(at(when), *what))).collect()
}

fn canonical(steps: &[Step], policy: &Policy, now: &str) -> Clock {
    clock::clocks(steps, &calendars(), policy, at(now)).unwrap().remove(0)
}

const STATUS: fn(Status) -> What = What::Status;

#[test]
fn hours_that_end_at_closing_roll_over_only_in_glpi() {
    let steps = opened("2026-03-06 16:00", promise(Kind::Ttr, terms(2, Unit::Hour), OFFICE), &[]);
    let pair = glpi::compare(&steps, &calendars(), &Policy::default(), at("2026-03-06 17:00")).unwrap().remove(0);
    assert_eq!(text(pair.canonical.due), "2026-03-06 18:00");
    assert_eq!(text(pair.glpi.due), "2026-03-09 09:00");
    assert_eq!(pair.quirks, [Quirk::Q7]);
}

#[test]
fn a_deadline_at_the_lunch_break_waits_for_its_end_only_in_glpi() {
    let steps = opened("2026-03-06 10:00", promise(Kind::Ttr, terms(2, Unit::Hour), SPLIT), &[]);
    let pair = glpi::compare(&steps, &calendars(), &Policy::default(), at("2026-03-06 11:00")).unwrap().remove(0);
    assert_eq!((text(pair.canonical.due), text(pair.glpi.due)), ("2026-03-06 12:00".into(), "2026-03-06 13:00".into()));
    let after_lunch = canonical(&steps, &Policy::default(), "2026-03-06 15:30");
    assert_eq!((after_lunch.elapsed, after_lunch.over_by), (4 * 3600 + 1800, 2 * 3600 + 1800));
}

#[test]
fn an_internal_time_to_own_starts_when_it_is_promised_and_stops_when_owned() {
    let start = [("2026-03-02 11:00", promise(Kind::OlaTto, terms(4, Unit::Hour), OFFICE))];
    let mut steps = opened("2026-03-02 09:00", What::Assigned, &start);
    let running = canonical(&steps, &Policy::default(), "2026-03-02 12:00");
    assert_eq!((text(Some(running.start)), running.elapsed), ("2026-03-02 11:00".into(), 3600));
    assert_eq!((text(running.due), running.state), ("2026-03-02 15:00".into(), State::Running));
    steps.push(Step::new(at("2026-03-02 15:00"), What::TakenIntoAccount));
    let met = canonical(&steps, &Policy::default(), "2026-03-09 12:00");
    assert_eq!((met.state, met.elapsed, text(met.stopped)), (State::Met, 4 * 3600, "2026-03-02 15:00".into()));
    let row = glpi::stored(&steps, &calendars(), Quirks::GLPI, at("2026-03-09 12:00")).unwrap();
    assert_eq!(text(row.due(Kind::OlaTto)), "2026-03-02 15:00");
    assert!(!glpi::is_late(&row, Kind::OlaTto, row.due(Kind::OlaTto), at("2026-03-09 12:00")));
}

#[test]
fn a_pending_reason_may_leave_the_clock_running() {
    let pending = [
        ("2026-03-02 10:00", STATUS(Status::PENDING)),
        ("2026-03-02 10:00", What::Pending(Some(7))),
        ("2026-03-02 12:00", What::Pending(Some(8))),
        ("2026-03-02 15:00", STATUS(Status::ASSIGNED)),
    ];
    let steps = opened("2026-03-02 09:00", promise(Kind::Ttr, terms(8, Unit::Hour), OFFICE), &pending);
    let mut policy = Policy::default();
    assert_eq!(canonical(&steps, &policy, "2026-03-02 16:00").elapsed, 2 * 3600);
    policy.running_reasons.insert(7);
    let clock = canonical(&steps, &policy, "2026-03-02 16:00");
    assert_eq!((clock.elapsed, clock.paused), (4 * 3600, 3 * 3600));
    let paused = canonical(&steps, &policy, "2026-03-02 14:00");
    assert_eq!(
        (paused.state, paused.due, text(paused.projected_due)),
        (State::Paused, None, "2026-03-03 10:00".into())
    );
}

#[test]
fn a_time_to_own_pauses_only_if_the_policy_says_so() {
    let pending = [("2026-03-02 10:00", STATUS(Status::PENDING)), ("2026-03-02 15:00", STATUS(Status::NEW))];
    let steps = opened("2026-03-02 09:00", promise(Kind::Tto, terms(4, Unit::Hour), OFFICE), &pending);
    let mut policy = Policy::default();
    assert_eq!(text(canonical(&steps, &policy, "2026-03-02 16:00").breached_at), "2026-03-02 13:00");
    policy.pauses_own.insert(Status::PENDING);
    let pair = glpi::compare(&steps, &calendars(), &policy, at("2026-03-02 16:00")).unwrap().remove(0);
    assert_eq!((pair.canonical.elapsed, pair.canonical.state), (2 * 3600, State::Running));
    assert_eq!(pair.quirks, [Quirk::Q4]);
}

#[test]
fn a_night_shift_is_one_working_time_over_midnight_in_both_modes() {
    let steps = opened("2026-03-02 23:00", promise(Kind::Ttr, terms(5, Unit::Hour), NIGHTS), &[]);
    let pair = glpi::compare(&steps, &calendars(), &Policy::default(), at("2026-03-03 02:00")).unwrap().remove(0);
    assert_eq!((text(pair.canonical.due), text(pair.glpi.due)), ("2026-03-03 04:00".into(), "2026-03-03 04:00".into()));
    assert_eq!((pair.canonical.elapsed, pair.quirks), (3 * 3600, vec![]));
}

#[test]
fn the_year_end_closing_is_named_where_glpi_works_through_it() {
    let steps = opened("2025-12-23 16:00", promise(Kind::Ttr, terms(4, Unit::Hour), OFFICE), &[]);
    let pair = glpi::compare(&steps, &calendars(), &Policy::default(), at("2025-12-23 17:00")).unwrap().remove(0);
    assert_eq!((text(pair.canonical.due), text(pair.glpi.due)), ("2026-01-05 11:00".into(), "2025-12-24 11:00".into()));
    assert_eq!(pair.quirks, [Quirk::Q8]);
}

#[test]
fn a_month_is_thirty_working_days_in_glpi_and_a_month_in_canonical_mode() {
    let steps = opened("2026-03-02 10:00", promise(Kind::Ttr, terms(1, Unit::Month), OFFICE), &[]);
    let pair = glpi::compare(&steps, &calendars(), &Policy::default(), at("2026-03-02 12:00")).unwrap().remove(0);
    assert_eq!((text(pair.canonical.due), text(pair.glpi.due)), ("2026-04-02 10:00".into(), "2026-04-13 10:00".into()));
    assert_eq!(pair.quirks, [Quirk::Q6]);
    let policy = Policy { months: MonthRule::ThirtyWorkingDays, ..Policy::default() };
    assert_eq!(text(canonical(&steps, &policy, "2026-03-02 12:00").due), "2026-04-13 10:00");
}

#[test]
fn days_end_at_the_end_of_the_working_day_if_the_agreement_says_so() {
    let office = calendar(OFFICE);
    let due = |when, end| text(Walker::new(&office).due(Terms::new(2, Unit::Day, end).unwrap(), at(when), 0));
    // Friday, Saturday, and a Friday after hours.
    assert_eq!(
        [due("2026-03-06 10:00", true), due("2026-03-06 10:00", false)],
        ["2026-03-10 18:00", "2026-03-10 10:00"]
    );
    assert_eq!(
        [due("2026-03-07 10:00", true), due("2026-03-07 10:00", false)],
        ["2026-03-11 18:00", "2026-03-11 09:00"]
    );
    assert_eq!(
        [due("2026-03-06 20:00", true), due("2026-03-06 20:00", false)],
        ["2026-03-10 18:00", "2026-03-10 18:00"]
    );
    let steps = opened(
        "2026-03-06 10:00",
        What::Attached(Agreement {
            id: 1,
            kind: Kind::Ttr,
            terms: Terms::new(2, Unit::Day, true).unwrap(),
            hours: Hours::Calendar(OFFICE),
        }),
        &[],
    );
    let clock = canonical(&steps, &Policy::default(), "2026-03-06 12:00");
    assert_eq!((text(clock.due), clock.target), ("2026-03-10 18:00".into(), (8 + 9 + 9) * 3600));
}

#[test]
fn a_broken_promise_stays_broken_while_the_ticket_waits() {
    let pending = [("2026-03-02 12:00", STATUS(Status::PENDING))];
    let steps = opened("2026-03-02 09:00", promise(Kind::Ttr, terms(1, Unit::Hour), OFFICE), &pending);
    let pair = glpi::compare(&steps, &calendars(), &Policy::default(), at("2026-03-02 17:00")).unwrap().remove(0);
    assert_eq!((pair.canonical.state, text(pair.canonical.breached_at)), (State::Breached, "2026-03-02 10:00".into()));
    assert_eq!(pair.glpi.breached_at, None);
    assert_eq!(pair.quirks, [Quirk::Q2, Quirk::Q3, Quirk::DeadlineMoved]);
}

#[test]
fn time_solved_before_a_reopening_is_neither_used_nor_pending() {
    let history = [
        ("2026-03-02 11:00", STATUS(Status::SOLVED)),
        ("2026-03-02 14:00", STATUS(Status::ASSIGNED)),
        ("2026-03-02 16:00", STATUS(Status::SOLVED)),
        ("2026-03-04 10:00", STATUS(Status::CLOSED)),
    ];
    let steps = opened("2026-03-02 09:00", promise(Kind::Ttr, terms(4, Unit::Hour), OFFICE), &history);
    let pair = glpi::compare(&steps, &calendars(), &Policy::default(), at("2026-03-05 17:00")).unwrap().remove(0);
    let clock = &pair.canonical;
    assert_eq!((clock.elapsed, clock.paused, clock.idle, clock.state), (4 * 3600, 0, 3 * 3600, State::Met));
    assert_eq!((pair.glpi.paused, pair.glpi.elapsed, &pair.quirks[..1]), (3 * 3600, 4 * 3600, &[Quirk::Q1][..]));
    let open = canonical(&steps, &Policy::default(), "2026-03-02 12:00");
    assert_eq!((open.state, open.elapsed), (State::Met, 2 * 3600));
}

#[test]
fn a_replaced_promise_is_cancelled_and_the_new_one_knows_the_whole_history() {
    let history = [
        ("2026-03-02 10:00", STATUS(Status::PENDING)),
        ("2026-03-02 12:00", STATUS(Status::ASSIGNED)),
        ("2026-03-02 13:00", promise(Kind::Ttr, terms(3, Unit::Hour), SPLIT)),
    ];
    let steps = opened("2026-03-02 09:00", promise(Kind::Ttr, terms(8, Unit::Hour), OFFICE), &history);
    let clocks = clock::clocks(&steps, &calendars(), &Policy::default(), at("2026-03-02 14:00")).unwrap();
    assert_eq!((clocks[0].state, clocks[0].elapsed), (State::Cancelled, 2 * 3600));
    assert_eq!((clocks[1].state, clocks[1].elapsed, clocks[1].paused), (State::Running, 2 * 3600, 2 * 3600));
    assert_eq!(text(clocks[1].due), "2026-03-02 15:00");
}

#[test]
fn a_reset_promise_starts_anew() {
    let reset = [("2026-03-02 12:00", What::Reset(Kind::Ttr))];
    let steps = opened("2026-03-02 09:00", promise(Kind::Ttr, terms(4, Unit::Hour), OFFICE), &reset);
    let clock = canonical(&steps, &Policy::default(), "2026-03-02 13:00");
    assert_eq!((clock.elapsed, text(clock.due)), (3600, "2026-03-02 16:00".into()));
}

#[test]
fn crossings_are_exact_and_known_before_they_come() {
    let pending = [("2026-03-02 10:00", STATUS(Status::PENDING)), ("2026-03-02 12:00", STATUS(Status::ASSIGNED))];
    let steps = opened("2026-03-02 09:00", promise(Kind::Ttr, terms(90, Unit::Minute), OFFICE), &pending);
    let cross = |now: &str| {
        let crossings =
            canonical(&steps, &Policy::default(), now).crossings(&[50, 75, 90, 95, 100], &calendars()).unwrap();
        crossings
            .into_iter()
            .map(|crossing| crossing.at.map_or(0, |at| at - crate::at("2026-03-02 09:00")))
            .collect::<Vec<_>>()
    };
    // 75 % of 5400 s are 4050 s: an hour before the pause, 450 s after it.
    assert_eq!(cross("2026-03-02 12:01"), [2700, 10_800 + 450, 10_800 + 1260, 10_800 + 1530, 10_800 + 1800]);
    assert_eq!(cross("2026-03-02 11:00"), [2700, 0, 0, 0, 0]);
}

#[test]
fn an_escalation_level_acts_an_hour_before_the_deadline() {
    let office = calendar(OFFICE);
    let level = Level { terms: terms(16, Unit::Hour), execution_time: -3600 };
    assert_eq!(text(level.glpi(&Walker::new(&office), at("2026-03-06 10:00"), 7200)), "2026-03-10 09:00");
    let compiled = Compiled::new(office.clone());
    assert_eq!(text(level.canonical(&compiled, at("2026-03-06 10:00"), 7200, MonthRule::Calendar)), "2026-03-09 18:00");
}

#[test]
fn editing_the_opening_date_leaves_the_time_to_own_in_glpi() {
    let edited = [("2026-03-02 12:00", What::Opened(at("2026-03-02 10:00")))];
    let steps = opened("2026-03-02 09:00", promise(Kind::Tto, terms(4, Unit::Hour), OFFICE), &edited);
    let pair = glpi::compare(&steps, &calendars(), &Policy::default(), at("2026-03-02 12:30")).unwrap().remove(0);
    assert_eq!((text(pair.glpi.due), text(pair.canonical.due)), ("2026-03-02 13:00".into(), "2026-03-02 14:00".into()));
    assert_eq!(pair.quirks, [Quirk::OpeningEdited]);
}

#[test]
fn a_promise_in_days_over_a_change_of_the_clocks_names_the_steps_of_86400_seconds() {
    let paris = Tz::Europe__Paris;
    let hours = Calendar::new(paris, &week(1..=5, &[("09:00", "18:00")]), vec![]).unwrap();
    let desk =
        Calendars::new(paris, [(OFFICE, Compiled::covering(hours, at("2026-01-01 00:00"), at("2027-01-01 00:00")))]);
    // Friday 09:30 there; the clocks go forward on Sunday.
    let steps = opened("2026-03-27 08:30", promise(Kind::Ttr, terms(2, Unit::Day), OFFICE), &[]);
    let pair = glpi::compare(&steps, &desk, &Policy::default(), at("2026-03-27 12:00")).unwrap().remove(0);
    assert_eq!(text(pair.canonical.due), "2026-03-31 07:30");
    assert_eq!(text(pair.glpi.due), "2026-03-31 08:30");
    assert_eq!(pair.quirks, [Quirk::Q9]);
}

#[test]
fn a_ticket_solved_after_hours_with_all_of_its_target_used_is_late_only_in_glpi() {
    let solved = [("2026-03-05 20:00", STATUS(Status::SOLVED))];
    let steps = opened("2026-03-04 18:00", promise(Kind::Ttr, terms(1, Unit::Day), OFFICE), &solved);
    let pair = glpi::compare(&steps, &calendars(), &Policy::default(), at("2026-03-06 17:00")).unwrap().remove(0);
    assert_eq!(
        (text(pair.canonical.due), text(pair.glpi.due)),
        ("2026-03-05 18:00".to_owned(), "2026-03-05 18:00".to_owned())
    );
    assert_eq!((pair.canonical.breached_at, pair.glpi.breached_at.is_some()), (None, true));
    assert!(pair.quirks.contains(&Quirk::Q7), "{:?}", pair.quirks);
}

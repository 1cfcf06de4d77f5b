#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::{Hours, Terms, Unit};

const DAY: i64 = 86_400;
/// Monday, 2026-03-02.
const MONDAY: i64 = 1_772_409_600;

/// A desk: `place | learnt on day | kind | id | parent | columns`; no columns mean that the row is gone.
fn desk(founded: u64, text: &str) -> Knowledge {
    let mut knowledge = Knowledge::new(Tz::UTC);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.splitn(6, '|').map(str::trim).collect();
        knowledge.tell(Told {
            place: cells[0].parse().unwrap(),
            at: MONDAY + DAY * cells[1].parse::<i64>().unwrap(),
            kind: cells[2],
            id: cells[3].parse().unwrap(),
            parent: cells[4].parse().ok(),
            attributes: Some(cells[5]).filter(|columns| !columns.is_empty()),
        });
    }
    knowledge.found(founded);
    knowledge
}

const OFFICE: &str = r#"
    0 | 0 | Calendar         | 1 | | {}
    1 | 0 | CalendarSegment  | 1 | | {"calendars_id": 1, "day": 1, "begin": "09:00:00", "end": "18:00:00"}
    2 | 0 | CalendarSegment  | 2 | | {"calendars_id": 1, "day": 2, "begin": "09:00:00", "end": "18:00:00"}
    3 | 0 | Holiday          | 1 | | {"begin_date": "2026-03-10", "end_date": "2026-03-10", "is_perpetual": 0}
    4 | 0 | Calendar_Holiday | 1 | | {"calendars_id": 1, "holidays_id": 1}"#;

fn hours(knowledge: &Knowledge, end: u64, (from, to): (i64, i64)) -> i64 {
    let calendars = knowledge.calendars(end);
    calendars.get(Some(1)).unwrap().between(MONDAY + from * DAY, MONDAY + to * DAY) / 3600
}

#[test]
fn a_calendar_is_made_of_its_segments_and_closings() {
    let knowledge = desk(5, OFFICE);
    assert_eq!(hours(&knowledge, 5, (0, 7)), 18);
    assert_eq!(hours(&knowledge, 5, (7, 14)), 9, "Tuesday the 10th is closed");
    assert_eq!(hours(&knowledge, 5, (-365, -358)), 18, "it has always been so");
}

#[test]
fn a_change_holds_from_when_it_was_learnt() {
    let change = r#"
        9 | 21 | CalendarSegment | 1 | | {"calendars_id": 1, "day": 1, "begin": "09:00:00", "end": "10:00:00"}"#;
    let knowledge = desk(5, &format!("{OFFICE}{change}"));
    assert_eq!(hours(&knowledge, 10, (14, 21)), 18);
    assert_eq!(hours(&knowledge, 10, (21, 28)), 10);
    assert_eq!(hours(&knowledge, 9, (21, 28)), 18, "a question that may not know it");
}

#[test]
fn a_segment_taken_away_is_gone_from_then_on() {
    let knowledge = desk(5, &format!("{OFFICE}\n 9 | 21 | CalendarSegment | 1 | |"));
    assert_eq!((hours(&knowledge, 10, (14, 21)), hours(&knowledge, 10, (21, 28))), (18, 9));
}

#[test]
fn overlapping_segments_are_one_and_a_calendar_without_any_never_closes() {
    let more = r#"
        5 | 0 | CalendarSegment | 3 | | {"calendars_id": "1", "day": "1", "begin": "17:00:00", "end": "20:00:00"}
        6 | 0 | Calendar        | 2 | | {}"#;
    let knowledge = desk(7, &format!("{OFFICE}{more}"));
    assert_eq!(hours(&knowledge, 7, (0, 1)), 11);
    assert_eq!(knowledge.calendars(7).get(Some(2)).unwrap().between(0, DAY), DAY);
    assert!(knowledge.calendars(7).get(Some(3)).is_err());
}

#[test]
fn an_agreement_is_what_it_was_when_it_was_made() {
    let knowledge = desk(
        1,
        r#"
        0 | 0 | SLA | 4 | | {"number_time": 16, "definition_time": "hour", "calendars_id": 2, "end_of_working_day": 0}
        9 | 9 | SLA | 4 | | {"number_time": "2", "definition_time": "day", "use_ticket_calendar": 1}
        10 | 10 | SLA | 4 | |"#,
    );
    let at = |day: i64| knowledge.agreement(Kind::Ttr, 4, AsOf { end: 100, at: MONDAY + day * DAY });
    let (first, second) = (at(-100).unwrap(), at(9).unwrap());
    assert_eq!((first.terms, first.hours), (Terms::new(16, Unit::Hour, false).unwrap(), Hours::Calendar(2)));
    assert_eq!((second.terms, second.hours), (Terms::new(2, Unit::Day, false).unwrap(), Hours::Ticket));
    assert_eq!(at(11), None);
    assert_eq!(knowledge.agreement(Kind::OlaTtr, 4, AsOf { end: 100, at: MONDAY }), None);
}

#[test]
fn an_agreement_counts_by_the_calendar_of_its_level() {
    let knowledge = desk(
        9,
        r#"
        0 | 0 | SLM | 1 | | {"calendars_id": 3, "use_ticket_calendar": 0}
        1 | 0 | SLA | 4 | | {"number_time": 1, "definition_time": "hour", "calendars_id": 2, "slms_id": 1}
        2 | 0 | SLA | 5 | | {"number_time": 1, "definition_time": "hour", "calendars_id": 2, "slms_id": 7}"#,
    );
    let hours = |id| knowledge.agreement(Kind::Tto, id, AsOf { end: 9, at: MONDAY }).unwrap().hours;
    assert_eq!((hours(4), hours(5)), (Hours::Calendar(3), Hours::Calendar(2)));
}

#[test]
fn an_entity_without_a_calendar_has_that_of_the_one_above_it() {
    let knowledge = desk(
        4,
        r#"
        0 | 0 | Entity | 0 |   | {"calendars_id": 7, "calendars_strategy": 0}
        1 | 0 | Entity | 1 | 0 | {"calendars_id": 0, "calendars_strategy": -2}
        2 | 0 | Entity | 2 | 1 | {"calendars_id": -2}
        3 | 0 | Entity | 3 | 0 | {"calendars_id": 0, "calendars_strategy": 0}
        9 | 9 | Entity | 2 | 1 | {"calendars_id": 8, "calendars_strategy": 0}"#,
    );
    let of = |entity, day: i64| knowledge.entity_calendar(entity, AsOf { end: 100, at: MONDAY + day * DAY });
    assert_eq!((of(0, 0), of(1, 0), of(2, 0), of(3, 0)), (Some(7), Some(7), Some(7), None));
    assert_eq!((of(2, 9), of(99, 0)), (Some(8), None));
    assert_eq!(knowledge.entity_changes(100).collect::<Vec<_>>(), [MONDAY + 9 * DAY]);
}

#[test]
fn the_order_of_news_does_not_matter() {
    let backwards: Vec<&str> = OFFICE.lines().rev().collect();
    let (forwards, backwards) = (desk(5, OFFICE), desk(5, &backwards.join("\n")));
    assert_eq!(hours(&forwards, 5, (-700, 700)), hours(&backwards, 5, (-700, 700)));
}

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

#[test]
fn what_was_asked_before_news_came_is_not_answered_from_memory_after() {
    let mut knowledge = desk(5, OFFICE);
    assert_eq!((knowledge.newest(9), hours(&knowledge, 9, (0, 7))), (5, 18));
    let told = Told { kind: "CalendarSegment", id: 2, place: 6, at: MONDAY - DAY, parent: None, attributes: None };
    knowledge.tell(told);
    assert_eq!((knowledge.newest(9), hours(&knowledge, 9, (0, 7))), (7, 9));
    // The same place told again is the same news.
    let same = r#"{"calendars_id": 1, "day": 2, "begin": "09:00:00", "end": "10:00:00"}"#;
    knowledge.tell(Told { attributes: Some(same), ..told });
    assert_eq!(hours(&knowledge, 9, (0, 7)), 10);
    // Other kinds say nothing.
    knowledge.tell(Told { kind: "Printer", place: 8, ..told });
    assert_eq!(knowledge.newest(9), 7);
}

#[test]
fn a_copy_knows_the_same() {
    let entity = r#"
        9 | 9 | Entity | 2 | | {"calendars_id": 1, "calendars_strategy": 0}"#;
    let knowledge = desk(5, &format!("{OFFICE}{entity}"));
    let copy = knowledge.clone();
    assert_eq!(copy.zone(), knowledge.zone());
    assert_eq!((copy.founded(), copy.newest(100)), (Some(5), 10));
    assert_eq!(hours(&copy, 10, (0, 14)), 27);
    assert_eq!(copy.entity_changes(10).collect::<Vec<_>>(), [MONDAY + 9 * DAY]);
    assert_eq!(Knowledge::new(Tz::Europe__Paris).clone().zone(), Tz::Europe__Paris);
    assert_eq!(Knowledge::new(Tz::UTC).founded(), None);
}

#[test]
fn the_first_ticket_told_is_the_first_however_late_it_comes() {
    let mut knowledge = desk(7, OFFICE);
    knowledge.found(9);
    assert_eq!(knowledge.founded(), Some(7));
    knowledge.found(3);
    assert_eq!(knowledge.founded(), Some(3));
}

#[test]
fn a_closing_counts_for_the_calendars_that_name_it_and_from_when_it_was_moved() {
    let more = r#"
        5 | 0  | Calendar         | 2 | | {}
        6 | 0  | CalendarSegment  | 9 | | {"calendars_id": 2, "day": 2, "begin": "09:00:00", "end": "18:00:00"}
        9 | 10 | Holiday          | 1 | | {"begin_date": "2026-03-16", "end_date": "2026-03-17", "is_perpetual": 0}"#;
    let knowledge = desk(7, &format!("{OFFICE}{more}"));
    // Until the move was learnt Tuesday the 10th is closed, then Monday and Tuesday of the week after.
    assert_eq!((hours(&knowledge, 10, (7, 14)), hours(&knowledge, 10, (14, 21))), (9, 0));
    assert_eq!((hours(&knowledge, 9, (7, 14)), hours(&knowledge, 9, (14, 21))), (9, 18));
    let other = knowledge.calendars(10);
    assert_eq!(other.get(Some(2)).unwrap().between(MONDAY, MONDAY + 21 * DAY), 3 * 9 * 3600);
}

#[test]
fn an_agreement_learnt_late_is_known_from_the_place_of_its_news_on() {
    let knowledge = desk(
        5,
        r#"
        9 | 9 | SLA | 4 | | {"number_time": 1, "definition_time": "hour"}"#,
    );
    let known = |end| knowledge.agreement(Kind::Ttr, 4, AsOf { end, at: MONDAY }).is_some();
    assert_eq!([known(8), known(9), known(10)], [false, false, true]);
}

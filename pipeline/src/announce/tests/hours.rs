//! When marks come, by the hours that are known now.

use chrono_tz::Tz;
use sla::{Kind, Knowledge, Told};

use crate::{
    announce::truth::{Hours, Point},
    projection::{Promise, Run, Standing},
};

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
/// Monday, 2026-03-02, 00:00.
const MONDAY: i64 = 1_772_409_600;

/// Calendar 1 is open from Monday to Friday, 08:00 to 18:00; calendar 2 from 20:00 to 24:00. `later` was learnt on Monday at noon.
fn hours(later: &[(&str, i64, &str)]) -> Hours {
    let mut knowledge = Knowledge::new(Tz::UTC);
    let mut place = 0;
    let mut tell = |knowledge: &mut Knowledge, at, kind: &str, id, attributes: &str| {
        knowledge.tell(Told { kind, id, place, at, parent: None, attributes: Some(attributes) });
        place += 1;
    };
    tell(&mut knowledge, 0, "Calendar", 1, "{}");
    tell(&mut knowledge, 0, "Calendar", 2, "{}");
    for day in 1..=5 {
        let office = format!(r#"{{"calendars_id":1,"day":{day},"begin":"08:00:00","end":"18:00:00"}}"#);
        tell(&mut knowledge, 0, "CalendarSegment", day, &office);
        let night = format!(r#"{{"calendars_id":2,"day":{day},"begin":"20:00:00","end":"24:00:00"}}"#);
        tell(&mut knowledge, 0, "CalendarSegment", 10 + day, &night);
    }
    tell(&mut knowledge, 0, "Entity", 7, r#"{"calendars_id":1,"calendars_strategy":1}"#);
    knowledge.found(100);
    place = 100;
    for &(kind, id, attributes) in later {
        let at = MONDAY + 12 * HOUR;
        knowledge.tell(Told { kind, id, place, at, parent: None, attributes: Some(attributes) });
        place += 1;
    }
    Hours::new(knowledge)
}

/// Four hours, of which half was used on Monday at 11:00.
fn promise(is_by_entity: bool) -> Promise {
    Promise {
        kind: Kind::Ttr,
        attached: MONDAY + 9 * HOUR,
        agreement: 5,
        target: 4 * HOUR,
        used: [Some(MONDAY + 11 * HOUR), None, None, None, None],
        is_broken: false,
        calendar: Some(1),
        run: Some(Run { since: MONDAY + 11 * HOUR, elapsed: 2 * HOUR, is_by_entity }),
        technician_id: None,
        group_id: None,
    }
}

/// When the marks of `promise` come, in minutes after Monday 00:00.
fn marks(hours: &Hours, promise: Promise) -> Vec<Option<(i64, i64)>> {
    let standing = Standing { entity_id: 7, is_counted: true, promises: vec![promise] };
    let minutes = |Point { at, fires }| ((at - MONDAY) / 60, (fires - MONDAY) / 60);
    hours.truths(&standing).promises[0].points.iter().map(|point| point.map(minutes)).collect()
}

#[allow(clippy::unnecessary_wraps, reason = "beside marks that never come")]
fn at(minutes: i64) -> Option<(i64, i64)> {
    Some((minutes, minutes))
}

#[test]
fn a_running_clock_tells_each_of_its_marks() {
    let marks = marks(&hours(&[]), promise(false));
    assert_eq!(marks, [at(660), at(720), at(756), at(768), at(780), at(780)]);
}

#[test]
fn a_promise_used_up_at_closing_time_is_broken_when_the_desk_opens_again() {
    let mut late = promise(false);
    late.run = Some(Run { since: MONDAY + 16 * HOUR, elapsed: 2 * HOUR, is_by_entity: false });
    let opening = (DAY + 8 * HOUR) / 60;
    assert_eq!(marks(&hours(&[]), late.clone())[4..], [at(1_080), Some((1_080, opening))]);
    // Looked at in the night, when it is used up and still not broken.
    late.used = [Some(MONDAY + 18 * HOUR); 5];
    late.run = Some(Run { since: MONDAY + 20 * HOUR, elapsed: 4 * HOUR, is_by_entity: false });
    assert_eq!(marks(&hours(&[]), late.clone())[4..], [at(1_080), Some((1_080, opening))]);
    late.run = None;
    assert_eq!(marks(&hours(&[]), late)[4..], [at(1_080), None], "it was kept in the night");
}

#[test]
fn a_clock_that_stands_comes_to_no_more_marks() {
    let paused = Promise { run: None, ..promise(false) };
    assert_eq!(marks(&hours(&[]), paused), [at(660), None, None, None, None, None]);
}

#[test]
fn hours_that_change_move_what_lies_ahead_and_not_what_lies_behind() {
    let closes_at_half_past_twelve = r#"{"calendars_id":1,"day":1,"begin":"08:00:00","end":"12:30:00"}"#;
    let changed = hours(&[("CalendarSegment", 1, closes_at_half_past_twelve)]);
    let (tuesday, behind) = (1_440 + 480, at(660));
    let expected = [behind, at(720), at(tuesday + 6), at(tuesday + 18), at(tuesday + 30), at(tuesday + 30)];
    assert_eq!(marks(&changed, promise(false)), expected);
}

#[test]
fn an_entity_that_takes_another_calendar_moves_the_clocks_that_go_by_its_hours() {
    let changed = hours(&[("Entity", 7, r#"{"calendars_id":2,"calendars_strategy":2}"#)]);
    assert_eq!(marks(&changed, promise(false))[3..], [at(768), at(780), at(780)]);
    // An hour was used until noon; the rest counts from 20:00 on.
    assert_eq!(marks(&changed, promise(true)), [at(660), at(720), at(1_236), at(1_248), at(1_260), at(1_260)]);
}

#[test]
fn nothing_is_told_of_a_time_before_the_promise() {
    let mut later = promise(false);
    later.attached = MONDAY + 12 * HOUR + 1_800;
    later.used = [Some(later.attached); 5];
    later.used[2..].fill(None);
    assert_eq!(marks(&hours(&[]), later), [at(750), at(750), at(756), at(768), at(780), at(780)]);
}

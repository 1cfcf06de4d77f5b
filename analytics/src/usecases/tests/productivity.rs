//! GetTechnicianProductivity.

use super::*;
use crate::{
    desk::{NOW, at, desk},
    usecases::get_technician_productivity::{Input, TechnicianProductivity, execute},
};

const DESK: &str = "
    ticket | status | solved           | technicians | groups
    1      | 5      | 2026-03-29 00:30 | 7           | 10
    2      | 5      | 2026-03-29 01:30 | 7,8         | 10
    3      | 5      | 2026-03-29 12:00 | 8           | 12
    4      | 5      | 2026-03-28 23:30 | 8           |
    5      | 5      | 2026-03-29 12:10 |             | 12";

async fn asked(input: Input) -> TechnicianProductivity {
    execute(&desk(DESK), &EVERYBODY, &input, at(NOW)).await.unwrap().data
}

/// The day on which Lisbon's clocks go from 00:59 to 02:00, from midnight to midnight there.
fn spring_forward() -> Input {
    Input {
        window: window("2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z"),
        tz: Some("Europe/Lisbon".to_owned()),
        ..Input::default()
    }
}

#[tokio::test]
async fn productivity_by_thirds_of_the_day_looks_like_this() {
    let input = Input { band_hours: Some(8), ..spring_forward() };
    insta::assert_json_snapshot!(execute(&desk(DESK), &EVERYBODY, &input, at(NOW)).await.unwrap());
}

#[tokio::test]
async fn the_hour_that_the_clock_skips_lasts_no_time_and_sees_no_ticket() {
    let day = asked(spring_forward()).await;
    let hours: Vec<_> = day.bands.iter().take(4).map(|band| (band.from_hour, band.window_s, band.handled)).collect();
    assert_eq!(hours, [(0, 3600, 1), (1, 0, 0), (2, 3600, 1), (3, 3600, 0)]);
    assert_eq!(day.bands.iter().map(|band| band.window_s).sum::<i64>(), 23 * 3600);
    assert_eq!(day.bands.iter().map(|band| band.handled).sum::<u64>(), 4);
}

#[tokio::test]
async fn the_hour_that_the_clock_repeats_lasts_two() {
    let window = window("2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z");
    let day = asked(Input { window, ..spring_forward() }).await;
    assert_eq!(day.bands[1].window_s, 7200);
    assert_eq!(day.bands.iter().map(|band| band.window_s).sum::<i64>(), 25 * 3600);
}

#[tokio::test]
async fn hours_are_those_of_the_zone_that_was_asked_for() {
    let input = Input { tz: Some("Asia/Kolkata".to_owned()), ..spring_forward() };
    let day = asked(input).await;
    let busy: Vec<_> = day.bands.iter().filter(|band| band.handled > 0).map(|band| band.from_hour).collect();
    assert_eq!(busy, [6, 7, 17]);
    // The window begins and ends on a half hour there.
    assert_eq!((day.bands[5].window_s, day.bands[4].window_s), (1800, 1800));
}

#[tokio::test]
async fn each_person_has_his_own_hours_and_teams_theirs() {
    let people = asked(spring_forward()).await;
    let rows: Vec<_> = people.rows.iter().map(|row| (row.subject.id, row.handled, row.handled_by_band[2])).collect();
    assert_eq!(rows, [(7, 2, 1), (8, 2, 1)]);
    let teams = asked(Input { group_by: Some("team".to_owned()), ..spring_forward() }).await;
    let rows: Vec<_> = teams.rows.iter().map(|row| (row.subject.id, row.handled)).collect();
    assert_eq!(rows, [(10, 2), (12, 2)]);
}

#[tokio::test]
async fn bands_that_do_not_divide_a_day_are_refused() {
    let input = Input { band_hours: Some(5), ..Input::default() };
    assert_eq!(refused(execute(&desk(DESK), &EVERYBODY, &input, at(NOW)).await), "band_hours");
}

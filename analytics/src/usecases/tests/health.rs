//! GetIngestionLag and GetDataFreshness.

use schemas::{
    Offset,
    ingestion::{EventCounts, IngestionStatus, RowCounts},
};

use super::*;
use crate::{
    Analytics,
    desk::{NOW, at, desk_with},
    usecases::{
        get_data_freshness::{self, FreshnessState},
        get_ingestion_lag, get_tickets_backlog,
    },
};

/// A desk whose store is `lag_s` behind now.
fn behind(lag_s: i64) -> Analytics {
    let status = IngestionStatus {
        phase: "following".to_owned(),
        caught_up: true,
        stored_watermark: Some(at(NOW).plus_seconds(-lag_s)),
        end_offset: Offset(12),
        stored_offset: Offset(10),
        rows: RowCounts { fetched: 9, repeated: 2, converted: 5, filtered: 1, dead: 1 },
        events: EventCounts { appended: 12, stored: 10, ..EventCounts::default() },
        updated_at: at(NOW),
        ..IngestionStatus::default()
    };
    desk_with(Vec::new(), Some(status))
}

async fn state(desk: &Analytics) -> FreshnessState {
    get_data_freshness::execute(desk, at(NOW)).await.unwrap().data.state
}

#[tokio::test]
async fn a_lag_report_looks_like_this() {
    insta::assert_json_snapshot!(get_ingestion_lag::execute(&behind(301), at(NOW)).await.unwrap());
}

#[tokio::test]
async fn freshness_looks_like_this() {
    insta::assert_json_snapshot!(get_data_freshness::execute(&behind(20), at(NOW)).await.unwrap());
}

#[tokio::test]
async fn five_minutes_behind_is_fresh_and_a_second_more_is_stale() {
    assert_eq!(state(&behind(300)).await, FreshnessState::Fresh);
    assert_eq!(state(&behind(301)).await, FreshnessState::Stale);
    assert!(!get_ingestion_lag::execute(&behind(300), at(NOW)).await.unwrap().data.is_alarming);
}

#[tokio::test]
async fn nothing_is_known_before_the_first_backfill_is_done() {
    let desk = desk_with(Vec::new(), None);
    assert_eq!(state(&desk).await, FreshnessState::Unknown);
    let report = get_ingestion_lag::execute(&desk, at(NOW)).await.unwrap().data;
    assert_eq!((report.lag_s, report.is_alarming, report.phase), (None, false, None));
}

#[tokio::test]
async fn every_answer_names_its_watermark() {
    let input = get_tickets_backlog::Input::default();
    let meta = get_tickets_backlog::execute(&behind(20), &EVERYBODY, &input, at(NOW)).await.unwrap().meta;
    assert_eq!((meta.freshness_s, meta.metrics.contains(&"backlog@1".to_owned())), (Some(20), true));
}

#[tokio::test]
async fn tickets_that_could_not_be_read_are_told_to_whoever_may_see_everything() {
    let status = IngestionStatus { unreadable_tickets: 2, ..IngestionStatus::default() };
    let desk = desk_with(Vec::new(), Some(status));
    for (viewer, expected) in [(EVERYBODY, Some(&2)), (viewer_of(&[0]), None), (viewer_of(&[]), None)] {
        let input = get_tickets_backlog::Input::default();
        let meta = get_tickets_backlog::execute(&desk, &viewer, &input, at(NOW)).await.unwrap().meta;
        assert_eq!(meta.excluded.get("unreadable"), expected, "{viewer:?}");
    }
}

#[tokio::test]
async fn an_answer_that_rests_on_no_stored_row_names_no_version_of_them() {
    let lag = get_ingestion_lag::execute(&behind(20), at(NOW)).await.unwrap();
    assert!(!serde_json::to_value(&lag).unwrap()["meta"].as_object().unwrap().contains_key("data_version"));
    let input = get_tickets_backlog::Input::default();
    let backlog = get_tickets_backlog::execute(&behind(20), &EVERYBODY, &input, at(NOW)).await.unwrap();
    assert!(backlog.meta.data_version.is_some());
}

#[tokio::test]
async fn one_question_too_many_is_told_to_come_again() {
    let desk = behind(20);
    let viewer = EVERYBODY;
    let mut held = Vec::new();
    for _ in 0..crate::analytics::QUESTIONS_AT_ONCE_MAX {
        held.push(desk.read(&viewer).await.unwrap());
    }
    assert!(matches!(desk.read(&viewer).await, Err(Error::Busy)));
    held.clear();
    assert!(desk.read(&viewer).await.is_ok());
}

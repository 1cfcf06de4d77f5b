//! GetSlaTrends.

use schemas::tables::Table;

use super::*;
use crate::{
    Answer,
    desk::{NOW, at, batch, desk_with},
    usecases::get_sla_trends::{Input, SlaTrends, execute},
};

/// Two kept and one broken in the first week, one kept in the second, one running.
const PROMISES: &str = "
    ticket | clock | attached_at | stopped_at       | running_since    | target_s | elapsed_s | due_at           | entity_id | groups
    1      | ttr   | 2026-03-02  | 2026-03-02 01:00 |                  | 7200     | 3600      | 2026-03-02 02:00 | 1         | 10
    1      | tto   | 2026-03-02  | 2026-03-02 00:10 |                  | 3600     | 600       | 2026-03-02 01:00 | 1         | 10
    2      | ttr   | 2026-03-03  | 2026-03-03 04:00 |                  | 7200     | 14400     | 2026-03-03 02:00 | 3         | 11
    3      | ttr   | 2026-03-09  | 2026-03-09 02:00 |                  | 7200     | 7200      | 2026-03-09 02:00 | 3         | 11
    4      | ttr   | 2026-03-10  |                  | 2026-03-31 11:00 | 90000    | 0         |                  | 3         |";

async fn asked(viewer: &Viewer, input: Input) -> Result<Answer<SlaTrends>, Error> {
    let tickets = "
        ticket | entity | category
        1      | 1      | 21
        2      | 3      |
        3      | 3      |
        4      | 3      |";
    let tables = [(Table::Tickets, tickets), (Table::SlaClocks, PROMISES)];
    let desk = desk_with(tables.map(|(table, text)| (table, batch(table, text))).into(), None);
    execute(&desk, viewer, &input, at(NOW)).await
}

fn march() -> Input {
    Input { window: window("2026-03-02T00:00:00Z", "2026-03-16T00:00:00Z"), minimum: Some(1), ..Input::default() }
}

#[tokio::test]
async fn trends_look_like_this() {
    insta::assert_json_snapshot!(asked(&EVERYBODY, march()).await.unwrap());
}

#[tokio::test]
async fn buckets_add_up_to_the_whole_and_keys_to_everything() {
    let all = asked(&EVERYBODY, march()).await.unwrap().data.series.remove(0);
    let decided = |figures: &[u64]| figures.iter().sum::<u64>();
    assert_eq!(decided(&all.points.iter().map(|point| point.attainment.whole).collect::<Vec<_>>()), 4);
    for by in ["entity", "group", "priority", "category", "agreement", "clock"] {
        let input = Input { by: Some(by.to_owned()), ..march() };
        let keys = asked(&EVERYBODY, input).await.unwrap().data.series;
        let wholes: Vec<u64> = keys.iter().map(|trend| trend.whole.attainment.whole).collect();
        assert_eq!(decided(&wholes), all.whole.attainment.whole, "{by}");
    }
}

#[tokio::test]
async fn a_viewer_sees_the_trends_of_his_entities() {
    let south = asked(&viewer_of(&[3]), march()).await.unwrap().data.series.remove(0).whole;
    assert_eq!((south.attainment.part, south.attainment.whole, south.own.n), (1, 2, 0));
    let nobody = asked(&viewer_of(&[]), march()).await.unwrap().data.series.remove(0).whole;
    assert_eq!((nobody.attainment.whole, nobody.resolve_survival.running), (0, 0));
}

#[tokio::test]
async fn few_decided_clocks_give_an_interval_and_no_share() {
    let few = asked(&EVERYBODY, Input { minimum: None, ..march() }).await.unwrap().data.series.remove(0).whole;
    assert_eq!((few.attainment.value, few.attainment.low.is_some()), (None, true));
}

#[tokio::test]
async fn words_that_trends_do_not_know_are_refused_by_field() {
    let of = |grain: &str, by: &str| Input { grain: Some(grain.into()), by: Some(by.into()), ..march() };
    assert_eq!(refused(asked(&EVERYBODY, of("decade", "entity")).await), "grain");
    assert_eq!(refused(asked(&EVERYBODY, of("day", "weather")).await), "by");
    assert_eq!(refused(asked(&EVERYBODY, Input { minimum: Some(0), ..march() }).await), "minimum");
}

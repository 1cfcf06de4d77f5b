//! GetTechnicianRanking.

use super::*;
use crate::{
    Answer, PageInput,
    desk::{NOW, at, desk},
    usecases::get_technician_ranking::{Input, TechnicianRanking, execute},
};

const DESK: &str = "
    ticket | status | solved     | due        | technicians | groups | entity | presence
    1      | 5      | 2026-03-10 | 2026-03-11 | 7           | 10     | 1      |
    2      | 5      | 2026-03-10 | 2026-03-11 | 7,8         | 10,12  | 1      |
    3      | 6      | 2026-03-10 | 2026-03-09 | 8           | 12     | 3      |
    4      | 6      | 2026-03-10 |            | 9           | 11     | 3      |
    5      | 6      | 2026-03-10 | 2026-03-11 |             |        | 3      |
    6      | 6      | 2025-03-10 | 2025-03-11 | 9           | 11     | 3      |
    7      | 2      |            | 2026-03-20 | 9           | 11     | 3      |
    8      | 6      | 2026-03-10 | 2026-03-11 | 9           | 11     | 3      | purged";

async fn asked(viewer: &Viewer, input: Input) -> Result<Answer<TechnicianRanking>, Error> {
    execute(&desk(DESK), viewer, &input, at(NOW)).await
}

/// `rank name handled` of each entry, a dash for no rank.
async fn places(input: Input) -> Vec<String> {
    let answer = asked(&EVERYBODY, input).await.unwrap();
    let place = |entry: &crate::usecases::get_technician_ranking::RankingEntry| {
        let rank = entry.rank.map_or("-".to_owned(), |rank| rank.to_string());
        format!("{rank} {} {}", entry.scorecard.subject.name.clone().unwrap(), entry.scorecard.handled)
    };
    answer.data.entries.iter().map(place).collect()
}

fn by(metric: &str, minimum: i64) -> Input {
    Input { metric: Some(metric.to_owned()), minimum: Some(minimum), ..Input::default() }
}

#[tokio::test]
async fn a_ranking_looks_like_this() {
    insta::assert_json_snapshot!(asked(&EVERYBODY, by("sla", 1)).await.unwrap());
}

#[tokio::test]
async fn equals_share_a_place_and_the_next_one_is_left_out() {
    assert_eq!(places(Input::default()).await, ["1 Aline Souza 2", "1 bruno 2", "3 carla 1"]);
}

#[tokio::test]
async fn those_with_too_few_tickets_stand_below_without_a_place() {
    assert_eq!(places(by("sla", 1)).await, ["1 Aline Souza 2", "2 bruno 2", "- carla 1"]);
    assert_eq!(places(by("sla", 3)).await, ["- Aline Souza 2", "- bruno 2", "- carla 1"]);
}

#[tokio::test]
async fn teams_are_ranked_by_the_same_rule() {
    let input = Input { group_by: Some("team".to_owned()), ..Input::default() };
    assert_eq!(places(input).await, ["1 Support 2", "1 Facilities 2", "3 Support > Network 1"]);
    let input = Input { filters: queue("Facilities"), ..Input::default() };
    assert_eq!(places(input).await, ["1 bruno 2", "2 Aline Souza 1"]);
}

#[tokio::test]
async fn what_has_no_place_is_counted_beside_the_ranking() {
    let answer = asked(&EVERYBODY, Input::default()).await.unwrap();
    assert_eq!(answer.data.tickets, 5);
    let excluded: Vec<_> = answer.meta.excluded.into_iter().collect();
    assert_eq!(excluded, [("purged".to_owned(), 1), ("unassigned".to_owned(), 1)]);
}

#[tokio::test]
async fn a_viewer_ranks_the_tickets_he_may_see() {
    let north = asked(&viewer_of(&[1]), Input::default()).await.unwrap().data;
    let handled: Vec<_> =
        north.entries.iter().map(|entry| (entry.scorecard.subject.id, entry.scorecard.handled)).collect();
    assert_eq!(handled, [(7, 2), (8, 1)]);
}

#[tokio::test]
async fn a_walk_over_the_ranking_meets_everybody_once() {
    for sort in ["rank", "-rank", "handled", "-sla", "open", "-overdue"] {
        let (mut met, mut cursor) = (Vec::new(), None);
        loop {
            let page = PageInput { limit: Some(1), cursor };
            let input = Input { sort: Some(sort.to_owned()), page, ..by("sla", 1) };
            let answer = asked(&EVERYBODY, input).await.unwrap();
            met.extend(answer.data.entries.iter().map(|entry| entry.scorecard.subject.id));
            cursor = answer.meta.page.unwrap().next;
            if cursor.is_none() {
                break;
            }
        }
        met.sort_unstable();
        assert_eq!(met, [7, 8, 9], "{sort}");
    }
}

#[tokio::test]
async fn rankings_by_something_else_are_refused() {
    assert_eq!(refused(asked(&EVERYBODY, by("speed", 1)).await), "metric");
    assert_eq!(refused(asked(&EVERYBODY, by("sla", 0)).await), "minimum");
    let input = Input { group_by: Some("floor".to_owned()), ..Input::default() };
    assert_eq!(refused(asked(&EVERYBODY, input).await), "group_by");
}

//! Pages, their ends, and walks over whole collections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::client::testing::{Canned, Seen, Server};
use crate::client::{Error, GlpiClient, Lookup, Order, Page, PageRequest};

/// Answers a range of `ids` as GLPI does, and counts `counted` of them.
fn ranged(seen: &Seen, ids: &[u64], counted: usize) -> Canned {
    let (start, end) = seen.range();
    if ids.is_empty() {
        return Canned::json(200, "[]");
    }
    if start > ids.len() {
        return Canned::json(400, json!(["ERROR_RANGE_EXCEED_TOTAL", "..."]));
    }
    let rows: Vec<_> = ids[start..ids.len().min(end + 1)].iter().map(|id| json!({ "id": id })).collect();
    let last = (start + rows.len()) as i64 - 1;
    let status = if rows.len() == ids.len() { 200 } else { 206 };
    Canned::json(status, Value::Array(rows)).header("Content-Range", format!("{start}-{last}/{counted}"))
}

async fn desk_of(ids: u64, counted: usize) -> Server {
    let ids: Vec<_> = (1..=ids).collect();
    Server::desk(move |seen| ranged(seen, &ids, counted)).await
}

fn small_pages(server: &Server, rows: u32) -> GlpiClient {
    server.client_with(|config| config.limits.page_rows_max = rows)
}

fn ids(rows: &[Value]) -> Vec<u64> {
    rows.iter().map(|row| row["id"].as_u64().unwrap()).collect()
}

async fn page_from(client: &GlpiClient, start: u64) -> Page {
    client.page("Ticket", &PageRequest::first().starting_at(start)).await.unwrap()
}

#[tokio::test]
async fn the_end_of_a_collection_is_found_whatever_the_status() {
    let server = desk_of(45, 45).await;
    let client = small_pages(&server, 20);
    let ends = [(0, Some(20)), (20, Some(40)), (40, None), (45, None), (46, None), (1000, None)];
    for (start, next) in ends {
        assert_eq!(page_from(&client, start).await.next_start(), next, "from {start}");
    }
    assert_eq!(page_from(&client, 40).await.rows.len(), 5);
    assert_eq!(page_from(&client, 0).await.total, Some(45));
}

#[tokio::test]
async fn an_empty_collection_has_no_total_and_no_next_page() {
    let server = desk_of(0, 0).await;
    let page = page_from(&server.client(), 0).await;
    assert_eq!((page.rows.len(), page.total, page.next_start()), (0, None, None));
}

#[tokio::test]
async fn every_row_is_read_once_whether_the_last_page_is_full_or_not() {
    for count in [0, 1, 19, 20, 21, 40, 199, 200] {
        for counted in [count, count + 7] {
            let server = desk_of(count, counted as usize).await;
            let rows = small_pages(&server, 20).all("User").await.unwrap();
            assert_eq!(ids(&rows), (1..=count).collect::<Vec<_>>(), "{count} rows counted as {counted}");
        }
    }
}

#[tokio::test]
async fn rows_of_a_ticket_that_do_not_say_which_they_are_are_no_answer() {
    let server = Server::desk(|_| Canned::json(200, json!([{"id": 3}, {"users_id": 4}]))).await;
    let answer = server.client().sub_items(5, "Ticket_User").await;
    assert!(matches!(answer, Err(Error::Shape { found: "a row without one", .. })), "{answer:?}");
}

#[tokio::test]
async fn a_total_that_is_too_small_does_not_end_a_walk() {
    let server = desk_of(35, 3).await;
    assert_eq!(small_pages(&server, 20).all("User").await.unwrap().len(), 35);
}

#[tokio::test]
async fn a_row_that_moves_over_a_page_edge_is_not_missed() {
    // After the first page a row of it vanishes, and all later rows move one place to the left.
    let turn = AtomicUsize::new(0);
    let server = Server::desk(move |seen| {
        let is_first = turn.fetch_add(1, Ordering::SeqCst) == 0;
        let ids: Vec<_> = (1..=60).filter(|id| is_first || *id != 2).collect();
        ranged(seen, &ids, ids.len())
    })
    .await;
    let rows = small_pages(&server, 20).all("Ticket").await.unwrap();
    assert_eq!(ids(&rows), (1..=60).collect::<Vec<_>>());
}

#[tokio::test]
async fn every_page_names_its_range_and_leaves_the_links_out() {
    let server = desk_of(3, 3).await;
    let client = server.client();
    let request = PageRequest::first()
        .sorted_by("id", Order::Descending)
        .in_trash()
        .ids_only()
        .of_rows(5)
        .where_text("itemtype", "^Ticket$");
    client.page("Log", &request).await.unwrap();
    client.page("Log", &PageRequest::first().of_rows(1_000_000)).await.unwrap();
    let seen: Vec<_> = server.seen().into_iter().filter(|seen| seen.path == "Log").collect();
    let expected = [
        ("range", "0-4"),
        ("sort", "id"),
        ("order", "DESC"),
        ("is_deleted", "true"),
        ("only_id", "true"),
        ("searchText[itemtype]", "^Ticket$"),
        ("get_hateoas", "false"),
    ];
    assert_eq!(seen[0].query, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    assert_eq!(seen[1].value("range"), Some("0-999"));
}

#[tokio::test]
async fn the_whole_history_of_a_ticket_is_read() {
    let server = Server::desk(|seen| match seen.path.as_str() {
        "Ticket/7/Log" => ranged(seen, &(1..=45).collect::<Vec<_>>(), 45),
        "Ticket/8/Log" => Canned::json(404, json!(["ERROR_ITEM_NOT_FOUND", "Item not found"])),
        _ => Canned::json(403, json!(["ERROR_RIGHT_MISSING", "..."])),
    })
    .await;
    let client = small_pages(&server, 20);
    let Lookup::Found(rows) = client.sub_items(7, "Log").await.unwrap() else { panic!("ticket 7 is there") };
    assert_eq!(ids(&rows), (1..=45).collect::<Vec<_>>());
    assert_eq!(client.sub_items(8, "Log").await, Ok(Lookup::Missing));
    assert_eq!(client.sub_items(9, "Log").await, Ok(Lookup::Forbidden));
}

#[tokio::test]
async fn an_item_is_found_missing_or_out_of_scope() {
    let server = Server::desk(|seen| match seen.path.as_str() {
        "Ticket/1" => Canned::json(200, json!({ "id": 1, "is_deleted": 1 })),
        "Ticket/2" => Canned::json(404, json!(["ERROR_ITEM_NOT_FOUND", "Item not found"])),
        "Ticket/3" => Canned::json(403, json!(["ERROR_RIGHT_MISSING", "..."])),
        _ => Canned::json(200, json!([])),
    })
    .await;
    let client = server.client_with(|config| config.limits.retries_max = 0);
    assert_eq!(client.item("Ticket", 1).await, Ok(Lookup::Found(json!({ "id": 1, "is_deleted": 1 }))));
    assert_eq!(client.item("Ticket", 2).await, Ok(Lookup::Missing));
    assert_eq!(client.item("Ticket", 3).await, Ok(Lookup::Forbidden));
    assert!(matches!(client.item("Ticket", 4).await, Err(Error::Shape { .. })));
}

#[tokio::test]
async fn a_page_with_huge_rows_is_read_in_smaller_pages() {
    let sizes = Arc::new(AtomicUsize::new(0));
    let largest = Arc::clone(&sizes);
    let server = Server::desk(move |seen| {
        let (start, end) = seen.range();
        largest.fetch_max(end - start + 1, Ordering::SeqCst);
        let rows: Vec<_> = (start..=end.min(39)).map(|at| json!({ "id": at, "content": "x".repeat(10_000) })).collect();
        Canned::json(206, Value::Array(rows)).header("Content-Range", format!("{start}-{end}/40"))
    })
    .await;
    let client = server.client_with(|config| {
        config.limits.page_rows_max = 32;
        config.limits.body_bytes_max = 50_000;
    });
    assert_eq!(ids(&client.all("Ticket").await.unwrap()), (0..40).collect::<Vec<_>>());
    assert_eq!(sizes.load(Ordering::SeqCst), 32);
}

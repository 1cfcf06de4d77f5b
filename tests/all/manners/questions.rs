//! Questions that make no sense.

use super::{DESK, WINDOWED, paged, refused};

async fn each_names(paths: &[String], queries: &[(&str, &str)]) {
    for path in paths {
        for (query, field) in queries {
            let problem = refused(&format!("{path}?{query}"), 400, "invalid_input").await;
            assert_eq!(problem["field"], *field, "{path}?{query}: {problem}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_cannot_be_are_refused_by_every_question() {
    let long = format!("cursor={}", "A".repeat(1_000));
    let queries = [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=501", "limit"),
        ("limit=9223372036854775807", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=", "cursor"),
        ("cursor=x", "cursor"),
        ("cursor=AAAA", "cursor"),
        ("cursor=%00%ff%20", "cursor"),
        (long.as_str(), "cursor"),
        ("tz=Mars/Base", "tz"),
        ("tz=", "tz"),
        ("tz=%2B03:00", "tz"),
        ("tz=UTC&tz=UTC", "tz"),
        ("qeue=1", "qeue"),
        ("page=1", "page"),
        ("=1", ""),
    ];
    each_names(&paged(), &queries).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_that_cannot_be_are_refused() {
    let queries = [
        ("timeWindow=fortnight", "window"),
        ("timeWindow=7d&from=2026-01-01T00:00:00Z", "window"),
        ("from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "from"),
        ("from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:00Z", "from"),
        ("from=2999-01-01T00:00:00Z", "from"),
        ("to=2026-03-01T00:00:00Z", "from"),
        ("from=2026-03-01", "from"),
        ("from=2026-03-01T00:00:00", "from"),
        ("from=2026-13-01T00:00:00Z", "from"),
        ("from=yesterday", "from"),
        ("from=2026-03-01T00:00:00Z&to=%ff", "to"),
        ("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", "window"),
    ];
    each_names(&WINDOWED.map(str::to_owned), &queries).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_that_name_nothing_are_refused() {
    let filters = [
        ("queue=Nobody", "queue"),
        ("queue=1,,2", "queue"),
        ("queue=", "queue"),
        ("queue=99999999999999999999999", "queue"),
        ("queue=%27%20or%201=1", "queue"),
        ("priority=7", "priority"),
        ("priority=0", "priority"),
        ("priority=urgent", "priority"),
        ("category=Nothing", "category"),
        ("category=-1", "category"),
        ("status=done", "status"),
        ("status=new,7", "status"),
        ("entity=Mars", "entity"),
        ("kind=problem", "kind"),
        ("technician=nobody", "technician"),
        ("sort=colour", "sort"),
        ("sort=--id", "sort"),
        ("sort=", "sort"),
    ];
    let mut paths = WINDOWED.map(str::to_owned).to_vec();
    paths.push("/v1/tickets/backlog".to_owned());
    each_names(&paths, &filters).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_one_question_are_checked_and_refused_by_the_others() {
    let own: [(&str, &[(&str, &str)]); 4] = [
        (
            "/v1/tickets/backlog",
            &[
                ("by=colour", "by"),
                ("by=status,status", "by"),
                ("by=status,priority,group,entity", "by"),
                ("age=1y", "age"),
                ("timeWindow=7d", "timeWindow"),
                ("metric=handled", "metric"),
            ],
        ),
        (
            "/v1/technicians/ranking",
            &[
                ("metric=likes", "metric"),
                ("group_by=planet", "group_by"),
                ("minimum=0", "minimum"),
                ("minimum=1000001", "minimum"),
                ("minimum=-5", "minimum"),
                ("band_hours=1", "band_hours"),
            ],
        ),
        (
            "/v1/technicians/productivity",
            &[
                ("band_hours=5", "band_hours"),
                ("band_hours=0", "band_hours"),
                ("band_hours=-1", "band_hours"),
                ("band_hours=48", "band_hours"),
                ("group_by=x", "group_by"),
                ("metric=sla", "metric"),
            ],
        ),
        (
            "/v1/sla/breaches",
            &[
                ("severity=fatal", "severity"),
                ("clock=wall", "clock"),
                ("state=paused", "state"),
                ("state=running&state=stopped", "state"),
                ("age=%3C=1d", "age"),
            ],
        ),
    ];
    for (path, queries) in own {
        each_names(&[path.to_owned()], queries).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_query_is_refused_and_not_read_on() {
    let value = format!("/v1/tickets/overview?queue={}", "a".repeat(9_000));
    assert_eq!(refused(&value, 400, "invalid_input").await["field"], "queue");
    let values = format!("/v1/tickets/overview?{}", "queue=1&".repeat(4_000));
    refused(&values, 400, "invalid_input").await;
    let names: Vec<String> = (0..3_000).map(|n| format!("p{n}=1")).collect();
    refused(&format!("/v1/tickets/overview?{}", names.join("&")), 400, "invalid_input").await;
    // Longer than any request line may be: whatever the answer, it is one, and the server lives on.
    let endless = format!("{}/v1/tickets/overview?queue={}", DESK.up.url(), "a".repeat(1_000_000));
    if let Ok(response) = reqwest::Client::new().get(endless).bearer_auth(&DESK.token).send().await {
        assert!(response.status().is_client_error(), "{}", response.status());
    }
    assert_eq!(DESK.up.get("/healthz", None).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_goes_on_with_its_own_question_only() {
    let first = DESK.ask("/v1/tickets/overview?timeWindow=12m&limit=2").await;
    let cursor = first["meta"]["page"]["next"].as_str().unwrap();
    for foreign in [
        "/v1/tickets/backlog?limit=2",
        "/v1/sla/breaches?timeWindow=12m&limit=2",
        "/v1/tickets/overview?timeWindow=90d&limit=2",
        "/v1/tickets/overview?timeWindow=12m&limit=2&priority=6",
        "/v1/tickets/overview?timeWindow=12m&limit=2&sort=id",
    ] {
        let problem = refused(&format!("{foreign}&cursor={cursor}"), 400, "invalid_input").await;
        assert_eq!(problem["field"], "cursor", "{foreign}");
    }
    // Another limit is the same question.
    DESK.ask(&format!("/v1/tickets/overview?timeWindow=12m&limit=5&cursor={cursor}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_somebody_changed_breaks_nothing() {
    for question in ["/v1/tickets/overview?timeWindow=12m", "/v1/technicians/productivity?timeWindow=12m"] {
        let first = DESK.ask(&format!("{question}&limit=2")).await;
        let cursor = first["meta"]["page"]["next"].as_str().unwrap();
        for at in 0..cursor.len() {
            let mut changed: Vec<char> = cursor.chars().collect();
            changed[at] = if changed[at] == '_' { 'A' } else { '_' };
            let path = format!("{question}&limit=2&cursor={}", changed.iter().collect::<String>());
            let (status, kind, body) = DESK.up.get(&path, Some(&DESK.token)).await;
            let is_fine = status == 200 || (status == 400 && kind == "application/problem+json");
            assert!(is_fine, "{path}: {status} {body}");
        }
    }
}

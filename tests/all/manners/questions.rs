//! Questions that make no sense.

use reqwest::Method;

use super::{DESK, WINDOWED, assert_problem, claims, paged, refused, signed};

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
        ("timeWindow=fortnight", "timeWindow"),
        ("timeWindow=7d&from=2026-01-01T00:00:00Z", "timeWindow"),
        ("from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "from"),
        ("from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:00Z", "from"),
        ("from=2999-01-01T00:00:00Z", "from"),
        ("to=2026-03-01T00:00:00Z", "from"),
        ("from=2026-03-01", "from"),
        ("from=2026-03-01T00:00:00", "from"),
        ("from=2026-13-01T00:00:00Z", "from"),
        ("from=yesterday", "from"),
        ("from=2026-03-01T00:00:00Z&to=%ff", "to"),
        ("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", "from"),
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
                ("mode=mine", "mode"),
                ("mode=glpi&owner_group=1", "owner_group"),
                ("over_by_s_min=-1", "over_by_s_min"),
                ("age=%3C=1d", "age"),
            ],
        ),
    ];
    for (path, queries) in own {
        each_names(&[path.to_owned()], queries).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_the_parameter_as_it_is_typed() {
    let (_, _, document) = DESK.up.get("/openapi.json", None).await;
    let admin = signed(&claims("dash.read dash.admin"));
    let mut refusals = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for parameter in &parameters {
                let name = parameter["name"].as_str().unwrap();
                let is_of_path = parameter["in"] == "path";
                let wrong = if parameter["schema"]["type"] == "integer" { "-1" } else { "!!" };
                // A window's end needs a beginning, and the unknown number of a receipt is not a wrong one.
                let query =
                    if name == "to" { "from=2026-01-01T00:00:00Z&to=!!".to_owned() } else { format!("{name}={wrong}") };
                let wrongs = if name == "receipt" { &["x"][..] } else { &["x", "0", "1.5"] };
                let asked = if is_of_path {
                    wrongs
                        .iter()
                        .map(|wrong| {
                            let path = path.replace(&format!("{{{name}}}"), wrong).replace("{name}", "backlog");
                            path.replace("{id}", "7").replace("{receipt}", "7")
                        })
                        .collect()
                } else {
                    vec![format!("{}?{query}", path.replace("{id}", "7").replace("{name}", "backlog"))]
                };
                for asked in asked {
                    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                    let answer = DESK.up.ask(method, &asked, Some(&admin)).await;
                    assert_problem(&asked, &answer, 400, "invalid_input");
                    assert_eq!(answer.2["field"], name, "{asked}: {}", answer.2);
                    assert!(answer.2["detail"].as_str().unwrap().contains(name), "{asked}: {}", answer.2);
                    refusals += 1;
                }
            }
        }
    }
    assert!(refusals > 60, "{refusals}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_name_is_refused_with_those_it_may_have_meant() {
    let name = {
        let desk = DESK.glpi.desk();
        let desk = desk.read();
        let mut groups = desk.rows("Group").unwrap().values();
        groups.find_map(|row| row["name"].as_str().filter(|name| name.len() > 4).map(str::to_owned)).unwrap()
    };
    let misspelt = format!("{}x", name.replace(' ', "%20"));
    let problem = refused(&format!("/v1/tickets/backlog?queue={misspelt}"), 400, "invalid_input").await;
    let detail = problem["detail"].as_str().unwrap();
    let (_, offered) = detail.split_once("the nearest: ").unwrap();
    assert!(offered.starts_with(&name) || offered.split(", ").next().unwrap().ends_with(&name), "{detail}");
    assert!(offered.split(", ").count() <= 5, "{detail}");
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

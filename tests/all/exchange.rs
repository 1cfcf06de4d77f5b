//! Another GLPI database behind the address that a data directory was filled from.

use glpi_sim::{
    Desk, Options, Sim, SimHandle,
    generate::{Spec, generate},
};
use serde_json::Value;
use support::{APP_TOKEN, Home, USER_TOKEN, served};

fn another_desk() -> Desk {
    generate(&Spec { years: 1, ..Spec::new(300, 5, chrono::Utc::now().timestamp()) })
}

/// Serves `desk` at the address where another one was served before.
fn served_at(url: &str, desk: Desk) -> SimHandle {
    let port = url.rsplit(':').next().unwrap().parse().unwrap();
    let (app_token, user_token) = (Some(APP_TOKEN.to_owned()), USER_TOKEN.to_owned());
    Sim::start(desk, Options { port, app_token, user_token, ..Options::default() }).unwrap()
}

fn tickets(home: &Home) -> Vec<String> {
    let mut rows: Vec<String> = home.rows("tickets").iter().map(Value::to_string).collect();
    rows.sort();
    rows
}

#[test]
fn an_exchanged_desk_is_refused_and_the_old_rows_stay_as_they_are() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    home.fill(&glpi);
    let (before, rows) = (home.status(), tickets(&home));
    let url = glpi.url();
    glpi.stop();

    let glpi = served_at(&url, another_desk());
    for args in [["up", "--once"].as_slice(), &["up", "--listen", "127.0.0.1:0"]] {
        let output = home.against(&glpi, args).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let last = said.trim().lines().last().unwrap();
        assert!(!output.status.success(), "{said}");
        assert!(
            last.starts_with("farol: ") && last.contains("not the one this data directory was filled from"),
            "{said}"
        );
    }
    let after = home.status();
    assert_eq!(
        (&after["events"], &after["rows"], &after["tickets"]),
        (&before["events"], &before["rows"], &before["tickets"])
    );
    assert!(after["last_error"].as_str().unwrap().contains("was created"), "{after}");
    assert_eq!(after["caught_up"], false);
    assert!(tickets(&home) == rows, "rows changed");
    glpi.stop();

    let glpi = served_at(&url, Desk::recorded().unwrap());
    home.fill(&glpi);
    let again = home.status();
    assert_eq!((&again["events"], &again["last_error"]), (&before["events"], &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_exchanged_beside_a_running_farol_is_not_read_while_the_old_one_still_answers() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    let up = home.up(&glpi);
    let before = home.wait("caught up", |status| status["caught_up"] == true);
    *glpi.desk().write() = another_desk();
    let said = |status: &Value| status["last_error"].as_str().is_some_and(|error| error.contains("was exchanged"));
    let after = home.wait("the exchange is told", said);
    assert_eq!((&after["events"], &after["tickets"]), (&before["events"], &before["tickets"]));

    let (status, _, overview) = up.get("/v1/tickets/overview", Some(&home.token("dash.read"))).await;
    assert_eq!(status, 200, "{overview}");
    let (_, _, health) = up.get("/v1/system/health", Some(&home.token("dash.observability"))).await;
    assert!(health.to_string().contains("was exchanged or restored from a backup"), "{health}");
    assert!(up.terminate().success());
}

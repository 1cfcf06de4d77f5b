//! Whole journeys through the real binary, beside a simulated GLPI.

use std::{process::Command, time::Duration};

use glpi_sim::{
    Desk,
    generate::{Spec, generate},
    http::Outage,
    moves::Rules,
    traffic::Traffic,
};
use support::{Home, assert_equals_truth, served};

/// The recorded desk's present.
const RECORDED_UNTIL: i64 = 1_795_440_000;

#[test]
fn the_recorded_desk_arrives_whole_and_its_histories_agree() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    home.fill(&glpi);
    assert_equals_truth(&home, &glpi.desk().read());

    let status = home.status();
    assert_eq!(status["tickets"]["live"], 983);
    assert_eq!(status["tickets"]["trashed"], 10);
    assert_eq!(status["rows"]["dead"], 0, "{status}");
    assert_eq!(status["caught_up"], true);
    let disagree: Vec<_> = home.rows("tickets").into_iter().filter(|row| row["history_agrees"] != true).collect();
    assert!(disagree.is_empty(), "{} histories differ from the stored state, such as {}", disagree.len(), disagree[0]);

    // A second run finds nothing new, and says so.
    home.fill(&glpi);
    let again = home.status();
    assert_eq!(again["events"]["appended"], status["events"]["appended"], "{again}");
    assert_eq!(again["rows"]["converted"], status["rows"]["converted"], "{again}");
}

#[test]
fn twenty_kills_while_the_desk_moves_lose_nothing_and_double_nothing() {
    let desk = generate(&Spec { years: 1, ..Spec::new(400, 7, chrono::Utc::now().timestamp()) });
    let glpi = served(desk);
    let traffic =
        Traffic { actions_per_minute: 900.0, seed: 11, ..Traffic::default() }.start(glpi.desk(), glpi.clock());
    let home = Home::new();
    for kill in 0..20_u64 {
        let up = home.up(&glpi);
        // Uneven, so that kills meet the backfill, a cycle, an append and a compaction.
        std::thread::sleep(Duration::from_millis(150 + (kill * 373) % 1_100));
        up.kill();
    }
    drop(traffic);
    std::thread::sleep(Duration::from_secs(3));
    home.fill(&glpi);
    assert_equals_truth(&home, &glpi.desk().read());
}

#[test]
fn a_stop_drains_and_the_next_start_goes_on() {
    let glpi = served(generate(&Spec { years: 1, ..Spec::new(200, 3, chrono::Utc::now().timestamp()) }));
    let home = Home::new();
    let up = home.up(&glpi);
    home.wait("caught up", |status| status["caught_up"] == true);
    assert!(up.terminate().success());
    assert_eq!(glpi.open_sessions(), 0, "the GLPI session was left open");
    let before = home.status();

    let up = home.up(&glpi);
    home.wait("caught up again", |status| status["caught_up"] == true);
    assert!(up.terminate().success());
    // Not of clocks: what they come to meanwhile is told.
    assert_eq!(home.status()["offsets"]["end"], before["offsets"]["end"], "a restart read everything again");
    assert_equals_truth(&home, &glpi.desk().read());
}

#[test]
fn a_running_farol_follows_the_clocks_of_promises_and_tells_nothing_of_the_past() {
    let glpi = served(generate(&Spec { years: 1, ..Spec::new(400, 9, chrono::Utc::now().timestamp()) }));
    let home = Home::new();
    let up = home.up(&glpi);
    home.wait("clocks taken up", |status| status["clocks"]["running"].as_u64().is_some_and(|running| running > 0));
    let begun = chrono::Utc::now();
    let told = home.status();
    let next = told["clocks"]["next_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!(next > begun - chrono::Duration::seconds(10), "{told}");
    assert!(up.terminate().success());

    // What came since is told and stored; of the year before there is nothing.
    let of_clocks = |row: &serde_json::Value| {
        let event_type = row["event_type"].as_str().unwrap();
        event_type == "SlaClockTickedV1" || event_type == "TicketSlaBreachedV1"
    };
    let rows: Vec<_> = home.rows("ticket_events").into_iter().filter(of_clocks).collect();
    let status = home.status();
    assert_eq!(status["clocks"]["told"], rows.len() as u64, "{status}");
    assert!(home.rows("sla_clocks").iter().any(|row| !row["breached_at"].is_null()), "no promise was ever broken");
    assert!(rows.len() < 100, "{} events", rows.len());
    home.run(&["verify"]);
}

#[test]
fn a_desk_that_goes_away_and_comes_back_loses_nothing() {
    let glpi = served(generate(&Spec { years: 1, ..Spec::new(200, 5, chrono::Utc::now().timestamp()) }));
    let home = Home::new();
    let up = home.up(&glpi);
    home.wait("caught up", |status| status["caught_up"] == true);
    glpi.go_down(Outage::Refuse);
    let traffic = Traffic { actions_per_minute: 600.0, seed: 2, ..Traffic::default() }.start(glpi.desk(), glpi.clock());
    home.wait("the breaker opens and status says so", |status| status["breaker"] != "closed");
    drop(traffic);
    glpi.come_back().unwrap();
    home.wait("caught up after the outage", |status| {
        status["caught_up"] == true
            && status["breaker"] == "closed"
            && status["lag_seconds"].as_f64().is_some_and(|lag| lag < 20.0)
    });
    std::thread::sleep(Duration::from_secs(4));
    assert!(up.terminate().success());
    home.fill(&glpi);
    assert_equals_truth(&home, &glpi.desk().read());
}

#[test]
fn purges_trash_and_restores_are_seen_while_running() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    let up = home.up(&glpi);
    home.wait("caught up", |status| status["caught_up"] == true);
    {
        let desk = glpi.desk();
        let mut desk = desk.write();
        let ids: Vec<i64> = desk.truths().iter().map(|truth| truth.row.id).take(2).collect();
        let mut rules = Rules::of(&desk, glpi_sim::rows::naive::Zone::UTC);
        let mut hand = rules.hand(&mut desk, chrono::Utc::now().timestamp(), 2);
        hand.purge(ids[0]).unwrap();
        hand.trash(ids[1]).unwrap();
        hand.restore(28).unwrap();
    }
    home.wait("the purge, the trash and the restore", |status| {
        status["tickets"]["purged"] == 1 && status["tickets"]["trashed"] == 10 && status["tickets"]["live"] == 982
    });
    assert!(up.terminate().success());
    assert_equals_truth(&home, &glpi.desk().read());
}

#[test]
fn a_second_writer_is_refused_in_one_sentence() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    let up = home.up(&glpi);
    let second = home.against(&glpi, &["up", "--once"]).output().unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("is in use by process") && said.trim().lines().count() == 1, "{said}");
    drop(up);
}

#[test]
fn whoever_loses_the_lock_of_a_directory_ends_so_that_nobody_writes_beside_another() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    let first = home.up(&glpi);
    std::fs::remove_file(home.path().join("LOCK")).unwrap();
    assert!(!first.ended().success());
    home.fill(&glpi);
    home.run(&["verify"]);
    assert_equals_truth(&home, &glpi.desk().read());
}

#[test]
fn rebuild_and_replay_change_no_row() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    home.fill(&glpi);
    let tables = ["tickets", "ticket_spans", "ticket_events", "dimensions"];
    let rows = |table: &&str| {
        let mut rows: Vec<String> = home.rows(table).iter().map(ToString::to_string).collect();
        rows.sort();
        rows
    };
    let before: Vec<_> = tables.iter().map(rows).collect();
    home.run(&["rebuild"]);
    assert!(tables.iter().map(rows).collect::<Vec<_>>() == before, "rebuild changed rows");
    home.run(&["replay", "--from", "2000-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z"]);
    assert!(tables.iter().map(rows).collect::<Vec<_>>() == before, "replay changed rows");
}

#[test]
fn a_snapshot_opens_in_duckdb_and_polars() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    home.fill(&glpi);
    let target = home.path().join("published");
    home.run(&["snapshot", target.to_str().unwrap()]);
    let script = "
import duckdb, polars, sys
d = sys.argv[1]
n = duckdb.sql(f\"select count(*), count(distinct ticket_id) from '{d}/tickets/*.parquet' where is_counted\").fetchall()[0]
p = polars.read_parquet(f'{d}/ticket_events/*.parquet')
print(n[0], n[1], p['event_id'].n_unique() == len(p), p['occurred_at'].dtype)
";
    let python = std::env::var("FAROL_TEST_PYTHON").expect("tests/run.sh sets FAROL_TEST_PYTHON");
    let output = Command::new(python).args(["-c", script, target.to_str().unwrap()]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert_eq!(
        said,
        "983 983 True Datetime(time_unit='us', time_zone='UTC')",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_desk_with_malformed_rows_dead_letters_them_and_goes_on() {
    let mut file: serde_json::Value = serde_json::from_slice(&recorded_json()).unwrap();
    let tickets = file["Ticket"].as_array_mut().unwrap();
    tickets[0]["date"] = "not a date".into();
    tickets[1]["status"] = serde_json::Value::Null;
    file["Log"].as_array_mut().unwrap()[500]["date_mod"] = "0000-99-99 00:00:00".into();
    let glpi = served(Desk::read(&serde_json::to_vec(&file).unwrap(), glpi_sim::rows::naive::Zone::UTC).unwrap());
    let home = Home::new();
    home.fill(&glpi);
    let status = home.status();
    assert!(status["rows"]["dead"].as_u64().unwrap() >= 2, "{status}");
    assert_eq!(status["tickets"]["live"], 981, "{status}");
    let letters = home.run(&["dead-letters", "list", "--json"]);
    assert!(letters.contains("Ticket/"), "{letters}");
}

fn recorded_json() -> Vec<u8> {
    use std::io::Read as _;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../connectors/glpi-sim/data/desk-10.0.19.json.gz");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_desk_that_cannot_be_simulated_is_refused_in_one_sentence() {
    let home = Home::new();
    for args in [["sim", "--tickets", "0"].as_slice(), &["demo", "--tickets", "0"], &["sim", "--data", "nofile"]] {
        let output = home.output(args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.trim().lines().count() == 1, "{args:?}: {said}");
        assert!(said.contains("at least one ticket") || said.matches("No such file").count() == 1, "{args:?}: {said}");
    }
}

#[test]
fn the_recorded_present_is_what_the_tests_assume() {
    let newest = Desk::recorded().unwrap().truths().iter().map(|truth| truth.row.date_mod).max().unwrap();
    assert!(newest < RECORDED_UNTIL);
}

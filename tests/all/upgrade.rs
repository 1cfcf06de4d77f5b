//! Data directories of earlier releases: each is read, and gone on with, by every later one.
//!
//! `tests/data/upgrade/VERSION.tar.gz` holds a directory as that release left it, its desk, and the rows it then showed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use glpi_sim::{
    Clock, Desk, Options, Sim,
    generate::{Spec, generate},
    rows::naive::Zone,
};
use serde_json::Value;
use support::{APP_TOKEN, Home, USER_TOKEN, served};
use tempfile::TempDir;

/// The present of the desks that are kept: 2026-03-02, a Monday, 08:00 UTC.
const PRESENT_S: i64 = 1_772_438_400;
const TICKETS: usize = 6;

fn kept() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/upgrade")
}

/// What of each row must stay: everything of a ticket, and which events there are.
fn shown(home: &Home) -> Vec<String> {
    let mut shown: Vec<String> = home.rows("tickets").iter().map(what_stays).collect();
    shown.extend(home.rows("ticket_events").iter().map(|row| row["event_id"].to_string()));
    shown.sort_unstable();
    shown
}

/// A ticket's row without what counts how often it was written.
fn what_stays(row: &Value) -> String {
    let columns =
        ["ticket_id", "presence", "status", "priority", "opened_at", "modified_at", "technician_ids", "group_ids"];
    columns.map(|column| row[column].to_string()).join(" ")
}

#[test]
fn a_directory_of_an_earlier_release_is_read_and_goes_on() {
    let mut releases = 0;
    for entry in fs::read_dir(kept()).unwrap() {
        let archive = entry.unwrap().path();
        let folder = TempDir::new().unwrap();
        let unpacked = Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(folder.path()).status().unwrap();
        assert!(unpacked.success(), "{}", archive.display());
        let home = Home::new();
        let copied = Command::new("cp").arg("-a").arg(folder.path().join("data/.")).arg(home.path()).status().unwrap();
        assert!(copied.success());

        home.run(&["verify"]);
        let then: Vec<String> =
            serde_json::from_str(&fs::read_to_string(folder.path().join("shown.json")).unwrap()).unwrap();
        assert_eq!(shown(&home), then, "{}", archive.display());

        let glpi = served(Desk::load_in(&folder.path().join("desk.json"), Zone::UTC).unwrap());
        let once = home.against(&glpi, &["up", "--once", "--glpi-moved"]).output().unwrap();
        assert!(once.status.success(), "{}", String::from_utf8_lossy(&once.stderr));
        home.run(&["verify"]);
        assert_eq!(shown(&home), then, "{}", archive.display());
        home.run(&["rebuild"]);
        assert_eq!(shown(&home), then, "{}", archive.display());
        releases += 1;
    }
    assert!(releases > 0, "no release is kept in {}", kept().display());
}

#[test]
fn a_directory_of_this_release_is_kept_for_those_to_come() {
    let archive = kept().join(format!("{}.tar.gz", env!("CARGO_PKG_VERSION")));
    if !archive.exists() {
        keep(&archive);
        panic!("{} was missing and is there now: commit it", archive.display());
    }
}

/// Packs a data directory that this build filled, with the desk it was filled from and the rows it showed.
fn keep(archive: &Path) {
    let desk = generate(&Spec { years: 1, ..Spec::new(TICKETS, 7, PRESENT_S) });
    let folder = TempDir::new().unwrap();
    desk.save(&folder.path().join("desk.json"), Zone::UTC).unwrap();
    let options = Options {
        app_token: Some(APP_TOKEN.to_owned()),
        user_token: USER_TOKEN.to_owned(),
        clock: Clock::still(PRESENT_S),
        ..Options::default()
    };
    let glpi = Sim::start(desk, options).unwrap();
    let home = Home::new();
    home.fill(&glpi);
    fs::write(folder.path().join("shown.json"), serde_json::to_string(&shown(&home)).unwrap()).unwrap();
    let data = folder.path().join("data");
    assert!(Command::new("cp").arg("-a").arg(home.path()).arg(&data).status().unwrap().success());
    fs::create_dir_all(kept()).unwrap();
    let packed = Command::new("tar").arg("-czf").arg(archive).arg("-C").arg(folder.path()).arg(".").status().unwrap();
    assert!(packed.success());
    assert!(fs::metadata(archive).unwrap().len() < 300_000, "too large to keep");
}

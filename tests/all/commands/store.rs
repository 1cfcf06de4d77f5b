//! A store that another release made.

use std::{path::PathBuf, process::Command};

use glpi_sim::Desk;
use support::{Home, served};

/// Runs SQL on the manifest of the store in use.
fn change_manifest(home: &Home, sql: &str) {
    let store = home.path().join("store");
    let generation = std::fs::read_to_string(store.join("CURRENT")).unwrap();
    let manifest: PathBuf = store.join(generation.split_whitespace().next().unwrap()).join("manifest.sqlite");
    let script = "import sqlite3, sys
c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()";
    let changed = Command::new("python3").args(["-c", script]).arg(manifest).arg(sql).status().unwrap();
    assert!(changed.success());
}

#[test]
fn a_store_of_a_later_release_is_refused_in_a_sentence_and_made_again_by_a_rebuild() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    home.fill(&glpi);
    let before = home.rows("tickets").len();
    for sql in ["pragma user_version = 0", &other_layout("63", "ticket"), &other_layout("63", "SLA")] {
        change_manifest(&home, sql);
        for args in [["up", "--once"].as_slice(), &["up", "--listen", "127.0.0.1:0"]] {
            let output = home.against(&glpi, args).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            let last = said.trim().lines().last().unwrap_or_default();
            assert!(!output.status.success() && last.contains("run `farol rebuild`"), "{sql}: {said}");
        }
        home.run(&["rebuild"]);
        home.fill(&glpi);
        assert_eq!(home.rows("tickets").len(), before, "{sql}");
    }
}

#[test]
fn a_store_of_an_earlier_release_is_made_again_by_the_next_start() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    home.fill(&glpi);
    let before = home.rows("tickets").len();
    for space in ["ticket", "SLA"] {
        change_manifest(&home, &other_layout("02", space));
        let said = home.run(&["verify"]);
        assert!(said.contains("are of an earlier release"), "{space}: {said}");
        home.fill(&glpi);
        assert_eq!(home.rows("tickets").len(), before, "{space}");
        assert!(!home.run(&["verify"]).contains("are of an earlier release"), "{space}");
    }
}

/// Lets every working state of `space` be of another layout.
fn other_layout(layout: &str, space: &str) -> String {
    format!(
        "update folds set state = cast(x'{layout}' || substr(state, 2) as blob), crc32 = null where space = '{space}'"
    )
}

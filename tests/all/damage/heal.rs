//! A damaged store beside a whole log is made again by one command.

use std::{
    fs,
    path::{Path, PathBuf},
};

use support::Home;

use super::{copy, files, filled, rows, verified};

fn generation(home: &Path) -> PathBuf {
    home.join("store/generation-1")
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 4;
    fs::write(path, bytes).unwrap();
}

/// The place of `needle` in a file where it stands once.
fn place_of(path: &Path, needle: &[u8]) -> usize {
    let bytes = fs::read(path).unwrap();
    bytes.windows(needle.len()).position(|window| window == needle).unwrap()
}

fn sql(path: &Path, script: &str) {
    let python = "import sqlite3, sys
c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit(); c.close()";
    let done = std::process::Command::new("python3").args(["-c", python]).arg(path).arg(script).status().unwrap();
    assert!(done.success());
}

fn parquet(home: &Path) -> PathBuf {
    files(&generation(home)).into_iter().find(|path| path.extension().is_some_and(|end| end == "parquet")).unwrap()
}

/// What happens to a store, and a word that `farol verify` says about it.
type Damage = (&'static str, fn(&Path));

const DAMAGES: [Damage; 11] = [
    ("generation-1", |home| fs::remove_dir_all(generation(home)).unwrap()),
    ("CURRENT: is missing", |home| fs::remove_file(home.join("store/CURRENT")).unwrap()),
    ("names no generation", |home| flip(&home.join("store/CURRENT"), 11)),
    ("manifest.sqlite", |home| flip(&generation(home).join("manifest.sqlite"), 3)),
    ("manifest.sqlite", |home| fs::write(generation(home).join("manifest.sqlite"), b"").unwrap()),
    (".parquet", |home| flip(&parquet(home), 999)),
    (".parquet: No such file", |home| fs::remove_file(parquet(home)).unwrap()),
    ("not named as they were written", |home| {
        let manifest = generation(home).join("manifest.sqlite");
        flip(&manifest, place_of(&manifest, b"tickets-0000"));
    }),
    ("positions and counts", |home| {
        sql(&generation(home).join("manifest.sqlite"), "update positions set next_offset = next_offset + 1");
    }),
    ("working state of ticket", |home| {
        let first = "(select min(id) from folds where space = 'ticket')";
        let change = format!("update folds set id = -id where space = 'ticket' and id = {first}");
        sql(&generation(home).join("manifest.sqlite"), &change);
    }),
    ("have no working state", |home| {
        sql(&generation(home).join("manifest.sqlite"), "delete from folds where space = 'ticket' and id % 3 = 0");
    }),
];

#[test]
fn a_rebuild_heals_a_store_however_it_was_damaged() {
    for (word, damage) in DAMAGES {
        let home = copy(&filled().home);
        damage(home.path());
        let said = verified(&home).unwrap_err();
        assert!(said.contains(word) && said.contains("`farol rebuild` makes the store again"), "{word}: {said}");
        home.run(&["rebuild"]);
        assert_eq!(verified(&home), Ok(()), "{word}");
        assert_eq!(rows(&home).as_ref(), Ok(&filled().rows), "{word}");
    }
}

#[test]
fn a_store_is_not_put_away_for_a_log_that_holds_nothing() {
    let home = copy(&filled().home);
    let forget = || {
        for name in ["log.sqlite", "log.sqlite-wal", "log.sqlite-shm"] {
            fs::remove_file(home.path().join(name)).ok();
        }
    };
    forget();
    let output = home.output(&["rebuild"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("the log is empty or missing"), "{said}");
    // Nothing was thrown away.
    forget();
    fs::copy(filled().home.path().join("log.sqlite"), home.path().join("log.sqlite")).unwrap();
    assert_eq!(verified(&home), Ok(()));
}

fn log_damage(home: &Home, script: &str) -> String {
    sql(&home.path().join("log.sqlite"), script);
    verified(home).unwrap_err()
}

#[test]
fn what_a_flipped_bit_does_to_a_value_of_the_log_is_named() {
    for (script, word) in [
        (
            "update ledger set value = cast(substr(value, 1, length(value) - 1) || x'07' as blob) where rowid = 5",
            "ledger",
        ),
        ("update ledger set id = id + 1000000 where rowid = 6", "ledger"),
        ("update checkpoint set cursor = replace(cursor, '1', '3')", "source's place"),
        ("update checkpoint set fetched = fetched + 1", "source's place"),
        ("update dead_letters set raw = replace(raw, 'no date', 'on date')", "dead letter"),
        ("update topics set next_offset = next_offset + 1", "batches end at"),
        ("update batches set at = at + 1 where first_offset = 0", "offset 0"),
    ] {
        let home = copy(&filled().home);
        let said = log_damage(&home, script);
        assert!(said.contains("log.sqlite") && said.contains(word), "{script}: {said}");
        assert!(said.contains("The log is damaged"), "{script}: {said}");
    }
}

#[test]
fn a_log_that_lost_its_end_is_not_gone_on_with() {
    let home = copy(&filled().home);
    let last = "(select max(first_offset) from batches)";
    let script = format!("update topics set next_offset = {last}; delete from batches where first_offset = {last}");
    let said = log_damage(&home, &script);
    assert!(said.contains("the store has seen it up to"), "{said}");
    let up = home.against(&filled().glpi, &["up", "--once"]).output().unwrap();
    let said = String::from_utf8_lossy(&up.stderr).into_owned();
    assert!(!up.status.success() && said.contains("the log has lost its end"), "{said}");
}

#[test]
fn a_directory_is_verified_beside_its_writer_and_as_json() {
    let home = copy(&filled().home);
    let up = home.up(&filled().glpi);
    assert_eq!(verified(&home), Ok(()));
    let document: serde_json::Value = serde_json::from_str(&home.run(&["verify", "--json"])).unwrap();
    assert_eq!(document["is_whole"], true, "{document}");
    assert!(document["findings"].as_array().unwrap().len() > 10, "{document}");
    assert!(up.terminate().success());
}

#[test]
fn directories_of_the_release_before_are_opened_and_protected_from_then_on() {
    let home = copy(&filled().home);
    let manifest = generation(home.path()).join("manifest.sqlite");
    sql(&manifest, "drop table seal; alter table folds drop column crc32; pragma user_version = 1");
    fs::write(home.path().join("store/CURRENT"), "generation-1\n").unwrap();
    sql(
        &home.path().join("log.sqlite"),
        "alter table ledger drop column crc32; alter table dead_letters drop column crc32;
         alter table checkpoint drop column crc32; pragma user_version = 1",
    );
    assert_eq!(verified(&home), Ok(()));
    assert_eq!(rows(&home).as_ref(), Ok(&filled().rows));
    home.fill(&filled().glpi);
    assert_eq!(verified(&home), Ok(()));
    assert_eq!(rows(&home).as_ref(), Ok(&filled().rows));
    sql(&manifest, "update positions set next_offset = next_offset - 1");
    assert!(verified(&home).unwrap_err().contains("positions and counts"));
}

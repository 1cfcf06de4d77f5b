//! Damage of what SQLite has written ahead: it ends, for SQLite, where the damage begins.

use std::fs;

use glpi_sim::{
    SimHandle,
    generate::{Spec, generate},
};
use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};
use support::{Home, served};

use super::{copy, filled, rows, succeeded, verified};

/// Flipped bits in each of the two files.
const FLIPS: usize = 6;

/// A filled directory whose process was killed, so that what it had written ahead still lies beside its databases.
fn killed(glpi: &SimHandle) -> Home {
    let home = Home::new();
    let up = home.up(glpi);
    home.wait("everything is stored", |status| {
        status["caught_up"] == true && status["offsets"]["end"] == status["offsets"]["stored"]
    });
    up.kill();
    home
}

#[test]
fn acknowledged_frames_that_decay_are_named_or_read_again_from_glpi() {
    let glpi = served(generate(&Spec { years: 1, ..Spec::new(30, 7, chrono::Utc::now().timestamp()) }));
    let killed = killed(&glpi);
    let whole = rows(&copy(&killed)).unwrap();
    let mut random = SmallRng::seed_from_u64(23);
    let mut lost_ends = 0;
    for name in ["log.sqlite-wal", "store/generation-1/manifest.sqlite-wal"] {
        let length = fs::metadata(killed.path().join(name)).unwrap().len() as usize;
        assert!(length > 100_000, "{name} holds {length} bytes: nothing was left in it");
        for _ in 0..FLIPS {
            let home = copy(&killed);
            let (at, bit) = (random.random_range(32..length), random.random_range(0..8));
            let path = home.path().join(name);
            let mut bytes = fs::read(&path).unwrap();
            bytes[at] ^= 1 << bit;
            fs::write(&path, bytes).unwrap();

            let up = home.against(&glpi, &["up", "--once"]).output().unwrap();
            if let Err(said) = succeeded(up) {
                assert!(said.contains("the log has lost its end") || said.contains("damaged"), "{name} {at}: {said}");
                lost_ends += usize::from(said.contains("has lost its end"));
                home.run(&["rebuild"]);
                home.fill(&glpi);
            }
            assert_eq!(verified(&home), Ok(()), "{name} {at}");
            let tickets = |rows: &std::collections::BTreeMap<&str, Vec<String>>| rows["tickets"].len();
            let now = rows(&home).unwrap();
            assert_eq!(tickets(&now), tickets(&whole), "{name} {at}");
            assert_eq!(event_ids(&now), event_ids(&whole), "{name} {at}");
        }
    }
    assert!(lost_ends > 0, "no damage of the log's frames was named");
}

/// The ids of all events: what was read again was observed later, but is the same event.
fn event_ids(rows: &std::collections::BTreeMap<&'static str, Vec<String>>) -> Vec<String> {
    let id = |row: &String| serde_json::from_str::<serde_json::Value>(row).unwrap()["event_id"].to_string();
    let mut ids: Vec<String> = rows["ticket_events"].iter().map(id).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn damaged_control_state_does_not_stand_in_the_way_of_a_rebuild() {
    let home = copy(&filled().home);
    for beside in ["control.sqlite-wal", "control.sqlite-shm"] {
        // What lies ahead would heal it.
        fs::remove_file(home.path().join(beside)).ok();
    }
    fs::write(home.path().join("control.sqlite"), "no database at all, but long enough to be looked at").unwrap();
    let said = verified(&home).unwrap_err();
    assert!(said.contains("control.sqlite") && said.contains("`farol rebuild`"), "{said}");
    let output = home.output(&["rebuild"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && told.contains("control.sqlite was damaged"), "{told}");
    assert_eq!(verified(&home), Ok(()));
    assert_eq!(rows(&home).as_ref(), Ok(&filled().rows));
}

//! Flipped bits and cuts all over a data directory, at places drawn from a seed.

use std::{fs, path::Path, sync::Mutex};

use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};
use schemas::tables::Table;
use serde_json::json;
use simulation::record::Record;

use super::{copy, files, filled, rows, rows_of, succeeded, verified};

/// Flipped bits of the log and of the manifest.
const FLIPS: usize = 10;
/// Flipped bits of the other files.
const FLIPS_ELSEWHERE: usize = 3;
/// What works at once.
const THREADS: usize = 3;

#[derive(Clone, Debug)]
enum Damage {
    /// This bit of this byte is another.
    Flip(usize, u8),
    /// The file ends here.
    Cut(usize),
}

impl Damage {
    fn on(&self, path: &Path) {
        let mut bytes = fs::read(path).unwrap();
        match *self {
            Self::Flip(at, bit) => bytes[at] ^= 1 << bit,
            Self::Cut(at) => bytes.truncate(at),
        }
        fs::write(path, bytes).unwrap();
    }
}

/// Damages of every file, from a seed.
fn damages() -> Vec<(String, Damage)> {
    let mut random = SmallRng::seed_from_u64(17);
    let home = filled().home.path();
    let mut damages = Vec::new();
    for file in files(home) {
        let name = file.strip_prefix(home).unwrap().to_str().unwrap().to_owned();
        let length = fs::metadata(&file).unwrap().len() as usize;
        // The lock's content is for people; what SQLite shares among processes is made anew.
        if name == "LOCK" || name.ends_with("-shm") || length == 0 {
            continue;
        }
        let is_large = name == "log.sqlite" || name.ends_with("manifest.sqlite");
        let flips = if is_large { FLIPS } else { FLIPS_ELSEWHERE };
        damages.extend(
            (0..flips).map(|_| (name.clone(), Damage::Flip(random.random_range(0..length), random.random_range(0..8)))),
        );
        damages.push((name, Damage::Cut(random.random_range(0..length))));
    }
    damages
}

/// Does `check` on each damage, some at once.
fn each<T: Send + Clone>(damages: &[T], check: impl Fn(&T) + Sync) {
    let left = Mutex::new(damages.to_vec());
    std::thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(|| {
                loop {
                    let next = left.lock().unwrap().pop();
                    let Some(next) = next else { break };
                    check(&next);
                }
            });
        }
    });
}

#[test]
fn what_is_flipped_or_cut_is_named_or_means_nothing() {
    let filled = filled();
    let (damages, unnamed) = (damages(), Mutex::new(Vec::new()));
    each(&damages, |(name, damage)| {
        let home = copy(&filled.home);
        damage.on(&home.path().join(name));
        let found = verified(&home);
        // No query tells anything else without an error, named or not.
        match (&found, name.starts_with("store")) {
            (Ok(()), is_of_store) => {
                unnamed.lock().unwrap().push(format!("{name} {damage:?}"));
                if is_of_store {
                    assert_eq!(rows(&home).as_ref(), Ok(&filled.rows), "{name} {damage:?}");
                }
            }
            (Err(_), true) => {
                if let Ok(rows) = rows_of(&home, Table::TicketEvents) {
                    assert_eq!(rows, filled.rows[Table::TicketEvents.name()], "{name} {damage:?}");
                }
            }
            (Err(said), false) => assert!(said.contains(name), "{name} {damage:?}: {said}"),
        }
    });
    let unnamed = unnamed.into_inner().unwrap();
    // The long form leaves its figures.
    let record = Record::new("damage", std::env::var_os("FAROL_DAMAGE_JSON").map(Into::into));
    let figures = json!({"damages": damages.len(), "meant_nothing": unnamed.len(), "wrong": 0});
    record.keep(true, &figures).unwrap();
    println!("{} of {} damages meant nothing: {unnamed:#?}", unnamed.len(), damages.len());
    // A good part of SQLite's pages is free; a key that changed refuses every token, and says nothing wrong.
    assert!(unnamed.iter().all(|place| place.contains("sqlite") || place.contains("signing.key")), "{unnamed:#?}");
    assert!(unnamed.len() * 2 < damages.len(), "{} of {} were not named", unnamed.len(), damages.len());
}

#[test]
fn a_damaged_directory_is_refused_or_brought_to_the_same_rows() {
    let filled = filled();
    let mut some = damages();
    some.dedup_by(|(one, _), (other, _)| one == other);
    each(&some, |(name, damage)| {
        let home = copy(&filled.home);
        damage.on(&home.path().join(name));
        let up = home.against(&filled.glpi, &["up", "--once"]).output().unwrap();
        if succeeded(up).is_ok()
            && let Ok(rows) = rows(&home)
        {
            assert_eq!(rows, filled.rows, "{name} {damage:?}");
        }
    });
}

//! Simulated worlds: a few of the many that `farol-sim run` goes through, and the proof that they would notice.

use simulation::{Bug, Plan, run};

/// Mistakes that show in nearly every world; `farol-sim bugs` makes all there are.
const SOON_FOUND: [Bug; 13] = [
    Bug::CursorAhead,
    Bug::RecordLost,
    Bug::SkippedAfterError,
    Bug::OffsetAhead,
    Bug::WindowedMemory,
    Bug::StaleState,
    Bug::StateLost,
    Bug::CountedAgain,
    Bug::TrashUnseen,
    Bug::ShortPage,
    Bug::ZoneTwice,
    Bug::ToldAhead,
    Bug::ToldForgotten,
];
/// Worlds within which such a mistake must show.
const WORLDS_MAX: u64 = 20;

fn assert_right(plan: &Plan) {
    let outcome = run(plan).unwrap();
    assert!(outcome.violations.is_empty(), "{plan:?}: {}", outcome.violations.join("\n"));
}

#[test]
fn in_a_world_where_everything_may_fail_nothing_is_lost_and_nothing_doubled() {
    (1_000..1_006).map(Plan::of).for_each(|plan| assert_right(&plan));
}

#[test]
fn worlds_that_once_were_wrong_are_right() {
    // Answers dated 50 minutes ahead when a process began to read: what changed meanwhile was taken for known.
    let before_clocks = |seed| Plan { tells_of_clocks: false, ..Plan::of(seed) };
    [300_427, 300_923].map(before_clocks).iter().for_each(assert_right);
}

#[test]
fn a_power_cut_around_any_write_loses_nothing() {
    let calm = Plan::small(5);
    let points = run(&calm).unwrap().points;
    assert!(points > 20, "only {points} places to cut the power at");
    for point in (0..points).step_by(9) {
        // And once more while it makes up for the first cut.
        assert_right(&Plan { cuts_at: vec![point, point + 2], ..calm.clone() });
    }
}

#[test]
fn one_seed_is_one_world() {
    for seed in 2_000..2_002 {
        let [first, second] = [(); 2].map(|()| run(&Plan::of(seed)).unwrap());
        assert_eq!((first.hash, first.events), (second.hash, second.events), "seed {seed}");
    }
}

#[test]
fn mistakes_made_on_purpose_are_found() {
    let found = |bug: &Bug| {
        let spoilt = (0..WORLDS_MAX).map(|seed| Plan { bug: Some(*bug), ..Plan::of(seed) });
        spoilt.into_iter().any(|plan| !run(&plan).unwrap().violations.is_empty())
    };
    let unseen: Vec<Bug> = SOON_FOUND.into_iter().filter(|bug| !found(bug)).collect();
    assert!(unseen.is_empty(), "nobody noticed {unseen:?} in {WORLDS_MAX} worlds");
}

#[test]
fn every_test_that_the_report_names_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("all");
    let mut text = String::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { text += &std::fs::read_to_string(path).unwrap() }
        }
    }
    for (kind, cells) in simulation::report::matrix::MATRIX {
        for cell in cells {
            if let simulation::report::matrix::Cell::Test(name) = cell {
                assert!(text.contains(&format!("fn {name}(")), "{kind}: there is no test {name}");
            }
        }
    }
}

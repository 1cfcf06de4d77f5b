//! The real binary on a machine that misbehaves: the short form of what `farol-chaos` does for as long as it is told to.
//!
//! `tests/run.sh` installs the tools. Full disks, limits on memory and power cuts need root.

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// Runs `farol-chaos ARGS`, which must find nothing wrong; its sums.
fn chaos(args: &[&str]) -> Value {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join("farol-chaos");
    assert!(program.is_file(), "{} is missing: run `cargo build --workspace` first", program.display());
    let folder = TempDir::new().unwrap();
    let json = folder.path().join("figures.json");
    let output = Command::new(program).args(args).arg("--json").arg(&json).output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success(), "farol-chaos {args:?}: {said}");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(document["is_complete"], true, "{document}");
    document["figures"].clone()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

#[test]
fn kills_at_any_moment_lose_nothing() {
    assert_eq!(chaos(&["kills", "--times", "6", "--seed", "3"])["kills"], 6);
}

#[test]
fn kills_at_system_calls_and_calls_that_fail_lose_nothing() {
    let sums = chaos(&["syscalls", "--times", "5", "--seed", "5"]);
    assert!(sums["kills"].as_u64().unwrap() > 0 && sums["faults"] == 1, "{sums}");
}

#[test]
fn power_cuts_lose_nothing_that_was_acknowledged() {
    if !is_root() {
        eprintln!("left out: cutting the power under a file system asks for root");
        return;
    }
    assert_eq!(chaos(&["power", "--times", "1", "--seed", "5"])["cuts"], 1);
    let sums = chaos(&["power", "--planted", "--times", "1", "--seed", "7"]);
    assert_eq!(sums["planted_noticed"], 1, "a disk that never flushes was not noticed: {sums}");
}

#[test]
fn a_machine_that_is_short_of_everything_loses_nothing() {
    assert_eq!(chaos(&["hostile", "--times", "4", "--seed", "2", "--stopped-s-max", "5"])["cases"], 4);
}

#[test]
fn a_desk_comes_out_as_it_is_while_glpi_misbehaves_and_every_question_is_asked() {
    let sums = chaos(&["scale", "--tickets", "400", "--misbehave-per-thousand", "10", "--kills", "1"]);
    assert_eq!((&sums["kills"], &sums["answers"]["refused"]), (&1.into(), &0.into()), "{sums}");
    assert!(sums["verdict"]["tickets_compared"].as_u64().unwrap() > 350, "{sums}");
}

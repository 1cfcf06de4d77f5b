//! The arrows between crates are the ones that ARCHITECTURE.md draws, and no others.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use serde_json::Value;

/// The rows `| folder | crate | may import | ... |` of the table in ARCHITECTURE.md.
fn drawn() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rows =
        text.lines().skip_while(|line| !line.starts_with("| folder")).skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let name = cells[2].trim_matches('`').to_owned();
        let imports = cells[3].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (name, imports)
    })
    .collect()
}

/// The arrows in the manifests: what each crate is built from, and apart what its tests use beside.
fn built() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let arrows = package["dependencies"].as_array().unwrap().iter();
            let ours = arrows.filter(|arrow| arrow["path"].is_string() && arrow["kind"].is_null());
            let names = ours.map(|arrow| arrow["name"].as_str().unwrap().to_owned()).collect();
            (package["name"].as_str().unwrap().to_owned(), names)
        })
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn crates_import_only_what_the_architecture_allows() {
    let drawn = drawn();
    let built = built();
    let (drawn_names, built_names): (BTreeSet<_>, BTreeSet<_>) = (drawn.keys().collect(), built.keys().collect());
    assert_eq!(drawn_names, built_names, "ARCHITECTURE.md and the workspace name different crates");
    for (name, imports) in &built {
        if drawn[name].contains("*") {
            continue;
        }
        let forbidden: Vec<_> = imports.difference(&drawn[name]).collect();
        assert!(forbidden.is_empty(), "{name} must not import {forbidden:?}");
    }
}

#[test]
fn pure_crates_know_no_world() {
    let lock = std::fs::read_to_string(root().join("schemas/Cargo.toml")).unwrap()
        + &std::fs::read_to_string(root().join("pipeline/transforms/Cargo.toml")).unwrap();
    for world in ["tokio", "datafusion", "reqwest", "sqlx", "poem"] {
        assert!(!lock.lines().any(|line| line.starts_with(world)), "a pure crate depends on {world}");
    }
}

#[test]
fn the_readme_stays_short() {
    let lines = std::fs::read_to_string(root().join("README.md")).unwrap().lines().count();
    assert!(lines <= 120, "README.md has {lines} lines, at most 120 are allowed");
}

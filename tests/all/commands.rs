//! The commands people type beside `farol up`.

mod parity;
mod store;
mod words;

use std::{collections::BTreeSet, process::Stdio};

use glpi_sim::{
    Desk,
    http::{Access, Outage, Profile},
    rows::Ticket,
};
use serde_json::Value;
use support::{Home, served};

fn doctor(change: impl FnOnce(&mut glpi_sim::Options)) -> (bool, String) {
    let glpi = served(Desk::recorded().unwrap());
    glpi.configure(change);
    let output = Home::new().against(&glpi, &["doctor"]).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_doctor_finds_a_healthy_desk_healthy() {
    let (is_well, said) = doctor(|_| {});
    assert!(is_well && !said.contains("WRONG"), "{said}");
}

#[test]
fn the_doctor_names_what_is_wrong() {
    for (wrong, change) in [
        ("switched off", (|options| options.access = Access::Disabled) as fn(&mut glpi_sim::Options)),
        ("address", |options| options.access = Access::AddressRefused),
        ("app token", |options| options.app_token = Some("another".to_owned())),
        ("user token", |options| options.user_token = "another".to_owned()),
        ("Log", |options| options.profile = Profile::Technician),
        ("Calendar", |options| options.denied = BTreeSet::from(["Calendar".to_owned()])),
        ("zone", |options| options.zone = "America/New_York".parse().unwrap()),
    ] {
        let (is_well, said) = doctor(change);
        let complaint = said.lines().filter(|line| line.starts_with("WRONG")).collect::<Vec<_>>().join("\n");
        assert!(!is_well && complaint.to_lowercase().contains(&wrong.to_lowercase()), "expected {wrong:?} in: {said}");
    }
}

#[test]
fn the_doctor_says_that_glpi_is_away() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    glpi.go_down(Outage::Refuse);
    let output = home.against(&glpi, &["doctor"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success() && said.contains("not reachable"), "{said}");
}

#[test]
fn a_wrong_token_ends_up_with_one_plain_sentence() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    for args in [["up", "--once"].as_slice(), &["up", "--listen", "127.0.0.1:0"]] {
        let output = home.against(&glpi, args).env("FAROL_GLPI_USER_TOKEN", "secret-wrong").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let last = said.trim().lines().last().unwrap();
        assert!(!output.status.success() && last.starts_with("farol: ") && last.contains("token"), "{said}");
        assert!(!said.contains("secret-wrong"), "a secret was printed: {said}");
    }
}

#[test]
fn a_mended_row_is_redriven_beside_a_running_farol() {
    let glpi = served(Desk::recorded().unwrap());
    let id = {
        let desk = glpi.desk();
        let mut desk = desk.write();
        let id = desk.truths()[0].row.id;
        damage(&mut desk, id, Some(Value::from("no date")));
        id
    };
    let home = Home::new();
    let up = home.up(&glpi);
    home.wait("caught up", |status| status["caught_up"] == true);
    let letters: Vec<Value> = letters(&home, &["dead-letters", "list", "--json"]);
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0]["origin"], format!("Ticket/{id}"));
    let name = letters[0]["id"].as_str().unwrap();
    assert!(home.run(&["dead-letters", "show", name]).contains("no date"));

    let still = home.run(&["dead-letters", "redrive", name]);
    assert!(still.starts_with("1 tried again: 0 read, 1 still dead (") && still.contains("date"), "{still}");
    let unknown = home.output(&["dead-letters", "redrive", "nobody"]);
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(!unknown.status.success() && said.contains("1 not tried (there is no dead letter nobody)"), "{said}");

    damage(&mut glpi.desk().write(), id, None);
    assert_eq!(home.run(&["dead-letters", "redrive", name]), "1 tried again: 1 read, 0 still dead\n");
    home.wait("the ticket is there", |status| status["tickets"]["live"] == 983);
    assert!(letters_of(&home).is_empty());
    assert!(up.terminate().success());
}

fn letters_of(home: &Home) -> Vec<Value> {
    letters(home, &["dead-letters", "list", "--json"])
}

fn letters(home: &Home, args: &[&str]) -> Vec<Value> {
    home.run(args).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Puts a value that fits no date in the opening date of a ticket's row, or takes it away again.
fn damage(desk: &mut Desk, id: i64, value: Option<Value>) {
    desk.update::<Ticket, _>(id, |ticket| {
        let extra = ticket.extra.get_or_insert_with(Box::default);
        match value {
            Some(value) => extra.insert("date".to_owned(), value),
            None => extra.remove("date"),
        };
    });
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut said = Home::new().command(&["config", "reference"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(said.stdout.take());
    assert!(said.wait().unwrap().success());
}

#[test]
fn the_configuration_is_printed_without_its_secrets() {
    let home = Home::new().with("FAROL_GLPI_USER_TOKEN", "hunter2").with("FAROL_GLPI_URL", "https://glpi.example");
    let printed = home.run(&["config", "print"]);
    assert!(printed.contains("glpi_url = \"https://glpi.example\"") && !printed.contains("hunter2"), "{printed}");
}

#[test]
fn a_directory_refuses_another_glpi() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    home.fill(&glpi);
    let other = served(Desk::recorded().unwrap());
    let output = home.against(&other, &["up", "--once"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("--glpi-moved"), "{said}");
    let moved = home.against(&other, &["up", "--once", "--glpi-moved"]).output().unwrap();
    assert!(moved.status.success(), "{}", String::from_utf8_lossy(&moved.stderr));
}

#[test]
fn commands_on_an_empty_folder_say_so() {
    let home = Home::new();
    for args in [["status"].as_slice(), &["rows", "--table", "tickets"], &["dead-letters", "list"], &["rebuild"]] {
        let output = home.output(args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains("holds no Farol data"), "{args:?}: {said}");
    }
}

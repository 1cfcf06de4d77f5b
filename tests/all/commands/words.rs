//! What commands say to whoever typed something wrong, and what `farol status` says at all.

use glpi_sim::{Desk, http::Outage};
use support::{Home, served};

/// What `args` say on standard error, where they must fail.
fn refused(home: &Home, args: &[&str]) -> String {
    let output = home.output(args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{args:?} was accepted: {said}");
    said
}

#[test]
fn a_misspelt_variable_is_refused_and_one_of_another_tool_is_named() {
    let home = Home::new().with("FAROL_GLPI_ULR", "https://glpi.example");
    let said = refused(&home, &["config", "print"]);
    assert_eq!(said, "farol: FAROL_GLPI_ULR is no setting; did you mean FAROL_GLPI_URL?\n");
    let other = Home::new().with("FAROL_FLUVIO", "1").output(&["config", "print"]);
    assert!(other.status.success());
    assert!(String::from_utf8(other.stderr).unwrap().contains("FAROL_FLUVIO is no setting of Farol"));
}

#[test]
fn a_value_that_is_not_allowed_is_refused_by_every_command_with_its_source() {
    let home = Home::new().with("FAROL_GLPI_PAGE_ROWS", "0");
    for args in [["config", "print"].as_slice(), &["up", "--once"], &["doctor"], &["status"]] {
        let said = refused(&home, args);
        let expected = "farol: glpi_page_rows is \"0\" (from FAROL_GLPI_PAGE_ROWS): allowed is a whole number from 20";
        assert!(said.starts_with(expected), "{said}");
    }
    let said = refused(&Home::new(), &["up", "--glpi-url", "ftp://glpi.example", "--trash", "burn"]);
    assert!(said.contains("from --glpi-url") && said.contains("from --trash"), "{said}");
}

#[test]
fn a_password_in_the_address_is_shown_by_no_command() {
    let home =
        Home::new().with("FAROL_GLPI_URL", "https://me:hunter2@glpi.example").with("FAROL_GLPI_USER_TOKEN", "token");
    for args in [["config", "print"].as_slice(), &["up", "--once"], &["doctor"], &["up", "--help"]] {
        let output = home.output(args);
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
        assert!(!said.contains("hunter2"), "{args:?}: {said}");
    }
}

#[test]
fn a_configuration_file_that_cannot_be_read_is_no_absent_one() {
    let home = Home::new();
    std::fs::create_dir(home.path().join("farol.toml")).unwrap();
    assert!(refused(&home, &["config", "print"]).contains("farol.toml cannot be read"));
    std::fs::remove_dir(home.path().join("farol.toml")).unwrap();
    std::fs::write(home.path().join("farol.toml"), "log = 'info'\nglpi_uri = 'x'\n").unwrap();
    let said = refused(&home, &["config", "print"]);
    assert_eq!(said, "farol: farol.toml line 2: glpi_uri is no setting; did you mean glpi_url?\n");
}

#[test]
fn a_redrive_of_nothing_says_what_to_give() {
    let said = refused(&Home::new(), &["dead-letters", "redrive"]);
    assert!(said.contains("redrive <ID>...") && said.contains("redrive --all"), "{said}");
}

#[test]
fn the_status_says_in_sentences_what_goes_on_and_what_is_wrong() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    let up = home.up(&glpi);
    home.wait("caught up", |status| status["caught_up"] == true);
    let said = home.run(&["status"]);
    assert!(said.contains("Farol follows GLPI's changes, since 20"), "{said}");
    assert!(said.contains("it has stored all it has read"), "{said}");
    assert!(said.contains("Wrong     nothing") && said.contains("before 20") && !said.contains('{'), "{said}");
    assert!(!said.contains("please report"), "{said}");

    glpi.go_down(Outage::Refuse);
    let status = home.wait("the outage is seen", |status| !status["last_error"].is_null());
    assert!(status["error_since"].is_string(), "{status}");
    let said = home.run(&["status"]);
    assert!(said.contains("GLPI cannot be read since 20") && said.contains("`farol doctor` says what to do"), "{said}");
    up.kill();
    assert!(home.run(&["status"]).contains("Farol is not running"));
}

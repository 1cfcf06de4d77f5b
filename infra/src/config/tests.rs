//! The example file is a configuration, and secrets stay secret.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn the_example_file_is_a_configuration() {
    let example = parse(include_str!("../../farol.example.toml")).unwrap();
    assert_eq!(example.glpi_timezone.as_deref(), Some("Europe/Paris"));
    assert!(example.resolve().is_ok());
}

#[test]
fn a_misspelt_setting_is_refused_by_name() {
    let error = parse("glpi_uri = 'https://glpi.example'").unwrap_err();
    assert!(error.to_string().contains("glpi_uri"), "{error}");
}

#[test]
fn flags_win_over_defaults_and_tokens_are_never_printed() {
    let flags = Settings {
        glpi_user_token: Some("hunter2".to_owned()),
        glpi_page_rows: Some(250),
        config: None,
        ..Settings::default()
    };
    let config = flags.resolve().unwrap();
    let printed = config.masked().unwrap();
    assert_eq!(config.glpi_page_rows, 250);
    assert!(printed.contains("glpi_page_rows = 250"), "{printed}");
    assert!(printed.contains(MASK) && !printed.contains("hunter2"), "{printed}");
}

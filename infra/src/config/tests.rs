//! Settings and their sources, the example file and the reference.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use super::{reference::RULES, *};

const EXAMPLE: &str = include_str!("../../farol.example.toml");

/// The example with every setting that it only shows.
fn uncommented() -> String {
    let is_setting = |line: &str| line.starts_with("[transforms") || line.split(' ').nth(1) == Some("=");
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix("# ") {
        Some(shown) if is_setting(shown) => shown,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What comes of a file and of flags.
fn merged(text: &str, flags: &[(&'static str, &str)]) -> anyhow::Result<Effective> {
    let given = flags.iter().map(|(name, text)| {
        let setting = SETTINGS.iter().find(|setting| setting.name == *name).unwrap();
        (setting.name, Given { text: (*text).to_owned(), from: Origin::Flag(setting.flag) })
    });
    merge(Vec::new(), Some(file::parse("farol.toml", text)?), &given.collect())
}

fn complaint_of(text: &str) -> String {
    merged(text, &[]).unwrap_err().to_string()
}

#[test]
fn a_setting_has_one_name_in_three_spellings() {
    for setting in &SETTINGS {
        assert_eq!(setting.flag, setting.name.replace('_', "-"));
        assert_eq!(setting.variable, format!("FAROL_{}", setting.name.to_uppercase()));
    }
    let names: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.name).chain([file::POLICY]).collect();
    let fields = table(&Config::default()).unwrap();
    assert_eq!(names, fields.keys().map(String::as_str).collect());
}

#[test]
fn every_default_is_allowed() {
    for (name, value) in table(&Config::default()).unwrap() {
        if let (Some(setting), false) = (SETTINGS.iter().find(|setting| setting.name == name), value.is_null()) {
            let text = value.as_str().map_or(value.to_string(), str::to_owned);
            assert_eq!(setting.kind.read(&text), Ok(value), "{name}");
        }
    }
}

#[test]
fn the_example_file_holds_every_setting_and_nothing_else() {
    assert_eq!(merged(EXAMPLE, &[]).unwrap().config.glpi_timezone, "Europe/Paris");
    let text = uncommented();
    let whole = merged(&text, &[]).unwrap();
    assert_eq!(whole.from.len(), SETTINGS.len());
    assert_eq!(whole.config.transforms.mask.technician_ids, [7, 12]);
    let written: toml::Table = toml::from_str(&text).unwrap();
    let rules: BTreeSet<String> = keys(&written["transforms"], "");
    assert_eq!(rules, RULES.iter().map(|rule| rule.key.to_owned()).collect());
}

#[test]
fn the_reference_names_each_rule_of_the_policy_with_its_default() {
    let defaults = toml::Value::try_from(Policy::default()).unwrap();
    assert_eq!(keys(&defaults, ""), RULES.iter().map(|rule| rule.key.to_owned()).collect());
    for rule in &RULES {
        let default = rule.key.split('.').fold(&defaults, |table, key| &table[key]);
        assert_eq!(default.to_string(), rule.default, "{}", rule.key);
    }
}

#[test]
fn the_page_of_the_configuration_is_what_the_program_says() {
    let page = include_str!("../../../docs/configuration.md");
    assert!(page == reference().unwrap(), "run `farol config reference > docs/configuration.md`");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(merged(example, &[]).unwrap().config.transforms.select.entities, [3, 4]);
}

fn keys(value: &toml::Value, inside: &str) -> BTreeSet<String> {
    let table = value.as_table().unwrap();
    let below = table.iter().flat_map(|(key, value)| match value {
        toml::Value::Table(_) => keys(value, &format!("{inside}{key}.")),
        _ => BTreeSet::from([format!("{inside}{key}")]),
    });
    below.collect()
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_what_was_meant() {
    for (text, expected) in [
        ("log = 'info'\nglpi_uri = 'x'", "farol.toml line 2: glpi_uri is no setting; did you mean glpi_url?"),
        (
            "[transforms.mask]\ntitle = 'hide'",
            "farol.toml line 2: transforms.mask.title is no setting; did you mean transforms.mask.titles?",
        ),
        ("colour = 1", "farol.toml line 1: colour is no setting; `farol config reference` lists all settings"),
        ("listen = ['a']", "farol.toml line 1: listen takes one value, not a list or a table"),
    ] {
        assert_eq!(complaint_of(text), expected);
    }
    assert!(
        complaint_of("log = 'info'\n[transforms.mask]\ntitles = 'blur'").starts_with("farol.toml line 3: transforms")
    );
    let entities = complaint_of("[transforms.select]\nentities = [-1]");
    assert!(entities.contains("transforms.select.entities names -1"), "{entities}");
}

#[test]
fn a_value_that_is_not_allowed_is_told_with_its_source_and_what_is() {
    for (line, part) in [
        ("glpi_page_rows = 0", "glpi_page_rows is \"0\" (from farol.toml line 1): allowed is a whole number from 20"),
        ("log = 'loud'", "allowed is off, error, warn"),
        ("glpi_url = 'ftp://glpi.example'", "must start with https:// or http://"),
        ("glpi_entities = -3", "glpi_entities is \"-3\" (from farol.toml line 1): allowed is \"all\" or the id"),
        ("listen = '127.0.0.1'", "an IP address with a port"),
        ("trash = 'burn'", "allowed is \"drop\" or \"keep\""),
        ("glpi_timezone = 'Mars/Olympus'", "an IANA time zone"),
        ("instance = 'two words'", "a name of 1 to 64"),
        ("glpi_moved = 'perhaps'", "true or false"),
        ("data_dir = ''", "the path of a folder"),
        ("glpi_poll_interval_s = 0", "a whole number from 1"),
    ] {
        let complaint = complaint_of(line);
        assert!(complaint.contains(part), "{complaint}");
    }
    let both = merged("trash = 'burn'", &[("listen", "8080")]).unwrap_err().to_string();
    assert!(both.contains("from --listen") && both.contains("from farol.toml line 1"), "{both}");
}

#[test]
fn flags_win_over_the_file_and_the_file_over_the_defaults() {
    let effective = merged("glpi_page_rows = 250\nglpi_entities = 3", &[("glpi_page_rows", "300")]).unwrap();
    assert_eq!((effective.config.glpi_page_rows, effective.config.glpi_entities.as_str()), (300, "3"));
    let printed = effective.print().unwrap();
    let said = |name: &str| printed.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(said("glpi_page_rows = 300").ends_with("# from --glpi-page-rows"), "{printed}");
    assert!(said("glpi_entities = \"3\"").ends_with("# from farol.toml line 2"), "{printed}");
    assert!(said("trash = \"drop\"").ends_with("# default"), "{printed}");
    assert!(printed.contains("[transforms.mask]\n"), "{printed}");
    assert!(merged(&printed, &[]).is_ok(), "{printed}");
}

#[test]
fn secrets_are_neither_printed_nor_told_in_errors() {
    let printed = merged("glpi_user_token = 'hunter2'", &[]).unwrap().print().unwrap();
    assert!(printed.contains(shown::MASK) && !printed.contains("hunter2"), "{printed}");
    for text in [
        "glpi_user_token = 'hunter2 and a half'",
        "glpi_url = 'https://me:hunter2@glpi.example'",
        "glpi_url = 'me:hunter2@glpi.example'",
        "glpi_user_token = 'hunter2",
        "glpi_user_token = ['hunter2']",
    ] {
        let complaint = complaint_of(text);
        assert!(!complaint.contains("hunter2") && complaint.contains("line 1"), "{complaint}");
    }
    let query = merged("glpi_url = 'https://glpi.example/?key=hunter2'", &[]).unwrap().print().unwrap();
    assert!(!query.contains("hunter2"), "{query}");
}

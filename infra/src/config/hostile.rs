//! What holds of every configuration, whatever somebody wrote: the checks that fuzzing runs, and the test over what it found.
//!
//! An input is text: a line that ends the secret, a line `name=value` for each variable, an empty line, and the file after it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "checks of tests and fuzzing"
)]

use std::collections::BTreeMap;

use super::{ByName, Effective, Given, Origin, environment, file, kind::Kind, merge, settings::SETTINGS};

/// What must never be shown.
const SECRET: &str = "hunter2";
/// A complaint says where and what, not everything.
const COMPLAINTS_PER_BYTE: usize = 200;

/// Checks one configuration.
pub(crate) fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (suffix, rest) = text.split_once('\n').unwrap_or_default();
    let (variables, written) = rest.split_once("\n\n").unwrap_or(("", rest));
    check_settings(variables, written);
    if !text.contains(SECRET) && !suffix.contains(['\'', '\r']) {
        for line in [
            format!("glpi_user_token = '{SECRET}{suffix}'"),
            format!("glpi_url = 'https://me:{SECRET}{suffix}@glpi.example'"),
            format!("glpi_url = 'https://glpi.example/?key={SECRET}{suffix}'"),
        ] {
            let said = match resolved(variables, &format!("{line}\n{written}")) {
                Ok(effective) => effective.print().unwrap(),
                Err(error) => format!("{error:#}"),
            };
            assert!(!said.contains(SECRET), "{said}");
        }
    }
}

fn resolved(variables: &str, written: &str) -> anyhow::Result<Effective> {
    let pairs: Vec<(&str, &str)> = variables.lines().filter_map(|line| line.split_once('=')).collect();
    let verdict = environment::judge(pairs.iter().map(|(name, _)| (*name).to_owned()));
    let of_setting = |(name, text): &(&str, &str)| {
        let setting = SETTINGS.iter().find(|setting| setting.variable == *name)?;
        Some((setting.name, Given { text: (*text).to_owned(), from: Origin::Variable(setting.variable) }))
    };
    let given: ByName = pairs.iter().filter_map(of_setting).collect();
    merge(verdict.errors, Some(file::parse("farol.toml", written)?), &given)
}

/// What is in effect is within its bounds, and is read back from what is printed of it.
fn check_settings(variables: &str, written: &str) {
    match resolved(variables, written) {
        Ok(effective) => {
            let printed = effective.print().unwrap();
            let again = resolved("", &printed).unwrap_or_else(|error| panic!("{error:#}\n{printed}"));
            let values = |text: &str| toml::from_str::<toml::Table>(text).unwrap();
            assert_eq!(values(&again.print().unwrap()), values(&printed));
            let bounds: BTreeMap<&str, Kind> = SETTINGS.iter().map(|setting| (setting.name, setting.kind)).collect();
            for (name, value) in values(&printed) {
                if let (Some(Kind::Count { min, max }), Some(value)) = (bounds.get(name.as_str()), value.as_integer()) {
                    assert!((*min..=*max).contains(&value.cast_unsigned()), "{name} = {value}");
                }
            }
        }
        Err(error) => {
            let said = error.to_string();
            assert!(said.len() <= COMPLAINTS_PER_BYTE * (variables.len() + written.len() + 1), "{said}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_configuration_that_fuzzing_kept_is_misread() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/settings");
        let inputs = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        assert!(inputs.map(|input| check(&input)).count() > 10);
    }
}

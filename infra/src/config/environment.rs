//! Variables that look like settings and are none.
//!
//! The rule: a slip of a setting's name, or a setting's name without its `GLPI_`, is an error, for it would be left out unseen.
//! `FAROL_TEST_*` belongs to the tests. Any other `FAROL_*` may belong to another tool and is named in a warning.

use super::{
    nearest::nearest,
    settings::{FILE_VARIABLE, SETTINGS},
};

const PREFIX: &str = "FAROL_";
const OF_TESTS: &str = "FAROL_TEST_";

/// What to say of variables that are no settings.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Meant as settings.
    pub(crate) errors: Vec<String>,
    /// Perhaps not meant for Farol.
    pub(crate) warnings: Vec<String>,
}

/// Looks at the names of all variables.
pub(crate) fn judge(names: impl Iterator<Item = String>) -> Verdict {
    let mut verdict = Verdict::default();
    for written in names {
        let name = written.to_ascii_uppercase();
        let is_known = variables().any(|variable| variable == written);
        if is_known || !name.starts_with(PREFIX) || name.starts_with(OF_TESTS) {
            continue;
        }
        match meant(&name) {
            Some(variable) => verdict.errors.push(format!("{written} is no setting; did you mean {variable}?")),
            None => verdict.warnings.push(format!("the variable {written} is no setting of Farol and changes nothing")),
        }
    }
    verdict
}

fn meant(name: &str) -> Option<&'static str> {
    let bare = name.strip_prefix(PREFIX)?;
    let is_short_for = |variable: &str| variable.strip_prefix("FAROL_GLPI_") == Some(bare);
    let short = variables().find(|variable| is_short_for(variable));
    let bares = variables().filter_map(|variable| variable.strip_prefix(PREFIX));
    let slip =
        || nearest(bare, bares).and_then(|bare| variables().find(|name| name.strip_prefix(PREFIX) == Some(bare)));
    short.or_else(slip)
}

fn variables() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.variable).chain([FILE_VARIABLE])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, error: Option<&str>, warns: bool) {
        let verdict = judge([name.to_owned()].into_iter());
        assert_eq!(verdict.errors.first().map(String::as_str), error);
        assert_eq!(!verdict.warnings.is_empty(), warns, "{name}");
    }

    #[test]
    fn a_slip_is_an_error_and_what_belongs_to_others_is_not() {
        check("FAROL_GLPI_ULR", Some("FAROL_GLPI_ULR is no setting; did you mean FAROL_GLPI_URL?"), false);
        check("FAROL_URL", Some("FAROL_URL is no setting; did you mean FAROL_GLPI_URL?"), false);
        check("farol_trash", Some("farol_trash is no setting; did you mean FAROL_TRASH?"), false);
        check("FAROL_CONFIGS", Some("FAROL_CONFIGS is no setting; did you mean FAROL_CONFIG?"), false);
        check("FAROL_TEST_PYTHON", None, false);
        check("FAROL_FLUVIO", None, true);
        check("FAROL_LOG", None, false);
        check("PATH", None, false);
    }
}

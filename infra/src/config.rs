//! Configuration: each setting has one name, as flag, as environment variable and in `farol.toml`.
//!
//! `--glpi-url`, `FAROL_GLPI_URL` and `glpi_url` are the same setting. Flags win over the environment, the environment over the
//! file, the file over the defaults. Whatever the source, one check says what is wrong with a value and where it came from.

mod args;
mod environment;
mod file;
#[cfg(any(test, fuzzing))]
pub(crate) mod hostile;
mod kind;
mod nearest;
mod print;
mod reference;
mod settings;
pub(crate) mod shown;

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use transforms::Policy;

pub(crate) use args::Settings;
use file::File;
pub(crate) use reference::reference;
use settings::{SETTINGS, Setting};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The command line; the flag.
    Flag(&'static str),
    /// The environment; the variable.
    Variable(&'static str),
    /// A file; which and in which line.
    File(String, usize),
}

/// A value as somebody wrote it.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    text: String,
    from: Origin,
}

/// Values as given, by the setting's name.
type ByName = BTreeMap<&'static str, Given>;

/// Settings in effect.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) instance: String,
    pub(crate) log: String,
    pub(crate) glpi_url: Option<String>,
    pub(crate) glpi_app_token: Option<String>,
    pub(crate) glpi_user_token: Option<String>,
    pub(crate) glpi_timezone: String,
    pub(crate) glpi_calendar_timezone: Option<String>,
    pub(crate) glpi_entities: String,
    pub(crate) glpi_moved: bool,
    pub(crate) glpi_page_rows: u32,
    pub(crate) glpi_requests_in_flight: u32,
    pub(crate) glpi_requests_per_second: u32,
    pub(crate) glpi_poll_interval_s: u64,
    pub(crate) glpi_overlap_s: u64,
    pub(crate) glpi_sweep_interval_s: u64,
    pub(crate) glpi_dimension_interval_s: u64,
    pub(crate) trash: String,
    pub(crate) transforms: Policy,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("farol-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            instance: "desk".to_owned(),
            log: "info".to_owned(),
            glpi_url: None,
            glpi_app_token: None,
            glpi_user_token: None,
            glpi_timezone: "UTC".to_owned(),
            glpi_calendar_timezone: None,
            glpi_entities: "all".to_owned(),
            glpi_moved: false,
            glpi_page_rows: 1_000,
            glpi_requests_in_flight: 2,
            glpi_requests_per_second: 50,
            glpi_poll_interval_s: 10,
            glpi_overlap_s: 120,
            glpi_sweep_interval_s: 300,
            glpi_dimension_interval_s: 300,
            trash: "drop".to_owned(),
            transforms: Policy::default(),
        }
    }
}

/// Settings in effect, and where those come from that are not defaults.
#[derive(Clone, Debug)]
pub(crate) struct Effective {
    config: Config,
    from: BTreeMap<&'static str, Origin>,
}

impl Settings {
    /// The effective configuration of these flags and variables, the file and the defaults.
    pub(crate) fn resolve(&self) -> anyhow::Result<Config> {
        Ok(self.effective()?.config)
    }

    /// The same, with where each value comes from.
    pub(crate) fn effective(&self) -> anyhow::Result<Effective> {
        let verdict = environment::judge(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
        for warning in &verdict.warnings {
            eprintln!("farol: {warning}");
        }
        merge(verdict.errors, file::read(self.file.as_deref())?, &self.given)
    }
}

/// Puts `given` over `file` over the defaults, and says everything that is wrong with them beside `wrong`.
fn merge(mut wrong: Vec<String>, file: Option<File>, given: &ByName) -> anyhow::Result<Effective> {
    let File { given: written, policy, wrong: wrong_in_file } = file.unwrap_or_default();
    wrong.extend(wrong_in_file);
    let mut values = table(&Config { transforms: policy.unwrap_or_default(), ..Config::default() })?;
    let mut from = BTreeMap::new();
    for setting in &SETTINGS {
        // A value that another one hides is looked at, too: it waits there for its day.
        for Given { text, from: origin } in [written.get(setting.name), given.get(setting.name)].into_iter().flatten() {
            match setting.kind.read(text) {
                Ok(value) => {
                    values.insert(setting.name.to_owned(), value);
                    from.insert(setting.name, origin.clone());
                }
                Err(reason) => wrong.push(complaint(setting, text, origin, &reason)),
            }
        }
    }
    if !wrong.is_empty() {
        bail!(wrong.join("\n       "));
    }
    let config = serde_json::from_value(Value::Object(values)).context("configuration cannot be used")?;
    Ok(Effective { config, from })
}

fn complaint(setting: &Setting, text: &str, from: &Origin, reason: &str) -> String {
    format!("{} is {:?} ({from}): {reason}", setting.name, setting.kind.shown(text))
}

fn table(config: &Config) -> anyhow::Result<Map<String, Value>> {
    match serde_json::to_value(config)? {
        Value::Object(table) => Ok(table),
        other => bail!("configuration is not a table: {other}"),
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "from --{flag}"),
            Self::Variable(variable) => write!(f, "from {variable}"),
            Self::File(path, line) => write!(f, "from {path} line {line}"),
        }
    }
}

#[cfg(test)]
mod tests;

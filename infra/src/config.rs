//! Configuration: each setting has one name, as flag, as environment variable and in `farol.toml`.
//!
//! `--glpi-url`, `FAROL_GLPI_URL` and `glpi_url` are the same setting. Flags win over the environment, the environment over the
//! file, the file over the defaults.

mod settings;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use serde_json::{Map, Value};

pub(crate) use settings::{Config, Settings};

/// Read from the working directory when it is there and no other is named.
const FILE: &str = "farol.toml";
/// What stands in place of a secret.
const MASK: &str = "********";
/// Settings that are never shown.
const SECRETS: [&str; 2] = ["glpi_app_token", "glpi_user_token"];

impl Settings {
    /// The effective configuration of these flags, the file and the defaults.
    pub(crate) fn resolve(&self) -> anyhow::Result<Config> {
        let mut merged = map(&Config::default())?;
        if let Some(file) = self.file()? {
            merged.extend(given(map(&file)?));
        }
        merged.extend(given(map(self)?));
        Config::of(merged)
    }

    /// The same without a file: these settings and the defaults.
    pub(crate) fn alone(&self) -> anyhow::Result<Config> {
        let mut merged = map(&Config::default())?;
        merged.extend(given(map(self)?));
        Config::of(merged)
    }

    fn file(&self) -> anyhow::Result<Option<Self>> {
        let path = match &self.config {
            Some(path) => path.clone(),
            None if Path::new(FILE).is_file() => PathBuf::from(FILE),
            None => return Ok(None),
        };
        let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        parse(&text).map(Some).with_context(|| format!("{} is no configuration", path.display()))
    }
}

/// Settings written as TOML. Unknown names are refused.
pub(crate) fn parse(text: &str) -> anyhow::Result<Settings> {
    // Without the line it stands in: that line may hold a secret.
    toml::from_str(text).map_err(|error| match error.span() {
        Some(span) => anyhow!("line {}: {}", text[..span.start].matches('\n').count() + 1, error.message()),
        None => anyhow!("{}", error.message()),
    })
}

impl Config {
    /// The configuration as a `farol.toml`, without its secrets.
    pub(crate) fn masked(&self) -> anyhow::Result<String> {
        let mut all = map(self)?;
        for name in SECRETS {
            if let Some(secret) = all.get_mut(name).filter(|secret| !secret.is_null()) {
                *secret = Value::from(MASK);
            }
        }
        toml::to_string(&given(all)).context("configuration cannot be printed")
    }

    fn of(merged: Map<String, Value>) -> anyhow::Result<Self> {
        let config: Self = serde_json::from_value(Value::Object(merged)).context("configuration cannot be used")?;
        config.validate()?;
        Ok(config)
    }

    fn validate(&self) -> anyhow::Result<()> {
        if schemas::Instance::new(&self.instance).is_none() {
            bail!("instance {:?} is no name: use 1 to 64 letters, digits, dots, dashes or underscores", self.instance);
        }
        if !matches!(self.trash.as_str(), "drop" | "keep") {
            bail!(
                "trash is {:?}: use \"drop\" to leave trashed tickets out of counts, or \"keep\" to count them",
                self.trash
            );
        }
        if self.glpi_timezone.parse::<chrono_tz::Tz>().is_err() {
            bail!("glpi_timezone {:?} is no IANA time zone, such as Europe/Paris", self.glpi_timezone);
        }
        Ok(())
    }
}

fn map(value: &impl serde::Serialize) -> anyhow::Result<Map<String, Value>> {
    match serde_json::to_value(value)? {
        Value::Object(map) => Ok(map),
        other => bail!("configuration is not a table: {other}"),
    }
}

fn given(map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

#[cfg(test)]
mod tests;

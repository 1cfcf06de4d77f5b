//! The effective configuration as a `farol.toml`, with where each value comes from and without its secrets.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde_json::{Map, Value};

use super::{Effective, SETTINGS, file::POLICY, table};

/// The column in which it is said where a value comes from.
const COLUMN: usize = 44;

impl Effective {
    /// The whole of it.
    pub(crate) fn print(&self) -> anyhow::Result<String> {
        let mut values = table(&self.config)?;
        let mut text = String::new();
        for setting in &SETTINGS {
            let value = values.remove(setting.name).unwrap_or_default();
            let line = match &value {
                Value::Null => format!("# {} =", setting.name),
                Value::String(value) => {
                    format!("{} = {}", setting.name, toml::Value::from(setting.kind.shown(value)))
                }
                other => format!("{} = {other}", setting.name),
            };
            let from = match self.from.get(setting.name) {
                Some(from) => from.to_string(),
                None if value.is_null() => "not set".to_owned(),
                None => "default".to_owned(),
            };
            writeln!(text, "{line:<COLUMN$}  # {from}").context("configuration cannot be printed")?;
        }
        let policy = Map::from_iter(values.remove_entry(POLICY));
        text.push('\n');
        text.push_str(&toml::to_string(&policy).context("configuration cannot be printed")?);
        Ok(text)
    }
}

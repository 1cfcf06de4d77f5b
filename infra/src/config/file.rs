//! `farol.toml`: the settings in a file, with the line of each.

use std::{fs, io, ops::Range, path::Path};

use anyhow::{Context as _, anyhow};
use serde::{Deserialize as _, de::IntoDeserializer as _};
use serde_json::{Map, Value};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use transforms::Policy;

use super::{
    ByName, Given, Origin,
    nearest::nearest,
    settings::{SETTINGS, Setting},
};

/// Read from the working directory when it is there and no other is named.
const FILE: &str = "farol.toml";
/// The table of the policy, which only a file can hold.
pub(super) const POLICY: &str = "transforms";

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) given: ByName,
    pub(super) policy: Option<Policy>,
    /// What is wrong with it, beside values that are not allowed.
    pub(super) wrong: Vec<String>,
}

/// Reads the file `named`, else the one in the working directory if there is one.
pub(super) fn read(named: Option<&Path>) -> anyhow::Result<Option<File>> {
    let path = named.unwrap_or(Path::new(FILE));
    // Whatever bears the name was put there to be read: only its absence is no error.
    let is_absent = fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    if named.is_none() && is_absent {
        return Ok(None);
    }
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    parse(&path.display().to_string(), &text).map(Some)
}

/// Understands `text` of the file `path`.
pub(super) fn parse(path: &str, text: &str) -> anyhow::Result<File> {
    // Without the line's text: that line may hold a secret.
    let place = |span: Option<Range<usize>>| span.map_or(path.to_owned(), |span| at(path, text, &span));
    let root = DeTable::parse(text).map_err(|error| anyhow!("{}: {}", place(error.span()), error.message()))?;
    let mut file = File::default();
    unknown(root.get_ref(), &known()?, "", &mut |span, sentence| {
        file.wrong.push(format!("{}: {sentence}", at(path, text, &span)));
    });
    for (key, value) in root.get_ref() {
        if key.get_ref() == POLICY && file.wrong.is_empty() {
            match policy(value) {
                Ok(policy) => file.policy = Some(policy),
                Err((span, reason)) => {
                    let span = span.unwrap_or(key.span());
                    file.wrong.push(format!("{}: {reason}", at(path, text, &span)));
                }
            }
        }
        if let Some(Setting { name, .. }) = SETTINGS.iter().find(|setting| setting.name == key.get_ref()) {
            let line = line(text, &key.span());
            match plain(value) {
                Some(text) => drop(file.given.insert(name, Given { text, from: Origin::File(path.to_owned(), line) })),
                None => file.wrong.push(format!("{path} line {line}: {name} takes one value, not a list or a table")),
            }
        }
    }
    Ok(file)
}

/// Every key that a file may hold, tables as objects.
fn known() -> anyhow::Result<Map<String, Value>> {
    let mut known: Map<String, Value> = SETTINGS.iter().map(|setting| (setting.name.to_owned(), Value::Null)).collect();
    known.insert(POLICY.to_owned(), serde_json::to_value(Policy::default())?);
    Ok(known)
}

/// Tells every key of `table` that is not among `known`.
fn unknown(table: &DeTable<'_>, known: &Map<String, Value>, inside: &str, tell: &mut impl FnMut(Range<usize>, String)) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        match (known.get(name), value.get_ref()) {
            (Some(Value::Object(inner)), DeValue::Table(table)) => {
                unknown(table, inner, &format!("{inside}{name}."), tell);
            }
            (Some(_), _) => {}
            (None, _) => {
                let hint = match nearest(name, known.keys().map(String::as_str)) {
                    Some(near) => format!("did you mean {inside}{near}?"),
                    None => "`farol config reference` lists all settings".to_owned(),
                };
                tell(key.span(), format!("{inside}{name} is no setting; {hint}"));
            }
        }
    }
}

fn policy(value: &Spanned<DeValue<'_>>) -> Result<Policy, (Option<Range<usize>>, String)> {
    let refused = |error: toml::de::Error| (error.span(), format!("{POLICY}: {}", error.message()));
    let policy = Policy::deserialize(value.clone().into_deserializer()).map_err(refused)?;
    policy.validate().map_err(|error| (None, format!("{POLICY}.{error}")))?;
    Ok(policy)
}

/// A value as it would be written on the command line.
fn plain(value: &Spanned<DeValue<'_>>) -> Option<String> {
    match toml::Value::deserialize(value.clone().into_deserializer()).ok()? {
        toml::Value::String(text) => Some(text),
        toml::Value::Array(_) | toml::Value::Table(_) => None,
        other => Some(other.to_string()),
    }
}

fn at(path: &str, text: &str, span: &Range<usize>) -> String {
    format!("{path} line {}", line(text, span))
}

fn line(text: &str, span: &Range<usize>) -> usize {
    text.get(..span.start).unwrap_or(text).matches('\n').count() + 1
}

//! Which desk a data directory belongs to. One directory, one GLPI, for ever: rows of two would mix, and the tickets of one would
//! look purged to the other.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
};

use anyhow::{Context as _, bail};
use chrono_tz::Tz;
use pipeline::{process, projection::Trash};
use serde::{Deserialize, Serialize};

use crate::{config::Config, engine};

/// The file that says it.
const FILE: &str = "desk.json";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Desk {
    instance: String,
    glpi_url: String,
    trash: Trash,
    /// The zone that calendars were counted in; an earlier release wrote none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    /// Of the other fields; an earlier release wrote none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crc32: Option<u32>,
}

impl Desk {
    fn checksum(&self) -> u32 {
        let zone = self.zone.as_ref().map(|zone| format!(" {zone}")).unwrap_or_default();
        crc32fast::hash(format!("{:?} {:?} {:?}{zone}", self.instance, self.glpi_url, self.trash).as_bytes())
    }
}

/// What is wrong with the file of `data_dir`, if anything is.
pub(crate) fn verify(data_dir: &Path) -> anyhow::Result<()> {
    read(data_dir).map(drop)
}

/// Binds `data_dir` to the configured desk at the first start, and refuses another desk later.
pub(crate) fn bind(data_dir: &Path, config: &Config) -> anyhow::Result<()> {
    let asked = Desk {
        instance: config.instance.clone(),
        glpi_url: address(config.glpi_url.as_deref().unwrap_or_default()),
        trash: engine::trash(config),
        zone: Some(engine::zone(config).to_string()),
        crc32: None,
    };
    let Some(bound) = read(data_dir)? else { return write(data_dir, &asked) };
    let dir = data_dir.display();
    if bound.instance != asked.instance {
        bail!(
            "{dir} holds the desk {:?}, not {:?}; give that name with --instance, or another --data-dir",
            bound.instance,
            asked.instance
        );
    }
    if bound.glpi_url == asked.glpi_url {
        return Ok(());
    }
    if config.glpi_moved {
        return write(data_dir, &Desk { glpi_url: asked.glpi_url, ..bound });
    }
    bail!(
        "{dir} holds what {} told, not {}; give another --data-dir, or --glpi-moved if it is the same GLPI at a new address",
        bound.glpi_url,
        asked.glpi_url,
    )
}

/// Refuses rules that the rows of `data_dir` were not made by: the meaning of the trash, the zone of calendars.
pub(crate) fn same_rules(data_dir: &Path, config: &Config) -> anyhow::Result<()> {
    let Some(bound) = read(data_dir)? else { return Ok(()) };
    let dir = data_dir.display();
    if bound.trash != engine::trash(config) {
        bail!(
            "the rows in {dir} were made with another meaning of the trash; `farol rebuild --trash {}` makes them again",
            config.trash,
        );
    }
    match bound.zone {
        Some(zone) if zone != engine::zone(config).name() => bail!(
            "the rows in {dir} were made for calendars in {zone}; `farol rebuild --glpi-calendar-timezone {}` makes them again",
            engine::zone(config),
        ),
        _ => Ok(()),
    }
}

/// Remembers the rules that every row was just made by.
pub(crate) fn remember_rules(data_dir: &Path, trash: Trash, zone: Tz) -> anyhow::Result<()> {
    let zone = Some(zone.to_string());
    match read(data_dir)? {
        Some(bound) if bound.trash != trash || bound.zone != zone => write(data_dir, &Desk { trash, zone, ..bound }),
        _ => Ok(()),
    }
}

/// The name of the desk in `data_dir` and the rules that its rows were made by, for whoever only reads them.
pub(crate) fn rules(data_dir: &Path, config: &Config) -> anyhow::Result<(String, process::Config)> {
    let asked = engine::how_to_process(config);
    Ok(match read(data_dir)? {
        Some(Desk { instance, trash, zone, .. }) => {
            let calendar_zone = zone.and_then(|zone| zone.parse().ok()).unwrap_or(asked.calendar_zone);
            (instance, process::Config { trash, calendar_zone, ..asked })
        }
        None => (config.instance.clone(), asked),
    })
}

fn read(data_dir: &Path) -> anyhow::Result<Option<Desk>> {
    let path = data_dir.join(FILE);
    match fs::read(&path) {
        Ok(text) => {
            let desk: Desk = serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))?;
            if desk.crc32.is_some_and(|crc32| crc32 != desk.checksum()) {
                bail!("{} is damaged: its checksum does not hold", path.display());
            }
            Ok(Some(desk))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

fn write(data_dir: &Path, desk: &Desk) -> anyhow::Result<()> {
    let (path, fresh) = (data_dir.join(FILE), data_dir.join(format!("{FILE}.new")));
    let desk = Desk { crc32: Some(desk.checksum()), ..desk.clone() };
    let written = (|| {
        let mut file = File::create(&fresh)?;
        file.write_all(&serde_json::to_vec_pretty(&desk)?)?;
        file.sync_all()?;
        fs::rename(&fresh, &path)?;
        File::open(data_dir)?.sync_all()
    })();
    written.with_context(|| format!("{} cannot be written", path.display()))
}

/// The server without what may differ between two ways to write it.
fn address(url: &str) -> String {
    let bare = url.trim().trim_end_matches('/');
    let bare = bare.strip_suffix("/apirest.php").or_else(|| bare.strip_suffix("/api.php/v1")).unwrap_or(bare);
    bare.trim_end_matches('/').to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn config(url: &str) -> Config {
        Config { glpi_url: Some(url.to_owned()), ..Config::default() }
    }

    #[test]
    fn a_directory_keeps_to_its_desk() {
        let dir = std::env::temp_dir().join(format!("farol-desk-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        bind(&dir, &config("https://glpi.example/apirest.php")).unwrap();
        bind(&dir, &config("https://GLPI.example/")).unwrap();

        let other = config("https://copy.example");
        assert!(bind(&dir, &other).unwrap_err().to_string().contains("--glpi-moved"));
        bind(&dir, &Config { glpi_moved: true, ..other.clone() }).unwrap();
        bind(&dir, &other).unwrap();

        assert!(bind(&dir, &Config { instance: "second".to_owned(), ..other.clone() }).is_err());
        let keep = Config { trash: "keep".to_owned(), ..other };
        assert!(same_rules(&dir, &keep).unwrap_err().to_string().contains("farol rebuild --trash keep"));
        remember_rules(&dir, Trash::Keep, Tz::UTC).unwrap();
        same_rules(&dir, &keep).unwrap();
        let abroad = Config { glpi_timezone: "Europe/Paris".to_owned(), ..keep };
        let refused = same_rules(&dir, &abroad).unwrap_err().to_string();
        assert!(refused.contains("farol rebuild --glpi-calendar-timezone Europe/Paris"), "{refused}");
        assert_eq!(rules(&dir, &abroad).unwrap().1.calendar_zone, Tz::UTC);
        let account = Config { glpi_calendar_timezone: Some("UTC".to_owned()), ..abroad.clone() };
        same_rules(&dir, &account).unwrap();
        remember_rules(&dir, Trash::Keep, Tz::Europe__Paris).unwrap();
        same_rules(&dir, &abroad).unwrap();
        fs::remove_dir_all(&dir).unwrap();
    }
}

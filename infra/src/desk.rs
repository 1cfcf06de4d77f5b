//! Which desk a data directory belongs to. One directory, one GLPI, for ever: rows of two would mix, and the tickets of one would
//! look purged to the other.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
};

use anyhow::{Context as _, bail};
use pipeline::projection::Trash;
use serde::{Deserialize, Serialize};

use crate::{config::Config, engine};

/// The file that says it.
const FILE: &str = "desk.json";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Desk {
    instance: String,
    glpi_url: String,
    trash: Trash,
    /// Of the other fields; an earlier release wrote none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crc32: Option<u32>,
}

impl Desk {
    fn checksum(&self) -> u32 {
        crc32fast::hash(format!("{:?} {:?} {:?}", self.instance, self.glpi_url, self.trash).as_bytes())
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

/// Refuses a meaning of the trash that the rows of `data_dir` were not made with.
pub(crate) fn same_trash(data_dir: &Path, config: &Config) -> anyhow::Result<()> {
    match read(data_dir)? {
        Some(bound) if bound.trash != engine::trash(config) => bail!(
            "the rows in {} were made with another meaning of the trash; `farol rebuild --trash {}` makes them again",
            data_dir.display(),
            config.trash,
        ),
        _ => Ok(()),
    }
}

/// Remembers the meaning of the trash that every row was just made with.
pub(crate) fn remember_trash(data_dir: &Path, trash: Trash) -> anyhow::Result<()> {
    match read(data_dir)? {
        Some(bound) if bound.trash != trash => write(data_dir, &Desk { trash, ..bound }),
        _ => Ok(()),
    }
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
        assert!(same_trash(&dir, &keep).unwrap_err().to_string().contains("farol rebuild --trash keep"));
        remember_trash(&dir, Trash::Keep).unwrap();
        same_trash(&dir, &keep).unwrap();
        fs::remove_dir_all(&dir).unwrap();
    }
}

//! `farol doctor`: what is wrong, in plain sentences.

use std::{fs, path::Path, process::Command};

use anyhow::bail;
use connectors::doctor::diagnose;

use crate::{
    config::{Config, Settings},
    glpi,
};

/// Less free space than this is worth a word.
const FREE_KIB_MIN: u64 = 1024 * 1024;

pub(crate) async fn run(settings: Settings) -> anyhow::Result<()> {
    let config = settings.resolve()?;
    let mut wrong = 0;
    let mut say = |is_ok: bool, sentence: &str| {
        say!("{} {sentence}", if is_ok { "ok   " } else { "WRONG" });
        wrong += u32::from(!is_ok);
    };
    for (is_ok, sentence) in disk(&config) {
        say(is_ok, &sentence);
    }
    match glpi::client(&config) {
        Ok(client) => {
            for finding in diagnose(&client).await {
                say(finding.ok, &finding.sentence);
            }
            client.close().await.ok();
        }
        Err(error) => say(false, &error.to_string()),
    }
    match wrong {
        0 => Ok(()),
        1 => bail!("one thing is wrong"),
        more => bail!("{more} things are wrong"),
    }
}

fn disk(config: &Config) -> Vec<(bool, String)> {
    let dir = &config.data_dir;
    if let Err(error) = writable(dir) {
        return vec![(false, format!("data directory {} cannot be written: {error}", dir.display()))];
    }
    let mut findings = vec![(true, format!("data directory {} can be written", dir.display()))];
    if let Some(free) = free_kib(dir) {
        let is_enough = free >= FREE_KIB_MIN;
        let remedy = format!("; Farol wants {} MiB: make room, or give another --data-dir", FREE_KIB_MIN / 1024);
        let remedy = if is_enough { "" } else { &remedy };
        findings.push((is_enough, format!("{} MiB are free on its disk{remedy}", free / 1024)));
    }
    findings
}

/// Whether `dir`, or the folder it would be made in, takes a file.
fn writable(dir: &Path) -> std::io::Result<()> {
    let mut dir = dir;
    while !dir.exists() {
        dir = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    }
    let probe = dir.join(format!("probe.{}", std::process::id()));
    fs::write(&probe, b"probe")?;
    fs::remove_file(&probe)
}

/// POSIX `df`: the standard library does not know how full a disk is.
fn free_kib(dir: &Path) -> Option<u64> {
    let there = dir.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let output = Command::new("df").arg("-Pk").arg(there).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

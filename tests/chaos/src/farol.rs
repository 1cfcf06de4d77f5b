//! The binary under test on one data directory.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::{
    up::Up,
    world::{APP_TOKEN, USER_TOKEN, World},
};

/// A data directory and the binary that writes it.
#[derive(Clone, Debug)]
pub(crate) struct Farol {
    binary: PathBuf,
    dir: PathBuf,
    glpi: String,
    /// Looks at GLPI as often as by default, not every second.
    is_patient: bool,
}

impl Farol {
    pub(crate) fn new(binary: &Path, dir: PathBuf, world: &World) -> Self {
        Self { binary: binary.to_owned(), dir, glpi: world.url(), is_patient: false }
    }

    /// The same, with the intervals that people have who set none.
    pub(crate) fn patient(self) -> Self {
        Self { is_patient: true, ..self }
    }

    /// The data directory.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// `WRAPPER farol ARGS`; an empty wrapper is none.
    pub(crate) fn command(&self, wrapper: &[String], args: &[&str]) -> Command {
        let mut command = match wrapper {
            [] => Command::new(&self.binary),
            [program, rest @ ..] => {
                let mut command = Command::new(program);
                command.args(rest).arg(&self.binary);
                command
            }
        };
        // A `farol.toml` of the working directory would be read.
        command
            .args(args)
            .current_dir("/")
            .stdin(Stdio::null())
            .env("FAROL_DATA_DIR", &self.dir)
            .env("FAROL_GLPI_URL", &self.glpi);
        command.env("FAROL_GLPI_APP_TOKEN", APP_TOKEN).env("FAROL_GLPI_USER_TOKEN", USER_TOKEN);
        if !self.is_patient {
            for (name, seconds) in [("POLL", "1"), ("SWEEP", "2"), ("DIMENSION", "2")] {
                command.env(format!("FAROL_GLPI_{name}_INTERVAL_S"), seconds);
            }
        }
        command
    }

    /// Runs a command to its end, however it ends.
    pub(crate) fn output(&self, args: &[&str]) -> anyhow::Result<Output> {
        Ok(self.command(&[], args).output()?)
    }

    /// `farol up`, running, without waiting until it listens.
    pub(crate) fn up(&self, wrapper: &[String]) -> anyhow::Result<Up> {
        Up::start(self.command(wrapper, &["up", "--listen", "127.0.0.1:0"]))
    }

    /// `farol status --json`.
    pub(crate) fn status(&self) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&self.printed(&["status", "--json"])?)?)
    }

    /// The rows of a table.
    pub(crate) fn rows(&self, table: &str) -> anyhow::Result<Vec<Value>> {
        let text = self.printed(&["rows", "--table", table])?;
        text.lines().map(|line| serde_json::from_str(line).context("a row is no JSON")).collect()
    }

    /// Shows every row of a table to `look`, and keeps none.
    pub(crate) fn each_row(&self, table: &str, mut look: impl FnMut(Value)) -> anyhow::Result<()> {
        let mut child = self.command(&[], &["rows", "--table", table]).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("nothing is printed")?;
        for line in BufReader::new(stdout).lines() {
            look(serde_json::from_str(&line?).context("a row is no JSON")?);
        }
        let status = child.wait()?;
        anyhow::ensure!(status.success(), "farol rows --table {table} ended with {status}");
        Ok(())
    }

    /// Runs a command that must succeed.
    pub(crate) fn succeed(&self, args: &[&str]) -> anyhow::Result<()> {
        self.printed(args).map(drop)
    }

    /// Dead letters that wait for another chance.
    pub(crate) fn open_letters(&self) -> anyhow::Result<u64> {
        Ok(self.printed(&["dead-letters", "list", "--json"])?.lines().count() as u64)
    }

    /// A token for questions.
    pub(crate) fn token(&self) -> anyhow::Result<String> {
        let args = ["token", "issue", "--scope", "dash.read", "--scope", "dash.observability", "--ttl", "1d"];
        Ok(self.printed(&args)?.trim().to_owned())
    }

    fn printed(&self, args: &[&str]) -> anyhow::Result<String> {
        let output = self.output(args)?;
        if !output.status.success() {
            bail!("farol {}: {}", args.join(" "), said(&output));
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// What a command that failed said.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

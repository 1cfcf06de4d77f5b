//! A data directory of its own, and the commands run on it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use glpi_sim::{Desk, Options, Sim, SimHandle};
use serde_json::Value;
use tempfile::TempDir;

use crate::Up;

/// The application token of every simulated desk in tests.
pub const APP_TOKEN: &str = "app-token-of-the-tests";
/// The user token of every simulated desk in tests.
pub const USER_TOKEN: &str = "user-token-of-the-tests";

/// Serves `desk` with the tests' tokens.
pub fn served(desk: Desk) -> SimHandle {
    Sim::start(
        desk,
        Options { app_token: Some(APP_TOKEN.to_owned()), user_token: USER_TOKEN.to_owned(), ..Options::default() },
    )
    .unwrap()
}

/// A data directory that goes with the test.
#[derive(Debug)]
pub struct Home {
    dir: TempDir,
    settings: Vec<(String, String)>,
}

impl Home {
    /// An empty one.
    #[allow(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        let settings = [("POLL_INTERVAL_S", "1"), ("SWEEP_INTERVAL_S", "2"), ("DIMENSION_INTERVAL_S", "2")];
        let settings = settings.map(|(name, value)| (format!("FAROL_GLPI_{name}"), value.to_owned()));
        Self { dir: TempDir::new().unwrap(), settings: settings.to_vec() }
    }

    /// The same with a setting, by its environment variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, whose source is looked at when the server starts and then not again for ten minutes.
    #[must_use]
    pub fn looking_once(self) -> Self {
        let intervals = ["POLL", "SWEEP", "DIMENSION"];
        intervals.iter().fold(self, |home, name| home.with(&format!("FAROL_GLPI_{name}_INTERVAL_S"), "600"))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// `farol ARGS` on this directory.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(farol());
        command.args(args).current_dir(self.dir.path()).env("FAROL_DATA_DIR", self.path()).stdin(Stdio::null());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// `farol ARGS`, which must succeed; what it printed.
    pub fn run(&self, args: &[&str]) -> String {
        let output = self.output(args);
        assert!(output.status.success(), "farol {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// `farol ARGS`, however it ends.
    pub fn output(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// `farol up --once` against `glpi`, which must succeed.
    pub fn fill(&self, glpi: &SimHandle) {
        let output = self.against(glpi, &["up", "--once"]).output().unwrap();
        assert!(output.status.success(), "farol up --once: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// `farol up` against `glpi`, running.
    pub fn up(&self, glpi: &SimHandle) -> Up {
        Up::start(self.against(glpi, &["up", "--listen", "127.0.0.1:0"]))
    }

    /// A command that knows where `glpi` is.
    pub fn against(&self, glpi: &SimHandle, args: &[&str]) -> Command {
        let mut command = self.command(args);
        command
            .env("FAROL_GLPI_URL", glpi.url())
            .env("FAROL_GLPI_APP_TOKEN", APP_TOKEN)
            .env("FAROL_GLPI_USER_TOKEN", USER_TOKEN);
        command
    }

    /// A token with `scope`.
    pub fn token(&self, scope: &str) -> String {
        self.run(&["token", "issue", "--scope", scope]).trim().to_owned()
    }

    /// `farol status --json`.
    pub fn status(&self) -> Value {
        serde_json::from_str(&self.run(&["status", "--json"])).unwrap()
    }

    /// `farol rows --table TABLE --format jsonl`.
    pub fn rows(&self, table: &str) -> Vec<Value> {
        let text = self.run(&["rows", "--table", table, "--format", "jsonl"]);
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Waits until status says that everything was read and stored, and `ready` agrees.
    pub fn wait(&self, what: &str, ready: impl Fn(&Value) -> bool) -> Value {
        let patience = Duration::from_secs(90);
        let begin = Instant::now();
        loop {
            let status = self.status();
            if ready(&status) {
                return status;
            }
            assert!(begin.elapsed() < patience, "never came to be: {what}; status {status}");
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

/// The binary under test, built by `cargo build --workspace` beside this test.
fn farol() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join("farol");
    assert!(path.is_file(), "{} is missing: run `cargo build --workspace` first", path.display());
    path
}

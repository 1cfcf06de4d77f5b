//! A running process of Farol.

use std::{
    io::Read,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::sleep,
    time::{Duration, Instant},
};

/// How often a process is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// What it may still have to put away when it is asked to stop.
const STOP_MAX: Duration = Duration::from_mins(3);

/// A running process; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Up {
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Up {
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let said = Arc::new(Mutex::new(String::new()));
        if let Some(stdout) = child.stdout.take() {
            keep(stdout, &said);
        }
        if let Some(stderr) = child.stderr.take() {
            keep(stderr, &said);
        }
        Ok(Self { child, said })
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed and logged.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it listens; whether it does.
    pub(crate) fn listens(&mut self, patience: Duration) -> anyhow::Result<bool> {
        let end = Instant::now() + patience;
        while Instant::now() < end {
            if self.said().contains("listening on http://") {
                return Ok(true);
            }
            if self.ended()?.is_some() {
                return Ok(false);
            }
            sleep(LOOK);
        }
        Ok(false)
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self, patience: Duration) -> anyhow::Result<Option<ExitStatus>> {
        let end = Instant::now() + patience;
        while Instant::now() < end {
            if let Some(status) = self.ended()? {
                // What it said last is on its way still.
                sleep(LOOK);
                return Ok(Some(status));
            }
            sleep(LOOK);
        }
        Ok(None)
    }

    /// Asks it to end, which it must do well.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        crate::tool::signal(self.id(), "TERM")?;
        match self.wait(STOP_MAX)? {
            Some(status) if status.success() => Ok(()),
            Some(status) => anyhow::bail!("farol was asked to stop and ended with {status}: {}", self.said()),
            None => anyhow::bail!("farol was asked to stop and has not within {STOP_MAX:?}"),
        }
    }

    /// Ends it without warning.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn keep(mut from: impl Read + Send + 'static, said: &Arc<Mutex<String>>) {
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            said.lock().unwrap_or_else(PoisonError::into_inner).push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
    });
}

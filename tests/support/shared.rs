//! One server for all the tests of a file.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use glpi_sim::{Desk, SimHandle};
use serde_json::Value;

use crate::{Home, Up, served};

/// A simulated desk, a data directory filled from it and a server beside, kept in a static.
#[derive(Debug)]
pub struct Shared {
    /// The simulated GLPI.
    pub glpi: SimHandle,
    /// The data directory.
    pub home: Home,
    /// The server.
    pub up: Up,
    /// A token with the scope `dash.read`.
    pub token: String,
    /// Statics are never dropped: this ends the server, and removes its folder, when the test process ends.
    _leash: Child,
}

impl Shared {
    /// Starts a server on `home` that reads `desk`, and waits until it has.
    pub fn start(desk: Desk, home: Home) -> Self {
        let glpi = served(desk);
        let up = home.up(&glpi);
        let leash = leash(&up, &home);
        let token = home.token("dash.read");
        home.wait("the desk is in the store", |status| status["caught_up"] == true);
        Self { glpi, home, up, token, _leash: leash }
    }

    /// GET `path` with the token; it must be answered.
    pub async fn ask(&self, path: &str) -> Value {
        let (status, kind, body) = self.up.get(path, Some(&self.token)).await;
        assert_eq!(status, 200, "{path}: {body}");
        assert!(kind.starts_with("application/json"), "{path}: {kind}");
        body
    }

    /// Asks `path` until `ready` agrees, at most for `patience`.
    pub async fn ask_until(&self, path: &str, patience: Duration, ready: impl Fn(&Value) -> bool) -> Value {
        let begin = std::time::Instant::now();
        loop {
            let answer = self.ask(path).await;
            if ready(&answer) {
                return answer;
            }
            assert!(begin.elapsed() < patience, "{path} never came to be: {answer}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// A process whose input ends with this one.
fn leash(up: &Up, home: &Home) -> Child {
    let script = "read _; kill -TERM $1
        for tenth in $(seq 100); do kill -0 $1 || break; sleep 0.1; done
        kill -0 $1 && kill -KILL $1
        rm -rf \"$2\"";
    let mut leash = Command::new("sh");
    leash.args(["-c", script, "leash"]).arg(up.id().to_string()).arg(home.path());
    leash.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

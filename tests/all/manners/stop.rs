//! A server that is asked to end.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use glpi_sim::Desk;
use support::{Home, served};

#[test]
fn a_server_whose_log_nobody_reads_any_more_still_works_and_stops() {
    let glpi = served(Desk::recorded().unwrap());
    let home = Home::new();
    home.fill(&glpi);
    let mut command = home.against(&glpi, &["up", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // As when Ctrl-C ends the `tee` behind it first.
    drop(child.stderr.take());
    home.wait("caught up", |status| status["caught_up"] == true);
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begin.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("the server did not end");
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(status.success(), "{status}");
}

//! Damage met by the real program: it is named, or it meant nothing; what can be healed is healed; no answer is ever wrong.

mod heal;
mod sweep;
mod wal;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Output,
    sync::OnceLock,
};

use glpi_sim::{Desk, SimHandle, rows::Ticket};
use pipeline::sinks::embedded::{Config, EmbeddedSink};
use schemas::{Instant, tables::Table};
use serde_json::Value;
use support::{Home, served};

/// A data directory with everything in it: files, fresh rows, a letter, a key; and its rows.
struct Filled {
    glpi: SimHandle,
    home: Home,
    rows: BTreeMap<&'static str, Vec<String>>,
}

/// The same for all tests: each damages a copy.
fn filled() -> &'static Filled {
    static FILLED: OnceLock<Filled> = OnceLock::new();
    FILLED.get_or_init(|| {
        let glpi = served(Desk::recorded().unwrap());
        let id = glpi.desk().read().truths()[0].row.id;
        spoil(&mut glpi.desk().write(), id, Some(Value::from("no date")));
        let home = Home::new();
        home.fill(&glpi);
        compact(home.path());
        spoil(&mut glpi.desk().write(), id, None);
        home.fill(&glpi);
        home.token("dash.read");
        let rows = rows(&home).unwrap();
        assert_eq!(verified(&home), Ok(()));
        Filled { glpi, home, rows }
    })
}

/// Puts a value that fits no date in the opening date of a ticket's row, or takes it away again.
fn spoil(desk: &mut Desk, id: i64, value: Option<Value>) {
    desk.update::<Ticket, _>(id, |ticket| {
        let extra = ticket.extra.get_or_insert_with(Box::default);
        match value {
            Some(value) => extra.insert("date".to_owned(), value),
            None => extra.remove("date"),
        };
    });
}

/// Puts all fresh rows away in files.
fn compact(data_dir: &Path) {
    const EAGER: Config = Config { fresh_rows_max: 0, fresh_bytes_max: 64 << 20, fresh_batches_max: 0, grace_s: 120 };
    let now = || Instant::from(chrono::Utc::now());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let sink = EmbeddedSink::open(data_dir, EAGER, now).await.unwrap();
        sink.compact(now()).await.unwrap();
        sink.close().await;
    });
}

/// A copy of `from` for one damage.
fn copy(from: &Home) -> Home {
    let home = Home::new();
    for file in files(from.path()) {
        let to = home.path().join(file.strip_prefix(from.path()).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&file, to).unwrap();
    }
    home
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// The rows of every table, in an order of their own; or what a query that failed said.
fn rows(home: &Home) -> Result<BTreeMap<&'static str, Vec<String>>, String> {
    Table::ALL.into_iter().map(|table| Ok((table.name(), rows_of(home, table)?))).collect()
}

fn rows_of(home: &Home, table: Table) -> Result<Vec<String>, String> {
    let printed = succeeded(home.output(&["rows", "--table", table.name()]))?;
    let mut lines: Vec<String> = printed.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    Ok(lines)
}

/// What `farol verify` finds.
fn verified(home: &Home) -> Result<(), String> {
    let output = home.output(&["verify"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = said.lines().filter(|line| !line.starts_with("whole")).collect::<Vec<_>>().join("\n");
    let error = succeeded(output).err().map(|error| format!("{said}\n{error}"));
    assert_eq!(error.is_none(), said.is_empty(), "{said} {error:?}");
    error.map_or(Ok(()), Err)
}

fn succeeded(output: Output) -> Result<String, String> {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!error.contains("panicked"), "{error}");
    if output.status.success() { Ok(String::from_utf8(output.stdout).unwrap()) } else { Err(error) }
}

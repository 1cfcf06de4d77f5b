//! The same questions in DuckDB, over a snapshot of the same state, in the same run.

use std::{collections::HashMap, path::Path};

use anyhow::{Context as _, bail};
use pipeline::sinks::embedded::publish;
use serde_json::Value;
use tokio::process::Command;

use crate::ask::Answers as Asked;

/// Threads that a question of Farol may use: DuckDB gets as many.
const THREADS: usize = 2;

/// What DuckDB took, by question.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    pub(crate) by_question: HashMap<String, Answered>,
}

/// What one question took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered {
    pub(crate) counted: u64,
    pub(crate) ms: f64,
}

/// Asks them with `python`, which must have duckdb.
pub(crate) async fn ask(python: &Path, data_dir: &Path, asked: &Asked, repeats: usize) -> anyhow::Result<Answers> {
    let snapshot = data_dir.join("peer");
    publish(data_dir, &snapshot).await?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/scale/peer.py");
    let mut command = Command::new(python);
    command.arg(script).arg(&snapshot);
    command.args([asked.now.0, asked.ticket_id, repeats as i64, THREADS as i64].map(|number| number.to_string()));
    let output = command.output().await.with_context(|| format!("{} cannot be run", python.display()))?;
    if !output.status.success() {
        bail!("DuckDB did not answer: {}", String::from_utf8_lossy(&output.stderr));
    }
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let questions = told.as_object().context("DuckDB's answers are no object")?.iter();
    let by_question = questions.map(|(name, told)| {
        let counted = told["counted"].as_u64().context("an answer counts nothing")?;
        Ok((name.clone(), Answered { counted, ms: told["ms"].as_f64().context("an answer took no time")? }))
    });
    Ok(Answers { by_question: by_question.collect::<anyhow::Result<_>>()? })
}

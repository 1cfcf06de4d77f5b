//! Every question, first and again.

use std::time::Instant;

use analytics::Analytics;
use benches::{Asked, Question, now};

use crate::{machine, stages::ms_since};

/// What a question took.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) question: Question,
    /// What the answer counts.
    pub(crate) counted: Option<u64>,
    pub(crate) first_ms: f64,
    /// Each time it was asked again, ascending.
    pub(crate) again_ms: Vec<f64>,
    /// The mean work of all processors, each time it was asked again.
    pub(crate) cpu_ms: f64,
}

/// Asked of whom and when, with all answers.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    pub(crate) now: schemas::Instant,
    pub(crate) ticket_id: i64,
    pub(crate) all: Vec<Answered>,
}

/// Asks every question of a desk with `tickets` tickets.
pub(crate) async fn every(analytics: &Analytics, tickets: usize, repeats: usize) -> anyhow::Result<Answers> {
    let asked = Asked::new(analytics, now(), tickets as i64 / 2).await?;
    let mut all = Vec::new();
    for question in Question::ALL {
        let begin = Instant::now();
        let counted = question.ask(&asked).await?;
        let first_ms = ms_since(begin);
        let cpu = machine::cpu_s("self")?;
        let mut again_ms = Vec::new();
        for _ in 0..repeats {
            let begin = Instant::now();
            question.ask(&asked).await?;
            again_ms.push(ms_since(begin));
        }
        let cpu_ms = (machine::cpu_s("self")? - cpu) * 1e3 / repeats.max(1) as f64;
        again_ms.sort_by(f64::total_cmp);
        all.push(Answered { question, counted, first_ms, again_ms, cpu_ms });
    }
    Ok(Answers { now: asked.now, ticket_id: asked.ticket_id, all })
}

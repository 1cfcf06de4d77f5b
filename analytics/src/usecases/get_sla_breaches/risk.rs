//! Clocks that are not over and run: how much of their target is used.

use datafusion::{
    functions_aggregate::expr_fn::sum,
    prelude::{Expr, col, lit},
};
use sla::State;

use super::{Question, RiskBand, SlaRisk, canonical::promised};
use crate::{
    clocks::{Live, in_state, used_percent},
    error::Error,
    metrics::within,
    plans::{flag, rows::Columns},
    reading::Reading,
};

/// Percent of the target at which each band begins, and at which the last one ends.
const BANDS: [i64; 5] = [50, 75, 90, 95, 100];

/// The clocks that the question is about, by the share of their target that is used.
pub(super) async fn at_risk(reading: &Reading<'_>, question: &Question) -> Result<SlaRisk, Error> {
    let clocks = promised(reading, question, &question.filters).await?;
    let running = clocks.filter(col("is_counted").eq(lit(true)))?.filter(in_state(State::Running))?;
    let due = within(Live::DueAt.column(), &question.moment());
    let counted = |condition: Expr, name: &str| Ok::<_, Error>(sum(flag(condition)?).alias(name));
    let mut sums = vec![counted(lit(true), "running")?, counted(due, "due_in_window")?];
    for (from, to) in bands() {
        sums.push(counted(used_percent(from, to), &from.to_string())?);
    }
    let mut risk = SlaRisk { running: 0, due_in_window: 0, bands: Vec::new() };
    for batch in running.aggregate(vec![], sums)?.collect().await? {
        let columns = Columns::of(&batch);
        for row in 0..batch.num_rows() {
            let number = |name: &str| columns.integer(name, row).map(|number| number.unwrap_or(0) as u64);
            (risk.running, risk.due_in_window) = (number("running")?, number("due_in_window")?);
            for (from, to) in bands() {
                risk.bands.push(RiskBand { from_percent: from, to_percent: to, clocks: number(&from.to_string())? });
            }
        }
    }
    Ok(risk)
}

fn bands() -> impl Iterator<Item = (i64, i64)> {
    BANDS.iter().copied().zip(BANDS.iter().copied().skip(1))
}

//! Figures: what is derived of the whole numbers in a sheet.

use super::{Figure, Question};
use crate::{
    history::{Cell, Sheet},
    metrics::Show,
    ratio::{Mean, Ratio},
    spread::{Spread, Survival},
};

/// What the metric comes to in `cell`.
pub(super) fn figure(question: &Question, sheet: &Sheet, cell: Cell) -> Figure {
    let names = sheet.measures.iter().map(|measure| measure.name.to_owned());
    let mut figure = Figure { counts: names.zip(cell.counts).collect(), ..Figure::default() };
    let mut samples = Some(cell.samples);
    for show in question.metric.shows {
        let count = |name: &str| figure.counts.get(name).copied().unwrap_or(0);
        match *show {
            Show::Ratio { name, part, whole } => {
                let ratio = Ratio::of(count(part).max(0) as u64, count(whole).max(0) as u64, question.minimum);
                figure.ratios.insert(name.to_owned(), ratio);
            }
            Show::Mean { name, sum, count: of, scale, count_min } => {
                let mean = Mean::of(count(sum), count(of).max(0) as u64, scale, count_min.max(question.minimum));
                figure.means.insert(name.to_owned(), mean);
            }
            Show::Spread => figure.spread = samples.take().map(|samples| Spread::of(samples.ended)),
            Show::Survival => {
                figure.survival = samples.take().map(|samples| Survival::of(samples.ended, samples.running));
            }
        }
    }
    figure
}

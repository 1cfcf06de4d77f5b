//! People by attainment, before and after.

use std::{cmp::Reverse, collections::BTreeMap};

use super::answer::{WhatIfFigure, WhatIfFigures, WhatIfRank};
use crate::{
    history::{NONE, OTHER},
    stores::Dimensions,
    summaries::named,
};

/// A place for everybody in `people` that has enough decided promises; those with a place before come first, by it.
pub(super) fn ranking(people: BTreeMap<i64, WhatIfFigures>, minimum: u64, dimensions: &Dimensions) -> Vec<WhatIfRank> {
    let people: Vec<(i64, WhatIfFigures)> = people.into_iter().filter(|(id, _)| !matches!(*id, NONE | OTHER)).collect();
    let before = places(people.iter().map(|(_, figures)| &figures.before), minimum);
    let after = places(people.iter().map(|(_, figures)| &figures.after), minimum);
    let mut ranking: Vec<WhatIfRank> = people
        .into_iter()
        .zip(before.into_iter().zip(after))
        .map(|((id, figures), (rank_before, rank_after))| WhatIfRank {
            technician: named("User", id, dimensions),
            rank_before,
            rank_after,
            places_won: rank_before.zip(rank_after).map(|(before, after)| before as i64 - after as i64),
            figures,
        })
        .collect();
    // Of equals the smaller id stays before.
    let last = |rank: Option<u64>| rank.unwrap_or(u64::MAX);
    ranking
        .sort_by_key(|one| (last(one.rank_before), last(one.rank_after), Reverse(one.figures.before.attainment.whole)));
    ranking
}

/// The place of each: the greatest lower end first, equals share one.
fn places<'a>(figures: impl Iterator<Item = &'a WhatIfFigure>, minimum: u64) -> Vec<Option<u64>> {
    // Floating-point numbers that are not negative are in the order of their bits.
    let score =
        |figure: &WhatIfFigure| figure.attainment.low.filter(|_| figure.attainment.whole >= minimum).map(f64::to_bits);
    let scores: Vec<Option<u64>> = figures.map(score).collect();
    let mut sorted: Vec<u64> = scores.iter().flatten().copied().collect();
    sorted.sort_unstable_by_key(|score| Reverse(*score));
    let place = |score: u64| sorted.partition_point(|better| *better > score) as u64 + 1;
    scores.into_iter().map(|score| score.map(place)).collect()
}

//! Kaplan-Meier percentiles: how long tickets take, those that are still open included.

/// How long a ticket took, or has taken so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lifetime {
    /// Seconds.
    pub seconds: i64,
    /// Whether it is still open: it will take at least this long.
    pub censored: bool,
}

/// The time by which `part` (0 to 1) of all tickets are done; none if too many are still open to say.
///
/// Sorts `lifetimes`. A ticket still open at an instant at which another is done counts as open there.
pub fn kaplan_meier_percentile(lifetimes: &mut [Lifetime], part: f64) -> Option<i64> {
    if !(0.0..=1.0).contains(&part) {
        return None;
    }
    lifetimes.sort_unstable();
    let (mut at_risk, mut surviving) = (lifetimes.len(), 1.0);
    for same in lifetimes.chunk_by(|one, other| one.seconds == other.seconds) {
        let done = same.iter().filter(|lifetime| !lifetime.censored).count();
        surviving *= (at_risk - done) as f64 / at_risk as f64;
        // The product of exact ratios may miss a round part by the last bits.
        if done > 0 && 1.0 - surviving + 1e-12 >= part {
            return Some(same[0].seconds);
        }
        at_risk -= same.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lives(text: &str) -> Vec<Lifetime> {
        let life = |word: &str| Lifetime {
            seconds: word.trim_end_matches('+').parse().unwrap_or_default(),
            censored: word.ends_with('+'),
        };
        text.split_whitespace().map(life).collect()
    }

    #[test]
    fn open_tickets_push_the_median_up() {
        assert_eq!(kaplan_meier_percentile(&mut lives("1 2 3 4"), 0.5), Some(2));
        assert_eq!(kaplan_meier_percentile(&mut lives("1 2 3 4 3+ 4+"), 0.5), Some(3));
        assert_eq!(kaplan_meier_percentile(&mut lives("1 5+ 5+ 5+"), 0.5), None);
        assert_eq!(kaplan_meier_percentile(&mut lives(""), 0.5), None);
    }

    #[test]
    fn the_textbook_example_comes_out() {
        let mut patients = lives("6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+");
        assert_eq!(kaplan_meier_percentile(&mut patients, 0.25), Some(13));
        assert_eq!(kaplan_meier_percentile(&mut patients, 0.5), Some(23));
    }
}

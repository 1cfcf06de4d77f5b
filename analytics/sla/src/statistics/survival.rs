//! Survival by Kaplan and Meier: how long things take, those that still go on included.

/// Share that still goes on, by time.
#[derive(Debug, Clone, PartialEq)]
pub struct Survival {
    /// Each time at which something ended, ascending, with the share that goes on after it.
    pub steps: Vec<(i64, f64)>,
}

/// The survival of what ended after `ended` and still goes on after `running`, both in seconds and ascending.
///
/// What goes on until the second at which something ends was at risk in it.
pub fn survival(ended: &[i64], running: &[i64]) -> Survival {
    let (mut left, mut before) = (1.0, 0);
    let step = |same: &[i64]| {
        let at = same[0];
        let gone = before + running.partition_point(|duration| *duration < at);
        let at_risk = ended.len() + running.len() - gone;
        left *= (at_risk - same.len()) as f64 / at_risk as f64;
        before += same.len();
        (at, left)
    };
    Survival { steps: ended.chunk_by(|one, next| one == next).map(step).collect() }
}

impl Survival {
    /// The time by which `part` (0 to 1) of all have ended; none where too many go on to say.
    pub fn percentile(&self, part: f64) -> Option<i64> {
        if !(0.0..=1.0).contains(&part) {
            return None;
        }
        // The product of exact ratios may miss a round part by the last bits.
        self.steps.iter().find(|(_, left)| 1.0 - left + 1e-12 >= part).map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lives(text: &str) -> Survival {
        let mut lives = [Vec::new(), Vec::new()];
        for word in text.split_whitespace() {
            let seconds = word.trim_end_matches('+').parse::<i64>().unwrap_or_default();
            lives[usize::from(word.ends_with('+'))].push(seconds);
        }
        survival(&lives[0], &lives[1])
    }

    #[test]
    fn open_tickets_push_the_median_up() {
        assert_eq!(lives("1 2 3 4").percentile(0.5), Some(2));
        assert_eq!(lives("1 2 3 4 3+ 4+").percentile(0.5), Some(3));
        assert_eq!(lives("1 5+ 5+ 5+").percentile(0.5), None);
        assert_eq!(lives("").percentile(0.5), None);
    }

    #[test]
    fn the_textbook_example_comes_out() {
        let patients = lives("6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+");
        let shares: Vec<f64> = patients.steps.iter().map(|(_, left)| (left * 1e4).round() / 1e4).collect();
        assert_eq!(shares, [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]);
        assert_eq!(patients.percentile(0.25), Some(13));
        assert_eq!(patients.percentile(0.5), Some(23));
    }
}

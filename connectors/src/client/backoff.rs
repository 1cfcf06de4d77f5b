//! How long to wait before the next try.

use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use rand::Rng;

use crate::zone;

/// A random time up to `base` doubled with each earlier try, never more than `max` (full jitter).
pub(crate) fn pause(tries_before: u32, base: Duration, max: Duration, dice: &mut impl Rng) -> Duration {
    let ceiling = 2_u32.checked_pow(tries_before).map_or(max, |factor| base.saturating_mul(factor)).min(max);
    ceiling.mul_f64(dice.random::<f64>())
}

/// The pause a `Retry-After` header asks for, as seconds or as a date; nothing for a value that is neither.
pub(crate) fn asked_pause(header: &str, now: DateTime<Utc>, max: Duration) -> Option<Duration> {
    let text = header.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds still mean a very long pause.
        return Some(text.parse().map_or(max, Duration::from_secs).min(max));
    }
    let until = http_date(text)?;
    Some((until - now).to_std().unwrap_or_default().min(max))
}

/// Reads the date of an HTTP header.
pub(crate) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    let date = DateTime::parse_from_rfc2822(text.trim()).ok()?.with_timezone(&Utc);
    zone::YEARS.contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    use super::*;

    #[test]
    fn pauses_spread_over_a_growing_span_and_stay_below_the_limit() {
        let mut dice = SmallRng::seed_from_u64(7);
        let (base, max) = (Duration::from_millis(100), Duration::from_secs(1));
        for tries_before in 0..40 {
            let ceiling = Duration::from_millis(100 << tries_before.min(10)).min(max);
            let pauses: Vec<_> = (0..200).map(|_| pause(tries_before, base, max, &mut dice)).collect();
            assert!(pauses.iter().all(|pause| *pause <= ceiling));
            assert!(pauses.iter().any(|pause| *pause < ceiling / 4) && pauses.iter().any(|pause| *pause > ceiling / 2));
        }
    }

    #[test]
    fn a_date_at_the_end_of_the_calendar_is_no_date_of_a_server() {
        assert_eq!(http_date("Thu, 31 Dec 262142 23:59:59 GMT"), None);
        assert!(http_date("Fri, 31 Dec 9999 23:59:59 GMT").is_some());
    }

    #[test]
    fn retry_after_is_honoured_up_to_the_limit_and_nonsense_is_ignored() {
        let now = http_date("Mon, 23 Nov 2026 13:47:57 GMT").unwrap();
        let asked = |header: &str| asked_pause(header, now, Duration::from_mins(1)).map(|pause| pause.as_secs());
        assert_eq!(asked("7"), Some(7));
        assert_eq!(asked(" 3600 "), Some(60));
        assert_eq!(asked("99999999999999999999999"), Some(60));
        assert_eq!(asked("Mon, 23 Nov 2026 13:48:07 GMT"), Some(10));
        assert_eq!(asked("Mon, 23 Nov 2026 13:00:00 GMT"), Some(0));
        for nonsense in ["", "-5", "soon", "1.5", "Mon, 99 Nov 2026"] {
            assert_eq!(asked(nonsense), None, "{nonsense}");
        }
    }
}

//! Windows and zones: the half-open stretch of time that a question is about.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use schemas::Instant;
use serde::{Deserialize, Serialize};

use crate::{answer::Period, error::Error};

/// The longest window: longer than any desk's memory, short enough that a walk over its hours is quick.
pub const WINDOW_DAYS_MAX: i64 = 7_320;

/// What a window may be, for whoever wrote another one.
const ALLOWED: &str = "24h, 7d, 30d, 90d, 12m, or from and to as ISO 8601 with an offset";

/// A window as asked for: a preset, or its two ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WindowInput {
    /// `24h`, `7d`, `30d`, `90d` or `12m`, ending now.
    pub window: Option<String>,
    /// First instant, ISO 8601 with an offset.
    pub from: Option<String>,
    /// First instant after it, ISO 8601 with an offset; now where it is left out.
    pub to: Option<String>,
}

/// A window whose ends are known: `from < to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Instant,
    pub(crate) to: Instant,
}

impl WindowInput {
    /// The window that was asked for; `preset` where nothing was.
    pub(crate) fn resolve(&self, preset: &str, now: Instant) -> Result<Window, Error> {
        match (&self.window, &self.from, &self.to) {
            (None, None, None) => preset_window(preset, now),
            (Some(name), None, None) => preset_window(name, now),
            (Some(_), _, _) => Err(Error::invalid("window", "given together with from or to", ALLOWED)),
            (None, None, Some(_)) => Err(Error::invalid("from", "missing while to is given", ALLOWED)),
            (None, Some(from), to) => {
                let from = instant("from", from)?;
                let to = to.as_deref().map_or(Ok(now), |text| instant("to", text))?;
                Window::new(from, to)
            }
        }
    }
}

impl Window {
    fn new(from: Instant, to: Instant) -> Result<Self, Error> {
        if from >= to {
            return Err(Error::invalid("from", format!("{from} is not before {to}"), "an instant before to"));
        }
        if to.seconds() - from.seconds() > WINDOW_DAYS_MAX * 86_400 {
            let allowed = format!("at most {WINDOW_DAYS_MAX} days");
            return Err(Error::invalid("from", "the window is too long", allowed));
        }
        Ok(Self { from, to })
    }

    /// The same window for an answer.
    pub(crate) fn period(self) -> Period {
        Period { from: date(self.from), to: date(self.to) }
    }
}

/// An instant as a date and time. Instants beyond chrono's quarter of a million years become its ends.
pub(crate) fn date(at: Instant) -> DateTime<Utc> {
    at.datetime().unwrap_or(if at.0 < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC })
}

/// The zone of that IANA name; UTC where none is given.
pub(crate) fn zone(name: Option<&str>) -> Result<Tz, Error> {
    let Some(name) = name else { return Ok(Tz::UTC) };
    name.parse().map_err(|_| {
        Error::invalid("tz", format!("no zone is named {name:?}"), "a name of the IANA list, such as America/Sao_Paulo")
    })
}

fn preset_window(name: &str, now: Instant) -> Result<Window, Error> {
    let to = date(now);
    let from = match name {
        "24h" => to.checked_sub_days(Days::new(1)),
        "7d" => to.checked_sub_days(Days::new(7)),
        "30d" => to.checked_sub_days(Days::new(30)),
        "90d" => to.checked_sub_days(Days::new(90)),
        "12m" => to.checked_sub_months(Months::new(12)),
        _ => return Err(Error::invalid("window", format!("{name:?} is no preset"), ALLOWED)),
    };
    let from = from.ok_or_else(|| Error::invalid("window", "reaches before the calendar", ALLOWED))?;
    Window::new(from.into(), now)
}

/// The instant that `text` names.
pub(crate) fn instant(field: &'static str, text: &str) -> Result<Instant, Error> {
    let refuse =
        |problem: String| Error::invalid(field, problem, "ISO 8601 with an offset, such as 2026-03-01T00:00:00-03:00");
    let at = DateTime::parse_from_rfc3339(text).map_err(|_| refuse(format!("{text:?} is no instant{}", lack(text))))?;
    Ok(at.with_timezone(&Utc).into())
}

/// What `text` most likely lacks.
fn lack(text: &str) -> &'static str {
    if NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() {
        ": a time of day and an offset are missing"
    } else if NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").is_ok() {
        ": an offset, such as Z, is missing"
    } else if text.contains(' ') {
        ": in an address, + is written %2B"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn asked(window: Option<&str>, from: Option<&str>, to: Option<&str>) -> Result<Window, Error> {
        let input =
            WindowInput { window: window.map(str::to_owned), from: from.map(str::to_owned), to: to.map(str::to_owned) };
        input.resolve("30d", instant("now", "2026-03-31T12:00:00Z").unwrap())
    }

    fn shown(window: Window) -> String {
        format!("{} {}", window.from, window.to)
    }

    #[test]
    fn a_question_without_a_window_is_about_the_last_thirty_days() {
        assert_eq!(shown(asked(None, None, None).unwrap()), "2026-03-01T12:00:00Z 2026-03-31T12:00:00Z");
    }

    #[test]
    fn twelve_months_are_months_of_the_calendar() {
        assert_eq!(shown(asked(Some("12m"), None, None).unwrap()), "2025-03-31T12:00:00Z 2026-03-31T12:00:00Z");
    }

    #[test]
    fn an_offset_counts_and_a_missing_end_is_now() {
        let window = asked(None, Some("2026-03-01T00:00:00-03:00"), None).unwrap();
        assert_eq!(shown(window), "2026-03-01T03:00:00Z 2026-03-31T12:00:00Z");
    }

    #[test]
    fn an_instant_that_lacks_something_is_refused_with_what_it_lacks() {
        let said = |from: &str| asked(None, Some(from), None).unwrap_err().to_string();
        assert!(said("2026-03-01").contains("a time of day and an offset are missing"));
        assert!(said("2026-03-01T00:00:00").contains("an offset, such as Z, is missing"));
        assert!(said("2026-03-01T00:00:00 02:00").contains("+ is written %2B"));
    }

    #[test]
    fn windows_that_make_no_sense_are_refused_with_the_field_that_is_wrong() {
        let field = |asked: Result<Window, Error>| match asked {
            Err(Error::Invalid { field, .. }) => field,
            other => unreachable!("{other:?}"),
        };
        assert_eq!(field(asked(Some("fortnight"), None, None)), "window");
        assert_eq!(field(asked(Some("7d"), Some("2026-03-01T00:00:00Z"), None)), "window");
        assert_eq!(field(asked(None, None, Some("2026-03-01T00:00:00Z"))), "from");
        assert_eq!(field(asked(None, Some("2026-03-01T00:00:00"), None)), "from");
        assert_eq!(field(asked(None, Some("2026-03-01T00:00:00Z"), Some("2026-03-01T00:00:00Z"))), "from");
        assert_eq!(field(asked(None, Some("1700-01-01T00:00:00Z"), None)), "from");
    }

    #[test]
    fn a_zone_nobody_knows_is_refused() {
        assert_eq!(zone(Some("America/Sao_Paulo")).unwrap(), Tz::America__Sao_Paulo);
        assert!(matches!(zone(Some("Mars/Base")), Err(Error::Invalid { field: "tz", .. })));
    }
}

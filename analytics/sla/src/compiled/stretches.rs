//! The open stretches of a calendar, straight from its definition.

use std::ops::{ControlFlow, Range};

use crate::{
    Calendar, CalendarVersions, Closing,
    calendar::{day, split},
    zone::{self, DAY},
};

/// No zone changes its offset before 1800.
pub(crate) const SETTLED_BEFORE: i64 = -5_364_662_400;

/// No zone of the data this is built with changes its offset after 2200.
pub(crate) const SETTLED_AFTER: i64 = 7_258_118_400;

/// Tells `each` of every open stretch within `range`, in order, until it breaks; `modular` as in [`Closing::covers`].
pub(crate) fn stretches<B>(
    versions: &CalendarVersions,
    range: Range<i64>,
    modular: bool,
    each: &mut dyn FnMut(i64, i64) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let mut versions = versions.iter().peekable();
    while let Some((valid_from, calendar)) = versions.next() {
        let valid_to = versions.peek().map_or(i64::MAX, |(next, _)| *next);
        let within = range.start.max(valid_from)..range.end.min(valid_to);
        if within.start < within.end {
            of_calendar(calendar, within, modular, each)?;
        }
    }
    ControlFlow::Continue(())
}

/// The same for one calendar that has not changed.
pub(crate) fn of_calendar<B>(
    calendar: &Calendar,
    range: Range<i64>,
    modular: bool,
    each: &mut dyn FnMut(i64, i64) -> ControlFlow<B>,
) -> ControlFlow<B> {
    if calendar.is_always() {
        return each(range.start, range.end);
    }
    // A year at a time, so that a search that ends soon does not look far for turning clocks.
    let mut start = range.start;
    while start < range.end {
        let end = range.end.min(start + 366 * DAY);
        for span in zone::spans(calendar.zone(), start, end) {
            of_span(calendar, span, modular, each)?;
        }
        start = end;
    }
    ControlFlow::Continue(())
}

fn of_span<B>(
    calendar: &Calendar,
    span: zone::Span,
    modular: bool,
    each: &mut dyn FnMut(i64, i64) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let (first, last) = (split(span.from + span.offset).0, split(span.to - 1 + span.offset).0);
    for date in first..=last {
        let midnight = date * DAY - span.offset;
        for (begin, end) in calendar.hours(date, modular) {
            let from = (midnight + i64::from(*begin)).max(span.from);
            let to = (midnight + i64::from(*end)).min(span.to);
            if from < to {
                each(from, to)?;
            }
        }
    }
    ControlFlow::Continue(())
}

/// The instants before and after which `versions` repeats itself every 400 years.
pub(super) fn settled(versions: &CalendarVersions) -> (i64, i64) {
    let dated = versions.iter().flat_map(|(_, calendar)| calendar.closings()).filter_map(|closing| match closing {
        Closing::Dates { first, last } => Some((day(*first) * DAY, day(*last) * DAY)),
        Closing::Yearly { .. } => None,
    });
    let changes = versions.iter().skip(1).map(|(from, _)| (from, from));
    dated.chain(changes).fold((SETTLED_BEFORE, SETTLED_AFTER), |(before, after), (first, last)| {
        (before.min(first.saturating_sub(3 * DAY)), after.max(last.saturating_add(3 * DAY)))
    })
}

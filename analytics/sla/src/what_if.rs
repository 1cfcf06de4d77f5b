//! What if: time used and promises broken for whole columns of tickets, under other calendars, targets or pauses.

use std::borrow::Borrow;

use crate::{Compiled, Error, compiled::same_length};

/// Time that does not count, by row.
#[derive(Debug, Clone, Copy)]
pub enum Pauses<'a> {
    /// Nothing is left out.
    None,
    /// Working seconds to leave out, one number for each row.
    Seconds(&'a [i64]),
    /// Stretches to leave out: row `i` owns those from offsets\[i\] to offsets\[i + 1\], in order and disjoint.
    Stretches {
        /// One more than there are rows.
        offsets: &'a [u32],
        /// First instants.
        starts: &'a [i64],
        /// Instants after the last.
        stops: &'a [i64],
    },
}

/// The columns of one question; all of one length.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// When each clock started.
    pub starts: &'a [i64],
    /// When it stopped, or the present instant.
    pub stops: &'a [i64],
    /// What does not count.
    pub pauses: Pauses<'a>,
    /// Working seconds promised.
    pub targets: &'a [i64],
    /// Which of the given calendars counts, by position.
    pub calendars: &'a [u16],
}

/// The answer, one row for each ticket; the buffers are reused from one batch to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Working seconds used.
    pub elapsed: Vec<i64>,
    /// Whether more than the target was used.
    pub breached: Vec<bool>,
    /// Where more was: the instant at which the target was used up.
    pub used_up: Vec<Option<i64>>,
}

/// Recomputes `columns` under `calendars` into `outcome`.
pub fn recompute<C: Borrow<Compiled>>(
    columns: &Columns<'_>,
    calendars: &[C],
    outcome: &mut Outcome,
) -> Result<(), Error> {
    check(columns, calendars.len())?;
    outcome.elapsed.clear();
    outcome.breached.clear();
    outcome.used_up.clear();
    match calendars {
        [one] => count(columns, |_| one.borrow(), &mut outcome.elapsed),
        many => count(columns, |row| many[usize::from(columns.calendars[row])].borrow(), &mut outcome.elapsed),
    }
    outcome.breached.extend(outcome.elapsed.iter().zip(columns.targets).map(|(elapsed, target)| elapsed > target));
    Ok(())
}

/// The same, and when each broken promise's target was used up. Pauses given as seconds say nothing of when they were: the
/// instant is then the one without them.
pub fn recompute_with_instants<C: Borrow<Compiled>>(
    columns: &Columns<'_>,
    calendars: &[C],
    outcome: &mut Outcome,
) -> Result<(), Error> {
    recompute(columns, calendars, outcome)?;
    let used_up = |(row, breached): (usize, &bool)| {
        let calendar = calendars[usize::from(columns.calendars[row])].borrow();
        if *breached { used_up(columns, row, calendar) } else { None }
    };
    outcome.used_up.extend(outcome.breached.iter().enumerate().map(used_up));
    Ok(())
}

/// The earliest instant by which the target of `row` is used up within its life.
fn used_up(columns: &Columns<'_>, row: usize, calendar: &Compiled) -> Option<i64> {
    let (mut from, stop, target) = (columns.starts[row], columns.stops[row], columns.targets[row]);
    let mut elapsed = 0;
    if let Pauses::Stretches { offsets, starts, stops } = columns.pauses {
        let own = offsets[row] as usize..offsets[row + 1] as usize;
        for (pause, end) in starts[own.clone()].iter().zip(&stops[own]) {
            let to = (*pause).min(stop);
            if from < to {
                let seconds = calendar.between(from, to);
                if elapsed + seconds >= target {
                    return calendar.due(from, target - elapsed);
                }
                elapsed += seconds;
            }
            from = from.max(*end);
        }
    }
    if from < stop { calendar.due(from, target - elapsed) } else { None }
}

fn check(columns: &Columns<'_>, calendars: usize) -> Result<(), Error> {
    let rows = columns.starts.len();
    same_length("stops", columns.stops.len(), rows)?;
    same_length("targets", columns.targets.len(), rows)?;
    same_length("calendars", columns.calendars.len(), rows)?;
    match columns.pauses {
        Pauses::None => {}
        Pauses::Seconds(seconds) => same_length("pauses", seconds.len(), rows)?,
        Pauses::Stretches { offsets, starts, stops } => {
            same_length("pause offsets", offsets.len(), rows + 1)?;
            same_length("pause stops", stops.len(), starts.len())?;
            let wrong = |pair: &&[u32]| pair[1] < pair[0] || pair[1] as usize > starts.len();
            if let Some(wrong) = offsets.windows(2).find(wrong) {
                let expected = wrong[0].max(wrong[1]) as usize;
                return Err(Error::Length { column: "pause starts", length: starts.len(), expected });
            }
        }
    }
    match columns.calendars.iter().find(|id| usize::from(**id) >= calendars) {
        Some(id) => Err(Error::UnknownCalendar { id: u64::from(*id) }),
        None => Ok(()),
    }
}

fn count<'c>(columns: &Columns<'_>, calendar: impl Fn(usize) -> &'c Compiled, elapsed: &mut Vec<i64>) {
    let spans = columns.starts.iter().zip(columns.stops).enumerate();
    let gross = spans.map(|(row, (start, stop))| calendar(row).between(*start, *stop));
    match columns.pauses {
        Pauses::None => elapsed.extend(gross),
        Pauses::Seconds(paused) => elapsed.extend(gross.zip(paused).map(|(gross, paused)| (gross - paused).max(0))),
        Pauses::Stretches { offsets, starts, stops } => elapsed.extend(gross.enumerate().map(|(row, gross)| {
            let own = offsets[row] as usize..offsets[row + 1] as usize;
            let (first, last) = (columns.starts[row], columns.stops[row]);
            let pauses = starts[own.clone()].iter().zip(&stops[own]);
            // Only the part of a pause within the clock's life was ever counted.
            gross - pauses.map(|(from, to)| calendar(row).between(*from.max(&first), *to.min(&last))).sum::<i64>()
        })),
    }
}

//! The longest interval of clocks that go on: since the row was made it may have become another.

use schemas::{Instant, TicketId, tables::Table};
use sla::{Calendars, Policy, clock::clocks};

use super::{LongestInterval, SlaBreach};
use crate::{
    clocks::{Stretch, spent, steps_of, stretches},
    error::Error,
    filters::STATUSES,
    lateness::{CLOCKS, name},
    reading::Reading,
    stores::Dimensions,
    summaries::{named, word},
    window::date,
};

/// Tells it anew for those of `breaches` that run at `now`.
pub(super) async fn live(reading: &Reading<'_>, breaches: &mut [SlaBreach], now: Instant) -> Result<(), Error> {
    if !breaches.iter().any(|breach| breach.is_running) {
        return Ok(());
    }
    let calendars = reading.calendars().await?;
    for breach in breaches.iter_mut().filter(|breach| breach.is_running) {
        let found = found(reading, breach, &calendars, now).await?;
        if let (Some(promise), Some((stretch, seconds))) = (&mut breach.promise, found) {
            promise.longest = Some(interval(&stretch, seconds, &reading.dimensions));
        }
    }
    Ok(())
}

async fn found(
    reading: &Reading<'_>,
    breach: &SlaBreach,
    calendars: &Calendars,
    now: Instant,
) -> Result<Option<(Stretch, i64)>, Error> {
    let (ticket, Some(promise)) = (TicketId(breach.ticket.id), &breach.promise) else { return Ok(None) };
    let (steps, _) = steps_of(&reading.snapshot.of_ticket(Table::SlaClocks, ticket).await?)?;
    let stretches = stretches(&reading.snapshot.of_ticket(Table::TicketSpans, ticket).await?)?;
    let made = Instant::from(promise.attached_at).seconds();
    for clock in clocks(&steps, calendars, &Policy::default(), now.seconds())? {
        if name(CLOCKS[clock.kind as usize]) == breach.clock && clock.attached == made {
            return Ok(spent(&clock, &stretches, calendars)?.longest);
        }
    }
    Ok(None)
}

fn interval(stretch: &Stretch, seconds: i64, dimensions: &Dimensions) -> LongestInterval {
    let people = |kind: &str, ids: &[i64]| ids.iter().map(|id| named(kind, *id, dimensions)).collect();
    LongestInterval {
        from: date(Instant::from_seconds(stretch.from)),
        to: date(Instant::from_seconds(stretch.to)),
        seconds,
        status: word(&STATUSES, Some(stretch.status.into())).to_owned(),
        technicians: people("User", &stretch.technicians),
        groups: people("Group", &stretch.groups),
    }
}

//! ExplainSla: the promises to one ticket at any instant, in both modes, interval by interval.

mod answer;
mod explained;

use schemas::{Instant, tables::Table};
use serde::{Deserialize, Serialize};

pub use self::answer::{SlaFigures, SlaInterval, SlaPromise, SlaQuirk, SlaShare, SlaSpent, TicketSla};
use self::explained::Told;
use crate::{
    analytics::Analytics,
    answer::{Answer, Mode},
    clocks::{steps_of, stretches},
    error::Error,
    inputs::ticket_id,
    plans::rows::Columns,
    reading::Note,
    summaries::{summaries, summary_columns},
    viewer::Viewer,
    window::{date, instant, zone},
};

/// What to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// The ticket, 1 or greater.
    pub ticket_id: i64,
    /// At this instant, ISO 8601 with an offset, by what had happened until then; now where it is left out. The ticket itself
    /// is always shown as it is now.
    pub at: Option<String>,
    /// IANA zone of the answer; UTC where it is left out.
    pub tz: Option<String>,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<TicketSla>, Error> {
    let zone = zone(input.tz.as_deref())?;
    let ticket_id = ticket_id(input.ticket_id)?;
    let at = input.at.as_deref().map_or(Ok(now), |text| instant("at", text))?;

    let reading = analytics.read(viewer).await?;
    let found = reading.ticket(ticket_id, summary_columns(now)).await?;
    let found = found.ok_or(Error::NotFound { what: "ticket", id: ticket_id.0 })?;
    let ticket = summaries(&found, &reading.dimensions)?.into_iter().next();

    let (steps, is_certain) = steps_of(&reading.snapshot.of_ticket(Table::SlaClocks, ticket_id).await?)?;
    let spans = reading.snapshot.of_ticket(Table::TicketSpans, ticket_id).await?;
    let calendars = reading.calendars().await?;
    let told = Told { stretches: stretches(&spans)?, calendars: &calendars, dimensions: &reading.dimensions };
    let data = TicketSla {
        ticket: Columns::must(ticket, "ticket_id")?,
        at: date(at),
        is_certain,
        promises: told.promises(&steps, at.seconds())?,
    };
    let note = Note { zone, mode: Mode::Canonical, ..Note::default() };
    Ok(reading.answer(data, note, now))
}

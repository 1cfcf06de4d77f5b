//! Verdict: what must hold of a world, while it lives and when it is quiet.

use std::{collections::BTreeSet, sync::Arc};

use anyhow::anyhow;
use arrow::array::RecordBatch;
use arrow_json::{WriterBuilder, writer::LineDelimited};
use glpi_sim::{http::Misdeed, rows::Ticket};
use pipeline::buses::{Bus, SLA, TICKETS};
use schemas::{Instant, tables::Table};
use serde_json::Value;

use super::{NO_PRIORITY, World};
use crate::truth;

impl World {
    /// Every change before `watermark` must be in the log.
    pub(super) async fn check_watermark(&self, watermark: Instant) -> Result<(), String> {
        // What is done just now must not be promised.
        self.people.work(2);
        if self.lies_about_time() {
            return Ok(());
        }
        let aside = self.set_aside().await.map_err(|error| error.to_string())?;
        self.store_all().await.map_err(|error| error.to_string())?;
        let rows = rows(&self.memory.sink.rows(Table::Tickets)).map_err(|error| error.to_string())?;
        let desk = self.glpi.desk();
        let desk = desk.read();
        for truth in desk.truths() {
            let ticket = &truth.row;
            if Instant::from_seconds(ticket.date_mod) >= watermark || aside.contains(&ticket.id) {
                continue;
            }
            let stored = rows.iter().find(|row| row["ticket_id"] == ticket.id);
            // Without the right to read it a ticket is out of reach, as far as anybody can tell.
            if stored.is_some_and(|row| row["presence"] == "hidden") {
                continue;
            }
            let modified = stored.map_or("nothing".to_owned(), |row| row["modified_at"].to_string());
            let expected = Instant::from_seconds(ticket.date_mod).to_string();
            if !modified.contains(&expected) {
                return Err(format!(
                    "the watermark is {watermark}, but of ticket {} the change at {expected} is missing: {modified}",
                    ticket.id
                ));
            }
        }
        Ok(())
    }

    /// Whether GLPI may name a wrong time, of which no promise can be made.
    pub(super) fn lies_about_time(&self) -> bool {
        let kinds = self.plan.misbehaviour.as_ref().map(|misbehaviour| &misbehaviour.kinds);
        kinds.is_some_and(|kinds| kinds.contains(&Misdeed::ClockWrong) || kinds.contains(&Misdeed::HeaderClockWrong))
    }

    /// The tickets of which something could not be read, and waits as a dead letter.
    async fn set_aside(&self) -> anyhow::Result<BTreeSet<i64>> {
        let mut aside = self.unreadable.clone();
        if self.plan.misbehaviour.is_some() {
            let letters = self.memory.bus.dead_letters().list(None, u32::MAX).await?;
            let waiting = letters.into_iter().filter(|letter| letter.redriven_at.is_none());
            aside.extend(waiting.filter_map(|letter| letter.ticket_id.map(|ticket| ticket.0)));
        }
        Ok(aside)
    }

    /// Stores whatever is in the log, without faults, as another process would.
    async fn store_all(&self) -> anyhow::Result<()> {
        let bus: Arc<dyn Bus> = self.spoilt.clone().map_or_else(|| Arc::clone(&self.memory.bus), |spoilt| spoilt as _);
        let mut processor = self.processor(&bus, Arc::clone(&self.memory.sink) as _);
        while !processor.step().await?.is_caught_up() {}
        Ok(())
    }

    /// Notes every stored event of the tickets that `violations` name, for whoever looks for the cause.
    pub(super) fn tell_of(&self, violations: &[String]) -> anyhow::Result<()> {
        let number =
            |text: &String| text.strip_prefix("ticket ")?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
        let tickets: BTreeSet<i64> = violations.iter().filter_map(number).collect();
        for event in rows(&self.memory.sink.rows(Table::TicketEvents))? {
            if event["ticket_id"].as_i64().is_some_and(|id| tickets.contains(&id)) {
                self.trace.note(|| event.to_string());
            }
        }
        Ok(())
    }

    /// What is wrong once everything is quiet.
    pub(super) async fn wrong(&self) -> anyhow::Result<Vec<String>> {
        let tickets = rows(&self.memory.sink.rows(Table::Tickets))?;
        let mut wrong = truth::differences(&tickets, &self.glpi.desk().read(), &self.unreadable);
        if self.plan.misbehaviour.as_ref().is_some_and(|misbehaviour| misbehaviour.kinds.contains(&Misdeed::RightLost))
        {
            // Whether a ticket that may not be read was purged meanwhile nobody can tell; it is not counted either way.
            wrong.retain(|text| !text.contains("is \"hidden\" but GLPI has no such ticket"));
        }
        let events = rows(&self.memory.sink.rows(Table::TicketEvents))?;
        if self.plan.tells_of_clocks {
            wrong.extend(self.wrong_of_clocks(&tickets, &events).await?);
        }
        wrong.extend(truth::doubled(&events));
        wrong.extend(truth::untold(&events, &self.glpi.desk().read(), &self.unreadable));
        let (_, counts) = self.bus.checkpoint().await?;
        if !counts.balance() {
            wrong.push(format!("rows do not add up: {counts:?}"));
        }
        let events = self.sink.counts().await?;
        let appended = self.bus.end(TICKETS).await?.0 + self.bus.end(SLA).await?.0;
        if appended != events.stored + events.repeated + events.filtered + events.dead {
            wrong.push(format!("events do not add up: {appended} appended, {events:?}"));
        }
        let letters = self.bus.dead_letters().list(None, u32::MAX).await?;
        let desk = self.glpi.desk();
        for id in &self.unreadable {
            let is_unreadable = desk.read().get::<Ticket>(*id).is_some_and(|ticket| ticket.priority == NO_PRIORITY);
            if is_unreadable && !letters.iter().any(|letter| letter.ticket_id.is_some_and(|ticket| ticket.0 == *id)) {
                wrong.push(format!("ticket {id} cannot be read, but there is no letter of it"));
            }
        }
        Ok(wrong)
    }
}

/// The rows as JSON objects.
fn rows(batch: &RecordBatch) -> anyhow::Result<Vec<Value>> {
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(Vec::new());
    writer.write(batch)?;
    writer.finish()?;
    let text = writer.into_inner();
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).map_err(|error| anyhow!(error))).collect()
}

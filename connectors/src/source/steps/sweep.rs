//! The look at every id: it finds tickets that were purged, left the account's scope, or came into it without a trace.

use std::collections::BTreeMap;

use pipeline::sources::Error;

use super::Stepper;
use crate::client::Lookup;
use crate::source::convert;
use crate::source::cursor::Collection;
use crate::source::fault;
use crate::source::kind::Kind;
use crate::source::ledger::{Presence, TICKETS, TicketMemory};
use crate::source::pages::{List, Sheet};
use crate::source::span::{CHECKS_MAX, Span};

impl Stepper<'_, '_> {
    /// Looks at the next page of ids, first of live tickets, then of the trash.
    pub(super) async fn sweep(&mut self, at: Collection) -> Result<Option<Collection>, Error> {
        self.say("following, comparing ids");
        let is_trash = at.list == 1;
        let Some(sheet) = self.sheet(List::Tickets(is_trash), &at, true).await? else { return Ok(None) };
        let mut doubtful = self.doubtful(&at, &sheet, is_trash).await?;
        let is_cut = doubtful.len() > CHECKS_MAX;
        doubtful.truncate(CHECKS_MAX);
        for &id in &doubtful {
            self.look_at(id).await?;
        }
        if let (true, Some(&last)) = (is_cut, doubtful.last()) {
            return Ok(Some(Collection { last_id: Some(last), ..at }));
        }
        let trash = (!is_trash).then_some(Collection::of(1));
        Ok(sheet.next.or(trash))
    }

    /// The ids whose place is not where it was remembered.
    async fn doubtful(&mut self, at: &Collection, sheet: &Sheet, is_trash: bool) -> Result<Vec<i64>, Error> {
        let here = if is_trash { Presence::Trashed } else { Presence::Live };
        let span = Span::of(at, sheet);
        let mut remembered = BTreeMap::new();
        for (id, bytes) in span.remembered(self.intake.ledger(), TICKETS).await? {
            let memory = TicketMemory::decode(&bytes)
                .ok_or_else(|| Error::Ledger(format!("the entry of {TICKETS} {id} cannot be read")))?;
            remembered.insert(id, memory.presence);
        }
        let ids = span.ids();
        self.place.tickets_seen += ids.len() as u64;
        let misplaced = ids.iter().copied().filter(|id| remembered.get(id) != Some(&here));
        let vanished =
            remembered.iter().filter(|&(&id, &presence)| presence == here && !span.holds(id)).map(|(&id, _)| id);
        let mut doubtful: Vec<i64> = misplaced.chain(vanished).collect();
        doubtful.sort_unstable();
        Ok(doubtful)
    }

    /// Asks for one ticket by itself.
    pub(crate) async fn look_at(&mut self, ticket: i64) -> Result<(), Error> {
        let answer = self.client.item(Kind::Ticket.itemtype(), ticket.cast_unsigned()).await;
        match answer.map_err(|error| fault::failure(&error))? {
            Lookup::Missing => self.intake.gone(ticket, Presence::Purged).await,
            Lookup::Forbidden => self.intake.gone(ticket, Presence::Hidden).await,
            Lookup::Found(raw) => {
                let is_trash = convert::is_in_trash(&raw);
                let seen = self.intake.tickets(&[raw], is_trash).await?;
                for seen in seen.iter().filter(|seen| seen.is_news) {
                    if !self.place.pending.contains(&seen.id) {
                        self.place.pending.push(seen.id);
                    }
                }
                Ok(())
            }
        }
    }
}

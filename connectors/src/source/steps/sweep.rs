//! The look at every id: it finds tickets that were purged, left the account's scope, or came into it without a trace.

use std::collections::BTreeMap;

use pipeline::sources::Error;

use super::Stepper;
use crate::client::Lookup;
use crate::source::convert;
use crate::source::cursor::Collection;
use crate::source::kind::Kind;
use crate::source::ledger::{Presence, TICKETS, TicketMemory};
use crate::source::pages::{List, Sheet};
use crate::source::span::{CHECKS_MAX, Span};

/// The lists of tickets: live ones and the trash.
const LISTS: usize = 2;
/// A sweep may find so many tickets gone, and so large a part of all (one in five), without a second sweep that agrees.
const VANISHED_MAX: u64 = 50;
const VANISHED_PARTS_MAX: u64 = 5;

/// What a page of ids tells.
struct Doubtful {
    /// Ids on the page that were remembered elsewhere or not at all.
    ids: Vec<i64>,
    /// Remembered ids that the page should show.
    vanished: Vec<i64>,
    /// The ids of the page.
    seen: Vec<i64>,
}

impl Stepper<'_, '_> {
    /// Looks at the next page of ids: of live tickets, then of the trash. Where tickets vanished, a second pass over both
    /// lists asks for each of them, unless they are so many that another sweep has to find the same first.
    pub(super) async fn sweep(&mut self, at: Collection) -> Result<Option<Collection>, Error> {
        self.say("following, comparing ids");
        let (is_trash, is_second_pass) = (at.list % LISTS == 1, at.list >= LISTS);
        let Some(sheet) = self.sheet(List::Tickets(is_trash), &at, true).await? else { return Ok(None) };
        let Doubtful { mut ids, vanished, seen } = self.doubtful(&at, &sheet, is_trash).await?;
        if is_second_pass {
            ids.extend(&vanished);
            ids.sort_unstable();
        }
        let is_cut = ids.len() > CHECKS_MAX;
        ids.truncate(CHECKS_MAX);
        for &id in &ids {
            self.look_at(id).await?;
        }
        let last = ids.last().copied().filter(|_| is_cut);
        if !is_second_pass {
            // The rest of a page that is cut comes again.
            let is_done = |id: i64| last.is_none_or(|last| id <= last);
            self.place.tickets_seen += seen.into_iter().filter(|&id| is_done(id)).count() as u64;
            self.place.vanished += vanished.into_iter().filter(|&id| is_done(id)).count() as u64;
        }
        Ok(match (last, sheet.next) {
            (Some(last), _) => Some(Collection { last_id: Some(last), ..at }),
            (None, Some(next)) => Some(next),
            (None, None) if !is_trash => Some(Collection::of(at.list + 1)),
            (None, None) if !is_second_pass && self.believes_in_loss() => Some(Collection::of(LISTS)),
            (None, None) => None,
        })
    }

    /// Whether tickets vanished and nothing speaks against it. Very many are not believed before a second sweep.
    fn believes_in_loss(&mut self) -> bool {
        let (vanished, known) = (self.place.vanished, self.place.vanished + self.place.tickets_seen);
        let is_much = vanished > VANISHED_MAX && vanished.saturating_mul(VANISHED_PARTS_MAX) > known;
        let is_first_time = !self.place.is_in_doubt;
        self.place.is_in_doubt = is_much && is_first_time;
        if self.place.is_in_doubt {
            tracing::warn!(vanished, known, "many tickets seem to be gone, the next sweep decides");
        }
        vanished > 0 && !self.place.is_in_doubt
    }

    /// The ids whose place is not where it was remembered.
    async fn doubtful(&mut self, at: &Collection, sheet: &Sheet, is_trash: bool) -> Result<Doubtful, Error> {
        let here = if is_trash { Presence::Trashed } else { Presence::Live };
        let span = Span::of(at, sheet);
        let mut remembered = BTreeMap::new();
        for (id, bytes) in span.remembered(self.intake.ledger(), TICKETS).await? {
            let memory = TicketMemory::decode(&bytes)
                .ok_or_else(|| Error::Ledger(format!("the entry of {TICKETS} {id} cannot be read")))?;
            remembered.insert(id, memory.presence);
        }
        let seen = span.ids();
        let ids = seen.iter().copied().filter(|id| remembered.get(id) != Some(&here)).collect();
        let is_gone = |id: i64, presence: Presence| presence == here && !span.holds(id);
        let vanished =
            remembered.into_iter().filter(|&(id, presence)| is_gone(id, presence)).map(|(id, _)| id).collect();
        Ok(Doubtful { ids, vanished, seen })
    }

    /// Asks for one ticket by itself.
    pub(crate) async fn look_at(&mut self, ticket: i64) -> Result<(), Error> {
        let Some(answer) = self.item(Kind::Ticket.itemtype(), ticket).await? else { return Ok(()) };
        match answer {
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

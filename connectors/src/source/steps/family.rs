//! Reading again everything that belongs to tickets that changed.

use std::collections::HashSet;

use futures::future::join_all;
use pipeline::sources::Error;
use serde_json::json;

use super::Stepper;
use crate::client::Lookup;
use crate::source::family::{self, Family};
use crate::source::fault;
use crate::source::kind::Kind;
use crate::source::ledger::Presence;
use crate::source::pages::List;
use crate::source::run::is_of_the_request;

/// The part of a dead letter that names the kinds of rows that could not be read.
pub(crate) const UNREAD: &str = "unread";

impl Stepper<'_, '_> {
    /// Reads the rows of the next few tickets that wait for it. A ticket that fails waits behind the others, and is gone
    /// without in the end.
    pub(super) async fn read_families(&mut self) -> Result<(), Error> {
        let count = self.place.pending.len().min(self.config.tickets_per_step_max as usize);
        let tickets: Vec<i64> = self.place.pending.drain(..count).collect();
        self.say(format!("following, {} tickets to read", self.place.pending.len() + count));
        let (hopeless, others): (Vec<i64>, Vec<i64>) =
            tickets.into_iter().partition(|&ticket| self.run.is_hopeless(&family_of(ticket)));
        let suspects: HashSet<i64> =
            others.iter().copied().filter(|&ticket| self.run.is_suspect(&family_of(ticket))).collect();
        if !suspects.is_empty() {
            self.ping().await?;
        }
        let (client, kinds) = (self.client, self.kinds());
        let reads = others.iter().map(|ticket| family::read(client, *ticket, &kinds, suspects.contains(ticket)));
        let families = join_all(reads).await;
        let (mut is_any_read, mut failure) = (!hopeless.is_empty(), None);
        for (ticket, family) in others.into_iter().zip(families) {
            match family {
                Ok(family) => {
                    self.run.worked(&family_of(ticket));
                    self.take_in(ticket, family).await?;
                    is_any_read = true;
                }
                Err(error) => {
                    self.run.failed(&family_of(ticket), &error);
                    self.place.pending.push(ticket);
                    failure = Some(error);
                }
            }
        }
        for ticket in hopeless {
            self.read_what_can_be(ticket).await?;
        }
        failure.filter(|_| !is_any_read).map_or(Ok(()), |error| Err(fault::failure(&error)))
    }

    /// Reads the rows of one ticket.
    pub(crate) async fn read_family_of(&mut self, ticket: i64) -> Result<(), Error> {
        let family = family::read(self.client, ticket, &self.kinds(), false).await;
        let family = family.map_err(|error| fault::failure(&error))?;
        self.take_in(ticket, family).await
    }

    fn kinds(&self) -> Vec<Kind> {
        Kind::CHILDREN.into_iter().filter(|kind| self.place.reads(kind.itemtype())).collect()
    }

    /// Reads the kinds of rows that can be read, and sets the ticket aside for the others.
    async fn read_what_can_be(&mut self, ticket: i64) -> Result<(), Error> {
        self.ping().await?;
        let (mut lists, mut forbidden) = (Vec::new(), Vec::new());
        let mut unread = Vec::new();
        let mut failure = None;
        for kind in self.kinds() {
            match self.client.sub_items_once(ticket.cast_unsigned(), kind.itemtype()).await {
                Ok(Lookup::Found(rows)) => lists.push((kind, rows)),
                Ok(Lookup::Missing | Lookup::Forbidden) => forbidden.push(kind),
                Err(error) if is_of_the_request(&error) => {
                    self.ping().await?;
                    unread.push(kind.itemtype());
                    failure = Some(error);
                }
                Err(error) => return Err(fault::failure(&error)),
            }
        }
        let family =
            family::found(self.client, ticket, lists, forbidden).await.map_err(|error| fault::failure(&error))?;
        self.take_in(ticket, family).await?;
        let Some(error) = failure else {
            self.run.worked(&family_of(ticket));
            return Ok(());
        };
        let raw = json!({ "id": ticket, UNREAD: unread });
        self.give_up(Kind::Ticket.itemtype(), ticket, &raw, &error).await
    }

    async fn take_in(&mut self, ticket: i64, family: Family) -> Result<(), Error> {
        match family {
            Family::Missing => self.intake.gone(ticket, Presence::Purged).await,
            Family::Hidden => self.intake.gone(ticket, Presence::Hidden).await,
            Family::Found { lists, forbidden } => {
                for kind in forbidden {
                    let error = crate::client::Error::RightMissing { itemtype: kind.itemtype().to_owned() };
                    self.do_without(List::Children(kind), &error)?;
                }
                // The ticket's memory has to be there, also where no row brings it in.
                self.intake.presence(ticket).await?;
                for (kind, rows) in lists {
                    self.intake.children(kind, &rows).await?;
                    self.intake.complete(ticket, kind, &rows);
                    self.intake.told_whole(ticket, kind);
                }
                Ok(())
            }
        }
    }
}

fn family_of(ticket: i64) -> String {
    format!("everything of ticket {ticket}")
}

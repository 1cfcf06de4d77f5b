//! Reading again everything that belongs to tickets that changed.

use futures::future::try_join_all;
use pipeline::sources::Error;

use super::Stepper;
use crate::source::family::{self, Family};
use crate::source::fault;
use crate::source::kind::Kind;
use crate::source::ledger::Presence;
use crate::source::pages::List;

impl Stepper<'_, '_> {
    /// Reads the rows of the next few tickets that wait for it.
    pub(super) async fn read_families(&mut self) -> Result<(), Error> {
        let count = self.place.pending.len().min(self.config.tickets_per_step_max as usize);
        let tickets: Vec<i64> = self.place.pending.drain(..count).collect();
        self.say(format!("following, {} tickets to read", self.place.pending.len() + count));
        self.read_family_of(&tickets).await
    }

    /// Reads the rows of these tickets.
    pub(crate) async fn read_family_of(&mut self, tickets: &[i64]) -> Result<(), Error> {
        let kinds: Vec<Kind> = Kind::CHILDREN.into_iter().filter(|kind| self.place.reads(kind.itemtype())).collect();
        let client = self.client;
        let families = try_join_all(tickets.iter().map(|&ticket| family::read(client, ticket, &kinds)))
            .await
            .map_err(|error| fault::failure(&error))?;
        for (&ticket, family) in tickets.iter().zip(families) {
            self.take_in(ticket, family).await?;
        }
        Ok(())
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
                }
                Ok(())
            }
        }
    }
}

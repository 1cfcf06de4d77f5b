//! Lists that are pulled as a whole: dimensions and surveys. The ledger decides what is news.

use pipeline::sources::Error;

use super::{Stepper, dimension_of};
use crate::client::Lookup;
use crate::source::convert::{self, Dimension};
use crate::source::cursor::Collection;
use crate::source::kind::Kind;
use crate::source::ledger::{DimensionMemory, Fate};
use crate::source::pages::{List, Sheet};
use crate::source::span::{CHECKS_MAX, Span};

impl Stepper<'_, '_> {
    /// Pulls the next page of surveys.
    pub(super) async fn pull_surveys(&mut self, at: Collection) -> Result<Option<Collection>, Error> {
        self.say("following, reading surveys");
        let Some(sheet) = self.sheet(List::Children(Kind::Survey), &at, false).await? else { return Ok(None) };
        self.intake.children(Kind::Survey, &sheet.rows).await?;
        Ok(sheet.next)
    }

    /// Pulls the next page of the dimensions.
    pub(super) async fn pull_dimensions(&mut self, at: Collection) -> Result<Option<Collection>, Error> {
        let mut lists = List::dimensions();
        // A kind that could not be read for a while is read once as a whole when it can be again. Surveys are anyway.
        if at.list == lists.len() && at.offset > 0 || !self.place.reads(Kind::SupplierTicket.itemtype()) {
            lists.push(List::Children(Kind::SupplierTicket));
        }
        let Some(&list) = lists.get(at.list) else { return Ok(None) };
        self.say(format!("following, reading {}", list.itemtype()));
        let following = (at.list + 1 < lists.len()).then_some(Collection::of(at.list + 1));
        let Some(sheet) = self.sheet(list, &at, false).await? else { return Ok(following) };
        if let List::Children(kind) = list {
            self.intake.children(kind, &sheet.rows).await?;
            return Ok(sheet.next);
        }
        let Some((dimension, is_trash)) = dimension_of(list) else { return Ok(following) };

        self.intake.dimension_rows(dimension, &sheet.rows, is_trash).await?;
        let stopped_at = self.drop_vanished(dimension, is_trash, &at, &sheet).await?;
        Ok(match stopped_at {
            Some(last_id) => Some(Collection { last_id: Some(last_id), ..at }),
            None => sheet.next.or(following),
        })
    }

    /// Looks for rows that are remembered and not on the page. Tells the last id looked at where there are too many.
    async fn drop_vanished(
        &mut self,
        dimension: &'static Dimension,
        is_trash: bool,
        at: &Collection,
        sheet: &Sheet,
    ) -> Result<Option<i64>, Error> {
        let span = Span::of(at, sheet);
        let mut checks = 0;
        for (id, bytes) in span.remembered(self.intake.ledger(), dimension.space).await? {
            let memory = DimensionMemory::decode(&bytes)
                .ok_or_else(|| Error::Ledger(format!("the entry of {} {id} cannot be read", dimension.space)))?;
            if span.holds(id) || memory.entry.fate == Fate::Gone || memory.is_trashed != is_trash {
                continue;
            }
            match self.item(dimension.itemtype, id).await? {
                None => {}
                Some(Lookup::Found(raw)) => {
                    let is_trash = convert::is_in_trash(&raw);
                    self.intake.dimension_rows(dimension, &[raw], is_trash).await?;
                }
                Some(Lookup::Missing | Lookup::Forbidden) => self.intake.dimension_gone(dimension, id, memory),
            }
            checks += 1;
            if checks == CHECKS_MAX {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }
}

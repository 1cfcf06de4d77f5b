//! The first reading of everything, list by list in the order of ids.

use pipeline::sources::Error;

use super::{Stepper, dimension_of};
use crate::source::cursor::{Collection, Step};
use crate::source::pages::List;

impl Stepper<'_, '_> {
    /// Finds out what the account may read and how much there is.
    pub(super) async fn probe(&mut self) -> Result<(), Error> {
        let mut totals = Vec::new();
        for list in List::backfill() {
            if !self.place.reads(list.itemtype()) {
                totals.push(0);
                continue;
            }
            let request = list.request().ids_only().of_rows(1);
            match self.client.page(list.itemtype(), &request).await {
                Ok(page) => totals.push(page.total.unwrap_or(page.rows.len() as u64)),
                Err(error) => {
                    self.do_without(list, &error)?;
                    totals.push(0);
                }
            }
        }
        // Whatever changes from here on is read again by the first round.
        self.place.round_newest = self.newest_change().await?;
        self.place.round_watermark = Some(self.lagging_now());
        self.place.begun.dimensions = Some(self.now);
        self.place.begun.surveys = Some(self.now);
        self.outcome.progress = Some((0, totals.iter().sum()));
        self.say("backfill");
        self.place.step = Step::Backfill { at: Collection::of(0), totals };
        Ok(())
    }

    /// Reads the next page of the first reading.
    pub(super) async fn backfill(&mut self, mut at: Collection, totals: Vec<u64>) -> Result<(), Error> {
        let lists = List::backfill();
        while lists.get(at.list).is_some_and(|list| !self.place.reads(list.itemtype())) {
            at = Collection::of(at.list + 1);
        }
        let Some(&list) = lists.get(at.list) else {
            self.place.watermark = self.place.round_watermark;
            self.place.newest = self.place.round_newest;
            let walk = self.begin_round();
            return self.walk(walk).await;
        };
        let sheet = self.sheet(list, &at, false).await?;
        let next = sheet.as_ref().and_then(|sheet| sheet.next.clone());
        if let Some(sheet) = sheet {
            match list {
                List::Tickets(is_trash) => {
                    self.intake.tickets(&sheet.rows, is_trash).await?;
                }
                List::Children(kind) => self.intake.children(kind, &sheet.rows).await?,
                List::Dimension(..) => {
                    if let Some((dimension, is_trash)) = dimension_of(list) {
                        self.intake.dimension_rows(dimension, &sheet.rows, is_trash).await?;
                    }
                }
            }
        }
        self.tell_progress(list, &at, next.as_ref(), &totals);
        self.place.step = Step::Backfill { at: next.unwrap_or(Collection::of(at.list + 1)), totals };
        Ok(())
    }

    fn tell_progress(&mut self, list: List, at: &Collection, next: Option<&Collection>, totals: &[u64]) {
        let total = totals.get(at.list).copied().unwrap_or(0);
        let done = next.map_or(total, |next| next.offset.min(total));
        let before: u64 = totals.iter().take(at.list).sum();
        self.say(format!("backfill of {} {done} of {total}", list.itemtype()));
        self.outcome.progress = Some((before + done, totals.iter().sum()));
    }
}

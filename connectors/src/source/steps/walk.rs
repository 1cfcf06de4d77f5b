//! The walk by last change, newest first: it ends where the last round began, and a bit further back.

use pipeline::sources::Error;
use schemas::Instant;
use serde_json::Value;

use super::Stepper;
use crate::client::{Order, PageRequest};
use crate::source::convert;
use crate::source::cursor::{Collection, Step, Walk};
use crate::source::fault;
use crate::source::intake::Seen;
use crate::source::kind::Kind;
use crate::source::pages;

/// Rows of the first page: on most rounds next to nothing has changed.
const FIRST_ROWS: u32 = 50;
/// Rules and notifications of GLPI write history for about so long after the date of the change.
const AFTERMATH_S: i64 = 30;
/// What asks for the newest change, by name.
const NEWEST: &str = "the newest change";
/// The column that moves with nearly every change.
const CHANGED: &str = "date_mod";

impl Stepper<'_, '_> {
    /// Reads the next page of the walk.
    pub(super) async fn walk(&mut self, walk: Walk) -> Result<(), Error> {
        self.say("following");
        match (&walk.second, &walk.last) {
            (Some(second), Some(last)) => self.walk_second(&walk, second.clone(), last.clone()).await,
            _ => self.walk_page(walk).await,
        }
    }

    async fn walk_page(&mut self, mut walk: Walk) -> Result<(), Error> {
        let rows = if walk.offset == 0 { FIRST_ROWS.min(self.config.walk_rows_max) } else { self.config.walk_rows_max };
        let rows = rows.min(self.client.limits().page_rows_max);
        let start = walk.offset.saturating_sub(pages::overlap(u64::from(rows)));
        let request = PageRequest::first().sorted_by(CHANGED, Order::Descending).of_rows(rows);
        let request = if walk.is_trash { request.in_trash() } else { request };
        let mut page = self.stretch(&request, start..walk.offset, rows).await?;
        let found = self.pass_over(Kind::Ticket.itemtype(), &request, &page.unreadable).await?;
        let last_read = page.rows.iter().rev().find_map(changed);
        page.rows.extend(found);

        let seen = self.intake.tickets(&page.rows, walk.is_trash).await?;
        if walk.offset == 0 && !walk.is_trash && self.place.round_newest.is_none() {
            self.place.round_newest = seen.iter().filter_map(|seen| Some(seen.modified?.0)).max();
        }
        // News among what should be known by now: the clock behind these dates is late, so more may lie further back.
        let is_late = |seen: &Seen| seen.modified.is_some_and(|(_, latest)| self.is_known(latest));
        let is_at_end = seen.iter().any(is_late) && !seen.iter().any(|seen| seen.is_news && is_late(seen));
        let next = page.end_beyond(walk.offset).filter(|_| !is_at_end);
        let last = last_read.or(walk.last.clone());
        // Rows of one second have no fixed order, so some may hide behind the edge of the page for ever: such a second is
        // read apart, once.
        let second = (next.is_some() && last != walk.last).then_some(Collection::of(0));
        let read_apart = [walk.last.as_deref(), second.as_ref().and(last.as_deref())];
        self.queue(&seen, self.between(read_apart));
        if self.has_moved(&page.rows, start, walk.last.as_deref()) {
            // More rows vanished than pages share: go back, all of them are known by now.
            walk.offset = start.saturating_sub(u64::from(rows));
            self.place.step = Step::Walk(walk);
            return Ok(());
        }
        match next {
            Some(offset) => self.place.step = Step::Walk(Walk { offset, last, second, ..walk }),
            _ if walk.is_trash => {
                self.place.step = Step::Job { pages_left: self.config.job_pages_max, begun: Vec::new() };
            }
            _ => self.place.step = Step::Walk(Walk { is_trash: true, ..Walk::default() }),
        }
        Ok(())
    }

    /// Reads all rows that changed in one second, in the order of their ids.
    async fn walk_second(&mut self, walk: &Walk, at: Collection, last: String) -> Result<(), Error> {
        let request = PageRequest::first().sorted_by("id", Order::Ascending).where_text(CHANGED, &format!("^{last}$"));
        let request = if walk.is_trash { request.in_trash() } else { request };
        let sheet = pages::read(self.client, Kind::Ticket.itemtype(), &request, &at)
            .await
            .map_err(|error| fault::failure(&error))?;
        self.intake.leave_out(sheet.discarded);
        let seen = self.intake.tickets(&sheet.rows, walk.is_trash).await?;
        self.queue(&seen, |_| true);
        self.place.step = Step::Walk(Walk { second: sheet.next, last: Some(last), ..walk.clone() });
        Ok(())
    }

    /// Queues the tickets whose rows have to be read: those that are news, and those candidates that are fresh.
    fn queue(&mut self, seen: &[Seen], is_candidate: impl Fn(&Seen) -> bool) {
        for seen in seen {
            if (seen.is_news || is_candidate(seen) && self.is_fresh(seen)) && !self.place.pending.contains(&seen.id) {
                self.place.pending.push(seen.id);
            }
        }
    }

    /// Whether a ticket was changed between two seconds that are read apart: before the first, after the second.
    fn between(&self, [before, after]: [Option<&str>; 2]) -> impl Fn(&Seen) -> bool + use<> {
        let zone = self.intake.zone();
        let [upper, lower] = [before, after].map(|naive| convert::instants(naive?, zone));
        move |seen| match seen.modified {
            // In a repeated hour the order of times says nothing.
            Some((earliest, latest)) if earliest == latest => {
                upper.is_none_or(|(upper, _)| earliest < upper) && lower.is_none_or(|(lower, _)| earliest > lower)
            }
            _ => true,
        }
    }

    /// Whether the last round may have read this ticket before its change was complete, and so have missed a part: within
    /// the very second of the change, or before what GLPI writes only after it.
    fn is_fresh(&self, seen: &Seen) -> bool {
        let poll_interval_s = i64::try_from(self.config.poll_interval_ms / 1_000).unwrap_or(i64::MAX);
        let back = AFTERMATH_S.max(poll_interval_s);
        match (seen.modified, self.place.watermark) {
            (Some((earliest, latest)), Some(watermark)) => {
                latest >= watermark.plus_seconds(-back) && earliest <= self.now
            }
            _ => false,
        }
    }

    /// Whether the last round should have read that change. A clock that was ahead when it began says so of too many.
    fn is_known(&self, changed: Instant) -> bool {
        let [overlap_s, lag_s] = [self.config.overlap_s, self.config.lag_s].map(i64::from);
        let newest = self.place.newest.map(|newest| newest.plus_seconds(-lag_s));
        let known = self.place.watermark.map(|watermark| newest.map_or(watermark, |newest| newest.min(watermark)));
        known.is_some_and(|known| changed < known.plus_seconds(-overlap_s))
    }

    /// The newest change of a ticket.
    pub(super) async fn newest_change(&mut self) -> Result<Option<Instant>, Error> {
        let request = PageRequest::first().sorted_by(CHANGED, Order::Descending).of_rows(1);
        match self.client.page(Kind::Ticket.itemtype(), &request).await {
            Ok(page) => {
                self.run.worked(NEWEST);
                let changed = page.rows.first().and_then(changed);
                Ok(changed.and_then(|changed| Some(convert::instants(&changed, self.intake.zone())?.0)))
            }
            Err(error) => {
                self.run.failed(NEWEST, &error);
                if self.run.is_hopeless(NEWEST) { Ok(None) } else { Err(fault::failure(&error)) }
            }
        }
    }

    /// Whether the page begins later in the walk than the one before it ended.
    fn has_moved(&self, rows: &[Value], start: u64, last: Option<&str>) -> bool {
        let zone = self.intake.zone();
        let last = last.filter(|_| start > 0).and_then(|last| convert::instants(last, zone));
        let Some((last, _)) = last else { return false };
        match rows.iter().find_map(changed) {
            Some(first) => convert::instants(&first, zone).is_some_and(|(_, first)| first < last),
            None => rows.is_empty(),
        }
    }
}

fn changed(row: &Value) -> Option<String> {
    row.get(CHANGED).and_then(Value::as_str).filter(|text| crate::zone::parse(text).is_ok()).map(str::to_owned)
}

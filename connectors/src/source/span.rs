//! The ids that a page covers, for comparing them with the remembered ones without keeping all of either.

use std::collections::HashSet;

use pipeline::sources::{Error, Ledger};

use super::convert;
use super::cursor::Collection;
use super::pages::Sheet;

/// Single items asked for in one step; the rest waits for the next one.
pub(crate) const CHECKS_MAX: usize = 50;
/// Ledger values read at once.
const SCAN_ROWS: u32 = 1_000;

/// The ids after the place of a page up to its last one; up to the end on the last page.
pub(crate) struct Span {
    after: i64,
    up_to: i64,
    ids: HashSet<i64>,
}

impl Span {
    pub(crate) fn of(at: &Collection, sheet: &Sheet) -> Self {
        let up_to = sheet.next.as_ref().map_or(Some(i64::MAX), |next| next.last_id);
        let after = at.last_id.unwrap_or(-1);
        Self { after, up_to: up_to.unwrap_or(after), ids: sheet.rows.iter().filter_map(convert::id_of).collect() }
    }

    /// Whether the page shows this id.
    pub(crate) fn holds(&self, id: i64) -> bool {
        self.ids.contains(&id)
    }

    /// The ids of the page that belong to the span, ascending.
    pub(crate) fn ids(&self) -> Vec<i64> {
        let mut ids: Vec<i64> = self.ids.iter().copied().filter(|&id| id > self.after).collect();
        ids.sort_unstable();
        ids
    }

    /// What `space` remembers within the span.
    pub(crate) async fn remembered(&self, ledger: &dyn Ledger, space: &str) -> Result<Vec<(i64, Vec<u8>)>, Error> {
        let mut found = Vec::new();
        let mut after = self.after;
        loop {
            let part = ledger.scan(space, after, SCAN_ROWS).await?;
            let is_end = part.len() < SCAN_ROWS as usize;
            let Some(&(last, _)) = part.last() else { return Ok(found) };
            found.extend(part.into_iter().filter(|&(id, _)| id <= self.up_to));
            if is_end || last >= self.up_to {
                return Ok(found);
            }
            after = last;
        }
    }
}

//! Pages of a list: limits, and cursors that go on exactly where a page ended.
//!
//! A cursor names the last row by its sort key and id, so rows that come and go elsewhere neither repeat nor hide
//! others. It also holds the instant of the first page: the whole walk sees one window.

mod base64url;
mod cursor;
#[cfg(any(test, fuzzing))]
mod hostile;

use std::hash::{DefaultHasher, Hash, Hasher};

use datafusion::{
    arrow::datatypes::DataType,
    dataframe::DataFrame,
    prelude::{Expr, cast, col, lit},
};
use schemas::Instant;
use serde::{Deserialize, Serialize};

use crate::{answer::Page, error::Error, inputs, viewer::Viewer};

use cursor::Cursor;
pub(crate) use cursor::Place;

/// Rows of a page where the question does not say.
pub const PAGE_ROWS_DEFAULT: u32 = 50;

/// The most rows of a page: what a browser shows and a proxy carries without trouble.
pub const PAGE_ROWS_MAX: u32 = 500;

/// The column that a sorted plan keeps its sort key in.
pub(crate) const SORT_KEY: &str = "sort_key";

/// Which page is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PageInput {
    /// Rows of the page, 1 to 500; 50 where it is left out.
    pub limit: Option<i64>,
    /// `meta.page.next` of the page before; the first page where it is left out.
    pub cursor: Option<String>,
}

/// A walk over the pages of one question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walk {
    /// The instant that the whole walk calls now.
    pub(crate) now: Instant,
    limit: u32,
    question: u64,
    came_from: Option<Cursor>,
}

/// How a list is sorted. Rows without a key come last; the id decides between equal keys, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Order<K> {
    pub(crate) key: K,
    pub(crate) descending: bool,
}

impl Walk {
    /// The walk of `viewer` over the answer to `question`, at the page that `input` names.
    pub(crate) fn new(
        input: &PageInput,
        name: &str,
        viewer: &Viewer,
        question: &impl Hash,
        now: Instant,
    ) -> Result<Self, Error> {
        let bounds = (1, i64::from(PAGE_ROWS_MAX));
        let limit = inputs::number("limit", input.limit, i64::from(PAGE_ROWS_DEFAULT), bounds)? as u32;
        let mut hasher = DefaultHasher::new();
        (name, viewer, question).hash(&mut hasher);
        let question = hasher.finish();
        let came_from = input.cursor.as_deref().map(|text| came_from(text, question)).transpose()?;
        Ok(Self { now: came_from.map_or(now, |cursor| cursor.now), limit, question, came_from })
    }

    /// The rows after the last page, sorted, one more than the page holds. `id` must differ between rows.
    pub(crate) fn apply(&self, rows: DataFrame, order: Order<Expr>, id: &str) -> Result<DataFrame, Error> {
        let mut rows = rows.with_column(SORT_KEY, cast(order.key, DataType::Int64))?;
        if let Some(cursor) = self.came_from {
            rows = rows.filter(after(cursor.place, order.descending, id))?;
        }
        let by = vec![col(SORT_KEY).sort(!order.descending, false), col(id).sort(true, false)];
        Ok(rows.sort(by)?.limit(0, Some(self.limit as usize + 1))?)
    }

    /// Sorts rows held in memory and keeps those that [`Self::apply`] would.
    pub(crate) fn apply_to<T>(&self, mut rows: Vec<T>, descending: bool, place: impl Fn(&T) -> Place) -> Vec<T> {
        rows.sort_by_cached_key(|row| rank(place(row), descending));
        if let Some(cursor) = self.came_from {
            let last = rank(cursor.place, descending);
            rows.retain(|row| rank(place(row), descending) > last);
        }
        rows.truncate(self.limit as usize + 1);
        rows
    }

    /// Cuts the row too many off, and says where the next page begins.
    pub(crate) fn cut<T>(
        &self,
        mut rows: Vec<T>,
        total: u64,
        version: u64,
        place: impl Fn(&T) -> Place,
    ) -> (Vec<T>, Page) {
        let more = rows.len() > self.limit as usize;
        rows.truncate(self.limit as usize);
        // The first page's version goes on through the walk, so that every later page can tell that rows moved.
        let began = self.came_from.map_or(version, |cursor| cursor.version);
        let cursor = |place| Cursor { question: self.question, version: began, now: self.now, place }.written();
        let next = rows.last().filter(|_| more).map(|last| cursor(place(last)));
        (rows, Page { next, limit: self.limit, total, moved: began != version })
    }
}

/// The place that `text` names, in a walk over the answer to `question`.
fn came_from(text: &str, question: u64) -> Result<Cursor, Error> {
    let refuse = |problem| Error::invalid("cursor", problem, "meta.page.next of the same question's page before");
    let cursor = Cursor::read(text).ok_or_else(|| refuse("malformed"))?;
    if cursor.question == question { Ok(cursor) } else { Err(refuse("belongs to another question")) }
}

fn after(place: Place, descending: bool, id: &str) -> Expr {
    let later_id = col(id).gt(lit(place.id));
    let Some(key) = place.key else { return col(SORT_KEY).is_null().and(later_id) };
    let beyond = if descending { col(SORT_KEY).lt(lit(key)) } else { col(SORT_KEY).gt(lit(key)) };
    beyond.or(col(SORT_KEY).eq(lit(key)).and(later_id)).or(col(SORT_KEY).is_null())
}

/// Sorts as `after` does: rows without a key last, then by key, then by id.
fn rank(place: Place, descending: bool) -> (bool, i128, i64) {
    let key = i128::from(place.key.unwrap_or(0));
    (place.key.is_none(), if descending { -key } else { key }, place.id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn walk(cursor: Option<String>, question: &str) -> Result<Walk, Error> {
        let input = PageInput { limit: Some(2), cursor };
        Walk::new(&input, "test", &Viewer::of_everything(), &question, Instant(5))
    }

    #[test]
    fn a_walk_over_a_list_meets_every_row_once_in_order() {
        let rows: Vec<Place> = [(Some(3), 1), (None, 2), (Some(7), 3), (Some(3), 4), (Some(-1), 5), (None, 6)]
            .map(|(key, id)| Place { key, id })
            .to_vec();
        let mut met = Vec::new();
        let mut cursor = None;
        loop {
            let walk = walk(cursor, "rows").unwrap();
            let (page, next) = walk.cut(walk.apply_to(rows.clone(), true, |row| *row), 6, 1, |row| *row);
            met.extend(page.iter().map(|row| row.id));
            cursor = next.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(met, [3, 1, 4, 5, 2, 6]);
    }

    #[test]
    fn a_cursor_of_another_question_is_refused() {
        let walked = walk(None, "rows").unwrap();
        let rows = vec![1, 2, 3];
        let (_, page) = walked.cut(rows, 3, 1, |id| Place { key: None, id: *id });
        assert!(walk(page.next.clone(), "rows").is_ok());
        assert!(matches!(walk(page.next, "others"), Err(Error::Invalid { field: "cursor", .. })));
    }

    #[test]
    fn a_cursor_nobody_gave_out_is_refused() {
        for text in ["", "x", "AAAA", "*&^", &"A".repeat(54), &"A".repeat(55), &"_".repeat(55), &"A".repeat(4000)] {
            let refused = walk(Some(text.to_owned()), "rows");
            assert!(matches!(refused, Err(Error::Invalid { field: "cursor", .. })), "{text}");
        }
    }

    #[test]
    fn a_page_says_that_rows_may_have_moved_since_the_first() {
        let first = walk(None, "rows").unwrap();
        let (_, page) = first.cut(vec![1, 2, 3], 3, 1, |id| Place { key: None, id: *id });
        let second = walk(page.next, "rows").unwrap();
        let (_, page) = second.cut(vec![3], 3, 2, |id| Place { key: None, id: *id });
        assert!(page.moved);
    }

    #[test]
    fn limits_outside_1_to_500_are_refused() {
        for limit in [0, -1, 501, i64::MAX] {
            let input = PageInput { limit: Some(limit), cursor: None };
            let refused = Walk::new(&input, "test", &Viewer::of_everything(), &(), Instant(5));
            assert!(matches!(refused, Err(Error::Invalid { field: "limit", .. })), "{limit}");
        }
    }
}

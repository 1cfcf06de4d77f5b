//! Reading collections and items: pages that always name their range, and whose end is never guessed from a status.

use std::collections::HashSet;

use serde_json::Value;

use super::call::{Call, Expected};
use super::error::Error;
use super::{GlpiClient, Reply};

/// Rows that neighbouring pages of a walk share: a row deleted meanwhile moves the following ones to the left.
const PAGE_OVERLAP_ROWS: u64 = 10;

/// Which rows to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRequest {
    start: u64,
    rows: Option<u32>,
    sort: Option<(String, Order)>,
    is_trash: bool,
    is_ids_only: bool,
    is_once: bool,
    search_text: Vec<(String, String)>,
}

/// The direction of a sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Smallest first.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

/// One page of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The rows as GLPI gave them.
    pub rows: Vec<Value>,
    /// The size of the whole collection as GLPI counts it; it may be more than the rows there are.
    pub total: Option<u64>,
    start: u64,
    is_short: bool,
    is_last: bool,
}

/// What became of a question about one item.
#[derive(Debug, Clone, PartialEq)]
pub enum Lookup<T> {
    /// It is there.
    Found(T),
    /// It does not exist, or no longer.
    Missing,
    /// It is out of the account's scope, or the account may not read its kind.
    Forbidden,
}

impl Order {
    /// As GLPI writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascending => "ASC",
            Self::Descending => "DESC",
        }
    }
}

impl PageRequest {
    /// The first page of a collection, as large as the client allows.
    pub fn first() -> Self {
        Self::default()
    }

    /// Starts at row `start`, counted from 0.
    #[must_use]
    pub fn starting_at(mut self, start: u64) -> Self {
        self.start = start;
        self
    }

    /// Reads at most `rows` rows; the client's own limit holds as well.
    #[must_use]
    pub fn of_rows(mut self, rows: u32) -> Self {
        self.rows = Some(rows);
        self
    }

    /// Sorts by a column. GLPI knows no second one: rows that are equal in it have no fixed order.
    #[must_use]
    pub fn sorted_by(mut self, column: &str, order: Order) -> Self {
        self.sort = Some((column.to_owned(), order));
        self
    }

    /// Reads only what lies in the trash, instead of only what does not.
    #[must_use]
    pub fn in_trash(mut self) -> Self {
        self.is_trash = true;
        self
    }

    /// Reads the ids alone.
    #[must_use]
    pub fn ids_only(mut self) -> Self {
        self.is_ids_only = true;
        self
    }

    /// Tells a failure at once instead of trying again.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.is_once = true;
        self
    }

    /// Keeps rows whose `column` contains `pattern`; `^` and `$` stand for its start and end.
    #[must_use]
    pub fn where_text(mut self, column: &str, pattern: &str) -> Self {
        self.search_text.push((column.to_owned(), pattern.to_owned()));
        self
    }
}

impl Page {
    /// Where the next page starts; nothing after the last one.
    pub fn next_start(&self) -> Option<u64> {
        (!self.is_last).then_some(self.start + self.rows.len() as u64)
    }

    /// Whether it has fewer rows than were asked for. That is the end where it also brings nothing new: the total of a
    /// page that is no last one may be more than the rows there are.
    pub fn is_short(&self) -> bool {
        self.is_short
    }
}

impl GlpiClient {
    /// Reads one page of a collection. A page behind the last row is empty, not an error.
    pub async fn page(&self, itemtype: &str, request: &PageRequest) -> Result<Page, Error> {
        self.page_at(&[checked(itemtype)?], request).await
    }

    /// Reads all rows of a collection that are not in the trash, in the order of their ids.
    pub async fn all(&self, itemtype: &str) -> Result<Vec<Value>, Error> {
        let request = PageRequest::first().sorted_by("id", Order::Ascending);
        self.walk(&[checked(itemtype)?], &request).await
    }

    /// Reads all rows of a collection that `request` selects, from its start on; each id is given once.
    pub async fn all_of(&self, itemtype: &str, request: &PageRequest) -> Result<Vec<Value>, Error> {
        self.walk(&[checked(itemtype)?], request).await
    }

    /// Reads one item, which may lie in the trash.
    pub async fn item(&self, itemtype: &str, id: u64) -> Result<Lookup<Value>, Error> {
        looked_up(self.ask(&item_call(itemtype, id)?).await.map(|reply| reply.value))
    }

    /// The same, but a failure is told at once.
    pub async fn item_once(&self, itemtype: &str, id: u64) -> Result<Lookup<Value>, Error> {
        looked_up(self.ask(&item_call(itemtype, id)?.once(true)).await.map(|reply| reply.value))
    }

    /// Reads all rows of `itemtype` that belong to a ticket, in the order of their ids.
    pub async fn sub_items(&self, ticket: u64, itemtype: &str) -> Result<Lookup<Vec<Value>>, Error> {
        self.sub_items_of(ticket, itemtype, PageRequest::first()).await
    }

    /// The same, but a failure is told at once.
    pub async fn sub_items_once(&self, ticket: u64, itemtype: &str) -> Result<Lookup<Vec<Value>>, Error> {
        self.sub_items_of(ticket, itemtype, PageRequest::first().once()).await
    }

    async fn sub_items_of(
        &self,
        ticket: u64,
        itemtype: &str,
        request: PageRequest,
    ) -> Result<Lookup<Vec<Value>>, Error> {
        let path = ["Ticket", &ticket.to_string(), checked(itemtype)?];
        let rows = self.walk(&path, &request.sorted_by("id", Order::Ascending)).await;
        // What is missing among these rows is taken for gone, so each of them has to say which it is.
        looked_up(
            rows.and_then(
                |rows| if rows.iter().all(|row| id_of(row).is_some()) { Ok(rows) } else { Err(unnamed(&path)) },
            ),
        )
    }

    async fn walk(&self, path: &[&str], request: &PageRequest) -> Result<Vec<Value>, Error> {
        let mut request = request.clone();
        let mut seen = HashSet::new();
        let mut rows = Vec::new();
        loop {
            let page = self.page_at(path, &request).await?;
            let next = page.next_start();
            let fresh = page.rows.into_iter().filter(|row| id_of(row).is_none_or(|id| seen.insert(id)));
            rows.extend(fresh);
            let Some(next) = next else { return Ok(rows) };
            // Small pages share less, so that each page brings the walk clearly further.
            let overlap = PAGE_OVERLAP_ROWS.min((next - request.start) / 4);
            request.start = next - overlap;
        }
    }

    async fn page_at(&self, path: &[&str], request: &PageRequest) -> Result<Page, Error> {
        let page_rows_max = self.limits().page_rows_max;
        let wanted = request.rows.unwrap_or(page_rows_max).clamp(1, page_rows_max);
        let mut asked = u64::from(wanted.min(self.page_rows()));
        let start = request.start;
        loop {
            return match self.ask(&Call { rows: u64::from(wanted), ..page_call(path, request, asked)? }).await {
                Ok(reply) => Ok(PageEnd { start, asked }.page(reply)),
                // Rows vanished between two pages, so this one starts behind the last row.
                Err(Error::RangePastEnd) => {
                    Ok(Page { rows: Vec::new(), total: None, start, is_short: true, is_last: true })
                }
                // A few huge rows must not make a page unreadable.
                Err(Error::TooLarge { .. }) if asked > 1 => {
                    asked /= 2;
                    continue;
                }
                Err(error) => Err(error),
            };
        }
    }
}

/// What was asked of a page, to tell whether it was the last.
struct PageEnd {
    start: u64,
    asked: u64,
}

impl PageEnd {
    /// A page is the last when it is short and the total agrees, or when it is empty.
    ///
    /// Neither the status (206 on last pages too) nor the total alone (it may exceed the rows) is to be believed.
    fn page(&self, reply: Reply) -> Page {
        let Reply { value, total, .. } = reply;
        let rows = if let Value::Array(rows) = value { rows } else { Vec::new() };
        let count = rows.len() as u64;
        let is_short = count < self.asked;
        let is_end = is_short && total.is_none_or(|total| self.start + count >= total);
        Page { is_last: rows.is_empty() || is_end, is_short, rows, total, start: self.start }
    }
}

fn item_call(itemtype: &str, id: u64) -> Result<Call, Error> {
    Ok(Call::get(&[checked(itemtype)?, &id.to_string()], Expected::Object).with("get_hateoas", "false"))
}

fn page_call(path: &[&str], request: &PageRequest, rows: u64) -> Result<Call, Error> {
    let range = format!("{}-{}", request.start, request.start.saturating_add(rows - 1));
    let mut call = Call::get(path, Expected::Array).once(request.is_once).with("range", range);
    if let Some((column, order)) = &request.sort {
        call = call.with("sort", checked(column)?).with("order", order.name());
    }
    if request.is_trash {
        call = call.with("is_deleted", "true");
    }
    if request.is_ids_only {
        call = call.with("only_id", "true");
    }
    for (column, pattern) in &request.search_text {
        call = call.with(&format!("searchText[{}]", checked(column)?), pattern.as_str());
    }
    // Links to related items double the size of every row.
    Ok(call.with("get_hateoas", "false"))
}

fn looked_up<T>(result: Result<T, Error>) -> Result<Lookup<T>, Error> {
    match result {
        Ok(found) => Ok(Lookup::Found(found)),
        Err(Error::NotFound { .. }) => Ok(Lookup::Missing),
        Err(Error::RightMissing { .. }) => Ok(Lookup::Forbidden),
        Err(error) => Err(error),
    }
}

fn unnamed(path: &[&str]) -> Error {
    Error::Shape { what: path.join("/"), expected: "rows with an id", found: "a row without one" }
}

fn id_of(row: &Value) -> Option<u64> {
    let id = row.get("id")?;
    id.as_u64().or_else(|| id.as_str()?.parse().ok())
}

/// A name of a class or column as PHP and SQL allow them; plugins put backslashes between parts.
pub(super) fn checked(name: &str) -> Result<&str, Error> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'\\';
    if name.bytes().all(is_part) && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) {
        Ok(name)
    } else {
        Err(Error::BadName { name: name.to_owned() })
    }
}

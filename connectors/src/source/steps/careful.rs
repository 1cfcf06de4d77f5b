//! Asking with care: a request that fails again and again must not stop everything else.
//!
//! The first failure is like any other. From then on the request is made once at a time, and only after the server has
//! answered something else; when it has failed often enough so, what it asks for is given up and a dead letter tells so.

use pipeline::sources::Error;
use serde_json::{Value, json};

use super::{Stepper, UNREAD};
use crate::client::{Lookup, PageRequest};
use crate::source::convert;
use crate::source::cursor::Collection;
use crate::source::fault;
use crate::source::kind::Kind;
use crate::source::pages::{self, List, Sheet, Stretch};

impl Stepper<'_, '_> {
    /// Makes sure that the server answers.
    pub(super) async fn ping(&self) -> Result<(), Error> {
        let request = PageRequest::first().ids_only().of_rows(1).once();
        let answer = self.client.page(Kind::Ticket.itemtype(), &request).await;
        answer.map(|_| ()).map_err(|error| fault::failure(&error))
    }

    /// Asks for one item; nothing where that never works.
    pub(super) async fn item(&mut self, itemtype: &'static str, id: i64) -> Result<Option<Lookup<Value>>, Error> {
        let what = format!("{itemtype}/{id}");
        let number = id.cast_unsigned();
        let answer = if self.run.is_suspect(&what) {
            self.ping().await?;
            self.client.item_once(itemtype, number).await
        } else {
            self.client.item(itemtype, number).await
        };
        match answer {
            Ok(answer) => {
                self.run.worked(&what);
                Ok(Some(answer))
            }
            Err(error) => {
                self.run.failed(&what, &error);
                if !self.run.is_hopeless(&what) {
                    return Err(fault::failure(&error));
                }
                self.give_up(itemtype, id, &json!({ "id": id, UNREAD: [itemtype] }), &error).await?;
                Ok(None)
            }
        }
    }

    /// Reads a page of a list, around rows that cannot be read.
    pub(super) async fn page_of(&mut self, list: List, at: &Collection) -> Result<Sheet, crate::client::Error> {
        let (itemtype, mut request) = (list.itemtype(), list.request());
        let what = format!("{itemtype} list {} from {}", at.list, at.offset);
        if self.run.is_hopeless(&what) {
            let picked = pages::pick(self.client, itemtype, &request, at).await?;
            return Ok(picked);
        }
        if self.run.is_suspect(&what) {
            self.client.page(Kind::Ticket.itemtype(), &PageRequest::first().ids_only().of_rows(1).once()).await?;
            request = request.once();
        }
        let sheet = pages::read(self.client, itemtype, &request, at).await;
        match &sheet {
            Ok(_) => self.run.worked(&what),
            Err(error) => self.run.failed(&what, error),
        }
        sheet
    }

    /// Reads a page of the walk, around tickets that cannot be read.
    pub(super) async fn stretch(
        &mut self,
        request: &PageRequest,
        known: std::ops::Range<u64>,
        rows: u32,
    ) -> Result<Stretch, Error> {
        let itemtype = Kind::Ticket.itemtype();
        let what = format!("walk of {rows} from {}", known.start);
        let result = if self.run.is_hopeless(&what) {
            pages::stretch_around(self.client, itemtype, request, known, u64::from(rows)).await
        } else {
            let is_suspect = self.run.is_suspect(&what);
            if is_suspect {
                self.ping().await?;
            }
            let request = if is_suspect { request.clone().once() } else { request.clone() };
            let stretch = pages::stretch(self.client, itemtype, &request, known).await;
            match &stretch {
                Ok(_) => self.run.worked(&what),
                Err(error) => self.run.failed(&what, error),
            }
            stretch
        };
        result.map_err(|error| fault::failure(&error))
    }

    /// Sets rows of a list aside that cannot be read; answers those that can be read one by one.
    pub(super) async fn pass_over(
        &mut self,
        itemtype: &'static str,
        request: &PageRequest,
        offsets: &[u64],
    ) -> Result<Vec<Value>, Error> {
        let mut rows = Vec::new();
        for &offset in offsets {
            let request = request.clone().ids_only().of_rows(1).starting_at(offset).once();
            let id = match self.client.page(itemtype, &request).await {
                Ok(page) => page.rows.iter().find_map(convert::id_of),
                Err(error) => {
                    tracing::debug!(itemtype, offset, %error, "not even the id can be read");
                    None
                }
            };
            self.ping().await?;
            let answer = match id {
                Some(id) => self.client.item_once(itemtype, id.cast_unsigned()).await,
                None => Err(crate::client::Error::NotFound { what: format!("{itemtype} at {offset}") }),
            };
            match answer {
                Ok(Lookup::Found(row)) => rows.push(row),
                Ok(Lookup::Missing | Lookup::Forbidden) => {}
                Err(error) => {
                    let raw = id.map_or_else(|| json!({ "row": offset }), |id| json!({ "id": id, UNREAD: [itemtype] }));
                    self.give_up(itemtype, id.unwrap_or(0), &raw, &error).await?;
                }
            }
        }
        Ok(rows)
    }

    /// Sets something aside that cannot be read.
    pub(super) async fn give_up(
        &mut self,
        itemtype: &str,
        id: i64,
        raw: &Value,
        error: &crate::client::Error,
    ) -> Result<(), Error> {
        tracing::warn!(itemtype, id, %error, "glpi row is passed over");
        self.intake.unreadable(itemtype, id, raw, format!("GLPI never gives it: {error}")).await
    }
}

//! A ticket with everything that belongs to it, as GLPI has it now.

use futures::future::try_join_all;
use serde_json::Value;

use super::kind::Kind;
use crate::client::{Error, GlpiClient, Lookup};

/// The rows that belong to a ticket.
pub(crate) enum Family {
    /// Every kind that can be read, with all its rows; and the kinds that cannot.
    Found { lists: Vec<(Kind, Vec<Value>)>, forbidden: Vec<Kind> },
    /// The ticket does not exist any more.
    Missing,
    /// The account may not see the ticket any more.
    Hidden,
}

/// Reads the rows of `kinds` that belong to a ticket; with `is_once` a failure is told at once.
pub(crate) async fn read(client: &GlpiClient, ticket: i64, kinds: &[Kind], is_once: bool) -> Result<Family, Error> {
    let id = ticket.cast_unsigned();
    let rows = async |kind: Kind| {
        if is_once {
            client.sub_items_once(id, kind.itemtype()).await
        } else {
            client.sub_items(id, kind.itemtype()).await
        }
    };
    let answers = try_join_all(kinds.iter().map(|&kind| rows(kind))).await?;
    let mut lists = Vec::new();
    let mut forbidden = Vec::new();
    for (&kind, answer) in kinds.iter().zip(answers) {
        match answer {
            Lookup::Found(rows) => lists.push((kind, rows)),
            Lookup::Forbidden | Lookup::Missing => forbidden.push(kind),
        }
    }
    found(client, ticket, lists, forbidden).await
}

/// What `lists` and the kinds that were refused say of a ticket.
pub(crate) async fn found(
    client: &GlpiClient,
    ticket: i64,
    lists: Vec<(Kind, Vec<Value>)>,
    forbidden: Vec<Kind>,
) -> Result<Family, Error> {
    if forbidden.is_empty() {
        return Ok(Family::Found { lists, forbidden });
    }
    // Either the ticket or the kind: the ticket itself tells which.
    match client.item(Kind::Ticket.itemtype(), ticket.cast_unsigned()).await? {
        Lookup::Found(_) => Ok(Family::Found { lists, forbidden }),
        Lookup::Missing => Ok(Family::Missing),
        Lookup::Forbidden => Ok(Family::Hidden),
    }
}

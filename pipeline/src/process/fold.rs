//! From the events of a batch to its rows.

use std::collections::HashMap;

use schemas::{Body, Event, Offset, tables::Table};
use sla::Knowledge;

use super::{ById, Decoded, decode::is_of_clocks};
use crate::{
    projection::{
        CLOCKS_SPACE, Error, FOUNDED_SPACE, Refolded, TICKET_SPACE, TicketKey, TicketRows, Trash, refold,
        refold_dimension, rows, write_founded,
    },
    sinks::{Fold, RowBatch},
};

/// The working states of a batch's tickets and dimensions, as far as there are any.
#[derive(Debug, Default)]
pub(super) struct States {
    /// By ticket.
    pub(super) tickets: ById,
    /// By kind and id.
    pub(super) dimensions: HashMap<String, ById>,
}

/// What a batch came to.
#[derive(Debug)]
pub(super) struct Folded {
    /// What to write.
    pub(super) batch: RowBatch,
    /// The working states of the batch's tickets after it.
    pub(super) states: ById,
    /// What is known of agreements and calendars after it.
    pub(super) knowledge: Knowledge,
}

/// A stored event on its way to its table.
type Stored<'a> = Vec<&'a (Offset, Event)>;

/// Folds a batch. The rows do not depend on where one batch ends and the next begins.
pub(super) fn fold(decoded: &Decoded, states: States, mut knowledge: Knowledge, trash: Trash) -> Result<Folded, Error> {
    let mut batch = RowBatch::default();
    batch.counts.dead = decoded.dead.len() as u64;

    found(decoded, &mut knowledge, &mut batch)?;
    // Dimensions first: what they say bears its offset, and a ticket takes what was known as of its newest event.
    let versions = fold_dimensions(decoded, &states.dimensions, &mut knowledge, &mut batch)?;
    let mut tickets = states.tickets;
    let (events, refolded) = fold_tickets(decoded, &mut tickets, (&knowledge, trash), &mut batch)?;

    batch.counts.stored = (versions.len() + events.len()) as u64;
    let versions = versions.into_iter().filter_map(|(offset, event)| match &event.body {
        Body::Dimension(dimension) => Some((*offset, &event.envelope, dimension)),
        _ => None,
    });
    let built = [
        (Table::TicketEvents, rows::events(events)?),
        (Table::Tickets, rows::tickets(refolded.iter().map(|rows| &rows.ticket))?),
        (Table::TicketSpans, rows::spans(refolded.iter().flat_map(|rows| &rows.spans))?),
        (Table::SlaClocks, rows::clocks(refolded.iter().flat_map(|rows| &rows.clocks))?),
        (Table::Dimensions, rows::dimensions(versions)?),
    ];
    batch.rows = built.into_iter().filter(|(_, rows)| rows.num_rows() > 0).collect();
    Ok(Folded { batch, states: tickets, knowledge })
}

/// Notes the place of the first news of a ticket, once.
fn found(decoded: &Decoded, knowledge: &mut Knowledge, batch: &mut RowBatch) -> Result<(), Error> {
    // What was told of clocks stands in a topic of its own.
    let news = decoded.tickets.values().flatten().filter(|(_, event)| !is_of_clocks(&event.body));
    let first = news.map(|(offset, _)| *offset).min();
    if let Some(first) = first.filter(|_| knowledge.founded().is_none()) {
        knowledge.found(first.0);
        batch.folds.push(Fold { space: FOUNDED_SPACE.to_owned(), id: 0, state: write_founded(first)? });
    }
    Ok(())
}

fn fold_dimensions<'a>(
    decoded: &'a Decoded,
    states: &HashMap<String, ById>,
    knowledge: &mut Knowledge,
    batch: &mut RowBatch,
) -> Result<Stored<'a>, Error> {
    let mut stored = Vec::new();
    for (kind, dimensions) in &decoded.dimensions {
        for (&id, events) in dimensions {
            let state = states.get(kind).and_then(|states| states.get(&id));
            let refolded = refold_dimension(state.map(Vec::as_slice), events, knowledge)
                .map_err(|error: Error| error.about(kind, id))?;
            batch.counts.repeated += refolded.repeated;
            stored.extend(refolded.stored.into_iter().map(|place| &events[place]));
            if let Some(state) = refolded.state {
                batch.folds.push(Fold { space: kind.clone(), id, state });
            }
        }
    }
    Ok(stored)
}

fn fold_tickets<'a>(
    decoded: &'a Decoded,
    states: &mut ById,
    (knowledge, trash): (&Knowledge, Trash),
    batch: &mut RowBatch,
) -> Result<(Stored<'a>, Vec<TicketRows>), Error> {
    let mut stored = Vec::new();
    let mut rows = Vec::new();
    for (&id, events) in &decoded.tickets {
        let Some((_, first)) = events.first() else { continue };
        let key = TicketKey { instance: first.envelope.instance.clone(), id: first.envelope.ticket_id };
        let state = states.get(&id).map(Vec::as_slice);
        let Refolded { state, stored: new, repeated, rows: of_ticket } =
            refold(&key, state, events, (knowledge, trash))?;

        batch.counts.repeated += repeated;
        if let Some(standing) = of_ticket.as_ref().and_then(|rows| rows.standing.as_ref()) {
            batch.folds.push(Fold { space: CLOCKS_SPACE.to_owned(), id, state: standing.write()? });
        }
        rows.extend(of_ticket);
        let mut new: Stored<'_> = new.into_iter().map(|place| &events[place]).collect();
        // The table's sort key.
        new.sort_by_key(|(offset, event)| (event.envelope.occurred_at, event.envelope.sequence, *offset));
        stored.extend(new);
        if let Some(state) = state {
            batch.folds.push(Fold { space: TICKET_SPACE.to_owned(), id, state: state.clone() });
            states.insert(id, state);
        }
    }
    Ok((stored, rows))
}

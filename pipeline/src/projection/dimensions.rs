//! The working state of dimensions: which of their events were seen, and what they said of agreements and calendars.

use schemas::{Body, DimensionChanged, Event, Instant, Offset};
use serde::{Deserialize, Serialize};
use sla::{Knowledge, Told};

use super::{
    Error,
    memory::{EventKey, read, remember, write},
};

/// Where the place of the first news of a ticket is kept, under id 0.
pub const FOUNDED_SPACE: &str = "founded";

/// What a refold of a dimension found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefoldedDimension {
    /// The new working state; `None` when every event was a repeat.
    pub state: Option<Vec<u8>>,
    /// The places in the slice of the events that were new, by offset.
    pub stored: Vec<usize>,
    /// How many events were repeats.
    pub repeated: u64,
}

/// What a dimension's events taught.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    seen: Vec<EventKey>,
    /// What its events said, by offset; nothing for kinds that say nothing of agreements.
    told: Vec<Row>,
}

/// A row as an event told it.
#[derive(Debug, Serialize, Deserialize)]
struct Row {
    offset: Offset,
    at: Instant,
    parent_id: Option<i64>,
    /// `None` when the row is gone.
    attributes: Option<String>,
}

impl Row {
    fn of(offset: Offset, event: &Event, dimension: &DimensionChanged) -> Self {
        Self {
            offset,
            at: event.envelope.observed_at,
            parent_id: dimension.parent_id,
            attributes: (!dimension.is_removed).then(|| dimension.attributes.clone()),
        }
    }

    fn tell(&self, kind: &str, id: i64, knowledge: &mut Knowledge) {
        knowledge.tell(Told {
            kind,
            id,
            place: self.offset.0,
            at: self.at.seconds(),
            parent: self.parent_id,
            attributes: self.attributes.as_deref(),
        });
    }
}

/// Folds `events` of one dimension, in any order, into its working state. What they say is added to `knowledge`.
pub fn refold_dimension(
    state: Option<&[u8]>,
    events: &[(Offset, Event)],
    knowledge: &mut Knowledge,
) -> Result<RefoldedDimension, Error> {
    let mut memory: Memory = state.map(read).transpose()?.unwrap_or_default();
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by_key(|&place| events[place].0);
    order.retain(|&place| remember(&mut memory.seen, *events[place].1.envelope.event_id.0.as_bytes()));

    for &place in &order {
        let (offset, event) = &events[place];
        if let Body::Dimension(dimension) = &event.body
            && Knowledge::KINDS.contains(&dimension.kind.as_str())
        {
            let row = Row::of(*offset, event, dimension);
            row.tell(&dimension.kind, dimension.dimension_id, knowledge);
            memory.told.push(row);
        }
    }
    let repeated = (events.len() - order.len()) as u64;
    let state = if order.is_empty() { None } else { Some(write(&memory)?) };
    Ok(RefoldedDimension { state, stored: order, repeated })
}

/// Adds what the working state of the dimension `id` of `kind` holds to `knowledge`.
pub fn load_dimension(knowledge: &mut Knowledge, kind: &str, id: i64, state: &[u8]) -> Result<(), Error> {
    let memory: Memory = read(state).map_err(|error| error.about(kind, id))?;
    for row in &memory.told {
        row.tell(kind, id, knowledge);
    }
    Ok(())
}

/// The place of the first news of a ticket as a working state.
pub(crate) fn write_founded(place: Offset) -> Result<Vec<u8>, Error> {
    write(&place)
}

/// The place in a working state of [`FOUNDED_SPACE`].
pub(crate) fn read_founded(state: &[u8]) -> Result<Offset, Error> {
    read(state).map_err(|error| error.about(FOUNDED_SPACE, 0))
}

//! The working state of dimensions: which of their events were seen, and the targets that SLAs and OLAs define.

use std::collections::HashMap;

use schemas::{Body, DimensionChanged, Event, Offset};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Error,
    memory::{EventKey, read, remember, write},
};

/// The kinds whose rows define targets.
const SLA: &str = "SLA";
const OLA: &str = "OLA";

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
    /// The target that its newest event defines, and since when.
    target: Option<(Offset, Option<i64>)>,
}

/// Folds `events` of one dimension, in any order, into its working state. What they define is added to `targets`.
pub fn refold_dimension(
    state: Option<&[u8]>,
    events: &[(Offset, Event)],
    targets: &mut Targets,
) -> Result<RefoldedDimension, Error> {
    let mut memory: Memory = state.map(read).transpose()?.unwrap_or_default();
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by_key(|&place| events[place].0);
    order.retain(|&place| remember(&mut memory.seen, *events[place].1.envelope.event_id.0.as_bytes()));

    for &place in &order {
        let (offset, event) = &events[place];
        if let Body::Dimension(dimension) = &event.body
            && Targets::KINDS.contains(&dimension.kind.as_str())
        {
            let target = (*offset, target_s(dimension));
            memory.target = Some(target);
            targets.add(&dimension.kind, dimension.dimension_id, target);
        }
    }
    let repeated = (events.len() - order.len()) as u64;
    let state = if order.is_empty() { None } else { Some(write(&memory)?) };
    Ok(RefoldedDimension { state, stored: order, repeated })
}

/// The seconds that each SLA and OLA allows, and since which offset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    sla: HashMap<i64, Vec<(Offset, Option<i64>)>>,
    ola: HashMap<i64, Vec<(Offset, Option<i64>)>>,
}

impl Targets {
    /// The kinds of dimensions that define targets.
    pub const KINDS: [&'static str; 2] = [SLA, OLA];

    /// Takes in the working state of the dimension `id` of `kind`.
    pub fn load(&mut self, kind: &str, id: i64, state: &[u8]) -> Result<(), Error> {
        let memory: Memory = read(state).map_err(|error| error.about(kind, id))?;
        if let Some(target) = memory.target {
            self.add(kind, id, target);
        }
        Ok(())
    }

    /// What SLA `id` allowed when the topic ended at `end`.
    pub fn sla_s(&self, id: i64, end: Offset) -> Option<i64> {
        as_of(self.sla.get(&id)?, end)
    }

    /// What OLA `id` allowed when the topic ended at `end`.
    pub fn ola_s(&self, id: i64, end: Offset) -> Option<i64> {
        as_of(self.ola.get(&id)?, end)
    }

    /// Forgets all but the newest definitions, once nothing before them is left to fold.
    pub(crate) fn keep_newest(&mut self) {
        for definitions in self.sla.values_mut().chain(self.ola.values_mut()) {
            definitions.drain(..definitions.len().saturating_sub(1));
        }
    }

    fn add(&mut self, kind: &str, id: i64, target: (Offset, Option<i64>)) {
        let of_kind = if kind == SLA { &mut self.sla } else { &mut self.ola };
        of_kind.entry(id).or_default().push(target);
    }
}

fn as_of(definitions: &[(Offset, Option<i64>)], end: Offset) -> Option<i64> {
    definitions.iter().rev().find(|(offset, _)| *offset < end).and_then(|(_, target_s)| *target_s)
}

/// The seconds that an SLA or OLA allows; `None` where its row is gone or does not say.
fn target_s(dimension: &DimensionChanged) -> Option<i64> {
    if dimension.is_removed {
        return None;
    }
    let attributes: Value = serde_json::from_str(&dimension.attributes).ok()?;
    let number = match attributes.get("number_time")? {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    let unit_s = match attributes.get("definition_time")?.as_str()? {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        "month" => 30 * 86_400,
        _ => return None,
    };
    number.checked_mul(unit_s)
}

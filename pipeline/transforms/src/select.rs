//! Select: keeps the entities and types of events that a desk asks for.

use std::collections::BTreeSet;

use schemas::{Event, EventType, TicketId};
use serde::{Deserialize, Serialize};

/// What is kept. An empty list keeps everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SelectPolicy {
    /// Entities whose tickets are kept, each by itself, without the entities below it.
    ///
    /// The entity is the one an event carries. An event of a ticket whose entity is not known is left out, for it may belong
    /// to anybody; events of no ticket (dimensions) are kept, for kept tickets refer to them.
    ///
    /// A kept ticket that moves to another entity is told to have left, once its row shows it there; one that comes from another
    /// entity is kept from then on. An entity named later brings its tickets as they change: what was left out while it was not
    /// named comes only with a new data directory.
    pub entities: Vec<i64>,
    /// Types of events that are kept. Without `TicketDeletedV1`, tickets that are gone stay as they last were.
    pub event_types: Vec<EventType>,
}

impl SelectPolicy {
    pub(crate) fn sentences(&self) -> Vec<String> {
        let entities = match self.entities.as_slice() {
            [] => "Tickets of every entity are kept.".to_owned(),
            ids => format!(
                "Only tickets of these entities are kept: {}. One that moves to another entity has left from then on.",
                list(ids)
            ),
        };
        let types = match self.event_types.as_slice() {
            [] => "Events of every type are kept.".to_owned(),
            types => format!("Only events of these types are kept: {}.", list(types)),
        };
        vec![entities, types]
    }
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A [`SelectPolicy`], ready to judge.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    entities: Option<BTreeSet<i64>>,
    event_types: Option<BTreeSet<EventType>>,
}

impl Selector {
    pub(crate) fn new(policy: &SelectPolicy) -> Self {
        let entities: BTreeSet<i64> = policy.entities.iter().copied().collect();
        let event_types: BTreeSet<EventType> = policy.event_types.iter().copied().collect();
        Self {
            entities: (!entities.is_empty()).then_some(entities),
            event_types: (!event_types.is_empty()).then_some(event_types),
        }
    }

    /// Whether events of that type are kept.
    pub(crate) fn takes(&self, event_type: EventType) -> bool {
        self.event_types.as_ref().is_none_or(|types| types.contains(&event_type))
    }

    /// Whether events of the entity that `event` carries are kept.
    pub(crate) fn takes_entity_of(&self, event: &Event) -> bool {
        self.entity_refusal(event).is_none()
    }

    /// Why the policy leaves `event` out; `None` keeps it.
    pub(crate) fn refusal(&self, event: &Event) -> Option<String> {
        let envelope = &event.envelope;
        if !self.takes(envelope.event_type) {
            return Some(format!("events of type {} are not selected", envelope.event_type));
        }
        self.entity_refusal(event)
    }

    fn entity_refusal(&self, event: &Event) -> Option<String> {
        let envelope = &event.envelope;
        let entities = self.entities.as_ref().filter(|_| envelope.ticket_id != TicketId::NONE)?;
        match envelope.entity_id {
            Some(id) if entities.contains(&id) => None,
            Some(id) => Some(format!("entity {id} is not selected")),
            None => Some("the ticket's entity is not known, and only some entities are selected".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{assignment, person, ticket};

    fn check(entities: &[i64], types: &[EventType], event: &Event) -> Option<String> {
        let policy = SelectPolicy { entities: entities.to_vec(), event_types: types.to_vec() };
        Selector::new(&policy).refusal(event)
    }

    #[test]
    fn tickets_of_other_entities_are_left_out() {
        assert_eq!(check(&[], &[], &ticket("Printer")), None);
        assert_eq!(check(&[0, 2], &[], &ticket("Printer")), None);
        assert_eq!(check(&[1], &[], &ticket("Printer")), Some("entity 2 is not selected".to_owned()));
    }

    #[test]
    fn a_ticket_of_unknown_entity_is_left_out_only_where_entities_are_selected() {
        let mut event = assignment("Ana");
        event.envelope.entity_id = None;

        assert_eq!(check(&[], &[], &event), None);
        assert!(check(&[2], &[], &event).is_some());
    }

    #[test]
    fn dimensions_are_kept_whatever_the_entities() {
        assert_eq!(check(&[1], &[], &person(7, "Ana")), None);
    }

    #[test]
    fn types_that_nobody_asked_for_are_left_out() {
        assert_eq!(check(&[], &[EventType::TicketUpdatedV1], &ticket("Printer")), None);
        assert_eq!(
            check(&[], &[EventType::TicketUpdatedV1], &person(7, "Ana")),
            Some("events of type DimensionChangedV1 are not selected".to_owned())
        );
    }
}

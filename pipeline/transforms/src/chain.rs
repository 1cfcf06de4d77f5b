//! The chain: the transforms in their order.

use schemas::{Body, Confidence, Deleted, DeletionCause, Envelope, Event, EventType, event_id};

use crate::{
    Policy, PolicyError,
    mask::{self, Masker},
    normalise::normalise,
    select::Selector,
};

/// What becomes of an event.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly every outcome is the large one: a box would cost each event a trip to the heap"
)]
pub enum Outcome {
    /// It goes on, in its canonical form.
    Keep(Event),
    /// It is left out on purpose.
    Drop {
        /// Which part of the policy leaves it out.
        reason: String,
    },
    /// It contradicts itself; its row becomes a dead letter.
    Reject {
        /// What is wrong.
        reason: String,
    },
}

/// Normalise, mask, select, in this order: a policy then judges canonical values only.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    masker: Masker,
    selector: Selector,
}

impl Chain {
    /// The chain that keeps to `policy`.
    pub fn new(policy: Policy) -> Result<Self, PolicyError> {
        policy.validate()?;
        Ok(Self { masker: Masker::new(policy.mask), selector: Selector::new(&policy.select) })
    }

    /// Passes one event through every transform.
    pub fn apply(&self, event: Event) -> Outcome {
        let event = match normalise(event) {
            Ok(event) => event,
            Err(reason) => return Outcome::Reject { reason },
        };
        let event = mask::mask(&self.masker, event);
        match self.selector.refusal(&event) {
            Some(reason) => Outcome::Drop { reason },
            None => Outcome::Keep(event),
        }
    }

    /// What to tell of a ticket that was kept until `row`, which shows it in an entity that is not selected: that it has left.
    ///
    /// `None` where the entity is not why the row is left out, or where the policy wants no such events. It says when, and
    /// nothing that the ticket became.
    pub fn departure(&self, row: &Event) -> Option<Event> {
        let Envelope { instance, origin, ticket_id, occurred_at, observed_at, .. } = row.envelope.clone();
        let event_type = EventType::TicketDeletedV1;
        if !self.selector.takes(event_type) || self.selector.takes_entity_of(row) {
            return None;
        }
        let envelope = Envelope {
            event_id: event_id(&instance, &origin, event_type, &row.envelope.event_id.to_string()),
            event_type,
            instance,
            entity_id: None,
            ticket_id,
            occurred_at,
            observed_at,
            sequence: 0,
            origin,
            confidence: Confidence::Observed,
            trace: None,
        };
        Some(Event { envelope, body: Body::Deleted(Deleted { cause: DeletionCause::LeftScope }) })
    }

    /// The event without what the policy hides, and otherwise as it is: for dead letters.
    #[must_use]
    pub fn mask_event(&self, event: Event) -> Event {
        mask::mask(&self.masker, event)
    }

    /// A source's raw row of `itemtype` without what the policy hides: for dead letters.
    ///
    /// Texts that people write to each other (ticket and comment contents, notes) and secrets are always cut out: no event
    /// holds them, so no dead letter needs them either. Cut fields stay, empty, so that the row keeps its shape.
    pub fn mask_raw(&self, itemtype: &str, raw: &str) -> String {
        mask::mask_raw(&self.masker, itemtype, raw)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use proptest::prelude::*;
    use schemas::Body;

    use super::*;
    use crate::{
        MaskPolicy, SelectPolicy, Visibility,
        samples::{assignment, person, survey, ticket},
    };

    fn strict() -> Chain {
        let mask = MaskPolicy {
            titles: Visibility::Hide,
            requester_names: Visibility::Hide,
            person_names: Visibility::Hide,
            survey_comments: Visibility::Hide,
            technician_ids: vec![],
        };
        Chain::new(Policy { mask, select: SelectPolicy::default() }).unwrap()
    }

    #[test]
    fn a_stricter_policy_never_gives_an_event_another_id() {
        for event in [ticket("Printer"), assignment("Ana"), person(7, "Ana"), survey("Thanks")] {
            let (id, open, closed) =
                (event.envelope.event_id, Chain::default().apply(event.clone()), strict().apply(event));
            for outcome in [open, closed] {
                let Outcome::Keep(event) = outcome else { panic!("kept") };
                assert_eq!(event.envelope.event_id, id);
            }
        }
    }

    #[test]
    fn a_ticket_of_another_entity_departs_without_a_word_on_what_it_became() {
        let chain = |select| Chain::new(Policy { select, ..Policy::default() }).unwrap();
        let (row, elsewhere) = (ticket("Printer"), SelectPolicy { entities: vec![1], event_types: vec![] });

        let departed = chain(elsewhere.clone()).departure(&row).unwrap();
        assert_eq!(departed.body, Body::Deleted(Deleted { cause: DeletionCause::LeftScope }));
        assert_eq!((departed.envelope.ticket_id, departed.envelope.entity_id), (row.envelope.ticket_id, None));
        assert_ne!(departed.envelope.event_id, row.envelope.event_id);

        let no_deletions = SelectPolicy { event_types: vec![EventType::TicketUpdatedV1], ..elsewhere };
        assert_eq!(chain(no_deletions).departure(&row), None);
        assert_eq!(chain(SelectPolicy { entities: vec![2], event_types: vec![] }).departure(&row), None);
        assert_eq!(Chain::default().departure(&row), None);
    }

    proptest! {
        #[test]
        fn passing_the_chain_again_changes_nothing(title in ".{0,40}", name in "\\PC{0,8}[\\x00-\\x20]{0,4}\\PC{0,8}") {
            for event in [ticket(&title), assignment(&name), person(7, &name), survey(&title)] {
                for chain in [Chain::default(), strict()] {
                    let Outcome::Keep(once) = chain.apply(event.clone()) else { panic!("kept") };
                    prop_assert_eq!(chain.apply(once.clone()), Outcome::Keep(once));
                }
            }
        }

        #[test]
        fn a_hidden_title_is_nowhere_in_what_is_kept(title in "[a-z]{12,30}") {
            let Outcome::Keep(event) = strict().apply(ticket(&title)) else { panic!("kept") };
            let Body::Updated(updated) = event.body else { panic!("updated") };
            let kept = format!("{updated:?}");
            prop_assert!(!kept.contains(&title));
        }
    }
}

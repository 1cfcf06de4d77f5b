//! Events for tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use schemas::{
    ActorKind, Body, Confidence, DimensionChanged, Envelope, Event, EventId, FieldChange, Instance, Instant,
    LinkChange, Origin, Role, Satisfaction, TechnicianAssignment, TicketId, TicketState, Updated,
};

fn event(origin: Origin, ticket: i64, body: Body) -> Event {
    let envelope = Envelope {
        event_id: EventId(uuid::Uuid::from_u128(7)),
        event_type: body.event_type(),
        instance: Instance::new("desk").unwrap(),
        entity_id: (ticket > 0).then_some(2),
        ticket_id: TicketId(ticket),
        occurred_at: Instant::from_seconds(1_763_976_537),
        observed_at: Instant::from_seconds(1_795_440_000),
        sequence: 0,
        origin,
        confidence: Confidence::Observed,
        trace: None,
    };
    Event { envelope, body }
}

/// The row of ticket 202 of entity 2.
pub(crate) fn ticket(title: &str) -> Event {
    let text = include_str!("../../../schemas/samples/TicketUpdatedV1.json");
    let samples: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    let state = samples.iter().map(|sample| &sample["body"]["state"]).find(|state| state.is_object()).unwrap();
    let state: TicketState = serde_json::from_value(state.clone()).unwrap();
    let state = TicketState { title: title.to_owned(), entity_id: 2, ..state };
    event(Origin::new("Ticket", 202), 202, Body::Updated(Box::new(Updated { change: None, state: Some(state) })))
}

/// A line of the history of ticket 202.
pub(crate) fn change(option: i32, old: &str, new: &str) -> Event {
    let change = FieldChange { field: format!("option_{option}"), option, old: old.to_owned(), new: new.to_owned() };
    event(Origin::new("Log", 9), 202, Body::Updated(Box::new(Updated { change: Some(change), state: None })))
}

/// Person 14 becomes a requester of ticket 202.
pub(crate) fn assignment(name: &str) -> Event {
    let assignment = TechnicianAssignment {
        actor_kind: ActorKind::Person,
        actor_id: 14,
        actor_name: Some(name.to_owned()),
        role: Role::Requester,
        change: LinkChange::Added,
    };
    event(Origin::new("Log", 8), 202, Body::Assignment(assignment))
}

/// The survey of ticket 202.
pub(crate) fn survey(comment: &str) -> Event {
    let survey = Satisfaction { sent_at: None, answered_at: None, score: Some(4.0), comment: Some(comment.to_owned()) };
    event(Origin::new("TicketSatisfaction", 3), 202, Body::Satisfaction(survey))
}

/// The row of a person.
pub(crate) fn person(id: i64, name: &str) -> Event {
    let row = DimensionChanged {
        kind: "User".to_owned(),
        dimension_id: id,
        name: name.to_owned(),
        complete_name: Some(format!("{name} First")),
        parent_id: None,
        attributes: r#"{"entity_id":3,"firstname":"First","last_login":"2026-01-01"}"#.to_owned(),
        is_removed: false,
    };
    event(Origin::new("User", id), 0, Body::Dimension(row))
}

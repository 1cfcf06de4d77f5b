//! The log of a desk, made of numbers: events of tickets and dimensions, and records that are no event.

use proptest::prelude::*;
use schemas::{
    ActorKind, Body, CommentKind, Commented, Confidence, Created, Deleted, DeletionCause, DimensionChanged, Envelope,
    Event, FieldChange, Instance, Instant, LinkChange, Origin, RestorationCause, Restored, Role, Satisfaction,
    SlaTicked, TechnicianAssignment, TicketId, TicketState, Updated, event_id,
};
use serde_json::json;

/// One record as numbers; equal ones are the same event, come again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    ticket: i64,
    what: u8,
    minute: i64,
    value: i64,
}

/// Records of few tickets, of which a few come twice.
pub(super) fn lines(max: usize) -> impl Strategy<Value = Vec<Line>> {
    let line = (1i64..5, 0u8..21, 0i64..12, 1i64..7);
    let line = line.prop_map(|(ticket, what, minute, value)| Line { ticket, what, minute, value });
    prop::collection::vec(line, 1..max)
}

impl Line {
    /// Its key and value in the topic.
    pub(super) fn record(self, codec: &schemas::Codec) -> (Vec<u8>, Vec<u8>) {
        let Self { ticket, what, minute, value } = self;
        let key = format!("t/{ticket}").into_bytes();
        let event = self.event();
        let bytes = codec.encode(&event).unwrap();
        let value = match what {
            17 => format!("garbage {minute}").into_bytes(),
            18 => bytes[..bytes.len() - value as usize].to_vec(),
            _ => bytes,
        };
        (key, value)
    }

    fn event(self) -> Event {
        let Self { ticket, what, minute, value } = self;
        let body = self.body();
        // History rows have a number, which orders them within an instant; the present state has none.
        let sequence = if what < 6 { minute * 10 + value } else { 0 };
        let (ticket, row) = match body {
            Body::Dimension(_) => (TicketId::NONE, value),
            // A ticket's event that names no ticket.
            _ if what == 20 => (TicketId::NONE, minute),
            _ => (TicketId(ticket), minute * 10 + value),
        };
        let instance = Instance::new("desk").unwrap();
        let origin = Origin::new(&format!("Row{what}of{ticket}"), row);
        let mut event_type = body.event_type();
        let id = event_id(&instance, &origin, event_type, &format!("{minute:x}{value:x}"));
        if what == 19 {
            event_type = schemas::EventType::TicketRestoredV1;
        }
        let envelope = Envelope {
            event_id: id,
            event_type,
            instance,
            entity_id: Some(0),
            ticket_id: ticket,
            occurred_at: at(minute),
            observed_at: at(minute + value),
            sequence,
            origin,
            confidence: if sequence == 0 { Confidence::Observed } else { Confidence::Recorded },
            trace: None,
        };
        Event { envelope, body }
    }

    fn body(self) -> Body {
        let Self { what, minute, value, .. } = self;
        match what {
            0 => changed("created", 0, "", ""),
            1 | 2 => changed("status", 12, &value.to_string(), &(minute % 6 + 1).to_string()),
            3 => changed("priority", 3, "3", &value.to_string()),
            4 => assignment(value, Role::Assigned, LinkChange::Added),
            5 => assignment(value, Role::Unknown, LinkChange::Removed),
            6 => assignment(value, Role::Assigned, LinkChange::Present),
            7 => assignment(value, Role::Assigned, LinkChange::Absent),
            8..=10 => Body::Updated(Box::new(Updated { change: None, state: Some(state(minute, value)) })),
            11 => comment(value, if minute % 3 == 0 { LinkChange::Absent } else { LinkChange::Present }),
            12 => Body::Deleted(Deleted {
                cause: match value % 3 {
                    0 => DeletionCause::Trashed,
                    1 => DeletionCause::Purged,
                    _ => DeletionCause::LeftScope,
                },
            }),
            13 => Body::Restored(Restored { cause: RestorationCause::Restored }),
            14 => Body::Satisfaction(Satisfaction {
                sent_at: Some(at(minute)),
                answered_at: (value % 2 == 0).then(|| at(minute + value)),
                score: Some(value as f64 / 2.0),
                comment: None,
            }),
            15 => dimension(minute, value),
            16 => tick(minute, value),
            _ => Body::Created(Created { created_at: at(0), opened_at: at(0), writer_id: Some(value) }),
        }
    }
}

fn changed(field: &str, option: i32, old: &str, new: &str) -> Body {
    let change = FieldChange { field: field.to_owned(), option, old: old.to_owned(), new: new.to_owned() };
    Body::Updated(Box::new(Updated { change: Some(change), state: None }))
}

fn assignment(value: i64, role: Role, change: LinkChange) -> Body {
    let actor_kind = if value % 2 == 0 { ActorKind::Person } else { ActorKind::Group };
    Body::Assignment(TechnicianAssignment { actor_kind, actor_id: value, actor_name: None, role, change })
}

fn comment(value: i64, change: LinkChange) -> Body {
    let kind = if value % 2 == 0 { CommentKind::Followup } else { CommentKind::Task };
    Body::Commented(Commented {
        kind,
        item_id: value,
        change,
        author_id: Some(value),
        is_private: false,
        modified_at: None,
        state: 0,
        seconds: 60,
        technician_id: None,
    })
}

/// SLAs that tickets refer to, redefined now and then, and groups.
fn dimension(minute: i64, value: i64) -> Body {
    let kind = if value % 3 == 0 { "Group" } else { "SLA" };
    Body::Dimension(DimensionChanged {
        kind: kind.to_owned(),
        dimension_id: value,
        name: format!("{kind} {minute}"),
        complete_name: (minute % 2 == 0).then(|| format!("Root > {kind} {minute}")),
        parent_id: (value > 3).then_some(value - 3),
        attributes: json!({"definition_time": "hour", "number_time": minute}).to_string(),
        is_removed: minute == 11,
    })
}

fn tick(minute: i64, value: i64) -> Body {
    Body::SlaTicked(SlaTicked {
        clock: schemas::Clock::Ttr,
        mode: schemas::Mode::Glpi,
        agreement_id: Some(value),
        revision: minute,
        tick: "crossed".to_owned(),
        threshold_percent: Some(50),
        elapsed_s: minute * 60,
        target_s: 3_600,
        is_provisional: false,
        is_retraction: false,
    })
}

/// The ticket's row as changed at `minute`.
fn state(minute: i64, value: i64) -> TicketState {
    let row = json!({
        "entity_id": 0, "title": format!("Impressora {minute}"), "kind": 1, "status": value, "urgency": 3, "impact": 3,
        "priority": minute % 6 + 1, "validation": 1, "opened_at": at(0), "created_at": at(0), "modified_at": at(minute),
        "solved_at": (value > 4).then(|| at(minute)), "sla_ttr_id": value, "due_ttr_at": at(60), "waiting_s": minute,
        "sla_waiting_s": 0, "ola_waiting_s": 0, "take_delay_s": 0, "solve_delay_s": 0, "close_delay_s": 0,
        "action_s": 0, "is_trashed": minute % 5 == 4,
    });
    serde_json::from_value(row).unwrap()
}

fn at(minute: i64) -> Instant {
    Instant::from_seconds(1_763_976_000 + minute * 60)
}

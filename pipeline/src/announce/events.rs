//! From what is to be told to events.

use schemas::{
    Body, Clock, Confidence, Envelope, Event, Instance, Instant, Mode, Origin, SlaBreached, SlaTicked, TicketId,
    event_id,
};
use sla::Kind;

use super::{
    difference::{Act, Tell},
    truth::Mark,
};
use crate::projection::Promise;

/// What a tick is called that tells of a part of the target.
const CROSSED: &str = "crossed";

/// The ticket that events are about.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    pub(super) instance: &'a Instance,
    pub(super) ticket: TicketId,
    pub(super) entity_id: i64,
}

/// The event that `tell` stands for. The same one always has the same id.
pub(super) fn event(about: About<'_>, tell: &Tell, now: Instant) -> Event {
    let body = body(tell);
    let event_type = body.event_type();
    let origin = Origin::new(if tell.key.kind.is_internal() { "OLA" } else { "SLA" }, tell.key.agreement);
    let (mark, act) = match (tell.mark, tell.act) {
        (Mark::Used(percent), act) => (percent.to_string(), act),
        (Mark::Broken, act) => ("broken".to_owned(), act),
    };
    let act = match act {
        Act::Told => "told",
        Act::Confirmed => "confirmed",
        Act::Retracted => "retracted",
    };
    let name = format!("{}:{}:{}:{}:{mark}:{act}", about.ticket, tell.key.kind as u8, tell.key.attached, tell.revision);
    let envelope = Envelope {
        event_id: event_id(about.instance, &origin, event_type, &name),
        event_type,
        instance: about.instance.clone(),
        entity_id: Some(about.entity_id),
        ticket_id: about.ticket,
        occurred_at: Instant::from_seconds(tell.at),
        observed_at: now,
        sequence: 0,
        origin,
        confidence: Confidence::Inferred,
        trace: None,
    };
    Event { envelope, body }
}

fn body(tell: &Tell) -> Body {
    let clock = match tell.key.kind {
        Kind::Tto => Clock::Tto,
        Kind::Ttr => Clock::Ttr,
        Kind::OlaTto => Clock::InternalTto,
        Kind::OlaTtr => Clock::InternalTtr,
    };
    let (mode, agreement_id, revision) = (Mode::Canonical, Some(tell.key.agreement), tell.revision);
    let (is_provisional, is_retraction) = (tell.is_provisional, tell.act == Act::Retracted);
    match tell.mark {
        Mark::Used(percent) => Body::SlaTicked(SlaTicked {
            clock,
            mode,
            agreement_id,
            revision,
            tick: CROSSED.to_owned(),
            threshold_percent: Some(percent.into()),
            elapsed_s: Promise::part(tell.key.target, percent.into()),
            target_s: tell.key.target,
            is_provisional,
            is_retraction,
        }),
        Mark::Broken => Body::SlaBreached(SlaBreached {
            clock,
            mode,
            agreement_id,
            revision,
            breached_at: Instant::from_seconds(tell.at),
            group_id: tell.holder.group_id,
            technician_id: tell.holder.technician_id,
            is_provisional,
            is_retraction,
        }),
    }
}

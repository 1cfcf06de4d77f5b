//! Spans: the maximal intervals in which nothing that counts by time changed.
//!
//! They start when GLPI made the ticket's row, not at its opening date, which people edit; follow each other without gap or
//! overlap; none is empty; the last one is open-ended unless the ticket was purged or hidden. Only a ticket that was gone as soon
//! as it came has an empty one: without a row of its newest version, spans of an older version would go on counting.

use schemas::{Confidence, Instant};

use super::{
    TicketKey,
    memory::Memory,
    rows::{SpanRow, is_open},
    track::{Track, Walk},
};

/// What spans are made of.
#[derive(Debug)]
pub(super) struct Tracks<'a> {
    pub(super) status: &'a Track<u8>,
    pub(super) priority: &'a Track<u8>,
    pub(super) entity: &'a Track<i64>,
    pub(super) people: &'a Track<Vec<i64>>,
    pub(super) groups: &'a Track<Vec<i64>>,
    pub(super) counted: &'a Track<bool>,
}

/// Cuts a ticket's time where one of the tracks steps. What lies before `certain_from` is inferred.
pub(super) fn cut(
    key: &TicketKey,
    memory: &Memory,
    tracks: &Tracks<'_>,
    (certain_from, gone_at): (Instant, Option<Instant>),
) -> Vec<SpanRow> {
    let mut status = Walk::new(tracks.status);
    let mut priority = Walk::new(tracks.priority);
    let mut entity = Walk::new(tracks.entity);
    let mut people = Walk::new(tracks.people);
    let mut groups = Walk::new(tracks.groups);
    let mut counted = Walk::new(tracks.counted);

    let mut spans: Vec<SpanRow> = Vec::new();
    for at in instants(tracks) {
        if !spans.is_empty() && gone_at.is_some_and(|gone| gone <= at) {
            break;
        }
        let (status, priority, entity) = (status.at(at), priority.at(at), entity.at(at));
        let (people, groups, counted) = (people.at(at), groups.at(at), counted.at(at));
        let is_inferred = status.is_inferred
            || priority.is_inferred
            || entity.is_inferred
            || people.is_inferred
            || groups.is_inferred
            || counted.is_inferred
            || at < certain_from;
        let confidence = if is_inferred { Confidence::Inferred } else { Confidence::Recorded };
        if let Some(last) = spans.last_mut() {
            let is_same = last.status == status.value
                && last.priority == priority.value
                && last.entity_id == entity.value
                && last.is_counted == counted.value
                && last.technician_ids == people.value
                && last.group_ids == groups.value;
            if is_same {
                last.confidence = last.confidence.max(confidence);
                continue;
            }
            last.end = Some(at);
        }
        spans.push(SpanRow {
            instance: key.instance.clone(),
            ticket_id: key.id,
            ticket_version: memory.version,
            start: at,
            end: None,
            status: status.value,
            is_open: is_open(status.value),
            is_counted: counted.value,
            priority: priority.value,
            entity_id: entity.value,
            technician_ids: people.value.clone(),
            group_ids: groups.value.clone(),
            confidence,
        });
    }
    if let Some(last) = spans.last_mut() {
        last.end = gone_at;
    }
    spans
}

fn instants(tracks: &Tracks<'_>) -> Vec<Instant> {
    fn add<T: PartialEq>(instants: &mut Vec<Instant>, track: &Track<T>) {
        instants.extend(track.steps().iter().map(|step| step.at));
    }
    let mut instants = Vec::new();
    add(&mut instants, tracks.status);
    add(&mut instants, tracks.priority);
    add(&mut instants, tracks.entity);
    add(&mut instants, tracks.people);
    add(&mut instants, tracks.groups);
    add(&mut instants, tracks.counted);
    instants.sort_unstable();
    instants.dedup();
    instants
}

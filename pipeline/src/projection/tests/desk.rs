//! A small language for the events of one ticket.
//!
//! A line is `minute sequence what`. The row of the ticket is always made at minute 0; the same line is always the same event. A
//! sequence with a `?` is that of a history row whose minute is the earlier of two that its local time can mean.

use std::fmt::Write;

use chrono_tz::Tz;
use schemas::{
    ActorKind, Body, CommentKind, Commented, Confidence, Deleted, DeletionCause, DimensionChanged, Envelope, Event,
    EventId, FieldChange, Instance, Instant, LinkChange, Offset, Origin, RestorationCause, Restored, Role,
    Satisfaction, SlaTicked, TechnicianAssignment, TicketId, TicketState, Updated,
};
use sla::Knowledge;
use uuid::Uuid;

use crate::projection::{TicketKey, TicketRows, Trash, refold};

/// The ticket of all histories.
pub(crate) fn key() -> TicketKey {
    TicketKey { instance: Instance::new("desk").unwrap(), id: TicketId(9) }
}

/// What a desk knows of agreements and calendars before it was told of any.
pub(crate) fn nothing() -> Knowledge {
    Knowledge::new(Tz::UTC)
}

/// The events of `history`, one for each line, at offsets 0, 1, 2...
pub(crate) fn events(history: &str) -> Vec<(Offset, Event)> {
    let lines = history.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.zip(0..).map(|(line, offset)| (Offset(offset), event(line))).collect()
}

/// The rows of a ticket with these events.
pub(crate) fn refolded(events: &[(Offset, Event)], trash: Trash) -> Option<TicketRows> {
    refold(&key(), None, events, (&nothing(), trash)).unwrap().rows
}

/// The event that `line` writes down.
pub(crate) fn event(line: &str) -> Event {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_certain = !words[1].ends_with('?');
    let (minute, sequence) = (number(words[0]), number(words[1].trim_end_matches('?')));
    let body = body(minute, &words[2..]);
    let row = match words[2] {
        "link" | "unlink" => number(words[4]),
        _ => sequence,
    };
    let is_recorded = sequence != 0;
    let envelope = Envelope {
        event_id: EventId(Uuid::new_v5(&Uuid::NAMESPACE_OID, words.join(" ").as_bytes())),
        event_type: body.event_type(),
        instance: key().instance,
        entity_id: None,
        ticket_id: if matches!(body, Body::Dimension(_)) { TicketId::NONE } else { key().id },
        occurred_at: at(minute),
        observed_at: at(minute + 1),
        sequence,
        origin: Origin::new("Row", row),
        confidence: match (is_recorded, is_certain) {
            (true, true) => Confidence::Recorded,
            (true, false) => Confidence::Inferred,
            (false, _) => Confidence::Observed,
        },
        trace: None,
    };
    Event { envelope, body }
}

fn body(minute: i64, words: &[&str]) -> Body {
    match *words {
        ["created"] => change("created", 0, "", ""),
        ["status", old, new] => change("status", 12, old, new),
        ["priority", old, new] => change("priority", 3, old, new),
        ["entity", old, new] => change("entity", 80, &old.replace('_', " "), &new.replace('_', " ")),
        ["opening", day, time] => change("date", 15, &format!("{day} {time}"), ""),
        ["agreement", name, old, new] => agreement(name, old, new),
        ["calendar", id] => row_of("Calendar", number(id), "{}"),
        ["hours", id, calendar, weekday, begin, end] => row_of(
            "CalendarSegment",
            number(id),
            &format!(r#"{{"begin":"{begin}","calendars_id":{calendar},"day":{weekday},"end":"{end}"}}"#),
        ),
        ["entity", id, "calendar", calendar] => {
            row_of("Entity", number(id), &format!(r#"{{"calendars_id":{calendar},"calendars_strategy":{calendar}}}"#))
        }
        ["title"] => change("title", 1, "old", "new"),
        ["add", kind, id, role] => actor(kind, id, role, LinkChange::Added),
        ["remove", kind, id] => actor(kind, id, "unknown", LinkChange::Removed),
        ["link", kind, _row, id, role] => actor(kind, id, role, LinkChange::Present),
        ["unlink", kind, _row, id, role] => actor(kind, id, role, LinkChange::Absent),
        ["trash"] => Body::Deleted(Deleted { cause: DeletionCause::Trashed }),
        ["purge"] => Body::Deleted(Deleted { cause: DeletionCause::Purged }),
        ["hide"] => Body::Deleted(Deleted { cause: DeletionCause::LeftScope }),
        ["restore"] => Body::Restored(Restored { cause: RestorationCause::Restored }),
        ["show"] => Body::Restored(Restored { cause: RestorationCause::EnteredScope }),
        ["followup", id] => comment(CommentKind::Followup, id, LinkChange::Present),
        ["solution", id] => comment(CommentKind::Solution, id, LinkChange::Present),
        ["task", id] => comment(CommentKind::Task, id, LinkChange::Present),
        ["unfollowup", id] => comment(CommentKind::Followup, id, LinkChange::Absent),
        ["survey", sent] => survey(sent, None, None),
        ["survey", sent, answered, score] => survey(sent, Some(at(number(answered))), score.parse().ok()),
        ["tick"] => tick(),
        ["ola", id, count, unit] => row_of("OLA", number(id), &terms(count, unit, "")),
        ["sla", id, count, unit] => row_of("SLA", number(id), &terms(count, unit, "")),
        ["sla", id, count, unit, "by", calendar] => {
            row_of("SLA", number(id), &terms(count, unit, &format!(",\"calendars_id\":{calendar}")))
        }
        ["state", status, ref rest @ ..] => {
            Body::Updated(Box::new(Updated { change: None, state: Some(state(minute, status, rest)) }))
        }
        _ => panic!("no event is written {words:?}"),
    }
}

fn change(field: &str, option: i32, old: &str, new: &str) -> Body {
    let change = FieldChange { field: field.to_owned(), option, old: old.to_owned(), new: new.to_owned() };
    Body::Updated(Box::new(Updated { change: Some(change), state: None }))
}

fn actor(kind: &str, id: &str, role: &str, change: LinkChange) -> Body {
    Body::Assignment(TechnicianAssignment {
        actor_kind: match kind {
            "group" => ActorKind::Group,
            "supplier" => ActorKind::Supplier,
            _ => ActorKind::Person,
        },
        actor_id: number(id),
        actor_name: None,
        role: match role {
            "assigned" => Role::Assigned,
            "requester" => Role::Requester,
            "observer" => Role::Observer,
            _ => Role::Unknown,
        },
        change,
    })
}

fn comment(kind: CommentKind, id: &str, change: LinkChange) -> Body {
    Body::Commented(Commented {
        kind,
        item_id: number(id),
        change,
        author_id: None,
        is_private: false,
        modified_at: None,
        state: 0,
        seconds: 0,
        technician_id: None,
    })
}

fn survey(sent: &str, answered_at: Option<Instant>, score: Option<f64>) -> Body {
    Body::Satisfaction(Satisfaction { sent_at: Some(at(number(sent))), answered_at, score, comment: None })
}

fn tick() -> Body {
    Body::SlaTicked(SlaTicked {
        clock: schemas::Clock::Ttr,
        mode: schemas::Mode::Canonical,
        agreement_id: None,
        revision: 0,
        tick: "crossed".to_owned(),
        threshold_percent: Some(50),
        elapsed_s: 1,
        target_s: 2,
        is_provisional: false,
        is_retraction: false,
    })
}

fn terms(count: &str, unit: &str, hours: &str) -> String {
    format!("{{\"definition_time\":\"{unit}\",\"number_time\":{count}{hours}}}")
}

fn row_of(kind: &str, dimension_id: i64, attributes: &str) -> Body {
    Body::Dimension(DimensionChanged {
        kind: kind.to_owned(),
        dimension_id,
        name: kind.to_owned(),
        complete_name: None,
        parent_id: None,
        attributes: attributes.to_owned(),
        is_removed: false,
    })
}

/// A change of an agreement as GLPI's history has it: `none` is that there is none.
fn agreement(name: &str, old: &str, new: &str) -> Body {
    let option = match name {
        "tto" => 37,
        "ttr" => 30,
        "internal_tto" => 191,
        _ => 190,
    };
    let written = |id: &str| if id == "none" { "&nbsp; (0)".to_owned() } else { format!("Gold ({id})") };
    change("sla", option, &written(old), &written(new))
}

/// The row of the ticket as changed at `minute`; `words` are `name=value`.
fn state(minute: i64, status: &str, words: &[&str]) -> TicketState {
    let value = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')).map(number);
    let moment = |name: &str| value(name).map(at);
    TicketState {
        entity_id: value("entity").unwrap_or(0),
        title: "Printer".to_owned(),
        kind: 1,
        status: i32::try_from(number(status)).unwrap(),
        urgency: 2,
        impact: 4,
        priority: value("priority").map_or(3, |priority| priority as i32),
        category_id: value("category"),
        location_id: None,
        source_id: None,
        writer_id: Some(46),
        validation: 1,
        opened_at: moment("opened").unwrap_or(at(0)),
        created_at: at(0),
        modified_at: moment("modified").unwrap_or(at(minute)),
        taken_at: moment("taken"),
        solved_at: moment("solved"),
        closed_at: moment("closed"),
        waiting_since: moment("waiting"),
        sla_tto_id: value("tto"),
        sla_ttr_id: value("ttr"),
        ola_tto_id: value("otto"),
        ola_ttr_id: value("ottr"),
        due_tto_at: None,
        due_ttr_at: moment("due"),
        internal_due_tto_at: None,
        internal_due_ttr_at: None,
        ola_tto_started_at: None,
        ola_ttr_started_at: moment("ottr_began"),
        waiting_s: 0,
        sla_waiting_s: 0,
        ola_waiting_s: 0,
        take_delay_s: 0,
        solve_delay_s: 0,
        close_delay_s: 0,
        action_s: 0,
        is_trashed: words.contains(&"trashed"),
    }
}

/// The rows in short: a line for each span, then the ticket's.
pub(crate) fn shown(rows: Option<&TicketRows>) -> String {
    let Some(TicketRows { ticket, spans, .. }) = rows else { return "no row".to_owned() };
    let mut text = String::new();
    for span in spans {
        let end = span.end.map(minute).unwrap_or_default();
        let (status, priority, entity) = (span.status, span.priority, span.entity_id);
        write!(text, "{}..{end} s{status} p{priority} e{entity}", minute(span.start)).unwrap();
        write!(text, " people {:?} groups {:?}", span.technician_ids, span.group_ids).unwrap();
        text.push_str(if span.is_counted { "" } else { " uncounted" });
        text.push_str(if span.confidence == Confidence::Inferred { " inferred\n" } else { "\n" });
    }
    write!(text, "{} s{}", ticket.presence, ticket.status).unwrap();
    let moments = [
        ("absent", ticket.absent_since),
        ("assigned", ticket.first_assigned_at),
        ("first solved", ticket.first_solved_at),
        ("solved", ticket.solved_at),
        ("reopened", ticket.reopened_at),
        ("answered", ticket.survey_answered_at),
    ];
    for (name, moment) in moments {
        if let Some(moment) = moment {
            write!(text, ", {name} {}", minute(moment)).unwrap();
        }
    }
    for (name, id) in [("person", ticket.technician_id), ("group", ticket.group_id)] {
        if let Some(id) = id {
            write!(text, ", {name} {id}").unwrap();
        }
    }
    for (name, count) in [("reopens", ticket.reopen_count), ("followups", ticket.followup_count)] {
        if count > 0 {
            write!(text, ", {name} {count}").unwrap();
        }
    }
    text.push_str(if ticket.history_complete { "" } else { ", history starts late" });
    text.push_str(if ticket.history_agrees { "" } else { ", history disagrees" });
    text
}

/// The instant of that minute.
pub(crate) fn at(minute: i64) -> Instant {
    Instant::from_seconds(1_763_976_000 + minute * 60)
}

fn minute(at: Instant) -> String {
    ((at.seconds() - 1_763_976_000) / 60).to_string()
}

fn number(text: &str) -> i64 {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

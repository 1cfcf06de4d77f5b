//! A line of GLPI's history: what changed, when, and between which values.

use schemas::{
    ActorKind, Body, Deleted, DeletionCause, FieldChange, LinkChange, RestorationCause, Restored, Role,
    TechnicianAssignment, Updated,
};

use super::fields::Fields;
use super::{Draft, Reason, Row};

/// GLPI's codes of what a line tells.
mod action {
    pub(super) const FIELD_CHANGED: i64 = 0;
    pub(super) const TRASHED: i64 = 13;
    pub(super) const RESTORED: i64 = 14;
    pub(super) const RELATION_ADDED: i64 = 15;
    pub(super) const RELATION_REMOVED: i64 = 16;
    pub(super) const CREATED: i64 = 20;
}

/// Search options whose changes are left out: the last editor is noise, texts that people wrote stay in GLPI, and the
/// survey's own row says what its lines say.
const LEFT_OUT: [i64; 9] = [64, 21, 24, 25, 31, 60, 61, 62, 63];

pub(super) fn convert(fields: &Fields<'_>) -> Result<Row, Reason> {
    let id = fields.id()?;
    if fields.text("itemtype")? != "Ticket" {
        return Ok(Row::left_out(id, 0));
    }
    let ticket = fields.ticket("items_id")?;
    let Some(body) = body(fields)? else { return Ok(Row::left_out(id, ticket)) };
    let moment = fields.moment("date_mod")?;
    let draft = Draft { sequence: id, confidence: moment.confidence(), ..Draft::recorded(body, moment.at) };
    Ok(Row::saying(id, ticket, vec![draft]))
}

fn body(fields: &Fields<'_>) -> Result<Option<Body>, Reason> {
    fields.has_all(&["itemtype_link"])?;
    let action = fields.number("linked_action")?;
    let option = fields.number("id_search_option")?;
    // Lines about the ticket itself have no linked type, which GLPI writes in two ways.
    let linked = fields.may_text("itemtype_link")?.filter(|linked| !linked.is_empty() && linked != "0");
    Ok(match (action, linked.as_deref()) {
        (action::FIELD_CHANGED, None) if LEFT_OUT.contains(&option) => None,
        (action::FIELD_CHANGED, None) => Some(changed(fields, &field_name(option), option)?),
        (action::CREATED, None) => Some(changed(fields, "created", 0)?),
        (action::TRASHED, None) => Some(Body::Deleted(Deleted { cause: DeletionCause::Trashed })),
        (action::RESTORED, None) => Some(Body::Restored(Restored { cause: RestorationCause::Restored })),
        (action::RELATION_ADDED, Some(linked)) => match actor_kind(linked) {
            Some(kind) => Some(joined(kind, option, &fields.text("new_value")?, LinkChange::Added)?),
            None => None,
        },
        (action::RELATION_REMOVED, Some(linked)) => match actor_kind(linked) {
            Some(kind) => Some(joined(kind, option, &fields.text("old_value")?, LinkChange::Removed)?),
            None => None,
        },
        // Free messages, sub-items (read as rows of their own), relations to other things, plugins.
        _ => None,
    })
}

fn changed(fields: &Fields<'_>, field: &str, option: i64) -> Result<Body, Reason> {
    let option = i32::try_from(option).map_err(|_| Reason::new(format!("column id_search_option is {option}")))?;
    let (old, new) = (fields.text("old_value")?, fields.text("new_value")?);
    let change = FieldChange { field: field.to_owned(), option, old, new };
    Ok(Body::Updated(Box::new(Updated { change: Some(change), state: None })))
}

fn joined(actor_kind: ActorKind, option: i64, value: &str, change: LinkChange) -> Result<Body, Reason> {
    let (name, actor_id) = named(value).ok_or_else(|| Reason::new("the actor's value does not end with an id"))?;
    // The name of an actor without an id is an address.
    let actor_name = (actor_id != 0 && !name.is_empty()).then(|| name.to_owned());
    Ok(Body::Assignment(TechnicianAssignment { actor_kind, actor_id, actor_name, role: role(option), change }))
}

/// Splits `Last First (17)` into the name and the id.
fn named(value: &str) -> Option<(&str, i64)> {
    if value.is_empty() {
        return Some(("", 0));
    }
    let (name, id) = value.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    let id = id.parse().ok().filter(|&id| id >= 0)?;
    Some((name.trim_end(), id))
}

fn actor_kind(linked: &str) -> Option<ActorKind> {
    match linked {
        "User" => Some(ActorKind::Person),
        "Group" => Some(ActorKind::Group),
        "Supplier" => Some(ActorKind::Supplier),
        _ => None,
    }
}

fn role(option: i64) -> Role {
    match option {
        4 | 71 => Role::Requester,
        5 | 6 | 8 => Role::Assigned,
        65 | 66 => Role::Observer,
        _ => Role::Unknown,
    }
}

fn field_name(option: i64) -> String {
    let name = match option {
        1 => "title",
        3 => "priority",
        7 => "category",
        9 => "source",
        10 => "urgency",
        11 => "impact",
        12 => "status",
        14 => "kind",
        15 => "opened_at",
        16 => "closed_at",
        17 => "solved_at",
        18 => "due_ttr_at",
        22 => "writer",
        30 => "sla_ttr",
        37 => "sla_tto",
        52 => "validation",
        80 => "entity",
        83 => "location",
        150 => "take_delay_s",
        155 => "due_tto_at",
        180 => "internal_due_ttr_at",
        185 => "internal_due_tto_at",
        190 => "ola_tto",
        191 => "ola_ttr",
        other => return format!("option_{other}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_actor_is_the_last_number_in_parentheses() {
        assert_eq!(named("Silva Ana (7)"), Some(("Silva Ana", 7)));
        assert_eq!(named("Team (north) (12)"), Some(("Team (north)", 12)));
        assert_eq!(named("(3)"), Some(("", 3)));
        assert_eq!(named(""), Some(("", 0)));
        for broken in ["Silva Ana", "Silva Ana (x)", "Silva (-1)", "Silva (7"] {
            assert_eq!(named(broken), None, "{broken}");
        }
    }
}

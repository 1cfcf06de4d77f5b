//! Normalise: one canonical form for each value, and no event that contradicts itself.
//!
//! Nothing is dropped silently: a text that is far too long ends in an ellipsis, an impossible event is refused with the reason.

use std::borrow::Cow;

use schemas::{Body, DimensionChanged, Envelope, Event, Instant, TicketId, Updated};
use serde_json::Value;

use crate::json::sorted;

/// Characters of a title or name. GLPI's own columns hold 255; tree names join several.
const LINE_CHARS_MAX: usize = 2_000;
/// Characters of a text of several lines.
const TEXT_CHARS_MAX: usize = 20_000;
/// Bytes of a dimension's attributes. A whitelist of columns is far below.
const ATTRIBUTES_BYTES_MAX: usize = 256 * 1024;
/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: outside, no calendar of any reader goes on.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// Ends a text that was cut.
const ELLIPSIS: char = '…';

/// The canonical form of `event`, or what is wrong with it.
pub(crate) fn normalise(mut event: Event) -> Result<Event, String> {
    envelope(&event.envelope, &event.body)?;
    match &mut event.body {
        Body::Updated(updated) => {
            one_of_two(updated)?;
            if let Some(change) = &mut updated.change {
                line(&mut change.field);
                line(&mut change.old);
                line(&mut change.new);
            }
            if let Some(state) = &mut updated.state {
                line(&mut state.title);
                // The row just read knows the entity best; events made before it may not know it at all.
                event.envelope.entity_id.get_or_insert(state.entity_id);
            }
        }
        Body::Assignment(assignment) => optional(&mut assignment.actor_name, line),
        Body::Satisfaction(survey) => {
            optional(&mut survey.comment, text);
            if let Some(score) = &mut survey.score {
                *score = finite(*score)?;
            }
        }
        Body::Dimension(dimension) => dimension_row(dimension)?,
        Body::SlaTicked(ticked) => line(&mut ticked.tick),
        Body::Created(_) | Body::Commented(_) | Body::Deleted(_) | Body::Restored(_) | Body::SlaBreached(_) => {}
    }
    Ok(event)
}

fn envelope(envelope: &Envelope, body: &Body) -> Result<(), String> {
    if envelope.event_type != body.event_type() {
        return Err(format!("envelope says {}, body is {}", envelope.event_type, body.event_type()));
    }
    match (body, envelope.ticket_id) {
        (Body::Dimension(_), TicketId::NONE) => {}
        (Body::Dimension(_), ticket) => return Err(format!("dimension row carries ticket {ticket}")),
        (_, ticket) if ticket.0 <= 0 => return Err(format!("ticket {ticket} cannot exist")),
        _ => {}
    }
    instant("occurred_at", envelope.occurred_at)?;
    instant("observed_at", envelope.observed_at)
}

fn instant(name: &str, at: Instant) -> Result<(), String> {
    if SECONDS.contains(&at.seconds()) { Ok(()) } else { Err(format!("{name} is outside the years 1 to 9999")) }
}

fn one_of_two(updated: &Updated) -> Result<(), String> {
    match (&updated.change, &updated.state) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        (Some(_), Some(_)) => Err("update holds both a change and a state".to_owned()),
        (None, None) => Err("update holds neither a change nor a state".to_owned()),
    }
}

fn finite(score: f64) -> Result<f64, String> {
    if !score.is_finite() {
        return Err("survey score is no number".to_owned());
    }
    // Minus zero equals zero but is other bytes.
    Ok(if score == 0.0 { 0.0 } else { score })
}

fn dimension_row(dimension: &mut DimensionChanged) -> Result<(), String> {
    line(&mut dimension.kind);
    line(&mut dimension.name);
    optional(&mut dimension.complete_name, line);
    if dimension.kind.is_empty() {
        return Err("dimension row has no kind".to_owned());
    }
    if dimension.attributes.len() > ATTRIBUTES_BYTES_MAX {
        return Err(format!("attributes are {} bytes long", dimension.attributes.len()));
    }
    match serde_json::from_str(&dimension.attributes) {
        Ok(object @ Value::Object(_)) => {
            dimension.attributes = sorted(object).to_string();
            Ok(())
        }
        Ok(_) => Err("attributes are no JSON object".to_owned()),
        Err(error) => Err(format!("attributes are no JSON: {error}")),
    }
}

fn optional(value: &mut Option<String>, canonical: fn(&mut String)) {
    if let Some(text) = value {
        canonical(text);
    }
    if value.as_ref().is_some_and(String::is_empty) {
        *value = None;
    }
}

fn line(value: &mut String) {
    let is_plain = !value.chars().any(char::is_control);
    if is_plain && value.len() <= LINE_CHARS_MAX && value.trim().len() == value.len() {
        return;
    }
    *value = clamp(&without_controls(value, |_| false), LINE_CHARS_MAX);
}

fn text(value: &mut String) {
    let unix: Cow<'_, str> = if value.contains('\r') { value.replace("\r\n", "\n").into() } else { (&*value).into() };
    *value = clamp(&without_controls(&unix, |c| c == '\n'), TEXT_CHARS_MAX);
}

/// Every run of control characters and the spaces around it is one space; other spaces stay.
fn without_controls(value: &str, keeps: fn(char) -> bool) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut gap = String::new();
    for c in value.chars() {
        let control = c.is_control() && !keeps(c);
        if control || (c.is_whitespace() && !keeps(c)) {
            gap.push(c);
            continue;
        }
        close(&mut plain, &mut gap, keeps);
        plain.push(c);
    }
    close(&mut plain, &mut gap, keeps);
    plain
}

fn close(plain: &mut String, gap: &mut String, keeps: fn(char) -> bool) {
    if gap.chars().any(|c| c.is_control() && !keeps(c)) {
        plain.push(' ');
    } else {
        plain.push_str(gap);
    }
    gap.clear();
}

fn clamp(value: &str, chars_max: usize) -> String {
    let value = value.trim();
    if value.chars().nth(chars_max).is_none() {
        return value.to_owned();
    }
    let head: String = value.chars().take(chars_max - 1).collect();
    format!("{}{ELLIPSIS}", head.trim_end())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use schemas::EventType;

    use super::*;
    use crate::samples::{assignment, change, person, survey, ticket};

    fn title(written: &str) -> String {
        let Body::Updated(updated) = normalise(ticket(written)).unwrap().body else { panic!("updated") };
        updated.state.unwrap().title
    }

    #[test]
    fn titles_lose_edges_and_control_characters_and_nothing_else() {
        assert_eq!(title("  Printer  on fire "), "Printer  on fire");
        assert_eq!(title("Printer \t\r\n on\u{0}fire"), "Printer on fire");
        assert_eq!(title("Outlook ne démarre plus ✓"), "Outlook ne démarre plus ✓");
        assert_eq!(title("\u{7}"), "");
    }

    #[test]
    fn an_absurdly_long_title_shows_that_it_was_cut() {
        let cut = title(&"é".repeat(LINE_CHARS_MAX + 1));

        assert_eq!(cut.chars().count(), LINE_CHARS_MAX);
        assert!(cut.ends_with(ELLIPSIS));
        assert_eq!(title(&"é".repeat(LINE_CHARS_MAX)).chars().count(), LINE_CHARS_MAX);
        assert!(!title(&"é".repeat(LINE_CHARS_MAX)).ends_with(ELLIPSIS));
    }

    #[test]
    fn survey_comments_keep_their_lines() {
        let Body::Satisfaction(survey) = normalise(survey(" fast\r\nand\tkind \n")).unwrap().body else {
            panic!("survey")
        };
        assert_eq!(survey.comment.as_deref(), Some("fast\nand kind"));
    }

    #[test]
    fn an_empty_name_is_no_name() {
        let Body::Assignment(assignment) = normalise(assignment(" ")).unwrap().body else { panic!("assignment") };
        assert_eq!(assignment.actor_name, None);
    }

    #[test]
    fn attributes_have_one_spelling() {
        let mut event = person(7, "Ana");
        let Body::Dimension(row) = &mut event.body else { panic!("dimension") };
        row.attributes = r#"{ "b": {"z": 1, "a": [ {"d": 1, "c": 2} ]}, "a": null }"#.to_owned();

        let Body::Dimension(row) = normalise(event).unwrap().body else { panic!("dimension") };
        assert_eq!(row.attributes, r#"{"a":null,"b":{"a":[{"c":2,"d":1}],"z":1}}"#);
    }

    #[test]
    fn a_ticket_row_tells_its_entity() {
        let mut event = ticket("Printer");
        event.envelope.entity_id = None;
        assert_eq!(normalise(event).unwrap().envelope.entity_id, Some(2));
    }

    #[test]
    fn events_that_contradict_themselves_are_refused() {
        let refused = |mut event: Event, break_it: fn(&mut Event)| {
            break_it(&mut event);
            normalise(event).unwrap_err()
        };

        assert_eq!(
            refused(ticket("a"), |event| event.envelope.event_type = EventType::TicketDeletedV1),
            "envelope says TicketDeletedV1, body is TicketUpdatedV1"
        );
        assert_eq!(refused(ticket("a"), |event| event.envelope.ticket_id = TicketId(0)), "ticket 0 cannot exist");
        assert_eq!(
            refused(person(7, "a"), |event| event.envelope.ticket_id = TicketId(3)),
            "dimension row carries ticket 3"
        );
        assert_eq!(
            refused(ticket("a"), |event| event.envelope.occurred_at = Instant(i64::MAX)),
            "occurred_at is outside the years 1 to 9999"
        );
        assert_eq!(
            refused(change(12, "1", "2"), |event| {
                let Body::Updated(updated) = &mut event.body else { panic!("updated") };
                updated.change = None;
            }),
            "update holds neither a change nor a state"
        );
        assert_eq!(
            refused(survey("a"), |event| {
                let Body::Satisfaction(survey) = &mut event.body else { panic!("survey") };
                survey.score = Some(f64::NAN);
            }),
            "survey score is no number"
        );
        assert_eq!(
            refused(person(7, "a"), |event| {
                let Body::Dimension(row) = &mut event.body else { panic!("dimension") };
                row.attributes = "[]".to_owned();
            }),
            "attributes are no JSON object"
        );
    }
}

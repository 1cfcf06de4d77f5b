//! A ticket's satisfaction survey: sent, and maybe answered.

use schemas::{Body, Satisfaction};
use serde_json::Value;

use super::fields::Fields;
use super::{Draft, Reason, Row};

pub(super) fn convert(fields: &Fields<'_>) -> Result<Row, Reason> {
    let (id, ticket) = (fields.id()?, fields.ticket("tickets_id")?);
    fields.has_all(&["date_begin", "date_answered", "satisfaction", "comment"])?;
    let sent = fields.may_moment("date_begin")?;
    let answered = fields.may_moment("date_answered")?;
    let satisfaction = Satisfaction {
        sent_at: sent.map(|moment| moment.at),
        answered_at: answered.map(|moment| moment.at),
        score: score(fields)?,
        comment: fields.may_text("comment")?.filter(|comment| !comment.is_empty()),
    };
    let body = Body::Satisfaction(satisfaction);
    let draft = match answered.or(sent) {
        Some(moment) => Draft { confidence: moment.confidence(), ..Draft::recorded(body, moment.at) },
        None => Draft::observed(body, fields.context.observed_at),
    };
    Ok(Row::saying(id, ticket, vec![draft]))
}

/// The answer on the scale of 0 to 5; later versions allow other scales and give the scaled answer as well.
fn score(fields: &Fields<'_>) -> Result<Option<f64>, Reason> {
    let Some(value) = fields.raw("satisfaction_scaled_to_5").or_else(|| fields.raw("satisfaction")) else {
        return Ok(None);
    };
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    match number.filter(|number| number.is_finite()) {
        Some(number) => Ok(Some(number)),
        None => Err(Reason::new("column satisfaction is not a number")),
    }
}

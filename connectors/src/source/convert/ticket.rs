//! A ticket's own row: that it was opened, and its state.

use schemas::{Body, Confidence, Created, TicketState, Updated};

use super::fields::{Fields, Moment};
use super::{Draft, Reason, Row, TicketRow};

/// The column of the creation.
pub(super) const CREATED: &str = "date_creation";
/// Columns that may be null but are there in GLPI 10 and 11. Not among them: what a later 10.0 brought, and agreements with other
/// teams, which may move to a table of their own.
const COLUMNS: [&str; 20] = [
    "closedate",
    "solvedate",
    "date_creation",
    "users_id_recipient",
    "requesttypes_id",
    "itilcategories_id",
    "locations_id",
    "global_validation",
    "slas_id_ttr",
    "slas_id_tto",
    "time_to_resolve",
    "time_to_own",
    "begin_waiting_date",
    "sla_waiting_duration",
    "waiting_duration",
    "takeintoaccount_delay_stat",
    "solve_delay_stat",
    "close_delay_stat",
    "actiontime",
    "type",
];
/// The highest value of each enumeration, and GLPI's 0 for none.
const PRIORITY_MAX: i32 = 6;
const KIND_MAX: i32 = 2;

/// The dates that every ticket has.
struct Dates {
    opened: Moment,
    created: Moment,
    /// GLPI knows the date of creation; rows from before it kept one do not have it.
    is_created_known: bool,
    modified: Moment,
}

pub(super) fn convert(fields: &Fields<'_>) -> Result<TicketRow, Reason> {
    let id = fields.id()?;
    fields.has_all(&COLUMNS)?;
    let dates = dates(fields)?;
    let state = state(fields, &dates)?;
    let (entity, is_trashed) = (state.entity_id, state.is_trashed);

    let created = Created { created_at: state.created_at, opened_at: state.opened_at, writer_id: state.writer_id };
    let drafts = vec![
        Draft {
            is_once: true,
            confidence: if dates.is_created_known { dates.created.confidence() } else { Confidence::Inferred },
            ..Draft::recorded(Body::Created(created), dates.created.at)
        },
        Draft::observed(Body::Updated(Box::new(Updated { change: None, state: Some(state) })), dates.modified.at),
    ];
    Ok(TicketRow {
        row: Row::saying(id, id, drafts),
        entity,
        created: dates.is_created_known.then_some(dates.created.at),
        is_trashed,
        modified_at: dates.modified.at,
        modified_latest: dates.modified.latest,
    })
}

fn dates(fields: &Fields<'_>) -> Result<Dates, Reason> {
    let opened = fields.moment("date")?;
    let created = fields.may_moment(CREATED)?;
    Ok(Dates {
        opened,
        created: created.unwrap_or(opened),
        is_created_known: created.is_some(),
        modified: fields.moment("date_mod")?,
    })
}

fn state(fields: &Fields<'_>, dates: &Dates) -> Result<TicketState, Reason> {
    let entity_id = fields.number("entities_id")?;
    if entity_id < 0 {
        return Err(Reason::new(format!("column entities_id is {entity_id}")));
    }
    Ok(TicketState {
        entity_id,
        title: fields.text("name")?,
        kind: fields.up_to("type", KIND_MAX)?,
        status: fields.small("status")?,
        urgency: fields.up_to("urgency", PRIORITY_MAX)?,
        impact: fields.up_to("impact", PRIORITY_MAX)?,
        priority: fields.up_to("priority", PRIORITY_MAX)?,
        category_id: fields.reference("itilcategories_id")?,
        location_id: fields.reference("locations_id")?,
        source_id: fields.reference("requesttypes_id")?,
        writer_id: fields.reference("users_id_recipient")?,
        validation: i32::try_from(fields.seconds("global_validation")?).unwrap_or(0),
        opened_at: dates.opened.at,
        created_at: dates.created.at,
        modified_at: dates.modified.at,
        taken_at: fields.may_instant("takeintoaccountdate")?,
        solved_at: fields.may_instant("solvedate")?,
        closed_at: fields.may_instant("closedate")?,
        waiting_since: fields.may_instant("begin_waiting_date")?,
        sla_tto_id: fields.reference("slas_id_tto")?,
        sla_ttr_id: fields.reference("slas_id_ttr")?,
        ola_tto_id: fields.reference("olas_id_tto")?,
        ola_ttr_id: fields.reference("olas_id_ttr")?,
        due_tto_at: fields.may_instant("time_to_own")?,
        due_ttr_at: fields.may_instant("time_to_resolve")?,
        internal_due_tto_at: fields.may_instant("internal_time_to_own")?,
        internal_due_ttr_at: fields.may_instant("internal_time_to_resolve")?,
        ola_tto_started_at: fields.may_instant("ola_tto_begin_date")?,
        ola_ttr_started_at: fields.may_instant("ola_ttr_begin_date")?,
        waiting_s: fields.seconds("waiting_duration")?,
        sla_waiting_s: fields.seconds("sla_waiting_duration")?,
        ola_waiting_s: fields.seconds("ola_waiting_duration")?,
        take_delay_s: fields.delay("takeintoaccount_delay_stat")?,
        solve_delay_s: fields.delay("solve_delay_stat")?,
        close_delay_s: fields.delay("close_delay_stat")?,
        action_s: fields.seconds("actiontime")?,
        is_trashed: fields.flag("is_deleted")?,
    })
}

//! One line of a ticket's timeline: when, what, by whom, and how sure.

use arrow::array::RecordBatch;
use chrono::{DateTime, Utc};
use schemas::{
    ActorKind, Clock, CommentKind, Commented, Created, Deleted, DeletionCause, EventType, Instant, LinkChange, Mode,
    RestorationCause, Restored, Role, Satisfaction, SlaBreached, SlaTicked, TechnicianAssignment, Updated,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    error::Error,
    filters::{PRIORITIES, STATUSES},
    plans::rows::Columns,
    stores::{self, Dimensions},
    summaries::{Named, named, word},
    window::date,
};

/// One line of a ticket's timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TicketTimelineEvent {
    /// The event's id.
    pub id: String,
    /// When it happened in GLPI.
    pub at: DateTime<Utc>,
    /// When Farol learnt it.
    pub observed_at: DateTime<Utc>,
    /// The event's type with its version, such as `TicketUpdatedV1`.
    pub kind: String,
    /// What changed.
    pub change: TimelineChange,
    /// Who came or went, or who wrote; `None` where the source does not say.
    pub actor: Option<Actor>,
    /// `recorded`, `observed` or `inferred`.
    pub confidence: String,
    /// The GLPI row it was made from, such as `Log/4543`.
    pub origin: String,
}

/// Somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Actor {
    /// Person, group or supplier.
    pub kind: ActorKind,
    /// GLPI's id; 0 is a requester known by address only.
    pub id: i64,
    /// The name, as far as Farol knows it.
    pub name: Option<String>,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TimelineChange {
    /// The ticket came to be.
    Created {
        /// Its opening date as first read.
        opened_at: DateTime<Utc>,
    },
    /// A field changed.
    Field {
        /// Farol's name of it.
        field: String,
        /// The value before, cut by GLPI at 180 characters.
        old: String,
        /// The value after, likewise.
        new: String,
    },
    /// The ticket's row was read.
    Read {
        /// Its status then.
        status: String,
        /// Its priority then.
        priority: String,
        /// Its entity then.
        entity: Named,
    },
    /// An actor came or went.
    Actor {
        /// As what.
        role: Role,
        /// Whether he came or went.
        change: LinkChange,
    },
    /// Something was written.
    Comment {
        /// What.
        comment: CommentKind,
        /// GLPI's id of it.
        item_id: i64,
        /// Whether it is there.
        change: LinkChange,
        /// Hidden from the requester.
        is_private: bool,
        /// Seconds worked.
        seconds: i64,
    },
    /// It left the counts.
    Deleted {
        /// Why.
        cause: DeletionCause,
    },
    /// It came back into the counts.
    Restored {
        /// Why.
        cause: RestorationCause,
    },
    /// A survey was sent or answered.
    Survey {
        /// When it was sent.
        sent_at: Option<DateTime<Utc>>,
        /// When it was answered.
        answered_at: Option<DateTime<Utc>>,
        /// The answer, 0 to 5.
        score: Option<f64>,
    },
    /// A clock went over its due instant.
    Breach {
        /// The clock.
        clock: Clock,
        /// Whose arithmetic.
        mode: Mode,
        /// The due instant.
        breached_at: DateTime<Utc>,
        /// It takes an earlier breach back.
        is_retraction: bool,
    },
    /// A clock crossed a threshold, paused, resumed or stopped.
    Tick {
        /// The clock.
        clock: Clock,
        /// `crossed`, `paused`, `resumed` or `stopped`.
        tick: String,
        /// The threshold, in percent of the target.
        threshold_percent: Option<i32>,
        /// Seconds on the clock.
        elapsed_s: i64,
        /// Seconds the clock may take.
        target_s: i64,
    },
    /// A type of event that this release does not know.
    Other,
}

/// The order of events within a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EventOrder {
    pub(super) at: Instant,
    pub(super) sequence: i64,
    pub(super) offset: i64,
}

/// The events of a batch of `ticket_events`.
pub(super) fn events(
    batch: &RecordBatch,
    dimensions: &Dimensions,
) -> Result<Vec<(EventOrder, TicketTimelineEvent)>, Error> {
    let columns = Columns::of(batch);
    let text = |name: &str, row| Columns::must(columns.text(name, row)?, name);
    let number = |name: &str, row| Columns::must(columns.integer(name, row)?, name);
    let mut events = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let at = Columns::must(columns.instant("occurred_at", row)?, "occurred_at")?;
        let order = EventOrder { at, sequence: number("sequence", row)?, offset: number("log_offset", row)? };
        let (id, kind) = (text("event_id", row)?, text("event_type", row)?);
        let found = change(&kind, &text("detail", row)?, dimensions);
        let (change, actor) =
            found.map_err(|why| stores::Error::Damaged { place: id.clone(), reason: why.to_string() })?;
        let observed_at = Columns::must(columns.time("observed_at", row)?, "observed_at")?;
        let (confidence, origin) = (text("confidence", row)?, text("origin", row)?);
        let event = TicketTimelineEvent { id, at: date(at), observed_at, kind, change, actor, confidence, origin };
        events.push((order, event));
    }
    Ok(events)
}

fn change(
    kind: &str,
    detail: &str,
    dimensions: &Dimensions,
) -> Result<(TimelineChange, Option<Actor>), serde_json::Error> {
    let event_type = EventType::ALL.into_iter().find(|known| known.name() == kind);
    let person = |id: Option<i64>| id.map(|id| actor(ActorKind::Person, id, None, dimensions));
    Ok(match event_type {
        Some(EventType::TicketCreatedV1) => {
            let body: Created = read(detail)?;
            (TimelineChange::Created { opened_at: date(body.opened_at) }, person(body.writer_id))
        }
        Some(EventType::TicketUpdatedV1) => (updated(read(detail)?, dimensions), None),
        Some(EventType::TechnicianAssignmentChangedV1) => {
            let body: TechnicianAssignment = read(detail)?;
            let who = actor(body.actor_kind, body.actor_id, body.actor_name, dimensions);
            (TimelineChange::Actor { role: body.role, change: body.change }, Some(who))
        }
        Some(EventType::TicketCommentedV1) => {
            let body: Commented = read(detail)?;
            (commented(&body), person(body.author_id))
        }
        Some(EventType::TicketDeletedV1) => (TimelineChange::Deleted { cause: read::<Deleted>(detail)?.cause }, None),
        Some(EventType::TicketRestoredV1) => {
            (TimelineChange::Restored { cause: read::<Restored>(detail)?.cause }, None)
        }
        Some(EventType::SatisfactionAnsweredV1) => (surveyed(&read(detail)?), None),
        Some(EventType::TicketSlaBreachedV1) => (breached(&read(detail)?), None),
        Some(EventType::SlaClockTickedV1) => (ticked(read(detail)?), None),
        Some(EventType::DimensionChangedV1) | None => (TimelineChange::Other, None),
    })
}

fn read<T: DeserializeOwned>(detail: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(detail)
}

/// The name that Farol knows goes before the one that history wrote.
fn actor(kind: ActorKind, id: i64, written: Option<String>, dimensions: &Dimensions) -> Actor {
    let item_type = match kind {
        ActorKind::Person => "User",
        ActorKind::Group => "Group",
        ActorKind::Supplier => "Supplier",
    };
    Actor { kind, id, name: named(item_type, id, dimensions).name.or(written) }
}

fn updated(body: Updated, dimensions: &Dimensions) -> TimelineChange {
    match (body.change, body.state) {
        (Some(change), _) => TimelineChange::Field { field: change.field, old: change.old, new: change.new },
        (None, Some(state)) => TimelineChange::Read {
            status: word(&STATUSES, Some(state.status.into())).to_owned(),
            priority: word(&PRIORITIES, Some(state.priority.into())).to_owned(),
            entity: named("Entity", state.entity_id, dimensions),
        },
        (None, None) => TimelineChange::Other,
    }
}

const fn commented(body: &Commented) -> TimelineChange {
    TimelineChange::Comment {
        comment: body.kind,
        item_id: body.item_id,
        change: body.change,
        is_private: body.is_private,
        seconds: body.seconds,
    }
}

fn surveyed(body: &Satisfaction) -> TimelineChange {
    TimelineChange::Survey {
        sent_at: body.sent_at.map(date),
        answered_at: body.answered_at.map(date),
        score: body.score,
    }
}

fn breached(body: &SlaBreached) -> TimelineChange {
    TimelineChange::Breach {
        clock: body.clock,
        mode: body.mode,
        breached_at: date(body.breached_at),
        is_retraction: body.is_retraction,
    }
}

fn ticked(body: SlaTicked) -> TimelineChange {
    TimelineChange::Tick {
        clock: body.clock,
        tick: body.tick,
        threshold_percent: body.threshold_percent,
        elapsed_s: body.elapsed_s,
        target_s: body.target_s,
    }
}

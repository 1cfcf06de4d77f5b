//! The bodies of events.
//!
//! Ids are GLPI's. A reference that GLPI writes as 0 ("none") is `None` here, but entity 0 is the root entity and stays 0.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Instant;

/// `TicketCreatedV1`: what never changes about a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Created {
    /// When GLPI made the row.
    pub created_at: Instant,
    /// The opening date as first read; people can edit it later.
    pub opened_at: Instant,
    /// The person who wrote the ticket.
    pub writer_id: Option<i64>,
}

/// `TicketUpdatedV1`: one field changed (from history), or the whole row was read. Exactly one of the two is present.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Updated {
    /// One line of the ticket's history.
    pub change: Option<FieldChange>,
    /// The ticket's row as read.
    pub state: Option<TicketState>,
}

/// One line of history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Farol's name of the field, such as `status`; `option_<n>` for fields without one.
    pub field: String,
    /// GLPI's search option of the field.
    pub option: i32,
    /// The value before, decoded, cut by GLPI at 180 characters.
    pub old: String,
    /// The value after, decoded, cut by GLPI at 180 characters.
    pub new: String,
}

/// A ticket's row. Durations are whole seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is the column of the `tickets` table that has its name, documented there")]
pub struct TicketState {
    pub entity_id: i64,
    pub title: String,
    pub kind: i32,
    pub status: i32,
    pub urgency: i32,
    pub impact: i32,
    pub priority: i32,
    pub category_id: Option<i64>,
    pub location_id: Option<i64>,
    pub source_id: Option<i64>,
    pub writer_id: Option<i64>,
    pub validation: i32,
    pub opened_at: Instant,
    pub created_at: Instant,
    pub modified_at: Instant,
    pub taken_at: Option<Instant>,
    pub solved_at: Option<Instant>,
    pub closed_at: Option<Instant>,
    pub waiting_since: Option<Instant>,
    pub sla_tto_id: Option<i64>,
    pub sla_ttr_id: Option<i64>,
    pub ola_tto_id: Option<i64>,
    pub ola_ttr_id: Option<i64>,
    pub due_tto_at: Option<Instant>,
    pub due_ttr_at: Option<Instant>,
    pub internal_due_tto_at: Option<Instant>,
    pub internal_due_ttr_at: Option<Instant>,
    pub ola_tto_started_at: Option<Instant>,
    pub ola_ttr_started_at: Option<Instant>,
    pub waiting_s: i64,
    pub sla_waiting_s: i64,
    pub ola_waiting_s: i64,
    pub take_delay_s: i64,
    pub solve_delay_s: i64,
    pub close_delay_s: i64,
    pub action_s: i64,
    pub is_trashed: bool,
}

/// What kind of actor holds a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    /// A GLPI user.
    Person,
    /// A GLPI group.
    Group,
    /// A GLPI supplier.
    Supplier,
}

/// The role of an actor on a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Asked for the ticket.
    Requester,
    /// Works on the ticket.
    Assigned,
    /// Watches the ticket.
    Observer,
    /// GLPI's history does not say; the fold finds it by replaying the additions before it.
    Unknown,
}

/// What became of a link between a ticket and something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkChange {
    /// History: it came to be then.
    Added,
    /// History: it ended then.
    Removed,
    /// Present state: it is there.
    Present,
    /// Present state: it was there and is there no more.
    Absent,
}

/// `TechnicianAssignmentChangedV1`: an actor and a role of a ticket, from history or from the link itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TechnicianAssignment {
    /// Person, group or supplier.
    pub actor_kind: ActorKind,
    /// GLPI's id of the actor; 0 is a requester known by address only.
    pub actor_id: i64,
    /// The name GLPI's history wrote, if any.
    pub actor_name: Option<String>,
    /// The role.
    pub role: Role,
    /// What became of the link.
    pub change: LinkChange,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CommentKind {
    /// An ITIL followup.
    Followup,
    /// A ticket task.
    Task,
    /// An ITIL solution.
    Solution,
}

/// `TicketCommentedV1`: a followup, task or solution as read. Its text stays in GLPI.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Commented {
    /// What was written.
    pub kind: CommentKind,
    /// GLPI's id of it.
    pub item_id: i64,
    /// `Present` or `Absent`.
    pub change: LinkChange,
    /// Who wrote it; `None` for automatic ones.
    pub author_id: Option<i64>,
    /// Hidden from the requester.
    pub is_private: bool,
    /// The last time it was edited.
    pub modified_at: Option<Instant>,
    /// Task: 0 information, 1 to do, 2 done. Solution: 2 waiting, 3 accepted, 4 refused. Followup: 0.
    pub state: i32,
    /// Task: seconds worked.
    pub seconds: i64,
    /// Task: who does it.
    pub technician_id: Option<i64>,
}

/// Why a ticket is out of the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeletionCause {
    /// In the trash.
    Trashed,
    /// Gone for good.
    Purged,
    /// The account may not see it any more.
    LeftScope,
}

/// `TicketDeletedV1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deleted {
    /// Why it is out of the counts.
    pub cause: DeletionCause,
}

/// Why a ticket is back in the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestorationCause {
    /// Taken out of the trash.
    Restored,
    /// The account may see it again.
    EnteredScope,
}

/// `TicketRestoredV1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restored {
    /// Why it is back in the counts.
    pub cause: RestorationCause,
}

/// `SatisfactionAnsweredV1`: a ticket's survey as read. GLPI deletes the row when a ticket is reopened; the event stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Satisfaction {
    /// When the survey was sent.
    pub sent_at: Option<Instant>,
    /// When it was answered; `None` while nobody has.
    pub answered_at: Option<Instant>,
    /// The answer, on GLPI's scale of 0 to 5.
    pub score: Option<f64>,
    /// What the requester wrote.
    pub comment: Option<String>,
}

/// Which of a ticket's clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Time to own, from the SLA.
    Tto,
    /// Time to resolve, from the SLA.
    Ttr,
    /// Time to own, from the OLA.
    InternalTto,
    /// Time to resolve, from the OLA.
    InternalTtr,
}

/// Whose arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// GLPI's, quirk for quirk.
    Glpi,
    /// Farol's corrected one.
    Canonical,
}

/// `TicketSlaBreachedV1`: a clock passed its target while running.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlaBreached {
    /// The clock.
    pub clock: Clock,
    /// Whose arithmetic.
    pub mode: Mode,
    /// The SLA or OLA.
    pub agreement_id: Option<i64>,
    /// Counts corrections of this clock.
    pub revision: i64,
    /// The due instant once passed.
    pub breached_at: Instant,
    /// The group that held the ticket.
    pub group_id: Option<i64>,
    /// The person who held the ticket.
    pub technician_id: Option<i64>,
    /// Made while the watermark was stale; confirmed or retracted later.
    pub is_provisional: bool,
    /// Takes back an earlier event of the same clock.
    pub is_retraction: bool,
}

/// `SlaClockTickedV1`: a clock crossed 50, 75, 90, 95 or 100 % of its target, paused, resumed or stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlaTicked {
    /// The clock.
    pub clock: Clock,
    /// Whose arithmetic.
    pub mode: Mode,
    /// The SLA or OLA.
    pub agreement_id: Option<i64>,
    /// Counts corrections of this clock.
    pub revision: i64,
    /// `crossed`, `paused`, `resumed` or `stopped`.
    pub tick: String,
    /// The threshold crossed, in percent of the target.
    pub threshold_percent: Option<i32>,
    /// Seconds on the clock.
    pub elapsed_s: i64,
    /// Seconds the clock may take.
    pub target_s: i64,
    /// Made while the watermark was stale; confirmed or retracted later.
    pub is_provisional: bool,
    /// Takes back an earlier event of the same clock.
    pub is_retraction: bool,
}

/// `DimensionChangedV1`: a row that tickets refer to, as read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DimensionChanged {
    /// GLPI's item type, such as `Group`.
    pub kind: String,
    /// GLPI's id.
    pub dimension_id: i64,
    /// Its short name.
    pub name: String,
    /// Its name with those of its ancestors.
    pub complete_name: Option<String>,
    /// The row above it in its tree.
    pub parent_id: Option<i64>,
    /// The other columns that metrics need, as canonical JSON (keys sorted).
    pub attributes: String,
    /// The row is gone from the source.
    pub is_removed: bool,
}

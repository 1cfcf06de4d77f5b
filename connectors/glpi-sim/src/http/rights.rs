//! Rights: which item types a profile may read and which rows a session sees.
//!
//! Link tables and the history have no entity column, so they show rows of every entity: that is
//! GLPI's own behaviour and a trap for readers.

use crate::desk::Desk;
use crate::rows::{Id, Record, Ticket, TicketUser};

use super::answer::{Refusal, Result};
use super::options::{Options, Profile};
use super::sessions::{self, Session};

/// Item types of GLPI that a recorded desk may have no rows of.
const KNOWN: &[&str] = &[
    "Change_Ticket",
    "Document_Item",
    "Holiday",
    "Item_Ticket",
    "Location",
    "OlaLevel",
    "PendingReason",
    "PendingReason_Item",
    "Problem_Ticket",
    "Profile",
    "SlaLevel",
    "SlaLevel_Ticket",
    "Supplier",
    "TaskCategory",
    "TicketCost",
    "TicketValidation",
    "Ticket_Ticket",
    "User",
    "Group",
    "Group_User",
    "Profile_User",
    "Entity",
    "ITILCategory",
    "RequestType",
    "SolutionType",
    "SLM",
    "SLA",
    "OLA",
    "Calendar",
    "CalendarSegment",
    "Calendar_Holiday",
];

// Their entity column does not restrict reading: people are seen by profile, parts by their parent.
const WITHOUT_ENTITY_CHECK: &[&str] = &["User", "Profile_User", "CalendarSegment", "SlaLevel"];

/// Refuses an item type that GLPI does not know or the profile may not read.
pub(super) fn readable(desk: &Desk, options: &Options, session: &Session, itemtype: &str) -> Result<()> {
    if !desk.knows(itemtype) && !KNOWN.contains(&itemtype) {
        return Err(Refusal::unknown_resource());
    }
    let refused: &[&str] = match session.profile {
        Profile::SuperAdmin => &[],
        Profile::ReadOnly => &["SlaLevel_Ticket"],
        Profile::Technician => &["SlaLevel_Ticket", "Log", "Calendar"],
        Profile::SelfService => &["SlaLevel_Ticket", "Log", "User", "SLA"],
    };
    if refused.contains(&itemtype) || options.denied.contains(itemtype) {
        return Err(Refusal::right_missing());
    }
    Ok(())
}

/// Whether a session sees a row in lists and by id.
pub(super) fn visible(desk: &Desk, session: &Session, itemtype: &str, row: &dyn Record) -> bool {
    let column = |name: &str| row.cell(name).and_then(|cell| cell.int());
    match itemtype {
        "Ticket" => desk.get::<Ticket>(row.id()).is_some_and(|ticket| sees(desk, session, ticket)),
        "Entity" => session.entities.contains(&row.id()),
        _ if WITHOUT_ENTITY_CHECK.contains(&itemtype) => true,
        _ => match column("entities_id") {
            None => true,
            Some(entity) if session.entities.contains(&entity) => true,
            Some(entity) => {
                let above = |active: &Id| sessions::ancestors(desk, *active).contains(&entity);
                column("is_recursive") == Some(1) && session.entities.iter().any(above)
            }
        },
    }
}

/// The tickets a session lists: those in the trash, or all others.
pub(super) fn tickets<'a>(desk: &'a Desk, session: &Session, trash: bool) -> impl Iterator<Item = &'a Ticket> {
    let listed = move |ticket: &&Ticket| (ticket.is_deleted == 1) == trash && sees(desk, session, ticket);
    desk.table::<Ticket>().iter().filter(listed)
}

/// Whether every row of an item type is visible, so that lists need no check row by row.
pub(super) fn unrestricted(desk: &Desk, itemtype: &str) -> bool {
    crate::desk::Tables::columns(itemtype).is_some_and(|columns| !columns.contains(&"entities_id"))
        || desk.rows(itemtype).is_some_and(|rows| rows.values().all(|row| !row.contains_key("entities_id")))
}

fn sees(desk: &Desk, session: &Session, ticket: &Ticket) -> bool {
    session.entities.contains(&ticket.entities_id)
        && (session.profile != Profile::SelfService || owns(desk, session.user_id, ticket))
}

fn owns(desk: &Desk, user: Id, ticket: &Ticket) -> bool {
    const ASSIGNED: i32 = 2;
    ticket.users_id_recipient == user
        || desk.of_ticket::<TicketUser>(ticket.id).any(|link| link.users_id == user && link.role != ASSIGNED)
}

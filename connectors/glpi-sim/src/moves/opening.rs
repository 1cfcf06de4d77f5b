//! Opening: a new ticket.

use super::actors::{ASSIGNED, OBSERVER, REQUESTER};
use super::history::{CREATED, PRIORITY};
use super::status::{ASSIGNED_STATUS, NEW};
use super::{Hand, Refused};
use crate::rows::{Id, Ticket};

/// Priority by urgency (row) and impact (column).
const PRIORITIES: [[i32; 5]; 5] = [[1, 1, 2, 2, 2], [1, 2, 2, 3, 3], [2, 2, 3, 4, 4], [2, 3, 4, 4, 5], [2, 3, 4, 5, 5]];

/// What a person fills in to ask for help; texts are plain, the desk encodes them.
#[derive(Debug, Clone, Default)]
pub struct NewTicket {
    /// Title.
    pub title: String,
    /// Description, rich text.
    pub content: String,
    /// The entity.
    pub entity: Id,
    /// Category, 0 for none.
    pub category: Id,
    /// 1 incident, 2 request.
    pub kind: i32,
    /// 1 to 5.
    pub urgency: i32,
    /// 1 to 5.
    pub impact: i32,
    /// Set by a rule, against urgency and impact.
    pub priority: Option<i32>,
    /// Request source.
    pub source: Id,
    /// SLA of the time to own, 0 for none.
    pub sla_tto: Id,
    /// SLA of the time to resolve, 0 for none.
    pub sla_ttr: Id,
    /// OLA of the time to resolve, 0 for none.
    pub ola_ttr: Id,
    /// Who asks.
    pub requesters: Vec<Id>,
    /// Who watches.
    pub observers: Vec<Id>,
    /// Persons assigned at once.
    pub assigned_users: Vec<Id>,
    /// Groups assigned at once.
    pub assigned_groups: Vec<Id>,
}

impl Hand<'_> {
    /// Opens a ticket and answers its id.
    pub fn create_ticket(&mut self, new: &NewTicket) -> Result<Id, Refused> {
        let computed = priority_of(new.urgency, new.impact);
        let row = self.opened(new, new.priority.unwrap_or(computed));
        let id = self.desk.insert(row);
        if let Some(given) = new.priority.filter(|given| *given != computed) {
            let (old, new) = (self.number(computed.into()), self.number(given.into()));
            self.field(id, PRIORITY, old, new);
        }
        for (users, role) in [(&new.requesters, REQUESTER), (&new.observers, OBSERVER), (&new.assigned_users, ASSIGNED)]
        {
            for user in users {
                self.hang_user(id, *user, role);
            }
        }
        for group in &new.assigned_groups {
            self.hang_group(id, *group, ASSIGNED);
        }
        self.event("Ticket", id, CREATED);
        Ok(id)
    }

    fn opened(&mut self, new: &NewTicket, priority: i32) -> Ticket {
        let assigned = !(new.assigned_users.is_empty() && new.assigned_groups.is_empty());
        let mut row = Ticket {
            entities_id: new.entity,
            name: self.desk.text(&new.title),
            date: self.at,
            takeintoaccountdate: assigned.then_some(self.at),
            takeintoaccount_delay_stat: i64::from(assigned),
            date_mod: self.at,
            users_id_lastupdater: self.by,
            status: if assigned { ASSIGNED_STATUS } else { NEW },
            users_id_recipient: self.by,
            requesttypes_id: new.source,
            content: self.desk.text(&new.content),
            urgency: new.urgency,
            impact: new.impact,
            priority,
            itilcategories_id: new.category,
            kind: new.kind,
            global_validation: 1,
            slas_id_ttr: new.sla_ttr,
            slas_id_tto: new.sla_tto,
            slalevels_id_ttr: self.rules.agreements.first_level(new.sla_ttr),
            olas_id_ttr: new.ola_ttr,
            ola_ttr_begin_date: (new.ola_ttr != 0).then_some(self.at),
            date_creation: Some(self.at),
            ..Ticket::default()
        };
        row.time_to_resolve = self.rules.agreements.time_to_resolve(&row);
        row.time_to_own = self.rules.agreements.time_to_own(&row);
        row.internal_time_to_resolve = self.rules.agreements.internal_time_to_resolve(&row);
        row
    }
}

/// The priority GLPI computes; values out of 1..=5 count as the nearest.
pub(super) fn priority_of(urgency: i32, impact: i32) -> i32 {
    let index = |value: i32| (value.clamp(1, 5) - 1) as usize;
    PRIORITIES[index(urgency)][index(impact)]
}

//! Filters of questions, and beside each what it means for one ticket.

use std::collections::BTreeSet;

use glpi_sim::{Desk, truth::TicketTruth};
use serde_json::Value;

use super::DESK;

/// A filter as asked for.
pub(super) struct Filter {
    pub(super) query: String,
    holds: Box<dyn Fn(&TicketTruth) -> bool>,
}

impl Filter {
    fn new(query: impl Into<String>, holds: impl Fn(&TicketTruth) -> bool + 'static) -> Self {
        Self { query: query.into(), holds: Box::new(holds) }
    }

    /// The tickets that it takes.
    pub(super) fn of(&self, tickets: &[TicketTruth]) -> Vec<TicketTruth> {
        tickets.iter().filter(|ticket| (self.holds)(ticket)).cloned().collect()
    }
}

/// Every kind of filter, alone and together.
pub(super) fn all() -> Vec<Filter> {
    let desk = DESK.glpi.desk();
    let desk = desk.read();
    let (queue, queues) = widest(&desk, "Group", "groups_id");
    let (category, categories) = widest(&desk, "ITILCategory", "itilcategories_id");
    let (entity, entities) = widest_below_root(&desk);
    let named = name(&desk, "ITILCategory", category);
    let leaf = *queues.iter().max().unwrap();
    let leaf_name = name(&desk, "Group", leaf);
    let person = *desk.truths().iter().find_map(|ticket| ticket.users.assigned.first()).unwrap();
    let (all, below) = (categories.clone(), queues.clone());
    vec![
        Filter::new("", |_| true),
        Filter::new(format!("queue={queue}"), move |ticket| ticket.groups.assigned.iter().any(|id| below.contains(id))),
        Filter::new(format!("queue={leaf_name}"), move |ticket| ticket.groups.assigned.contains(&leaf)),
        Filter::new(format!("category={named}"), move |ticket| categories.contains(&ticket.row.itilcategories_id)),
        Filter::new(format!("entity={entity}"), move |ticket| entities.contains(&ticket.row.entities_id)),
        Filter::new("priority=major", |ticket| ticket.row.priority == 6),
        Filter::new("priority=1,low", |ticket| matches!(ticket.row.priority, 1 | 2)),
        Filter::new("status=pending", |ticket| ticket.row.status == 4),
        Filter::new("status=solved&status=6", |ticket| matches!(ticket.row.status, 5 | 6)),
        Filter::new("kind=request", |ticket| ticket.row.kind == 2),
        Filter::new(format!("technician={person}"), move |ticket| ticket.users.assigned.contains(&person)),
        Filter::new(format!("queue={queue}&priority=5,6&kind=incident&category={category}"), move |ticket| {
            ticket.groups.assigned.iter().any(|id| queues.contains(id))
                && matches!(ticket.row.priority, 5 | 6)
                && ticket.row.kind == 1
                && all.contains(&ticket.row.itilcategories_id)
        }),
    ]
}

/// The row of `kind` with the most rows below it, and all of them with itself.
fn widest(desk: &Desk, kind: &str, parent: &str) -> (i64, BTreeSet<i64>) {
    let trees = desk.rows(kind).unwrap().keys().map(|id| (*id, subtree(desk, kind, parent, *id)));
    let widest = trees.max_by_key(|(_, tree)| tree.len()).unwrap();
    assert!(widest.1.len() > 1, "no {kind} has others below it");
    widest
}

/// Likewise for entities, but one that is not the whole desk.
pub(crate) fn widest_below_root(desk: &Desk) -> (i64, BTreeSet<i64>) {
    let ids = desk.rows("Entity").unwrap().keys().copied().filter(|id| *id != 0);
    ids.map(|id| (id, subtree(desk, "Entity", "entities_id", id))).max_by_key(|(_, tree)| tree.len()).unwrap()
}

fn subtree(desk: &Desk, kind: &str, parent: &str, root: i64) -> BTreeSet<i64> {
    let mut found = BTreeSet::from([root]);
    for (id, row) in desk.rows(kind).unwrap() {
        if *id != root && row[parent].as_i64() == Some(root) {
            found.extend(subtree(desk, kind, parent, *id));
        }
    }
    found
}

fn name(desk: &Desk, kind: &str, id: i64) -> String {
    desk.row(kind, id).unwrap().get("name").and_then(Value::as_str).unwrap().replace(' ', "%20")
}

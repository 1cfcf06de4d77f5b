//! Tickets nobody works on.

use std::collections::BTreeSet;

use super::{Measure, Metric, Rows, Unit, counted, told};
use crate::{
    history::{History, Measured, Span},
    plans::any_in_list_or_empty,
};

/// Tickets open now that no person and no group is assigned to.
pub(crate) const UNASSIGNED: Metric = Metric {
    name: "unassigned",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets open now that no person and no group is assigned to.",
    formula: "backlog without technician_ids and without group_ids",
    edge_cases: "A ticket of a group only is assigned. Known for every instant, as the backlog is.",
    tickets: counted(Rows::Open, |_| {
        let none = |column| any_in_list_or_empty(column, BTreeSet::new());
        let nobody = none("technician_ids").and(none("group_ids"));
        vec![Measure { name: "unassigned", when: nobody }]
    }),
    history: told(History {
        measures: &[Measured::stock("unassigned")],
        facts: &[],
        replies: false,
        fold: |life, out| {
            let nobody = |span: &Span| life.people(*span).is_empty() && life.groups(*span).is_empty();
            for span in life.spans().filter(Span::is_backlog).filter(nobody) {
                out.stock(life, span, (span.from, span.to), 0);
            }
        },
    }),
    clocks: None,
    shows: &[],
    by: &[],
};

//! Parity: GLPI's stored figures beside the computed ones, for every ticket of a store.

use std::collections::BTreeMap;

use schemas::{Instance, TicketId};
use serde::Serialize;

use crate::{
    process::{self, Config},
    projection::{
        TICKET_SPACE, TicketKey,
        parity::{Figure, Reason, parity},
    },
    sinks::Sink,
};

/// Working states read at once.
const SCAN_STATES_MAX: u32 = 1_000;
/// Unexplained figures that are told one by one.
const TOLD_MAX: usize = 1_000;

/// What the comparison of a store came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Tickets compared.
    pub tickets: u64,
    /// By figure.
    pub fields: BTreeMap<&'static str, Field>,
    /// How many figures differ for each reason; one figure may have several.
    pub reasons: BTreeMap<Reason, u64>,
    /// The unexplained figures, at most a thousand.
    pub unexplained: Vec<Unexplained>,
}

/// One figure over all tickets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Tickets compared.
    pub compared: u64,
    /// Those whose stored and computed figures are the same.
    pub equal: u64,
    /// Those that differ for a named reason.
    pub explained: u64,
    /// All others.
    pub unexplained: u64,
}

/// A figure that differs without a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Unexplained {
    /// The ticket.
    pub ticket_id: i64,
    /// The figure.
    #[serde(flatten)]
    pub figure: Figure,
}

impl Report {
    /// Whether every difference has a reason.
    pub fn is_explained(&self) -> bool {
        self.fields.values().all(|field| field.unexplained == 0)
    }

    fn take(&mut self, ticket_id: i64, figures: &[Figure], reasons: &[Reason]) {
        self.tickets += 1;
        for figure in figures {
            let field = self.fields.entry(figure.field).or_default();
            field.compared += 1;
            if figure.stored == figure.computed {
                field.equal += 1;
            } else if reasons.is_empty() {
                field.unexplained += 1;
                if self.unexplained.len() < TOLD_MAX {
                    self.unexplained.push(Unexplained { ticket_id, figure: *figure });
                }
            } else {
                field.explained += 1;
                for reason in reasons {
                    *self.reasons.entry(*reason).or_default() += 1;
                }
            }
        }
    }
}

/// Compares every ticket of the store.
pub async fn report(sink: &dyn Sink, instance: &Instance, config: &Config) -> Result<Report, process::Error> {
    process::check(sink).await?;
    let knowledge = process::knowledge(sink, config.calendar_zone).await?;
    let (mut report, mut after) = (Report::default(), i64::MIN);
    loop {
        let states = sink.scan_folds(TICKET_SPACE, after, SCAN_STATES_MAX).await?;
        let Some((last, _)) = states.last() else { return Ok(report) };
        after = *last;
        for (id, state) in &states {
            let key = TicketKey { instance: instance.clone(), id: TicketId(*id) };
            if let Some(found) = parity(&key, state, &knowledge)? {
                report.take(*id, &found.figures, &found.reasons);
            }
        }
    }
}

//! The verdict on a desk of any size: rows are compared as they come, none is kept.

use std::collections::HashSet;

use glpi_sim::{Desk, rows::Log, rows::Ticket};
use serde::Serialize;
use simulation::truth;

use crate::{farol::Farol, verdict::unbalanced, world::World};

/// Differences that are shown.
const SHOWN_MAX: usize = 20;

/// What was compared, and what was wrong.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Sums {
    tickets_compared: u64,
    history_compared: u64,
    events_seen: u64,
    lost: u64,
    doubled: u64,
    damaged: u64,
    wrong: u64,
    /// The first of them.
    shown: Vec<String>,
}

impl Sums {
    pub(super) const fn is_right(&self) -> bool {
        self.lost + self.doubled + self.damaged + self.wrong == 0
    }

    fn show(&mut self, text: impl FnOnce() -> String) {
        if self.shown.len() < SHOWN_MAX {
            self.shown.push(text());
        }
    }
}

/// Compares everything. The desk must stand still.
pub(super) fn of(farol: &Farol, world: &mut World) -> anyhow::Result<Sums> {
    let mut sums = Sums::default();
    let verified = farol.output(&["verify"])?;
    if !verified.status.success() {
        sums.damaged += 1;
        sums.show(|| String::from_utf8_lossy(&verified.stdout).into_owned());
    }
    tickets(farol, world, &mut sums)?;
    events(farol, world, &mut sums)?;
    // Letters that misbehaviour left are history; none may wait any more.
    let waiting = farol.open_letters()?;
    if waiting > 0 {
        sums.wrong += 1;
        sums.show(|| format!("{waiting} dead letters of a desk where all can be read"));
    }
    if let Some(text) = unbalanced(&farol.status()?, u64::MAX) {
        sums.wrong += 1;
        sums.show(|| text);
    }
    Ok(sums)
}

/// Every ticket is stored once, as it is now.
fn tickets(farol: &Farol, world: &World, sums: &mut Sums) -> anyhow::Result<()> {
    let mut seen = HashSet::new();
    farol.each_row("tickets", |row| {
        let Some(id) = row["ticket_id"].as_i64() else { return };
        if !seen.insert(id) {
            sums.doubled += 1;
            sums.show(|| format!("ticket {id} has two current rows"));
        }
        sums.tickets_compared += 1;
        for text in world.look(|desk| truth::difference(&row, desk)) {
            sums.lost += 1;
            sums.show(|| text);
        }
    })?;
    let missing = world.look(|desk| {
        desk.table::<Ticket>().iter().map(|ticket| ticket.id).filter(|id| !seen.contains(id)).collect::<Vec<_>>()
    });
    for id in missing {
        sums.lost += 1;
        sums.show(|| format!("ticket {id} is missing"));
    }
    Ok(())
}

/// Every line of history that matters is told, and no event stands twice.
fn events(farol: &Farol, world: &World, sums: &mut Sums) -> anyhow::Result<()> {
    let (mut ids, mut told) = (HashSet::new(), HashSet::new());
    farol.each_row("ticket_events", |row| {
        sums.events_seen += 1;
        let id = row["event_id"].as_str().and_then(number).unwrap_or_default();
        if !ids.insert(id) {
            sums.doubled += 1;
            sums.show(|| format!("event {} stands in two rows", row["event_id"]));
        }
        let line = row["origin"].as_str().and_then(|origin| origin.strip_prefix("Log/")?.parse::<i64>().ok());
        told.extend(line);
    })?;
    world.look(|desk| untold(desk, &told, sums));
    Ok(())
}

fn untold(desk: &Desk, told: &HashSet<i64>, sums: &mut Sums) {
    for log in desk.table::<Ticket>().iter().flat_map(|ticket| desk.of_ticket::<Log>(ticket.id)) {
        if !truth::matters(log) {
            continue;
        }
        sums.history_compared += 1;
        if !told.contains(&log.id) {
            sums.lost += 1;
            sums.show(|| format!("nothing tells of {log:?}"));
        }
    }
}

/// A UUID as a number: a tenth of the memory of its text.
fn number(id: &str) -> Option<u128> {
    u128::from_str_radix(&id.replace('-', ""), 16).ok()
}

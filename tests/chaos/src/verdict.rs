//! The verdict: after a last reading without faults, what is stored equals what the simulated GLPI holds.

use std::{collections::BTreeSet, fmt};

use serde_json::Value;
use simulation::truth;

use crate::{
    farol::{Farol, said},
    world::World,
};

/// What must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// A change of the desk is not told, or something acknowledged is gone.
    Lost(String),
    /// Something stands twice.
    Doubled(String),
    /// Farol says that its data is damaged.
    Damaged(String),
    /// Anything else.
    Wrong(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, text) = match self {
            Self::Lost(text) => ("lost", text),
            Self::Doubled(text) => ("doubled", text),
            Self::Damaged(text) => ("damaged", text),
            Self::Wrong(text) => ("wrong", text),
        };
        write!(f, "{kind}: {text:.600}")
    }
}

/// What Farol has acknowledged so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    appended: u64,
    stored: u64,
    fetched: u64,
}

impl Acknowledged {
    pub(crate) fn of(status: &Value) -> Self {
        let count = |group: &str, name: &str| status[group][name].as_u64().unwrap_or(0);
        Self {
            appended: count("events", "appended"),
            stored: count("events", "stored"),
            fetched: count("rows", "fetched"),
        }
    }

    /// What was acknowledged and is there no more, if anything is missing in `now`.
    pub(crate) fn missing(self, now: Self) -> Option<String> {
        let is_there = now.appended >= self.appended && now.stored >= self.stored && now.fetched >= self.fetched;
        (!is_there).then(|| format!("{self:?} was acknowledged, {now:?} is there"))
    }
}

/// Reads once more without faults and compares. The desk must stand still.
pub(crate) fn judge(farol: &Farol, world: &World, before: Acknowledged) -> anyhow::Result<Vec<Violation>> {
    let once = farol.output(&["up", "--once"])?;
    if !once.status.success() {
        return Ok(vec![sentence(format!("`up --once` ended with {}: {}", once.status, said(&once)))]);
    }
    let mut violations = Vec::new();
    let verified = farol.output(&["verify"])?;
    if !verified.status.success() {
        violations.push(Violation::Damaged(String::from_utf8_lossy(&verified.stdout).into_owned() + &said(&verified)));
    }
    let (tickets, events, status) = (farol.rows("tickets")?, farol.rows("ticket_events")?, farol.status()?);
    let none = BTreeSet::new();
    let (differences, untold) =
        world.look(|desk| (truth::differences(&tickets, desk, &none), truth::untold(&events, desk, &none)));
    let sort = |text: String| {
        if text.contains("two current rows") { Violation::Doubled(text) } else { Violation::Lost(text) }
    };
    violations.extend(differences.into_iter().map(sort));
    violations.extend(untold.into_iter().map(Violation::Lost));
    violations.extend(truth::doubled(&events).into_iter().map(Violation::Doubled));
    violations.extend(before.missing(Acknowledged::of(&status)).map(Violation::Lost));
    violations.extend(unbalanced(&status, 0).map(Violation::Wrong));
    Ok(violations)
}

/// Damage is a sentence of its own.
pub(crate) fn sentence(text: String) -> Violation {
    if text.contains("damaged") { Violation::Damaged(text) } else { Violation::Wrong(text) }
}

/// The first equation of conservation that does not hold, or more dead letters than there may be.
pub(crate) fn unbalanced(status: &Value, dead_max: u64) -> Option<String> {
    let count = |group: &str, name: &str| status[group][name].as_u64().unwrap_or(0);
    let sum = |group: &str, names: &[&str]| names.iter().map(|name| count(group, name)).sum::<u64>();
    let rows = count("rows", "fetched") == sum("rows", &["repeated", "converted", "filtered", "dead"]);
    let events = count("events", "appended") == sum("events", &["stored", "repeated", "filtered", "dead"]);
    let dead = count("rows", "dead") + count("events", "dead");
    let wrong = match (rows, events, dead <= dead_max) {
        (true, true, true) => return None,
        (false, ..) => "rows do not balance",
        (_, false, _) => "events do not balance",
        _ => "dead letters of a desk where all can be read",
    };
    Some(format!("{wrong}: {} {}", status["rows"], status["events"]))
}

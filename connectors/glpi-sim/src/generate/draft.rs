//! Draft: what a requester asks for.

use rand::Rng;
use rand::rngs::SmallRng;

use super::house::{House, any};
use super::words::{DESCRIPTIONS, TITLES};
use crate::moves::NewTicket;
use crate::rows::Id;

/// Weight of urgencies and impacts 1 to 5, out of 100.
const SCALE: [u32; 5] = [8, 20, 44, 20, 8];

/// A request, and who writes it down.
pub(super) fn draft(house: &House, rng: &mut SmallRng) -> (NewTicket, Id) {
    let (title, filed) = any(&TITLES, rng).unwrap_or_default();
    let (urgency, impact) = (scale(rng), scale(rng));
    let requester = any(&house.requesters, rng).unwrap_or(house.admin);
    let level = house.level((urgency + impact + 1) / 2, rng);
    let category = category(house, filed, rng);
    let mut new = NewTicket {
        title: title.to_owned(),
        content: any(&DESCRIPTIONS, rng).unwrap_or_default().to_owned(),
        entity: any(&house.entities, rng).unwrap_or_default(),
        category,
        kind: if rng.random_bool(0.68) { 1 } else { 2 },
        urgency,
        impact,
        priority: rng.random_bool(0.25).then(|| rng.random_range(2..=6)),
        source: any(&house.sources, rng).unwrap_or_default(),
        sla_tto: level.sla_tto,
        sla_ttr: level.sla_ttr,
        ola_ttr: if level.sla_ttr != 0 && rng.random_bool(0.15) { any(&house.olas, rng).unwrap_or(0) } else { 0 },
        requesters: vec![requester],
        ..NewTicket::default()
    };
    for (chance, list) in [(0.05, &mut new.requesters), (0.18, &mut new.observers)] {
        if rng.random_bool(chance)
            && let Some(person) = any(&house.requesters, rng).filter(|person| *person != requester)
        {
            list.push(person);
        }
    }
    let by = written_by(house, &mut new, rng).unwrap_or(requester);
    (new, by)
}

/// Somebody of the desk may write it down, and may keep it at once.
fn written_by(house: &House, new: &mut NewTicket, rng: &mut SmallRng) -> Option<Id> {
    if !rng.random_bool(0.14) {
        return None;
    }
    let group = house.group_for(new.category, rng)?;
    let technician = house.member(group, rng);
    if rng.random_bool(0.5) {
        new.assigned_groups.push(group);
        new.assigned_users.push(technician);
    }
    Some(technician)
}

fn category(house: &House, filed: &str, rng: &mut SmallRng) -> Id {
    let drawn = rng.random_range(0..100);
    let fits = house.categories.iter().find(|(_, name, _)| name.starts_with(filed));
    match fits {
        _ if drawn < 12 => 0,
        Some((id, ..)) if drawn < 82 => *id,
        _ => any(&house.categories.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), rng).unwrap_or_default(),
    }
}

fn scale(rng: &mut SmallRng) -> i32 {
    let mut drawn = rng.random_range(0..SCALE.iter().sum::<u32>());
    for (value, weight) in (1..).zip(SCALE) {
        if drawn < weight {
            return value;
        }
        drawn -= weight;
    }
    3
}

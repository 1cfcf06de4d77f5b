//! Recognition: is this still the desk that the ledger remembers?
//!
//! Behind one address a database can be exchanged, or restored from a backup. Its ids are then given to other tickets, and
//! those that are remembered look purged. When GLPI created a ticket never changes, so a sample of them tells the desk.

use futures::future::join_all;
use pipeline::sources::{Error, Ledger};
use schemas::Instant;
use serde_json::Value;

use super::ledger::{TICKETS, TicketMemory};
use super::run::is_of_the_request;
use super::{convert, fault};
use crate::client::{GlpiClient, Lookup, PageRequest};

/// Tickets asked for at each end of the ids.
const ENDS: usize = 10;
/// So many others under their ids are no accident, however many are the same.
const OTHERS_MIN: usize = 2;
/// Fewer tickets that are all gone may have been purged.
const GONE_MIN: usize = 5;
/// Ledger values read at once.
const SCAN_ROWS: u32 = 500;
/// Reads of the ledger at each end: where tickets are so sparse, a smaller sample has to do.
const SCANS_MAX: u32 = 20;

/// A ticket as remembered, and its row as GLPI has it now.
struct Compared {
    id: i64,
    memory: TicketMemory,
    now: Option<Lookup<Value>>,
}

/// Refuses to go on where this GLPI is not the one that `ledger` was filled from.
pub(crate) async fn recognise(client: &GlpiClient, ledger: &dyn Ledger, zone: chrono_tz::Tz) -> Result<(), Error> {
    let sample = sample(ledger).await?;
    if sample.is_empty() {
        return Ok(());
    }
    let asked = join_all(sample.iter().map(|&(id, _)| client.item_once("Ticket", id.cast_unsigned()))).await;
    let mut compared = Vec::new();
    let mut is_in_part = false;
    for ((id, memory), answer) in sample.into_iter().zip(asked) {
        let now = match answer {
            Ok(now) => Some(now),
            // A row that cannot be read says nothing of the others.
            Err(error) if is_of_the_request(&error) => None,
            Err(error) => return Err(fault::failure(&error)),
        };
        is_in_part |= now.is_none();
        compared.push(Compared { id, memory, now });
    }
    let is_all_gone = compared.iter().all(|one| matches!(one.now, Some(Lookup::Missing)));
    if is_in_part || is_all_gone {
        // Only a server that answers this account speaks of its tickets.
        let ping = PageRequest::first().ids_only().of_rows(1);
        client.page("Ticket", &ping).await.map_err(|error| fault::failure(&error))?;
    }
    verdict(&compared, zone).map_or(Ok(()), |evidence| Err(refusal(&evidence)))
}

/// A look at one ticket, the newest; only where it is gone or another one, the whole sample is asked for.
pub(crate) async fn glance(client: &GlpiClient, ledger: &dyn Ledger, zone: chrono_tz::Tz) -> Result<(), Error> {
    let Some((id, memory)) = highest(ledger).await?.pop() else { return Ok(()) };
    match client.item_once("Ticket", id.cast_unsigned()).await {
        Ok(Lookup::Found(row)) if memory.differs_from(convert::creation(&row, zone)).is_none() => Ok(()),
        Ok(Lookup::Found(_) | Lookup::Missing) => recognise(client, ledger, zone).await,
        Ok(Lookup::Forbidden) => Ok(()),
        Err(error) if is_of_the_request(&error) => Ok(()),
        Err(error) => Err(fault::failure(&error)),
    }
}

/// What speaks for another desk, in words.
fn verdict(compared: &[Compared], zone: chrono_tz::Tz) -> Option<String> {
    if compared.len() >= GONE_MIN && compared.iter().all(|one| matches!(one.now, Some(Lookup::Missing))) {
        return Some(format!(
            "none of {} tickets asked for, such as ticket {}, is there",
            compared.len(),
            compared[0].id
        ));
    }
    let creations = compared.iter().filter_map(|one| match &one.now {
        Some(Lookup::Found(row)) => {
            Some((one, convert::creation(row, zone).filter(|_| one.memory.created_s.is_some())?))
        }
        _ => None,
    });
    let (mut same, mut others) = (0, Vec::new());
    for (one, now) in creations {
        match one.memory.differs_from(Some(now)) {
            Some(before) => others.push((one.id, before, now)),
            None => same += 1,
        }
    }
    let &(id, before, now): &(i64, Instant, Instant) = others.first()?;
    let is_another = others.len() >= OTHERS_MIN || same == 0;
    is_another.then(|| format!("ticket {id} was created {before}, now {now}"))
}

fn refusal(evidence: &str) -> Error {
    Error::Refused(format!(
        "this GLPI is not the one this data directory was filled from: {evidence}; it was exchanged or restored from a \
         backup. Read it into a new --data-dir (the old one still answers what it holds: farol status, rows, snapshot)"
    ))
}

/// The tickets at both ends of the ids that could be read when they were last looked at.
async fn sample(ledger: &dyn Ledger) -> Result<Vec<(i64, TicketMemory)>, Error> {
    let mut sample = lowest(ledger).await?;
    if let Some(&(last, _)) = sample.last() {
        let highest = highest(ledger).await?;
        sample.extend(highest.into_iter().filter(|&(id, _)| id > last));
    }
    Ok(sample)
}

async fn lowest(ledger: &dyn Ledger) -> Result<Vec<(i64, TicketMemory)>, Error> {
    let (mut found, mut after) = (Vec::new(), 0);
    for _ in 0..SCANS_MAX {
        let part = ledger.scan(TICKETS, after, SCAN_ROWS).await?;
        let Some(&(last, _)) = part.last() else { break };
        found.extend(readable(part)?);
        if found.len() >= ENDS {
            break;
        }
        after = last;
    }
    found.truncate(ENDS);
    Ok(found)
}

async fn highest(ledger: &dyn Ledger) -> Result<Vec<(i64, TicketMemory)>, Error> {
    let mut found: Vec<(i64, TicketMemory)> = Vec::new();
    let mut end = last_id(ledger).await?;
    for _ in 0..SCANS_MAX {
        let after = end - i64::from(SCAN_ROWS);
        // The window holds no more ids than are read.
        let part = ledger.scan(TICKETS, after.max(0), SCAN_ROWS).await?;
        let window = readable(part.into_iter().filter(|&(id, _)| id <= end).collect())?;
        found.splice(0..0, window);
        if found.len() >= ENDS || after <= 0 {
            break;
        }
        end = after;
    }
    Ok(found.split_off(found.len().saturating_sub(ENDS)))
}

/// The highest id, found by halving: the ledger can only be read upwards.
async fn last_id(ledger: &dyn Ledger) -> Result<i64, Error> {
    let (mut known, mut bound) = (0, i64::MAX);
    while known < bound {
        let middle = known + (bound - known) / 2;
        match ledger.scan(TICKETS, middle, 1).await?.first() {
            Some(&(id, _)) => known = id,
            None => bound = middle,
        }
    }
    Ok(known)
}

fn readable(values: Vec<(i64, Vec<u8>)>) -> Result<Vec<(i64, TicketMemory)>, Error> {
    let mut found = Vec::new();
    for (id, bytes) in values {
        let memory = TicketMemory::decode(&bytes)
            .ok_or_else(|| Error::Ledger(format!("the entry of {TICKETS} {id} cannot be read")))?;
        if memory.presence.is_visible() {
            found.push((id, memory));
        }
    }
    Ok(found)
}

//! Wires: the simulated GLPI as the client reaches it, and the people who go on working on it meanwhile.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use connectors::client::{Error, Wire};
use glpi_sim::{
    Desk, Glpi,
    moves::Rules,
    rows::{Ticket, naive::Zone},
    traffic::Mover,
};
use http::{Request, Response, header};

use crate::{
    bugs::Bug,
    chance::Chance,
    clock,
    coverage::{PURGED, RESTORED, SAME_SECOND, TRANSFERRED, TRASHED, UNASSIGNED, WORK},
    faults::{Faults, Moment},
    trace::Trace,
};

/// Tickets that nobody purges.
const OLDEST_KEPT: usize = 3;

/// People who work on the desk: any call may find that they have just done something.
#[derive(Debug)]
pub struct People {
    glpi: Glpi,
    mover: Mutex<Mover>,
    chance: Chance,
    trace: Trace,
    are_gone: AtomicBool,
}

impl People {
    /// The people of `glpi`'s desk.
    pub fn of(glpi: &Glpi, chance: Chance, trace: Trace) -> Self {
        let mover = Mover::of(&glpi.desk().read(), Zone::UTC);
        Self { glpi: glpi.clone(), mover: Mutex::new(mover), chance, trace, are_gone: AtomicBool::new(false) }
    }

    /// They make up to `actions` actions, all within this second.
    pub fn work(&self, actions: u64) {
        if self.are_gone.load(Ordering::Relaxed) {
            return;
        }
        let mut mover = self.mover.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = BTreeSet::new();
        for _ in 0..actions {
            if self.chance.hits(1, 8) {
                changed.extend(self.do_rarely_done());
                continue;
            }
            let action = mover.step(&mut self.glpi.desk().write(), clock::true_s(), &mut self.chance.rng());
            if let Some(action) = action {
                self.trace.note(|| format!("{} {}", action.name, action.ticket));
                self.trace.happened(WORK);
                changed.insert(action.ticket);
            }
        }
        if changed.len() > 1 {
            self.trace.happened(SAME_SECOND);
        }
    }

    /// What people seldom do, on any ticket: to take it from those who have it, to hand it to another entity, to trash, restore or
    /// purge it; which ticket, if it was done.
    fn do_rarely_done(&self) -> Option<i64> {
        let desk = self.glpi.desk();
        let mut desk = desk.write();
        let ids: Vec<i64> = desk.table::<Ticket>().iter().map(|ticket| ticket.id).collect();
        // A desk all of whose tickets are purged is taken for another one, as it should be.
        let oldest: Vec<i64> = ids.iter().copied().take(OLDEST_KEPT).collect();
        let ids: Vec<i64> = ids.into_iter().filter(|id| is_past(&desk, *id)).collect();
        let entities: Vec<i64> = desk.rows("Entity").into_iter().flat_map(|rows| rows.keys().copied()).collect();
        if ids.is_empty() || entities.is_empty() {
            return None;
        }
        let id = ids[self.chance.below(ids.len() as u64) as usize];
        let entity = entities[self.chance.below(entities.len() as u64) as usize];
        let assigned: Vec<i64> = desk.truth(id).into_iter().flat_map(|truth| truth.users.assigned).collect();
        let mut rules = Rules::of(&desk, Zone::UTC);
        let mut hand = rules.hand(&mut desk, clock::true_s(), 2);
        // What the ticket's state forbids is not done.
        let (what, done) = match (self.chance.below(6), assigned.first()) {
            (0, _) if oldest.contains(&id) => return None,
            (0, _) => (PURGED, hand.purge(id)),
            (1, _) => (TRASHED, hand.trash(id)),
            (2, _) => (RESTORED, hand.restore(id)),
            (3, _) => (TRANSFERRED, hand.transfer(id, entity)),
            (_, Some(person)) => (UNASSIGNED, hand.unassign_user(id, *person)),
            (_, None) => return None,
        };
        self.trace.note(|| format!("{what} {id} {}", done.is_ok()));
        done.ok()?;
        self.trace.happened(what);
        Some(id)
    }

    /// They go home.
    pub fn leave(&self) {
        self.are_gone.store(true, Ordering::Relaxed);
    }
}

/// Whether nothing was done to the ticket later than now: dates do not go back.
fn is_past(desk: &Desk, id: i64) -> bool {
    desk.get::<Ticket>(id).is_some_and(|ticket| ticket.date_mod <= clock::true_s())
}

/// The way to a simulated GLPI within this process.
pub struct DeskWire {
    /// The server.
    pub glpi: Glpi,
    /// Who works on it.
    pub people: Arc<People>,
    /// They have done something before one call in so many.
    pub work_one_in: u32,
    /// What fails on this side.
    pub faults: Arc<Faults>,
    /// What the connector is made to do wrong.
    pub bug: Option<Bug>,
    /// What happens.
    pub trace: Trace,
}

impl fmt::Debug for DeskWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeskWire").finish_non_exhaustive()
    }
}

#[async_trait]
impl Wire for DeskWire {
    async fn send(&self, request: Request<Vec<u8>>, body_bytes_max: usize) -> Result<Response<Vec<u8>>, Error> {
        if self.work_one_in > 0 && self.people.chance.hits(1, self.work_one_in) {
            self.people.work(1 + self.people.chance.below(3));
        }
        self.faults.maybe_cut(Moment::Elsewhere).await;
        self.glpi.clock().set(clock::true_s());
        self.trace.note(|| format!("{} {}", request.method(), request.uri()));
        let path = request.uri().path().to_owned();
        let answer = self.glpi.answer(asked(request)).await;
        let mut answer = answer.map_err(|error| Error::Unreachable { reason: error.to_string() })?;
        let mut response = Response::new(Vec::new());
        *response.status_mut() = answer.status();
        response.headers_mut().clone_from(answer.headers());
        let body = answer.take_body().into_bytes_limit(body_bytes_max).await;
        *response.body_mut() = match body {
            Ok(body) => body.to_vec(),
            Err(poem::error::ReadBodyError::PayloadTooLarge) => {
                return Err(Error::TooLarge { bytes_max: body_bytes_max });
            }
            Err(error) => return Err(Error::Interrupted { reason: error.to_string() }),
        };
        if let Some(bug) = self.bug {
            bug.read(&path, response.body_mut());
        }
        Ok(response)
    }
}

/// The request as the server's library wants it.
fn asked(request: Request<Vec<u8>>) -> poem::Request {
    let (parts, body) = request.into_parts();
    let host = parts.uri.authority().map(ToString::to_string).unwrap_or_default();
    let mut asked = poem::Request::builder().method(parts.method).uri(parts.uri).header(header::HOST, host);
    for (name, value) in &parts.headers {
        asked = asked.header(name, value);
    }
    asked.body(body)
}

//! The session with GLPI: one login at a time, however many requests find the old session dead.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use url::Url;

use super::desk::Desk;
use super::error::Error;
use super::secret::Secret;

/// A login that worked.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// Which login it was, counted from 1.
    pub(crate) generation: u64,
    pub(crate) token: Secret,
    pub(crate) base: Url,
    pub(crate) desk: Arc<Desk>,
}

/// The present session and the turn to replace it.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    state: Mutex<State>,
    /// Whoever holds it logs in; the others wait for the result.
    turn: tokio::sync::Mutex<Option<Error>>,
    /// Logins that ended, well or not.
    ended: AtomicU64,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    None,
    Open(Session),
    Closed,
}

impl Sessions {
    /// The session to use, or nothing where a login is due.
    pub(crate) fn current(&self) -> Result<Option<Session>, Error> {
        match &*self.state() {
            State::None => Ok(None),
            State::Open(session) => Ok(Some(session.clone())),
            State::Closed => Err(Error::Closed),
        }
    }

    /// Replaces the dead session of generation `stale` by what `login` gives, unless somebody else does it meanwhile.
    ///
    /// All who waited share the result, also a failure: a refused account is not tried once per waiting request.
    pub(crate) async fn renew<F>(&self, stale: Option<u64>, login: F) -> Result<Session, Error>
    where
        F: AsyncFnOnce() -> Result<(Secret, Url, Desk), Error>,
    {
        let ended_before = self.ended.load(Ordering::Acquire);
        let mut last_failure = self.turn.lock().await;
        if let Some(session) = self.current()?.filter(|session| Some(session.generation) != stale) {
            return Ok(session);
        }
        if self.ended.load(Ordering::Acquire) != ended_before
            && let Some(error) = last_failure.as_ref()
        {
            return Err(error.clone());
        }
        *self.state() = State::None;
        let result = login().await;
        let generation = self.ended.fetch_add(1, Ordering::AcqRel) + 1;
        match result {
            Ok((token, base, desk)) => {
                let session = Session { generation, token, base, desk: Arc::new(desk) };
                *self.state() = State::Open(session.clone());
                *last_failure = None;
                Ok(session)
            }
            Err(error) => {
                *last_failure = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Allows logins again after `close`.
    pub(crate) fn reopen(&self) {
        let mut state = self.state();
        if matches!(*state, State::Closed) {
            *state = State::None;
        }
    }

    /// Ends all use of sessions and hands over the one to be killed. Waits for a login under way.
    pub(crate) async fn close(&self) -> Option<Session> {
        let _turn = self.turn.lock().await;
        match std::mem::replace(&mut *self.state(), State::Closed) {
            State::Open(session) => Some(session),
            State::None | State::Closed => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

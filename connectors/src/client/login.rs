//! Logging in and out: `open`, `close`, and what every login verifies.

use std::sync::Arc;

use serde_json::{Value, json};
use url::Url;

use super::call::{Call, Expected};
use super::desk::{Clocks, Desk};
use super::error::Error;
use super::secret::Secret;
use super::session::Session;
use super::transport::Credentials;
use super::{GlpiClient, Reply};

impl GlpiClient {
    /// Logs in and tells what the desk is like. With a session already open it tells what that login learnt.
    pub async fn open(&self) -> Result<Arc<Desk>, Error> {
        self.sessions.reopen();
        Ok(self.session().await?.desk)
    }

    /// Ends the session at GLPI, which otherwise keeps a file for it. Later requests fail until `open`.
    pub async fn close(&self) -> Result<(), Error> {
        let Some(session) = self.sessions.close().await else { return Ok(()) };
        match self.kill(&session.base, &session.token).await {
            // A session that is gone already is what was wanted.
            Ok(_) | Err(Error::SessionInvalid) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What the present login learnt about the desk.
    pub fn desk(&self) -> Option<Arc<Desk>> {
        self.sessions.current().ok().flatten().map(|session| session.desk)
    }

    /// GLPI's whole session, as it stands now.
    pub async fn full_session(&self) -> Result<Value, Error> {
        let mut reply = self.ask(&Call::get(&["getFullSession"], Expected::Object)).await?;
        Ok(reply.value.get_mut("session").map_or(Value::Null, Value::take))
    }

    pub(super) async fn session(&self) -> Result<Session, Error> {
        match self.sessions.current()? {
            Some(session) => Ok(session),
            None => self.renew(None).await,
        }
    }

    pub(super) async fn renew(&self, stale: Option<u64>) -> Result<Session, Error> {
        self.sessions.renew(stale, async || self.login().await).await
    }

    async fn login(&self) -> Result<(Secret, Url, Desk), Error> {
        let (base, token) = self.init_session().await?;
        match self.learn(&base, &token).await {
            Ok(desk) => {
                self.counters.logins.increase();
                self.counters.saw_inner_skew(desk.inner_skew_seconds);
                tracing::info!(version = %desk.version, zone = %desk.zone, "glpi session opened");
                Ok((token, base, desk))
            }
            Err(error) => {
                // A session nobody will use would stay behind as a file of the server.
                if let Err(kept) = self.kill(&base, &token).await {
                    tracing::debug!(error = %kept, "glpi session left behind");
                }
                Err(error)
            }
        }
    }

    /// Logs in at the first address that answers as GLPI does.
    async fn init_session(&self) -> Result<(Url, Secret), Error> {
        let call = Call::get(&["initSession"], Expected::Object);
        let mut failure = None;
        for base in &self.address.candidates {
            match self.try_patiently(base, &call, Credentials::User).await {
                Ok(reply) => return Ok((base.clone(), token(&reply)?)),
                Err(error) if is_elsewhere(&error) => failure = failure.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        Err(failure.unwrap_or_else(|| Error::config("there is no address to try")))
    }

    async fn learn(&self, base: &Url, token: &Secret) -> Result<Desk, Error> {
        let credentials = Credentials::Session(token);
        self.choose_entities(base, token).await?;
        let config = self.try_patiently(base, &Call::get(&["getGlpiConfig"], Expected::Object), credentials).await?;
        let session = self.try_patiently(base, &Call::get(&["getFullSession"], Expected::Object), credentials).await?;
        let ours = (self.clock)();
        let read = |server| Desk::read(&config.value, &session.value, self.zone, Clocks { server, ours });
        let desk = read(session.date.unwrap_or(ours));
        // A wrong header looks like another zone, or like a clock of GLPI's own: the answers before it may contradict.
        if desk.as_ref().is_ok_and(|desk| desk.inner_skew_seconds == 0) {
            return desk;
        }
        let other = self.counters.header_now().map(read).and_then(Result::ok);
        other.filter(|other| other.inner_skew_seconds == 0 || desk.is_err()).map_or(desk, Ok)
    }

    async fn choose_entities(&self, base: &Url, token: &Secret) -> Result<(), Error> {
        let Some(entities) = self.config.scope()? else { return Ok(()) };
        let body = json!({"entities_id": entities, "is_recursive": true});
        let call = Call::get(&["changeActiveEntities"], Expected::Flag).post(body);
        let reply = self.try_patiently(base, &call, Credentials::Session(token)).await?;
        // GLPI refuses with status 200 and the body `false`.
        if reply.value == Value::Bool(true) {
            return Ok(());
        }
        Err(Error::EntitiesRefused { entities: self.config.entities.clone().unwrap_or_default() })
    }

    async fn kill(&self, base: &Url, token: &Secret) -> Result<Reply, Error> {
        let call = Call::get(&["killSession"], Expected::Flag);
        self.try_once(base, &call, Credentials::Session(token), false).await
    }
}

fn token(reply: &Reply) -> Result<Secret, Error> {
    let token = reply.value.get("session_token").and_then(Value::as_str).filter(|token| !token.is_empty());
    token.map(Secret::new).ok_or_else(|| Error::Shape {
        what: "initSession".to_owned(),
        expected: "an object with a session token",
        found: "an object without it",
    })
}

/// Whether whatever answered is no GLPI interface, so that another address may be one.
fn is_elsewhere(error: &Error) -> bool {
    matches!(error, Error::NotJson { .. } | Error::Forbidden { .. } | Error::Shape { .. } | Error::NotFound { .. })
}

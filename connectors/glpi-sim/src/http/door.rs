//! Door: how calls come in and answers go out, by a port or within the process, and what is done to them on the way.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use poem::http::{Method, StatusCode};
use poem::{Endpoint, Request, Response};

use super::answer::Answer;
use super::counters;
use super::misbehave::Deed;
use super::respond::{Wants, respond};
use super::serve::Call;
use super::sim::State;

/// The API as poem calls it.
pub(super) struct Api(pub(super) Arc<State>);

impl Endpoint for Api {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        // A port that is open cannot refuse any more: the connection is cut instead.
        Ok(self.respond(request).await.1)
    }
}

impl Api {
    /// The answer to a call within this process; an error where the connection is refused.
    pub(super) async fn answer(&self, request: Request) -> io::Result<Response> {
        match self.respond(request).await {
            (true, _) => Err(io::ErrorKind::ConnectionRefused.into()),
            (false, response) => Ok(response),
        }
    }

    /// Whether the connection is refused, and the response.
    async fn respond(&self, request: Request) -> (bool, Response) {
        let state = &self.0;
        let mut options = state.options();
        let before_11 = state.desk.read().encodes_text();
        let Some(call) = Call::read(request, before_11).await else {
            let unknown = Answer::html(StatusCode::NOT_FOUND, "<html><body>404 Not Found</body></html>");
            return (false, respond(unknown, options.clock.now(), Wants::default()));
        };
        let mut deed = state.deed(&call.segments, &mut options);
        let in_flight = state.counters.begin(counters::kind(&call.segments));
        let delay = deed.as_mut().map_or(Duration::ZERO, Deed::wait);
        if let Some(deed) = deed.as_ref().filter(|_| !delay.is_zero()) {
            // Whoever calls may not wait for the answer.
            state.misdone(deed.kind());
        }
        let wait = options.latency + delay;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        let now = options.clock.now() + options.proxy_ahead_s;
        let answer = call.answer_or_not(state, &options, deed.as_mut(), now);
        drop(in_flight);
        let response = respond(answer, now, Wants { reads: call.method == Method::GET, gzip: call.gzip });
        match deed {
            Some(deed) => (deed.refuses(), deed.send(response, call.gzip)),
            None => (false, response),
        }
    }
}

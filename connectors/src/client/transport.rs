//! Transport: one request with its credentials, and the answer with what its headers tell, within the limits of size and time.
//!
//! It neither retries nor judges.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, USER_AGENT,
};
use http::{Method, Request, Response};
use url::Url;

use super::address;
use super::answer::Answer;
use super::backoff;
use super::call::Call;
use super::config::Config;
use super::error::Error;
use super::secret::Secret;
use super::wire::Wire;

const APP_TOKEN: HeaderName = HeaderName::from_static("app-token");
const SESSION_TOKEN: HeaderName = HeaderName::from_static("session-token");

#[derive(Debug)]
pub(crate) struct Transport {
    wire: Arc<dyn Wire>,
    headers: HeaderMap,
    login: HeaderValue,
    timeout: Duration,
    body_bytes_max: usize,
    pause_max: Duration,
}

/// Who a request is made for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Credentials<'a> {
    /// The account itself, at login.
    User,
    /// A session.
    Session(&'a Secret),
}

impl Transport {
    pub(crate) fn build(config: &Config, wire: Arc<dyn Wire>) -> Result<Self, Error> {
        let limits = &config.limits;
        let mut headers = HeaderMap::new();
        // GLPI wants the content type of its choice even where there is no content.
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("farol/", env!("CARGO_PKG_VERSION"))));
        if let Some(token) = config.app_token.as_ref().filter(|token| !token.is_empty()) {
            headers.insert(APP_TOKEN, secret_header(token.expose(), "app token")?);
        }
        Ok(Self {
            wire,
            headers,
            login: secret_header(&format!("user_token {}", config.user_token.expose()), "user token")?,
            timeout: Duration::from_millis(limits.request_timeout_ms_max),
            body_bytes_max: limits.body_bytes_max,
            pause_max: Duration::from_secs(limits.retry_after_seconds_max),
        })
    }

    /// Sends `call` to the interface at `base`. `now` stands in where the server does not tell its time.
    pub(crate) async fn send(
        &self,
        base: &Url,
        call: &Call,
        credentials: Credentials<'_>,
        now: DateTime<Utc>,
    ) -> Result<Answer, Error> {
        let mut request =
            Request::new(call.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default());
        if call.body.is_some() {
            *request.method_mut() = Method::POST;
        }
        let url = full_url(base, call);
        *request.uri_mut() = url.as_str().parse().map_err(|_| Error::config("the address is no address of the web"))?;
        request.headers_mut().clone_from(&self.headers);
        let (name, value) = match credentials {
            Credentials::User => (AUTHORIZATION, self.login.clone()),
            Credentials::Session(token) => (SESSION_TOKEN, secret_header(token.expose(), "session token")?),
        };
        request.headers_mut().insert(name, value);
        let answered = tokio::time::timeout(self.timeout, self.wire.send(request, self.body_bytes_max)).await;
        let response = answered.map_err(|_| Error::Timeout(self.timeout))??;
        Ok(self.read(response, now))
    }

    fn read(&self, response: Response<Vec<u8>>, now: DateTime<Utc>) -> Answer {
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let date = header("date").and_then(|text| backoff::http_date(&text));
        Answer {
            status: response.status().as_u16(),
            content_type: header(CONTENT_TYPE.as_str()).unwrap_or_default(),
            content_range: header("content-range"),
            pause: header(RETRY_AFTER.as_str())
                .and_then(|text| backoff::asked_pause(&text, date.unwrap_or(now), self.pause_max)),
            date,
            location: header(LOCATION.as_str()).map(|to| address::bare(&to)),
            body: response.into_body(),
        }
    }
}

fn full_url(base: &Url, call: &Call) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.extend(&call.path);
    }
    if !call.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&call.query);
    }
    url
}

fn secret_header(text: &str, name: &str) -> Result<HeaderValue, Error> {
    let mut value =
        HeaderValue::from_str(text).map_err(|_| Error::config(format!("the {name} has characters no token has")))?;
    value.set_sensitive(true);
    Ok(value)
}

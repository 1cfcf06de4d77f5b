//! The wire: sends one request and brings the whole answer back, within the limits of size and time.
//!
//! It neither retries nor judges. Redirects are not followed, since tokens must not travel to another host.

use std::error::Error as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, redirect};
use url::Url;

use super::address::Address;
use super::answer::Answer;
use super::backoff;
use super::call::Call;
use super::config::Config;
use super::error::Error;
use super::secret::Secret;

const APP_TOKEN: HeaderName = HeaderName::from_static("app-token");
const SESSION_TOKEN: HeaderName = HeaderName::from_static("session-token");
/// An idle pooled connection is given up before GLPI's web servers usually do it.
const IDLE_SECONDS_MAX: u64 = 45;

#[derive(Debug)]
pub(crate) struct Transport {
    http: Client,
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
    pub(crate) fn build(config: &Config, address: &Address) -> Result<Self, Error> {
        let limits = &config.limits;
        let timeout = Duration::from_millis(limits.request_timeout_ms_max);
        let mut headers = HeaderMap::new();
        // GLPI wants the content type of its choice even where there is no content.
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(token) = config.app_token.as_ref().filter(|token| !token.is_empty()) {
            headers.insert(APP_TOKEN, secret_header(token.expose(), "app token")?);
        }
        let mut builder = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("farol/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_millis(limits.connect_timeout_ms_max))
            .timeout(timeout)
            .pool_max_idle_per_host(limits.requests_in_flight_max)
            .pool_idle_timeout(Duration::from_secs(IDLE_SECONDS_MAX))
            .gzip(true);
        if address.is_loopback() {
            builder = builder.no_proxy();
        }
        Ok(Self {
            http: builder.build().map_err(|error| Error::config(reason(&error)))?,
            login: secret_header(&format!("user_token {}", config.user_token.expose()), "user token")?,
            timeout,
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
        let url = full_url(base, call);
        let request = match &call.body {
            None => self.http.get(url),
            Some(body) => self.http.post(url).body(body.to_string()),
        };
        let request = match credentials {
            Credentials::User => request.header(AUTHORIZATION, self.login.clone()),
            Credentials::Session(token) => {
                request.header(SESSION_TOKEN, secret_header(token.expose(), "session token")?)
            }
        };
        let response = request.send().await.map_err(|error| self.situation(&error))?;
        self.receive(response, now).await
    }

    async fn receive(&self, mut response: Response, now: DateTime<Utc>) -> Result<Answer, Error> {
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let date = header("date").and_then(|text| backoff::http_date(&text));
        let mut answer = Answer {
            status: response.status().as_u16(),
            content_type: header(CONTENT_TYPE.as_str()).unwrap_or_default(),
            content_range: header("content-range"),
            pause: header(RETRY_AFTER.as_str())
                .and_then(|text| backoff::asked_pause(&text, date.unwrap_or(now), self.pause_max)),
            date,
            location: header(LOCATION.as_str()).map(|to| to.split(['?', '#']).next().unwrap_or_default().to_owned()),
            body: Vec::new(),
        };
        // The limit holds for what comes out of the decompression, piece by piece: a small answer can unfold for ever.
        while let Some(piece) = response.chunk().await.map_err(|error| self.situation(&error))? {
            if answer.body.len() + piece.len() > self.body_bytes_max {
                return Err(Error::TooLarge { bytes_max: self.body_bytes_max });
            }
            answer.body.extend_from_slice(&piece);
        }
        Ok(answer)
    }

    fn situation(&self, error: &reqwest::Error) -> Error {
        if error.is_timeout() {
            Error::Timeout(self.timeout)
        } else if error.is_connect() {
            Error::Unreachable { reason: reason(error) }
        } else {
            Error::Interrupted { reason: reason(error) }
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

/// The innermost cause: the outer ones repeat the address, which has no place in a log.
fn reason(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut text = None;
    while let Some(inner) = cause {
        text = Some(inner.to_string());
        cause = inner.source();
    }
    text.unwrap_or_else(|| "no cause given".to_owned())
}

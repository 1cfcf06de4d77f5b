//! Serve: one call, from the request to the answer.
//!
//! A call passes the gate (switch, address, body, application token), then the session, then the
//! resource.

use poem::Request;
use poem::http::{Method, StatusCode, header};
use poem::web::headers::authorization::Basic;
use poem::web::headers::{Authorization, HeaderMapExt};
use serde_json::Value;

use crate::desk::Desk;
use crate::rows::{Id, Object, Seconds};

use super::account::{self, Credentials};
use super::answer::{Answer, Refusal, Result};
use super::misbehave::Deed;
use super::options::{Access, Options, Outage};
use super::query::Query;
use super::render::Look;
use super::sessions::Session;
use super::sim::State;
use super::{collections, items, search};

/// One call, read.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) segments: Vec<String>,
    query: Query,
    root: String,
    app_token: Option<String>,
    session_token: Option<String>,
    credentials: Credentials,
    sanitized: bool,
    pub(super) gzip: bool,
    body: Vec<u8>,
}

/// What answering a read needs.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) desk: &'a Desk,
    pub(super) options: &'a Options,
    pub(super) session: &'a Session,
    pub(super) query: &'a Query,
    root: &'a str,
    sanitized: bool,
}

impl Call {
    // `None` when the path is none of the API's.
    pub(super) async fn read(mut request: Request, before_11: bool) -> Option<Self> {
        let path = request.uri().path().to_owned();
        let (prefix, rest) = ["/apirest.php", "/api.php/v1"]
            .into_iter()
            .filter(|prefix| !before_11 || *prefix != "/api.php/v1")
            .find_map(|prefix| Some((prefix, path.strip_prefix(prefix)?)))?;
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let token = |name: &str, parameter: &str| header(name).or_else(|| query.text(parameter).map(str::to_owned));
        let host = header("host").unwrap_or_default();
        let decoded = |part: &str| {
            url::form_urlencoded::parse(part.replace('+', "%2B").as_bytes()).next().map(|(name, _)| name.into_owned())
        };
        let mut call = Self {
            method: request.method().clone(),
            segments: rest.split('/').filter(|part| !part.is_empty()).filter_map(decoded).collect(),
            root: format!("http://{host}{prefix}"),
            app_token: token("app-token", "app_token"),
            session_token: token("session-token", "session_token").filter(|token| !token.is_empty()),
            credentials: credentials(&request, &query),
            sanitized: header("x-glpi-sanitized-content").is_none_or(|flag| !flag.eq_ignore_ascii_case("false")),
            gzip: header("accept-encoding").is_some_and(|encodings| encodings.contains("gzip")),
            query,
            body: Vec::new(),
        };
        call.body = request.take_body().into_vec().await.unwrap_or_default();
        Some(call)
    }

    /// The body as an object, GLPI's `input` unwrapped.
    pub(super) fn input(&self) -> Object {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(mut object)) => match object.remove("input") {
                Some(Value::Object(input)) => input,
                _ => object,
            },
            _ => Object::new(),
        }
    }

    /// The answer, unless something comes in its place or is done to it.
    pub(super) fn answer_or_not(
        &self,
        state: &State,
        options: &Options,
        deed: Option<&mut Deed>,
        now: Seconds,
    ) -> Answer {
        let answer = || state.fault().unwrap_or_else(|| self.answer(state, options));
        let Some(deed) = deed else { return answer() };
        let has_ended_some = deed.ends_sessions() && state.sessions().expire() > 0;
        let (answer, is_other) = match deed.instead(now) {
            Some(instead) => (instead, true),
            None if deed.refuses() => (Answer::html(StatusCode::BAD_GATEWAY, ""), true),
            None => {
                let right = answer();
                let length = right.body.len();
                let spoilt = deed.spoil(&self.segments, right);
                let is_other = spoilt.body.len() != length;
                (spoilt, is_other)
            }
        };
        if deed.is_felt(&self.segments, has_ended_some || is_other) {
            state.misdone(deed.kind());
        }
        answer
    }

    fn answer(&self, state: &State, options: &Options) -> Answer {
        self.gate(options)
            .and_then(|()| self.resource(state, options))
            .unwrap_or_else(|refusal| Answer::refusal(&refusal, &self.root))
    }

    fn gate(&self, options: &Options) -> Result<()> {
        let bad = StatusCode::BAD_REQUEST;
        match options.access {
            Access::Open => {}
            Access::Disabled => return Err(Refusal::new(bad, "ERROR", "API disabled")),
            Access::AddressRefused => {
                let text = "There isn't an active API client matching your IP address in the configuration (127.0.0.1)";
                return Err(Refusal::new(bad, "ERROR_NOT_ALLOWED_IP", text));
            }
        }
        if self.method == Method::GET && !self.body.is_empty() {
            let text = "GET Request should not have json payload (http body)";
            return Err(Refusal::documented(bad, "ERROR_JSON_PAYLOAD_FORBIDDEN", text));
        }
        if !self.body.is_empty() && serde_json::from_slice::<Value>(&self.body).is_err() {
            return Err(Refusal::new(bad, "ERROR_JSON_PAYLOAD_INVALID", "JSON payload seems not valid"));
        }
        match (&options.app_token, &self.app_token) {
            (None, _) => Ok(()),
            (Some(wanted), Some(given)) if wanted == given => Ok(()),
            (Some(_), Some(_)) => {
                Err(Refusal::documented(bad, "ERROR_WRONG_APP_TOKEN_PARAMETER", "parameter app_token seems wrong"))
            }
            (Some(_), None) => {
                Err(Refusal::documented(bad, "ERROR_APP_TOKEN_PARAMETERS_MISSING", "missing parameter app_token"))
            }
        }
    }

    fn resource(&self, state: &State, options: &Options) -> Result<Answer> {
        let Some(resource) = self.segments.first().map(String::as_str) else {
            return Ok(Answer::html(StatusCode::OK, "<html><body>Documentation of the API</body></html>"));
        };
        if resource == "initSession" {
            return self.log_in(state, options);
        }
        if options.unreadable.contains(&self.segments.join("/")) {
            return Err(Refusal::items_search_failed());
        }
        let token = self.session_token.as_deref().ok_or_else(session_missing)?;
        let desk = state.desk.read();
        if matches!(resource, "killSession" | "changeActiveEntities" | "changeActiveProfile") {
            let mut sessions = state.sessions();
            let session = sessions.get_mut(token).ok_or_else(session_invalid)?;
            return match resource {
                "changeActiveEntities" => Ok(account::change_entities(&desk, session, self)),
                "changeActiveProfile" => account::change_profile(session, self),
                _ => {
                    sessions.close(token);
                    Ok(Answer::value(&Value::Bool(true)))
                }
            };
        }
        let session = state.sessions().get(token).cloned().ok_or_else(session_invalid)?;
        let (query, root) = (&self.query, self.root.as_str());
        let scope = Scope { desk: &desk, options, session: &session, query, root, sanitized: self.sanitized };
        self.read_resource(&scope, resource)
    }

    fn log_in(&self, state: &State, options: &Options) -> Result<Answer> {
        let desk = state.desk.read();
        let session = account::log_in(&desk, options, &self.credentials)?;
        let full = self.query.flag("get_full_session", false).then(|| account::full(&desk, options, &session));
        let mut answer = serde_json::json!({"session_token": state.sessions().open(session)});
        if let (Some(full), Some(object)) = (full, answer.as_object_mut()) {
            object.insert("session".to_owned(), full);
        }
        Ok(Answer::value(&answer))
    }

    fn read_resource(&self, scope: &Scope<'_>, resource: &str) -> Result<Answer> {
        if !matches!(self.method, Method::GET | Method::HEAD) {
            return Err(self.refused_write(scope, resource));
        }
        if let Some(answer) = account::tell(scope.desk, scope.options, scope.session, resource) {
            return Ok(answer);
        }
        let id = self.segments.get(1).and_then(|id| id.parse::<Id>().ok());
        match (resource, self.segments.get(1), self.segments.get(2)) {
            ("getMultipleItems", ..) => items::multiple(scope),
            ("search", Some(itemtype), _) => search::search(scope, itemtype),
            ("listSearchOptions", Some(itemtype), _) => search::list_options(scope, itemtype),
            ("search" | "listSearchOptions", None, _) => Err(Refusal::resource_missing()),
            (itemtype, _, part) => match (id, part) {
                (Some(id), Some(part)) => collections::parts(scope, (itemtype, id), part),
                (Some(id), None) => items::item(scope, itemtype, id),
                // An id that is no number is overlooked.
                (None, _) => collections::list(scope, itemtype),
            },
        }
    }

    fn refused_write(&self, scope: &Scope<'_>, itemtype: &str) -> Refusal {
        if !matches!(self.method, Method::POST | Method::PUT | Method::PATCH | Method::DELETE) {
            return Refusal::documented(
                StatusCode::METHOD_NOT_ALLOWED,
                "ERROR_METHOD_NOT_ALLOWED",
                "Method Not Allowed",
            );
        }
        match super::rights::readable(scope.desk, scope.options, scope.session, itemtype) {
            Ok(()) => Refusal::right_missing(),
            Err(refusal) => refusal,
        }
    }
}

impl Scope<'_> {
    /// How the caller wants rows to look.
    pub(super) fn look(&self) -> Look<'_> {
        Look {
            desk: self.desk,
            zone: self.options.zone,
            root: self.root,
            expand: self.query.flag("expand_dropdowns", false),
            decode: !self.sanitized && self.desk.encodes_text(),
            links: self.query.flag("get_hateoas", true),
            only_id: self.query.flag("only_id", false),
        }
    }
}

/// The page of a proxy whose GLPI is away.
pub(super) fn outage(outage: Outage) -> Answer {
    match outage {
        Outage::BadGateway => {
            Answer::html(StatusCode::BAD_GATEWAY, "<html><body><h1>502 Bad Gateway</h1></body></html>")
        }
        Outage::Refuse | Outage::Unavailable => {
            Answer::html(StatusCode::SERVICE_UNAVAILABLE, "<html><body><h1>503 Service Unavailable</h1></body></html>")
        }
    }
}

fn session_missing() -> Refusal {
    let text = "parameter session_token is missing or empty";
    Refusal::documented(StatusCode::BAD_REQUEST, "ERROR_SESSION_TOKEN_MISSING", text)
}

fn session_invalid() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "ERROR_SESSION_TOKEN_INVALID", "session_token seems invalid")
}

fn credentials(request: &Request, query: &Query) -> Credentials {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Some(token) = header.strip_prefix("user_token ").or_else(|| query.text("user_token")) {
        return Credentials::Token(token.trim().to_owned());
    }
    if let Some(Authorization(basic)) = request.headers().typed_get::<Authorization<Basic>>() {
        return Credentials::Password { name: basic.username().to_owned(), password: basic.password().to_owned() };
    }
    match (query.text("login"), query.text("password")) {
        (Some(name), Some(password)) => Credentials::Password { name: name.to_owned(), password: password.to_owned() },
        _ => Credentials::None,
    }
}

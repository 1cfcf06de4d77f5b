//! Problems: how the API says no (RFC 9457, `application/problem+json`).
//!
//! A problem names the situation and never its cause inside; causes go to the log under the same request id.

use poem::{
    IntoResponse, Response,
    error::{MethodNotAllowedError, NotFoundError, ResponseError},
    http::{HeaderName, HeaderValue, StatusCode, header},
};
use poem_openapi::{
    ApiResponse,
    registry::{MetaMediaType, MetaResponse, MetaResponses, Registry},
    types::Type,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{asked::typed, schema::Shown};

/// The media type of problems.
const MEDIA_TYPE: &str = "application/problem+json";
/// What to do when the store is not ready yet, in seconds.
const RETRY_AFTER_S: u32 = 5;

/// One problem.
#[derive(Clone, Debug, Serialize, JsonSchema, thiserror::Error)]
#[error("{title}: {detail}")]
pub(crate) struct Problem {
    /// A reference that explains this kind of problem.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The kind of problem in a few words, always the same for one `code`.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong with this request and what would be right.
    detail: String,
    /// A stable name for programs, such as `invalid_parameter`.
    code: &'static str,
    /// The parameter concerned, as it is typed in the query or shown in the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl Problem {
    /// A problem of one of the kinds in [`KINDS`]; an unknown code is an internal error.
    pub(crate) fn new(code: &str, detail: impl Into<String>) -> Self {
        let kind = KINDS.iter().find(|kind| kind.code == code).unwrap_or(&INTERNAL);
        Self {
            kind: kind.uri,
            title: kind.title,
            status: kind.status,
            detail: detail.into(),
            code: kind.code,
            field: None,
        }
    }

    /// The same problem, about that parameter.
    pub(crate) fn about(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// A parameter of a path that is no number, as each of them has to be; those of the query are read by `asked`.
    pub(crate) fn of_path(name: &str) -> Self {
        Self::new("invalid_input", format!("{name}: a part of the path that has to be a whole number")).about(name)
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// A kind of problem.
pub(crate) struct ProblemKind {
    /// Where it is explained: the page and the code.
    uri: &'static str,
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    pub(crate) status: u16,
}

macro_rules! kind {
    ($code:literal, $title:literal, $status:literal) => {
        ProblemKind { uri: concat!("/docs/problems#", $code), code: $code, title: $title, status: $status }
    };
}

const INTERNAL: ProblemKind = kind!("internal", "Internal error", 500);

/// Every kind of problem.
pub(crate) const KINDS: [ProblemKind; 13] = [
    kind!("invalid_input", "A parameter cannot be used", 400),
    kind!("invalid_request", "The request cannot be read", 400),
    kind!("unauthorized", "A valid token is needed", 401),
    kind!("forbidden", "The token does not allow this", 403),
    kind!("not_found", "There is nothing here", 404),
    kind!("method_not_allowed", "This path has other methods", 405),
    kind!("payload_too_large", "The body is too large", 413),
    kind!("busy", "Too many questions at once", 503),
    kind!("nothing_stored", "Nothing is stored yet", 503),
    kind!("store_unavailable", "The store gives no answer", 503),
    kind!("store_damaged", "The store is damaged", 503),
    kind!("control_unavailable", "The control state gives no answer", 503),
    INTERNAL,
];

/// Any error of the server as a problem.
pub(crate) fn from_error(error: &poem::Error) -> Problem {
    if let Some(problem) = error.downcast_ref::<Problem>() {
        return problem.clone();
    }
    if error.is::<NotFoundError>() {
        return Problem::new("not_found", "no such path; /docs lists those that exist");
    }
    if error.is::<MethodNotAllowedError>() {
        return Problem::new("method_not_allowed", "no such method on this path; /docs lists those that exist");
    }
    match error.status() {
        StatusCode::UNAUTHORIZED => Problem::new("unauthorized", "send `Authorization: Bearer <token>`"),
        StatusCode::NOT_FOUND => Problem::new("not_found", error.to_string()),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new("payload_too_large", error.to_string()),
        status if status.is_client_error() => Problem::new("invalid_request", error.to_string()),
        status => {
            tracing::error!(%status, %error, "request failed");
            Problem::new("internal", "something went wrong inside; the log has the cause under this request id")
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = Response::builder().status(self.status()).content_type(MEDIA_TYPE).body(body);
        let mut put = |name: HeaderName, value: HeaderValue| response.headers_mut().insert(name, value);
        match self.status {
            401 => {
                put(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            503 => {
                put(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
            }
            _ => {}
        }
        response
    }
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        Self::status(self)
    }

    fn as_response(&self) -> Response {
        self.clone().into_response()
    }
}

impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        let mut statuses: Vec<u16> = KINDS.iter().map(|kind| kind.status).collect();
        statuses.sort_unstable();
        statuses.dedup();
        let described = statuses.into_iter().map(|status| MetaResponse {
            description: KINDS.iter().find(|kind| kind.status == status).map_or("", |kind| kind.title),
            status: Some(status),
            status_range: None,
            content: vec![MetaMediaType { content_type: MEDIA_TYPE, schema: Shown::<Self>::schema_ref() }],
            headers: Vec::new(),
        });
        MetaResponses { responses: described.collect() }
    }

    fn register(registry: &mut Registry) {
        Shown::<Self>::register(registry);
    }
}

impl From<analytics::Error> for Problem {
    fn from(error: analytics::Error) -> Self {
        match &error {
            analytics::Error::Invalid { field, problem, allowed } => {
                let name = typed(field);
                Self::new(error.code(), format!("{name}: {problem}; allowed: {allowed}")).about(name)
            }
            analytics::Error::NotFound { .. } | analytics::Error::Busy => Self::new(error.code(), error.to_string()),
            _ if error.is_transient() => {
                tracing::warn!(%error, "question not answered");
                Self::new(error.code(), "the same question may be answered in a moment")
            }
            _ => {
                tracing::error!(%error, "question not answered");
                Self::new(error.code(), "something is wrong inside; the log has the cause")
            }
        }
    }
}

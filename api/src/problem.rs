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

use crate::schema::Shown;

/// Where the kinds of problem are explained; `type` is this and the code.
const TYPE_BASE: &str = "/docs/problems#";
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
    kind: String,
    /// The kind of problem in a few words, always the same for one `code`.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong with this request and what would be right.
    detail: String,
    /// A stable name for programs, such as `invalid_parameter`.
    code: String,
    /// The parameter or field concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl Problem {
    /// A problem of one of the kinds in [`KINDS`]; an unknown code is an internal error.
    pub(crate) fn new(code: &str, detail: impl Into<String>) -> Self {
        let kind = KINDS.iter().find(|kind| kind.code == code).unwrap_or(&INTERNAL);
        Self {
            kind: format!("{TYPE_BASE}{}", kind.code),
            title: kind.title.to_owned(),
            status: kind.status,
            detail: detail.into(),
            code: kind.code.to_owned(),
            field: None,
        }
    }

    /// The same problem, about that parameter or field.
    pub(crate) fn about(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// A kind of problem.
pub(crate) struct ProblemKind {
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    pub(crate) status: u16,
}

const INTERNAL: ProblemKind = ProblemKind { code: "internal", title: "Internal error", status: 500 };

/// Every kind of problem.
pub(crate) const KINDS: [ProblemKind; 13] = [
    ProblemKind { code: "invalid_input", title: "A parameter cannot be used", status: 400 },
    ProblemKind { code: "invalid_request", title: "The request cannot be read", status: 400 },
    ProblemKind { code: "unauthorized", title: "A valid token is needed", status: 401 },
    ProblemKind { code: "forbidden", title: "The token does not allow this", status: 403 },
    ProblemKind { code: "not_found", title: "There is nothing here", status: 404 },
    ProblemKind { code: "method_not_allowed", title: "This path has other methods", status: 405 },
    ProblemKind { code: "payload_too_large", title: "The body is too large", status: 413 },
    ProblemKind { code: "busy", title: "Too many questions at once", status: 503 },
    ProblemKind { code: "nothing_stored", title: "Nothing is stored yet", status: 503 },
    ProblemKind { code: "store_unavailable", title: "The store gives no answer", status: 503 },
    ProblemKind { code: "store_damaged", title: "The store is damaged", status: 503 },
    ProblemKind { code: "control_unavailable", title: "The control state gives no answer", status: 503 },
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
            analytics::Error::Invalid { field, .. } => Self::new(error.code(), error.to_string()).about(field),
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

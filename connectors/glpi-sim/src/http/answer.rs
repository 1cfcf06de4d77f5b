//! Answer: what goes back, before it becomes HTTP.

use poem::http::StatusCode;

/// A finished answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) content_range: Option<String>,
    pub(super) accept_range: Option<String>,
    pub(super) last_modified: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) opened: Opened,
}

/// How far PHP came before it answered: it sends some headers only then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// The call's body was refused.
    Nothing,
    /// A session was opened, with headers of its own choice when an SQL error was printed first.
    Session,
    /// Text went out before GLPI could set its headers.
    TooLate,
}

/// A refusal: an error of GLPI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) text: String,
    documented: bool,
}

pub(super) type Result<T> = std::result::Result<T, Refusal>;

const JSON: &str = "application/json; charset=UTF-8";
pub(super) const HTML: &str = "text/html; charset=UTF-8";

impl Answer {
    pub(super) fn json(status: StatusCode, body: Vec<u8>) -> Self {
        Self {
            status,
            content_type: JSON,
            content_range: None,
            accept_range: None,
            last_modified: None,
            retry_after: None,
            body,
            opened: Opened::Session,
        }
    }

    pub(super) fn value(value: &serde_json::Value) -> Self {
        Self::json(StatusCode::OK, value.to_string().into_bytes())
    }

    pub(super) fn html(status: StatusCode, text: &str) -> Self {
        Self { content_type: HTML, ..Self::json(status, text.as_bytes().to_vec()) }
    }

    /// A refusal; `root` is the address of the API, for the link to its documentation.
    pub(super) fn refusal(refusal: &Refusal, root: &str) -> Self {
        let Refusal { status, code, text, documented } = refusal;
        let opened = match *code {
            "ERROR_JSON_PAYLOAD_FORBIDDEN" | "ERROR_JSON_PAYLOAD_INVALID" => Opened::Nothing,
            _ => Opened::Session,
        };
        // Before a call is read GLPI does not know its own address.
        let root = if opened == Opened::Nothing { "" } else { root };
        let text = if *documented {
            format!("{text}; view documentation in your browser at {root}/#{code}")
        } else {
            text.clone()
        };
        Self { opened, ..Self::json(*status, serde_json::json!([code, text]).to_string().into_bytes()) }
    }
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, text: impl Into<String>) -> Self {
        Self { status, code, text: text.into(), documented: false }
    }

    /// A refusal whose text ends with a link to the documentation.
    pub(super) fn documented(status: StatusCode, code: &'static str, text: impl Into<String>) -> Self {
        Self { documented: true, ..Self::new(status, code, text) }
    }

    /// The generic error of a bad parameter.
    pub(super) fn generic(text: &str) -> Self {
        Self::documented(StatusCode::BAD_REQUEST, "ERROR", text)
    }

    pub(super) fn right_missing() -> Self {
        Self::new(StatusCode::FORBIDDEN, "ERROR_RIGHT_MISSING", "You don't have permission to perform this action.")
    }

    pub(super) fn item_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "ERROR_ITEM_NOT_FOUND", "Item not found")
    }

    pub(super) fn unknown_resource() -> Self {
        Self::documented(
            StatusCode::BAD_REQUEST,
            "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM",
            "resource not found or not an instance of CommonDBTM",
        )
    }

    pub(super) fn resource_missing() -> Self {
        Self::documented(StatusCode::BAD_REQUEST, "ERROR_RESOURCE_MISSING", "missing resource")
    }

    pub(super) fn range_exceeds(total: usize) -> Self {
        Self::documented(
            StatusCode::BAD_REQUEST,
            "ERROR_RANGE_EXCEED_TOTAL",
            format!("Provided range exceed total count of data: {total}"),
        )
    }

    pub(super) fn field_not_found(field: &str, itemtype: &str) -> Self {
        Self::documented(
            StatusCode::BAD_REQUEST,
            "ERROR_FIELD_NOT_FOUND",
            format!("Field {field} is not valid for {itemtype} item."),
        )
    }

    pub(super) fn items_search_failed() -> Self {
        Self::documented(
            StatusCode::INTERNAL_SERVER_ERROR,
            "ERROR_UNKNOWN",
            "An error occurred during the items search.",
        )
    }
}

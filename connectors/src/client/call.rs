//! One request to GLPI, before it is sent.

use serde_json::Value;

/// A request: where, with what, and which shape of answer counts as success.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The parts of the path after the address of the interface.
    pub(crate) path: Vec<String>,
    /// The query, in order.
    pub(crate) query: Vec<(String, String)>,
    /// A body turns the request into a POST: GLPI refuses a GET that has one.
    pub(crate) body: Option<Value>,
    /// The only shape that is a success.
    pub(crate) expected: Expected,
    /// A failure is told at once.
    pub(crate) is_once: bool,
    /// The rows of a page that the caller wants; fewer may be asked for.
    pub(crate) rows: u64,
}

/// The shape of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Rows.
    Array,
    /// One item or a report.
    Object,
    /// `true` or `false`.
    Flag,
}

impl Call {
    pub(crate) fn get(path: &[&str], expected: Expected) -> Self {
        let path = path.iter().map(|&part| part.to_owned()).collect();
        Self { path, query: Vec::new(), body: None, expected, is_once: false, rows: 0 }
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.query.push((key.to_owned(), value.into()));
        self
    }

    pub(crate) fn post(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    pub(crate) fn once(mut self, is_once: bool) -> Self {
        self.is_once = is_once;
        self
    }

    /// What is asked for, in words fit for an error: ids, but never a value of the query.
    pub(crate) fn what(&self) -> String {
        self.path.join("/")
    }

    /// What the time of an answer depends on, as far as it can be told: the path without ids, what the query is about, and
    /// roughly how many rows are wanted.
    pub(crate) fn kind(&self) -> String {
        let is_id = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let path = self.path.iter().map(|part| if is_id(part) { ":id" } else { part.as_str() });
        let query = self.query.iter().map(|(key, value)| if key == "sort" { value.as_str() } else { key.as_str() });
        let words: Vec<&str> = path.chain(query).collect();
        format!("{} {}", words.join(" "), self.rows.checked_ilog2().unwrap_or(0))
    }

    /// The item type whose right decides about this call.
    pub(crate) fn itemtype(&self) -> String {
        let is_id = |part: &&String| part.bytes().all(|byte| byte.is_ascii_digit());
        self.path.iter().rev().find(|part| !is_id(part)).cloned().unwrap_or_default()
    }

    pub(crate) fn is_login(&self) -> bool {
        self.path.first().is_some_and(|part| part == "initSession")
    }
}

impl Expected {
    pub(crate) fn fits(self, value: &Value) -> bool {
        match self {
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
            Self::Flag => value.is_boolean(),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Array => "a list",
            Self::Object => "an object",
            Self::Flag => "true or false",
        }
    }
}

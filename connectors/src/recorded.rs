//! The recorded exchanges with a real GLPI 10.0.19, for tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::client::{Answer, asked_pause, http_date};

/// One request and its answer.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) name: String,
    /// The path with its query, in the form people read.
    pub(crate) path: String,
    response: Value,
}

impl Exchange {
    pub(crate) fn answer(&self) -> Answer {
        let date = self.header("Date").and_then(|text| http_date(&text));
        Answer {
            status: u16::try_from(self.response["status"].as_u64().unwrap()).unwrap(),
            content_type: self.header("Content-Type").unwrap_or_default(),
            content_range: self.header("Content-Range"),
            pause: self
                .header("Retry-After")
                .and_then(|text| asked_pause(&text, date.unwrap_or_default(), Duration::from_mins(1))),
            date,
            location: self.header("Location"),
            body: self.response["body_text"].as_str().unwrap().as_bytes().to_vec(),
        }
    }

    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(self.response["body_text"].as_str().unwrap()).unwrap()
    }

    /// The query of a search, as key and value.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    fn header(&self, name: &str) -> Option<String> {
        let headers = self.response["headers"].as_array().unwrap();
        let header = headers.iter().find(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(name))?;
        header[1].as_str().map(str::to_owned)
    }
}

/// Every recorded exchange.
pub(crate) fn all() -> Vec<Exchange> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/exchanges");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let recordings = files.iter().map(|path| -> Value {
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).expect("a recording is JSON")
    });
    recordings
        .flat_map(|recording| match recording.get("exchanges") {
            Some(list) => list.as_array().unwrap().clone(),
            None => vec![recording],
        })
        .map(|one| Exchange {
            name: one["name"].as_str().unwrap().to_owned(),
            path: one["request"]["path_decoded"].as_str().unwrap().to_owned(),
            response: one["response"].clone(),
        })
        .collect()
}

/// The exchange of that name.
pub(crate) fn exchange(name: &str) -> Exchange {
    all().into_iter().find(|exchange| exchange.name == name).unwrap_or_else(|| panic!("no exchange {name}"))
}

//! Respond: an answer as HTTP, packed when the caller asks for it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use poem::Response;
use poem::http::header;

use crate::rows::Seconds;

use super::answer::{Answer, HTML, Opened};

/// What of the call decides the headers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wants {
    /// The call was a GET.
    pub(super) reads: bool,
    /// The caller unpacks gzip.
    pub(super) gzip: bool,
}

/// An instant as HTTP headers print it.
pub(super) fn http_date(at: Seconds) -> String {
    let at = chrono::DateTime::from_timestamp(at, 0).unwrap_or_default();
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The answer with the headers that the recorded server sent.
pub(super) fn respond(answer: Answer, now: Seconds, wants: Wants) -> Response {
    let mut response = Response::builder()
        .status(answer.status)
        .header(header::DATE, http_date(now))
        .header(header::CONTENT_TYPE, answer.content_type)
        .header(header::CACHE_CONTROL, "no-store, no-cache, must-revalidate");
    response = match answer.opened {
        Opened::TooLate => response.header(header::EXPIRES, "Thu, 19 Nov 1981 08:52:00 GMT"),
        _ => response.header(header::EXPIRES, "Mon, 26 Jul 1997 05:00:00 GMT"),
    };
    if answer.opened != Opened::Nothing {
        response = response.header(header::PRAGMA, "no-cache");
    }
    let from_glpi = answer.content_type != HTML || answer.opened == Opened::TooLate;
    if wants.reads && from_glpi {
        response = response.header(header::ACCESS_CONTROL_EXPOSE_HEADERS, "content-type, content-range, accept-range");
    }
    let optional = [
        ("content-range", answer.content_range),
        ("accept-range", answer.accept_range),
        ("last-modified", answer.last_modified),
        ("retry-after", answer.retry_after),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            response = response.header(name, value);
        }
    }
    if wants.gzip
        && let Some(packed) = pack(&answer.body)
    {
        return response.header(header::CONTENT_ENCODING, "gzip").body(packed);
    }
    response.body(answer.body)
}

// Small answers are not worth packing.
fn pack(body: &[u8]) -> Option<Vec<u8>> {
    const PACKED_BYTES_MIN: usize = 1024;
    if body.len() < PACKED_BYTES_MIN {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

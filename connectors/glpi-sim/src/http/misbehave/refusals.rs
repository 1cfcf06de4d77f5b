//! Refusals: answers that come in GLPI's place, or with something before them.

use poem::http::StatusCode;
use rand::Rng;
use rand::rngs::SmallRng;

use crate::http::answer::{Answer, HTML};
use crate::http::respond::http_date;
use crate::rows::Seconds;

use super::Misdeed;

/// Longest pause that is asked for, in seconds.
const PAUSE_S_MAX: Seconds = 8;
const NONSENSE: [&str; 5] = ["soon", "-5", "1.5", "", "Mon, 99 Nov 2026"];
const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Authentication - GLPI</title></head>\
                          <body><form action=\"/front/login.php\" method=\"post\"></form></body></html>";
const SQL_TEXT: &str =
    "<div class='alert'>SQL Error \"2006\": MySQL server has gone away in query \"SELECT ...\"</div>\n";

/// The answer in GLPI's place, where `kind` is such a misdeed.
pub(super) fn instead(kind: Misdeed, now: Seconds, dice: &mut SmallRng) -> Option<Answer> {
    Some(match kind {
        Misdeed::ThrottledSeconds => throttled(Some(dice.random_range(0..=PAUSE_S_MAX).to_string())),
        Misdeed::ThrottledDate => throttled(Some(http_date(now + dice.random_range(0..=PAUSE_S_MAX)))),
        Misdeed::ThrottledNonsense => throttled(Some(NONSENSE[dice.random_range(0..NONSENSE.len())].to_owned())),
        Misdeed::ThrottledSilently => throttled(None),
        Misdeed::ServerError => {
            let statuses = [
                StatusCode::INTERNAL_SERVER_ERROR,
                StatusCode::BAD_GATEWAY,
                StatusCode::SERVICE_UNAVAILABLE,
                StatusCode::GATEWAY_TIMEOUT,
            ];
            let status = statuses[dice.random_range(0..statuses.len())];
            Answer::html(status, &format!("<html><body><h1>{status}</h1></body></html>"))
        }
        Misdeed::LoginPage => Answer::html(StatusCode::OK, LOGIN_PAGE),
        _ => return None,
    })
}

/// The answer as PHP gives it after it has printed a database error: GLPI's own error follows, or the very answer.
pub(super) fn after_sql_text(answer: Answer, dice: &mut SmallRng) -> Answer {
    let is_refused = dice.random_bool(0.5);
    let rest = if is_refused { br#"["ERROR_SQL","Error executing query"]"#.to_vec() } else { answer.body };
    let body = [SQL_TEXT.as_bytes(), &rest].concat();
    if is_refused {
        return Answer { body, content_type: HTML, ..Answer::json(StatusCode::OK, Vec::new()) };
    }
    Answer { body, ..answer }
}

fn throttled(retry_after: Option<String>) -> Answer {
    Answer { retry_after, ..Answer::html(StatusCode::TOO_MANY_REQUESTS, "<html><body>Slow down</body></html>") }
}

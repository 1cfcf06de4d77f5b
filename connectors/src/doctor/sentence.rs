//! What an error means to an administrator and what to do about it, in one sentence.

use crate::client::{BodyKind, Error, Place};

/// The sentence about `error` of the server at `place`.
pub fn sentence(error: &Error, place: &Place) -> String {
    match error {
        Error::Config { reason } => format!("The configuration cannot work: {reason}."),
        Error::ApiDisabled => {
            "GLPI's REST interface is switched off; enable it under Setup > General > API.".to_owned()
        }
        Error::AddressNotAllowed => "GLPI does not allow calls from this machine's address; add it to the range of an \
                                     active API client under Setup > General > API."
            .to_owned(),
        Error::AppToken => {
            "GLPI refused the app token; copy it from the API client under Setup > General > API (it is \
                            needed whenever that client has one)."
                .to_owned()
        }
        Error::UserToken => "GLPI refused the user token; copy the API token from the preferences of the service \
                             account, and check that the account is active."
            .to_owned(),
        Error::ZoneMismatch { zone, expected_seconds, seen_seconds } => format!(
            "The account's times are {} from UTC, but {zone} is {} now; set the time zone of the service account in its \
             GLPI preferences to {zone}, or name its real zone in Farol's configuration.",
            hours(*seen_seconds),
            hours(*expected_seconds)
        ),
        Error::EntitiesRefused { entities } => format!(
            "GLPI does not let the account work in the entities {entities:?}; give its profile rights there, or change \
             the setting."
        ),
        Error::SessionInvalid | Error::SessionLost => "GLPI forgets the session at once; if several web servers share \
                                                       the address, they must share sessions or keep callers on one."
            .to_owned(),
        Error::RightMissing { itemtype } => {
            format!("The account may not read {itemtype}; add the right to its profile in GLPI.")
        }
        other => of_the_way(other, place),
    }
}

/// About what lies between Farol and a GLPI, and about servers that are none.
fn of_the_way(error: &Error, place: &Place) -> String {
    let host = &place.host;
    match error {
        Error::Redirected { to } => {
            format!("The server redirects to {to}; put that address, without its last part, into the configuration.")
        }
        // Web servers answer so to whoever speaks plainly to the port where they expect https.
        Error::NotJson { status: 400, kind: BodyKind::Html | BodyKind::Text } if place.is_plain => {
            format!("{host} answers status 400, as a server does that expects https; write https:// in the address.")
        }
        Error::NotJson { status: 404, .. } | Error::NotFound { .. } => {
            format!("There is no GLPI at this address of {host} (status 404); {}.", advice(place))
        }
        Error::NotJson { status: status @ 500.., kind } => format!(
            "{host} answers status {status} with {kind}; see whether GLPI works in a browser, and whether a proxy or its \
             maintenance mode answers in its place."
        ),
        Error::NotJson { status, kind } => format!(
            "{host} answers status {status} with {kind}, not as GLPI's REST interface does; {}, and check any proxy in \
             between.",
            advice(place)
        ),
        Error::Shape { .. } => {
            format!("{host} answers in JSON, but not as GLPI does ({error}); {}.", advice(place))
        }
        // GLPI itself gives a code.
        Error::BadRequest { code } if code.starts_with("status ") => {
            format!("{host} answers {code} in JSON, but not as GLPI does; {}.", advice(place))
        }
        Error::Forbidden { what } => {
            format!("Something before GLPI forbids {what}; check the proxy and the web server's access rules.")
        }
        Error::Unreachable { reason } => unreachable(reason, place),
        Error::Interrupted { .. } if place.is_plain => format!(
            "{host} ends the connection without an answer ({error}); if it serves https, write https:// in the address."
        ),
        Error::Interrupted { .. } => {
            format!("{host} ends the connection without an answer ({error}); try again later.")
        }
        Error::Timeout(limit) => {
            format!("{host} gave no whole answer within {} seconds; check its load and the network.", limit.as_secs())
        }
        other => format!("GLPI cannot be read now: {other}."),
    }
}

fn unreachable(reason: &str, Place { host, name, .. }: &Place) -> String {
    let says = |part: &str| reason.contains(part);
    if says("lookup address") || says("dns error") {
        format!("The name {name} is not known to the name service; check its spelling, and this machine's DNS.")
    } else if says("Connection refused") {
        format!(
            "{host} is not reachable: nobody listens there; check that the web server runs, and the port in the address."
        )
    } else if says("InvalidContentType") || says("corrupt message") {
        format!("{host} does not speak https; write http:// in the address, or give the port where GLPI serves https.")
    } else if says("certificate") {
        format!(
            "This machine does not trust the certificate of {host} ({reason}); install the certificate of the authority \
             that signed it, or have it renewed."
        )
    } else if says("deadline") || says("timed out") {
        format!(
            "{host} is not reachable: it takes no connection in time; check the address, and the firewalls in between."
        )
    } else {
        format!("{host} is not reachable ({reason}); check the address, the network and the firewalls in between.")
    }
}

fn advice(place: &Place) -> String {
    let scheme = if place.is_plain { "http" } else { "https" };
    format!("give the address under which people open GLPI, such as {scheme}://{}/glpi", place.host)
}

fn hours(seconds: i64) -> String {
    let minutes = seconds.unsigned_abs() / 60;
    format!("{}{:02}:{:02}", if seconds < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}

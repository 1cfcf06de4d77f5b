//! What is wrong between Farol and a GLPI, in sentences its administrator can act on.

use crate::client::{Desk, Error, GlpiClient, PageRequest};

/// The item types Farol reads, and what is lost without each.
const ITEMTYPES: [(&str, &str); 24] = [
    ("Ticket", "there is nothing to measure"),
    ("Log", "the history of tickets, and with it most durations, stays unknown"),
    ("Ticket_User", "requesters and technicians stay unknown"),
    ("Group_Ticket", "queues stay unknown"),
    ("User", "people are shown as numbers"),
    ("Group", "queues are shown as numbers"),
    ("Group_User", "teams have no members"),
    ("Entity", "entities are shown as numbers"),
    ("ITILCategory", "categories are shown as numbers"),
    ("Location", "locations are shown as numbers"),
    ("SLA", "time limits cannot be computed"),
    ("OLA", "internal time limits cannot be computed"),
    ("SLM", "service levels are shown as numbers"),
    ("Calendar", "working hours stay unknown"),
    ("CalendarSegment", "working hours stay unknown"),
    ("Holiday", "holidays count as working days"),
    ("Calendar_Holiday", "holidays count as working days"),
    ("ITILFollowup", "answers to requesters stay unknown"),
    ("TicketTask", "tasks and their durations stay unknown"),
    ("ITILSolution", "solutions stay unknown"),
    ("TicketSatisfaction", "satisfaction stays unknown"),
    ("RequestType", "request sources are shown as numbers"),
    ("SolutionType", "solution types are shown as numbers"),
    ("PendingReason", "reasons for waiting are shown as numbers"),
];
/// Clocks further apart than this confuse what is late now.
const SKEW_SECONDS_MAX: u64 = 60;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was looked at, in one word or two: `connection`, `login`, `right Log`, ...
    pub what: String,
    /// What was found and, if something is wrong, what to do.
    pub sentence: String,
}

/// Looks at everything Farol needs of a GLPI. What depends on something missing is not looked at.
pub async fn diagnose(client: &GlpiClient) -> Vec<Finding> {
    let mut findings = Vec::new();
    match client.open().await {
        Ok(desk) => {
            findings
                .push(good("login", format!("The account {:?} can log in to GLPI {}.", desk.account, desk.version)));
            findings.extend(about_the_desk(&desk));
        }
        Err(error) => {
            findings.push(bad(subject(&error), sentence(&error)));
            return findings;
        }
    }
    for (itemtype, loss) in ITEMTYPES {
        let finding = right(client, itemtype, loss).await;
        let is_away = finding.as_ref().is_err();
        findings.push(finding.unwrap_or_else(|finding| finding));
        if is_away {
            break;
        }
    }
    findings
}

fn about_the_desk(desk: &Desk) -> Vec<Finding> {
    let mut findings = Vec::new();
    let zone = desk.zone.name();
    findings.push(good("time zone", format!("The account's times are in {zone}, as configured.")));

    let skew = desk.clock_skew_seconds;
    let direction = if skew > 0 { "ahead of" } else { "behind" };
    findings.push(if skew.unsigned_abs() > SKEW_SECONDS_MAX {
        let apart = skew.unsigned_abs();
        let text = format!(
            "GLPI's clock is {apart} seconds {direction} this machine's; set both by a time server, or what is late now \
             will be wrong by as much."
        );
        bad("clock", text)
    } else {
        good("clock", format!("GLPI's clock and this machine's agree within {SKEW_SECONDS_MAX} seconds."))
    });

    if !desk.version.is_known() {
        let text = format!("GLPI {} is neither 10 nor 11; Farol was not tried with it.", desk.version);
        findings.push(bad("version", text));
    }
    findings.push(if desk.entity_is_recursive {
        good("entities", "The account sees its active entity and everything below it.".to_owned())
    } else {
        let text = "The account sees a single entity and none below it; tickets of other entities will be missing. Give \
                    its profile recursive rights on the root entity if all are wanted.";
        bad("entities", text.to_owned())
    });
    findings
}

/// `Err` where going on makes no sense.
async fn right(client: &GlpiClient, itemtype: &str, loss: &str) -> Result<Finding, Finding> {
    let what = format!("right {itemtype}");
    match client.page(itemtype, &PageRequest::first().of_rows(1)).await {
        Ok(page) if page.rows.is_empty() && itemtype == "Ticket" => {
            let text = "The account may read Ticket but sees none; check its entities and the rights of its profile.";
            Ok(bad(what, text.to_owned()))
        }
        Ok(_) => Ok(good(what, format!("The account may read {itemtype}."))),
        Err(Error::RightMissing { .. } | Error::Forbidden { .. }) => Ok(bad(
            what,
            format!(
                "The account may not read {itemtype}: {loss}. Add the right to its profile in GLPI; the profile Read-Only \
                 has all rights needed."
            ),
        )),
        Err(Error::BadRequest { code }) => {
            Ok(bad(what, format!("GLPI does not know {itemtype} ({code}): {loss}. Is this GLPI older than 10?")))
        }
        Err(error) => Err(bad(subject(&error), sentence(&error))),
    }
}

fn subject(error: &Error) -> &'static str {
    match error {
        Error::Config { .. } | Error::BadName { .. } => "configuration",
        Error::ZoneMismatch { .. } => "time zone",
        Error::EntitiesRefused { .. } => "entities",
        Error::ApiDisabled => "interface",
        Error::AddressNotAllowed | Error::Forbidden { .. } => "access",
        Error::AppToken => "app token",
        Error::UserToken => "user token",
        Error::SessionInvalid | Error::SessionLost | Error::Closed => "session",
        Error::RightMissing { .. } => "rights",
        _ => "connection",
    }
}

/// What `error` means to an administrator and what to do about it.
pub fn sentence(error: &Error) -> String {
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
        Error::Redirected { to } => {
            format!("The server redirects to {to}; put that address, without its last part, into the configuration.")
        }
        Error::NotJson { status, kind } => format!(
            "The address answers with status {status} and {kind}, not as GLPI's REST interface does; check the address, \
             and any proxy or maintenance mode in between."
        ),
        Error::Forbidden { what } => {
            format!("Something before GLPI forbids {what}; check the proxy and the web server's access rules.")
        }
        Error::Unreachable { reason } => {
            format!("GLPI is not reachable ({reason}); check the address, the name service, the network and firewalls.")
        }
        Error::Timeout(limit) => {
            format!("GLPI gave no whole answer within {} seconds; check its load and the network.", limit.as_secs())
        }
        Error::RightMissing { itemtype } => {
            format!("The account may not read {itemtype}; add the right to its profile in GLPI.")
        }
        other => format!("GLPI cannot be read now: {other}."),
    }
}

fn hours(seconds: i64) -> String {
    let minutes = seconds.unsigned_abs() / 60;
    format!("{}{:02}:{:02}", if seconds < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}

fn good(what: impl Into<String>, sentence: String) -> Finding {
    Finding { ok: true, what: what.into(), sentence }
}

fn bad(what: impl Into<String>, sentence: String) -> Finding {
    Finding { ok: false, what: what.into(), sentence }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::client::testing::{Canned, Seen, Server};

    async fn wrong(answer: impl Fn(&Seen) -> Canned + Send + Sync + 'static, zone: &str) -> Vec<(String, String)> {
        let server = Server::start(answer).await;
        let client = server.client_with(|config| {
            config.zone = zone.to_owned();
            config.limits.retries_max = 0;
        });
        let findings = diagnose(&client).await;
        findings.into_iter().filter(|finding| !finding.ok).map(|finding| (finding.what, finding.sentence)).collect()
    }

    fn desk(answer: impl Fn(&Seen) -> Canned + Send + Sync + 'static) -> impl Fn(&Seen) -> Canned + Send + Sync {
        move |seen| crate::client::testing::login(seen).unwrap_or_else(|| answer(seen))
    }

    #[tokio::test]
    async fn a_healthy_desk_has_nothing_wrong() {
        assert_eq!(wrong(desk(|_| Canned::json(200, json!([{ "id": 1 }]))), "UTC").await, []);
    }

    #[tokio::test]
    async fn each_missing_right_is_named() {
        let answer = |seen: &Seen| match seen.path.as_str() {
            "Log" | "Calendar" => Canned::json(403, json!(["ERROR_RIGHT_MISSING", "..."])),
            "PendingReason" => Canned::json(400, json!(["ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM", "..."])),
            "Ticket" => Canned::json(200, json!([{ "id": 1 }])),
            _ => Canned::json(200, json!([])),
        };
        let wrong = wrong(desk(answer), "UTC").await;
        let named: Vec<_> = wrong.iter().map(|(what, _)| what.as_str()).collect();
        assert_eq!(named, ["right Log", "right Calendar", "right PendingReason"]);
        assert!(wrong[0].1.starts_with("The account may not read Log: the history of tickets"));
    }

    #[tokio::test]
    async fn each_refusal_at_the_door_is_its_own_sentence() {
        for (status, code, what, part) in [
            (400, "ERROR", "interface", "switched off"),
            (400, "ERROR_NOT_ALLOWED_IP", "access", "does not allow calls from this machine"),
            (400, "ERROR_WRONG_APP_TOKEN_PARAMETER", "app token", "refused the app token"),
            (401, "ERROR_GLPI_LOGIN_USER_TOKEN", "user token", "refused the user token"),
        ] {
            let wrong = wrong(move |_| Canned::json(status, json!([code, "texte traduit"])), "UTC").await;
            assert_eq!(wrong.len(), 1, "{code}");
            assert_eq!(wrong[0].0, what);
            assert!(wrong[0].1.contains(part), "{}", wrong[0].1);
        }
        let page = wrong(|_| Canned::html(404), "UTC").await;
        assert!(page[0].1.contains("status 404 and a web page"), "{}", page[0].1);
    }

    #[tokio::test]
    async fn a_wrong_zone_and_an_empty_view_are_told() {
        let zone = wrong(desk(|_| Canned::json(200, json!([]))), "America/New_York").await;
        assert_eq!(zone[0].0, "time zone");
        assert!(zone[0].1.contains("+00:00 from UTC, but America/New_York is -05:00 now"), "{}", zone[0].1);
        let empty = wrong(desk(|_| Canned::json(200, json!([]))), "UTC").await;
        assert_eq!((empty.len(), empty[0].0.as_str()), (1, "right Ticket"));
    }

    #[test]
    fn every_sentence_is_one_and_ends_as_one() {
        for error in [Error::ApiDisabled, Error::SessionLost, Error::RangePastEnd, Error::Closed] {
            let text = sentence(&error);
            assert!(text.ends_with('.') && !text.contains("  "), "{text}");
        }
    }
}

//! What is wrong between Farol and a GLPI, in sentences its administrator can act on.

mod sentence;
#[cfg(test)]
mod tests;

use crate::client::{Desk, Error, GlpiClient, PageRequest};

pub use sentence::sentence;

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
            findings.push(bad(subject(&error), sentence(&error, &client.place())));
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
        Err(error) => Err(bad(subject(&error), sentence(&error, &client.place()))),
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

fn good(what: impl Into<String>, sentence: String) -> Finding {
    Finding { ok: true, what: what.into(), sentence }
}

fn bad(what: impl Into<String>, sentence: String) -> Finding {
    Finding { ok: false, what: what.into(), sentence }
}

//! What heals which damage.

use pipeline::{Finding, buses::embedded::EmbeddedBus};
use schemas::manifest::STORE;

/// A sentence for each part that is damaged.
pub(super) fn advice(findings: &[Finding]) -> Vec<String> {
    let is_damaged = |part: &str| findings.iter().any(|finding| !finding.is_whole && finding.place.starts_with(part));
    let mut advice = Vec::new();
    if is_damaged(EmbeddedBus::FILE) {
        advice.push(
            "The log is damaged. Stop Farol and put the whole directory back from a backup, or keep this one aside and let \
             `farol up` read GLPI again into a new one: lost is then only what GLPI itself has forgotten since, such as purged \
             tickets. If nothing but the end of the log is lost, `farol rebuild` suffices: GLPI is asked for the rest again."
                .to_owned(),
        );
    }
    if is_damaged(STORE) {
        advice.push(if is_damaged(EmbeddedBus::FILE) {
            "The store is damaged, too: it can be made again only from a whole log.".to_owned()
        } else {
            "The store is damaged and the log is whole: `farol rebuild` makes the store again, nothing is lost."
                .to_owned()
        });
    }
    for (part, sentence) in [
        (
            "control.sqlite",
            "Stop Farol and run `farol rebuild`, which puts control.sqlite aside: requests that wait are lost, no number is.",
        ),
        (
            "desk.json",
            "Delete desk.json once you are sure that --glpi-url and --instance name the desk of this directory: the next start writes it again.",
        ),
        ("signing.key", "Delete signing.key: the next start makes another, and tokens have to be issued again."),
    ] {
        if is_damaged(part) {
            advice.push(sentence.to_owned());
        }
    }
    advice
}

//! Ranking and productivity, of people and of teams.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Timelike as _};
use glpi_sim::truth::TicketTruth;
use serde_json::{Value, json};

use super::{
    asked_window,
    breaches::explained,
    counting::{count, is_counted, is_late, is_open, within},
    filters, now, tickets, walk, window,
};

/// Whom a ticket belongs to.
type Subjects = fn(&TicketTruth) -> &BTreeSet<i64>;

const KINDS: [(&str, Subjects); 2] =
    [("technician", |ticket| &ticket.users.assigned), ("team", |ticket| &ticket.groups.assigned)];

fn live(tickets: &[TicketTruth]) -> Vec<TicketTruth> {
    tickets.iter().filter(|ticket| is_counted(ticket)).cloned().collect()
}

fn handled(tickets: &[TicketTruth]) -> Vec<TicketTruth> {
    tickets.iter().filter(|ticket| within(ticket.row.solvedate, window())).cloned().collect()
}

/// Each one's tickets.
fn by_subject(tickets: &[TicketTruth], subjects: Subjects) -> BTreeMap<i64, Vec<TicketTruth>> {
    let mut found: BTreeMap<i64, Vec<TicketTruth>> = BTreeMap::new();
    for ticket in tickets {
        for id in subjects(ticket) {
            found.entry(*id).or_default().push(ticket.clone());
        }
    }
    found
}

/// Whether tickets with a time to resolve were solved in it, by their ids.
type InTime = BTreeMap<i64, bool>;

fn in_time_by_glpi(tickets: &[TicketTruth]) -> InTime {
    let rows = tickets.iter().map(|ticket| &ticket.row);
    rows.filter_map(|row| Some((row.id, row.solvedate? <= row.time_to_resolve?))).collect()
}

/// As the explanation of each ticket tells of the promises to it.
fn in_time_by_promises(promises: &[(i64, Value)]) -> InTime {
    let mut in_time = InTime::new();
    for (ticket, promise) in promises.iter().filter(|(_, promise)| promise["clock"] == "ttr") {
        let state = promise["canonical"]["state"].as_str().unwrap();
        if ["met", "breached"].contains(&state) {
            *in_time.entry(*ticket).or_insert(true) &= state == "met";
        }
    }
    in_time
}

/// Handled, met, with a time to resolve, open and late of each one who handled anything.
fn cards(tickets: &[TicketTruth], in_time: &InTime, subjects: Subjects, now: i64) -> BTreeMap<i64, [usize; 5]> {
    let all = by_subject(tickets, subjects);
    let card = |(id, handled): (&i64, &Vec<TicketTruth>)| {
        let verdict = |ticket: &TicketTruth| in_time.get(&ticket.row.id).copied();
        let theirs = &all[id];
        let counts = [
            handled.len(),
            count(handled, |ticket| verdict(ticket) == Some(true)),
            count(handled, |ticket| verdict(ticket).is_some()),
            count(theirs, |ticket| is_open(&ticket.row)),
            count(theirs, |ticket| is_late(&ticket.row, now)),
        ];
        (*id, counts)
    };
    by_subject(&handled(tickets), subjects).iter().map(card).collect()
}

fn card_of(entry: &Value) -> (i64, [usize; 5]) {
    let card = &entry["scorecard"];
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let (handled, whole) = (number(&card["handled"]), number(&card["sla"]["whole"]));
    assert_eq!(number(&card["without_sla"]), handled - whole);
    let counts = [handled, number(&card["sla"]["part"]), whole, number(&card["open"]), number(&card["overdue"])];
    (card["subject"]["id"].as_i64().unwrap(), counts)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_solved_ticket_counts_for_everybody_assigned_to_it_whatever_the_filter() {
    let tickets = live(tickets());
    let by_glpi = in_time_by_glpi(&tickets);
    for filter in filters::all() {
        let matching = filter.of(&tickets);
        for (kind, subjects) in KINDS {
            let path = format!("/v1/technicians/ranking?mode=glpi&group_by={kind}&{}&{}", asked_window(), filter.query);
            let (rows, first) = walk(&path, "entries", 9).await;
            let found: BTreeMap<i64, [usize; 5]> = rows.iter().map(card_of).collect();
            assert_eq!(found, cards(&matching, &by_glpi, subjects, now(&first)), "{path}");
            assert_eq!(first["data"]["tickets"], json!(handled(&matching).len()), "{path}");
            let nobody = count(&handled(&matching), |ticket| subjects(ticket).is_empty());
            assert_eq!(first["meta"]["excluded"]["unassigned"].as_u64().unwrap_or(0), nobody as u64, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_solved_in_time_is_what_the_explanations_of_the_tickets_tell() {
    let tickets = live(tickets());
    for (kind, subjects) in KINDS {
        let path = format!("/v1/technicians/ranking?group_by={kind}&{}", asked_window());
        let (rows, first) = walk(&path, "entries", 500).await;
        let promises = explained(first["meta"]["generated_at"].as_str().unwrap()).await;
        let in_time = in_time_by_promises(&promises);
        assert_ne!(in_time, in_time_by_glpi(&tickets), "the modes do not differ on this desk");
        let found: BTreeMap<i64, [usize; 5]> = rows.iter().map(card_of).collect();
        assert_eq!(found, cards(&tickets, &in_time, subjects, now(&first)), "{path}");
        assert_eq!(first["meta"]["mode"], "canonical");
    }
}

/// The lower end of Wilson's 95 % interval: the smaller root of (share - p)² n = z² p (1 - p).
fn wilson_low(part: usize, whole: usize) -> f64 {
    let (n, share, z2) = (whole as f64, part as f64 / whole as f64, 1.959_963_984_540_054_f64.powi(2));
    let (a, b, c) = (n + z2, -(2.0 * n * share + z2), n * share * share);
    (-b - (b * b - 4.0 * a * c).sqrt()) / (2.0 * a)
}

#[tokio::test(flavor = "multi_thread")]
async fn equals_share_a_rank_and_few_tickets_give_none() {
    let tickets = live(tickets());
    let by_glpi = in_time_by_glpi(&tickets);
    for (kind, subjects) in KINDS {
        let (rows, first) = walk(
            &format!("/v1/technicians/ranking?mode=glpi&group_by={kind}&metric=handled&{}", asked_window()),
            "entries",
            500,
        )
        .await;
        let cards = cards(&tickets, &by_glpi, subjects, now(&first));
        for entry in &rows {
            let (_, card) = card_of(entry);
            let better = cards.values().filter(|other| other[0] > card[0]).count();
            assert_eq!(entry["rank"], json!(better + 1), "{entry}");
        }
        let minimum = cards.values().map(|card| card[2]).sum::<usize>() / cards.len();
        let (rows, _) = walk(
            &format!(
                "/v1/technicians/ranking?mode=glpi&group_by={kind}&metric=sla&minimum={minimum}&{}",
                asked_window()
            ),
            "entries",
            500,
        )
        .await;
        let score = |card: &[usize; 5]| Some(wilson_low(card[1], card[2])).filter(|_| card[2] >= minimum);
        for entry in &rows {
            let (_, card) = card_of(entry);
            let low = entry["scorecard"]["sla"]["low"].as_f64();
            assert!(card[2] == 0 || (low.unwrap() - wilson_low(card[1], card[2])).abs() < 1e-9, "{entry}");
            let Some(own) = score(&card) else {
                assert_eq!(entry["rank"], Value::Null, "{entry}");
                assert_eq!(entry["scorecard"]["sla"]["value"], Value::Null, "{entry}");
                continue;
            };
            let better = cards.values().filter_map(score).filter(|other| *other > own + 1e-12).count();
            assert_eq!(entry["rank"], json!(better + 1), "{entry}");
            let value = entry["scorecard"]["sla"]["value"].as_f64().unwrap();
            assert!((value - card[1] as f64 / card[2] as f64).abs() < 1e-12, "{entry}");
        }
        assert!(rows.iter().any(|entry| entry["rank"].is_null()) || kind == "team", "nobody is below {minimum}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_of_the_day_are_those_of_the_zone_asked_for() {
    let handled = handled(&live(tickets()));
    for (zone, width) in [("UTC", 1), ("America/Sao_Paulo", 4), ("Asia/Kolkata", 8), ("Europe/Paris", 24)] {
        let local: chrono_tz::Tz = zone.parse().unwrap();
        let band = |ticket: &TicketTruth| {
            let at = DateTime::from_timestamp(ticket.row.solvedate.unwrap(), 0).unwrap().with_timezone(&local);
            at.hour() as usize / width
        };
        for (kind, subjects) in KINDS {
            let path =
                format!("/v1/technicians/productivity?group_by={kind}&tz={zone}&band_hours={width}&{}", asked_window());
            let (rows, first) = walk(&path, "rows", 7).await;
            let bands = first["data"]["bands"].as_array().unwrap();
            assert_eq!(bands.len(), 24 / width, "{path}");
            for (at, found) in bands.iter().enumerate() {
                assert_eq!(found["from_hour"], json!(at * width), "{path}");
                assert_eq!(found["handled"], json!(count(&handled, |ticket| band(ticket) == at)), "{path} {found}");
            }
            let (from, to) = window();
            let seconds: i64 = bands.iter().map(|band| band["window_s"].as_i64().unwrap()).sum();
            assert_eq!(seconds, to - from, "{path}");
            let found: BTreeMap<i64, &Value> =
                rows.iter().map(|row| (row["subject"]["id"].as_i64().unwrap(), row)).collect();
            let expected = by_subject(&handled, subjects);
            assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{path}");
            for (id, tickets) in expected {
                let by_band: Vec<usize> =
                    (0..24 / width).map(|at| count(&tickets, |ticket| band(ticket) == at)).collect();
                assert_eq!(found[&id]["handled_by_band"], json!(by_band), "{path} {id}");
                assert_eq!(found[&id]["handled"], json!(tickets.len()), "{path} {id}");
            }
        }
    }
}

//! A generated desk keeps GLPI's own rules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::moves::{ASSIGNED, CLOSED, NEW, OBSERVER, PENDING, REQUESTER, SOLVED};
use crate::rows::naive::to_seconds;
use crate::rows::{Log, Ticket, TicketSatisfaction, TicketUser};

fn until() -> Seconds {
    to_seconds("2026-11-23 14:00:00", Zone::UTC).unwrap()
}

fn small() -> Desk {
    generate(&Spec::new(2_000, 7, until()))
}

#[test]
#[ignore = "timing"]
fn large() {
    let start = std::time::Instant::now();
    let n = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let desk = generate(&Spec::new(n, 7, until()));
    println!("{:?} for {n}: {} logs, {} tickets", start.elapsed(), desk.count("Log"), desk.count("Ticket"));
    let mut c = BTreeMap::new();
    for t in desk.table::<Ticket>().iter() {
        *c.entry((t.status, t.is_deleted)).or_insert(0) += 1;
    }
    println!("{c:?} purged {}", desk.purged().len());
    let now = until();
    let open: Vec<_> = desk.table::<Ticket>().iter().filter(|t| t.status < 5 && t.is_deleted == 0).collect();
    let late = open.iter().filter(|t| t.status != 4 && t.time_to_resolve.is_some_and(|d| d < now)).count();
    let old = open.iter().filter(|t| now - t.date > 30 * 86_400).count();
    println!("open {} late {late} older than 30 d {old}", open.len());
    let done: Vec<_> = desk.table::<Ticket>().iter().filter(|t| t.solvedate.is_some() && t.time_to_resolve.is_some()).collect();
    let met = done.iter().filter(|t| t.solvedate <= t.time_to_resolve).count();
    println!("met {met} of {}", done.len());
    println!("{}", std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l| l.starts_with("VmHWM") || l.starts_with("VmRSS")).collect::<Vec<_>>().join(" "));
}

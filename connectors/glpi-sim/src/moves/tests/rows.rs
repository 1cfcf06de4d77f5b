//! The history rows of each move, in the order GLPI writes them.

use super::invariants::check_desk;
use super::recorded::DESK;
use crate::desk::Desk;
use crate::moves::{Dimension, Hand, NewTask, NewTicket, Refused, Rules};
use crate::rows::naive::{Zone, to_seconds};
use crate::rows::{ITILSolution, Id, Log, Ticket, TicketSatisfaction};

const ANA: Id = 7;
const BRUNO: Id = 8;
const ASKER: Id = 17;
const NETWORK: Id = 2;

/// The recorded desk, a time after it, and a ticket opened at that time.
struct Scene {
    desk: Desk,
    rules: Rules,
    now: i64,
    ticket: Id,
    seen: Id,
}

impl Scene {
    fn new() -> Self {
        let mut desk = DESK.clone();
        let mut rules = Rules::of(&desk, Zone::UTC);
        let now = to_seconds("2026-11-24 10:00:00", Zone::UTC).unwrap();
        let new = NewTicket {
            title: "VPN <slow>".into(),
            kind: 1,
            urgency: 3,
            impact: 3,
            priority: Some(5),
            sla_tto: 2,
            sla_ttr: 4,
            requesters: vec![ASKER],
            observers: vec![18],
            ..NewTicket::default()
        };
        let seen = desk.table::<Log>().last_id();
        let ticket = rules.hand(&mut desk, now, ASKER).create_ticket(&new).unwrap();
        Self { desk, rules, now, ticket, seen }
    }

    /// Acts a quarter of an hour after the last act.
    fn hand(&mut self, by: Id) -> Hand<'_> {
        self.now += 900;
        self.rules.hand(&mut self.desk, self.now, by)
    }

    /// The history written since the last look: type, link, action, option, old and new value.
    #[track_caller]
    fn check(&mut self, lines: &[&str]) {
        let rows = self.desk.table::<Log>().iter().filter(|log| log.id > self.seen);
        let told: Vec<String> = rows
            .map(|log| {
                let value = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or("NULL").to_owned();
                let (old, new) = (value(&log.old_value), value(&log.new_value));
                let kind = if &*log.itemtype == "Ticket" { "" } else { &log.itemtype };
                let line = format!(
                    "{kind} {} {} {} {old} > {new}",
                    log.itemtype_link, log.linked_action, log.id_search_option
                );
                line.trim().to_owned()
            })
            .collect();
        assert_eq!(told, lines);
        self.seen = self.desk.table::<Log>().last_id();
        check_desk(&self.desk);
    }

    fn row(&self) -> &Ticket {
        self.desk.get::<Ticket>(self.ticket).unwrap()
    }
}

#[test]
fn opening_and_assigning_are_told_as_recorded() {
    let mut scene = Scene::new();
    let id = scene.ticket;
    scene.check(&["0 3 3 > 5", "User 15 4  > Last1 First1 (17)", "User 15 66  > Last2 First2 (18)", "0 20 0  >"]);
    assert_eq!(&*scene.row().name, "VPN &#60;slow&#62;");
    scene.hand(ANA).assign(id, Some(NETWORK), Some(BRUNO)).unwrap();
    scene.check(&[
        "0 150 0 > 900",
        "0 64 user1 (17) > tech1 (7)",
        "0 12 1 > 2",
        "Group 15 8  > Network Team (2)",
        "User 15 5  > Müller Bruno (8)",
    ]);
    scene.hand(ANA).hand_over(id, Some(3), Some(ANA)).unwrap();
    scene.check(&[
        "Group 16 0 Network Team (2) >",
        "Group 15 8  > Applications (3)",
        "User 16 0 Müller Bruno (8) >",
        "User 15 5  > Silva Ana (7)",
    ]);
    assert_eq!(scene.hand(ANA).assign_user(id, ANA), Err(Refused::Unchanged(id)));
}

#[test]
fn waiting_moves_the_time_to_resolve_but_not_the_time_to_own() {
    let mut scene = Scene::new();
    let id = scene.ticket;
    scene.hand(ANA).assign_user(id, ANA).unwrap();
    scene.hand(ANA).set_status(id, 4).unwrap();
    let before = scene.row().clone();
    scene.hand(BRUNO).set_status(id, 2).unwrap();
    let after = scene.row();
    assert_eq!((after.waiting_duration, after.sla_waiting_duration), (900, 900));
    assert_eq!(after.time_to_resolve.unwrap() - before.time_to_resolve.unwrap(), 900);
    assert_eq!(after.time_to_own, before.time_to_own);
    assert_eq!(after.begin_waiting_date, None);
    check_desk(&scene.desk);
}

#[test]
fn reopening_clears_the_ends_refuses_the_solution_and_forgets_the_survey() {
    let mut scene = Scene::new();
    let id = scene.ticket;
    scene.hand(ANA).assign_user(id, ANA).unwrap();
    scene.seen = scene.desk.table::<Log>().last_id();
    let solution = scene.hand(ANA).solve(id, 2, "<p>done</p>").unwrap();
    let solved = "2026-11-24 10:30:00";
    scene.check(&[
        "0 12 2 > 5",
        &format!("0 17  > {solved}"),
        &format!("ITILSolution 17 0  > {solution} ({solution})"),
        "ITILSolution 0 20 0  >",
    ]);
    scene.hand(BRUNO).close(id, true).unwrap();
    scene.check(&[
        "0 12 5 > 6",
        "0 64 tech1 (7) > tech2 (8)",
        "0 16  > 2026-11-24 10:45:00",
        "TicketSatisfaction 0 20 0  >",
    ]);
    let followup = scene.hand(ASKER).reopen(id, "no").unwrap();
    scene.check(&[
        &format!("ITILFollowup 17 0  > {followup}"),
        "0 12 6 > 2",
        &format!("0 17 {solved} > NULL"),
        "0 16 2026-11-24 10:45:00 > NULL",
        &format!("ITILFollowup 12 0  > Followups ({followup})"),
    ]);
    assert_eq!(scene.desk.get::<ITILSolution>(solution).unwrap().status, 4);
    assert_eq!(scene.desk.of_ticket::<TicketSatisfaction>(id).count(), 0);
    assert_eq!(scene.row().waiting_duration, 1_800);
}

#[test]
fn survey_answers_and_agreement_edits_leave_the_date_of_change() {
    let mut scene = Scene::new();
    let id = scene.ticket;
    scene.hand(ANA).solve(id, 1, "done").unwrap();
    scene.hand(0).close(id, true).unwrap();
    scene.seen = scene.desk.table::<Log>().last_id();
    let before = scene.row().clone();
    scene.hand(ASKER).answer_survey(id, 4, "ok").unwrap();
    scene.check(&["0 62  > 4", "0 63  > ok"]);
    scene.hand(2).rename(Dimension::User, ANA, "Sousa").unwrap();
    assert_eq!(*scene.row(), before);
    let due = scene.desk.get::<Ticket>(id).unwrap().time_to_resolve;
    scene.hand(2).edit_sla(4, 2).unwrap();
    assert_eq!(scene.row().time_to_resolve, due);
    assert_ne!(scene.rules.agreements().time_to_resolve(scene.row()), due);
}

#[test]
fn trash_is_told_restore_is_not_and_purge_takes_all() {
    let mut scene = Scene::new();
    let id = scene.ticket;
    scene.hand(ANA).solve(id, 1, "done").unwrap();
    scene.hand(ANA).close(id, true).unwrap();
    scene.seen = scene.desk.table::<Log>().last_id();
    scene.hand(2).trash(id).unwrap();
    scene.check(&["0 13 0  >"]);
    assert_eq!((scene.row().is_deleted, scene.row().date_mod), (1, scene.now));
    scene.hand(2).restore(id).unwrap();
    scene.check(&[]);
    assert_eq!((scene.row().is_deleted, scene.row().date_mod), (0, scene.now));
    let logs = DESK.count("Log");
    scene.hand(2).purge(id).unwrap();
    check_desk(&scene.desk);
    assert_eq!(scene.desk.count("Log"), logs);
    assert_eq!(scene.hand(2).purge(id), Err(Refused::Missing { itemtype: "Ticket", id }));
}

#[test]
fn edits_are_told_by_their_field() {
    let mut scene = Scene::new();
    let id = scene.ticket;
    scene.seen = scene.desk.table::<Log>().last_id();
    scene.hand(ASKER).set_category(id, 4).unwrap();
    scene.hand(ASKER).set_type(id, 2).unwrap();
    scene.hand(ASKER).transfer(id, 4).unwrap();
    scene.hand(ASKER).set_title(id, "VPN").unwrap();
    scene.hand(ASKER).set_priority(id, 2).unwrap();
    scene.hand(ASKER).set_opening_date(id, to_seconds("2026-11-24 09:30:00", Zone::UTC).unwrap()).unwrap();
    scene.check(&[
        "0 7 &nbsp; (0) > Hardware &#62; Phone &#38; Mobile (4)",
        "0 14 1 > 2",
        "0 80 Root entity (0) > Root entity &#62; Agence Lyon &#62; Lyon R&#38;D (4)",
        "0 1 VPN &#60;slow&#62; > VPN",
        "0 3 5 > 2",
        "0 15 2026-11-24 10:00:00 > 2026-11-24 09:30:00",
    ]);
}

#[test]
fn the_first_words_of_a_technician_take_a_ticket_into_account() {
    let mut scene = Scene::new();
    let id = scene.ticket;
    scene.hand(ASKER).followup(id, "any news?", false).unwrap();
    assert_eq!(scene.row().takeintoaccountdate, None);
    let task = NewTask { content: "look".into(), work: 600, state: 2, tech: ANA, ..NewTask::default() };
    scene.hand(ANA).task(id, &task).unwrap();
    assert_eq!(scene.row().takeintoaccountdate, Some(scene.now));
    assert_eq!((scene.row().takeintoaccount_delay_stat, scene.row().actiontime), (1_800, 600));
    check_desk(&scene.desk);
}

#[test]
fn a_renamed_group_spells_the_paths_below_it() {
    let mut scene = Scene::new();
    scene.hand(2).rename(Dimension::Category, 1, "Devices").unwrap();
    let path = |id: Id| scene.desk.row("ITILCategory", id).unwrap()["completename"].as_str().unwrap().to_owned();
    assert_eq!(path(2), "Devices > Laptop");
    assert_eq!(path(5), "Software");
}

//! Timeline: followups, tasks and answers to surveys.

use super::history::{Line, MESSAGE, SATISFACTION, SATISFACTION_COMMENT};
use super::{Hand, Refused};
use crate::rows::{ITILFollowup, Id, Seconds, TicketSatisfaction, TicketTask};

/// Side of the timeline of people who work on tickets.
const RIGHT: i32 = 4;
/// Side of everybody else.
const LEFT: i32 = 1;

/// Work to note on a ticket.
#[derive(Debug, Clone, Default)]
pub struct NewTask {
    /// What is done, plain.
    pub content: String,
    /// Hidden from the requester.
    pub private: bool,
    /// Seconds of work.
    pub work: i64,
    /// 0 information, 1 to do, 2 done.
    pub state: i32,
    /// Who does it.
    pub tech: Id,
    /// Planned begin and end.
    pub planned: Option<(Seconds, Seconds)>,
}

impl Hand<'_> {
    /// Writes a followup. The first one of somebody who may own tickets takes the ticket into account.
    pub fn followup(&mut self, ticket: Id, content: &str, private: bool) -> Result<Id, Refused> {
        self.ticket(ticket)?;
        let id = self.write_followup(ticket, content, private);
        if self.is_first_look(ticket)? {
            self.take_into_account(ticket)?;
        }
        self.tell_followup(ticket, id);
        self.touch(ticket)?;
        Ok(id)
    }

    /// Notes a task; its seconds add up on the ticket.
    pub fn task(&mut self, ticket: Id, new: &NewTask) -> Result<Id, Refused> {
        self.ticket(ticket)?;
        let row = TicketTask {
            uuid: Some(self.uuid(ticket).into()),
            tickets_id: ticket,
            date: Some(self.at),
            users_id: self.by,
            content: Some(self.desk.text(&new.content)),
            is_private: i32::from(new.private),
            actiontime: new.work,
            begin: new.planned.map(|(begin, _)| begin),
            end: new.planned.map(|(_, end)| end),
            state: new.state,
            users_id_tech: new.tech,
            date_mod: Some(self.at),
            date_creation: Some(self.at),
            timeline_position: self.side(),
            ..TicketTask::default()
        };
        let id = self.desk.insert(row);
        self.part_added(ticket, "TicketTask", id.to_string());
        if self.is_first_look(ticket)? {
            self.take_into_account(ticket)?;
        }
        self.change(ticket, |row| row.actiontime += new.work)?;
        self.touch(ticket)?;
        Ok(id)
    }

    /// Answers the survey of a ticket. That moves no `date_mod`, but the history has it.
    pub fn answer_survey(&mut self, ticket: Id, stars: i64, comment: &str) -> Result<(), Refused> {
        self.ticket(ticket)?;
        let survey = self.desk.of_ticket::<TicketSatisfaction>(ticket).last();
        let survey = survey.ok_or(Refused::Missing { itemtype: "TicketSatisfaction", id: ticket })?;
        let (id, before) = (survey.id, (survey.satisfaction, survey.comment.clone()));
        let (at, words) = (self.at, self.desk.text(comment));
        let answer = |survey: &mut TicketSatisfaction| {
            survey.date_answered = Some(at);
            survey.satisfaction = Some(stars);
            survey.comment = Some(words.clone());
        };
        self.desk.update(id, answer).ok_or(Refused::Missing { itemtype: "TicketSatisfaction", id })?;
        if before.0 != Some(stars) {
            let old = if let Some(stars) = before.0 { self.number(stars) } else { self.nothing() };
            let new = self.number(stars);
            self.field(ticket, SATISFACTION, old, new);
        }
        if !comment.is_empty() && before.1.as_ref() != Some(&words) {
            let old = before.1.unwrap_or_else(|| self.nothing());
            self.field(ticket, SATISFACTION_COMMENT, old, Some(words));
        }
        Ok(())
    }

    /// Adds the followup and its own history row, without its companion.
    pub(super) fn write_followup(&mut self, ticket: Id, content: &str, private: bool) -> Id {
        let row = ITILFollowup {
            itemtype: self.word("Ticket"),
            items_id: ticket,
            date: Some(self.at),
            users_id: self.by,
            content: Some(self.desk.text(content)),
            is_private: i32::from(private),
            date_mod: Some(self.at),
            date_creation: Some(self.at),
            timeline_position: self.side(),
            ..ITILFollowup::default()
        };
        let id = self.desk.insert(row);
        self.part_added(ticket, "ITILFollowup", id.to_string());
        id
    }

    /// The companion row with a label in the writer's language.
    pub(super) fn tell_followup(&mut self, ticket: Id, followup: Id) {
        let (old, new) = (Some(self.nothing()), Some(format!("Followups ({followup})").into()));
        self.tell("Ticket", ticket, Line { link: "ITILFollowup", action: MESSAGE, option: 0, old, new });
    }

    fn is_first_look(&self, ticket: Id) -> Result<bool, Refused> {
        let row = self.ticket(ticket)?;
        Ok(row.takeintoaccountdate.is_none()
            && row.takeintoaccount_delay_stat == 0
            && self.rules.may_own(self.by)
            && !self.has_user(ticket, self.by, super::REQUESTER))
    }

    fn side(&self) -> i32 {
        if self.rules.may_own(self.by) { RIGHT } else { LEFT }
    }

    /// An identity that the same moves on the same desk give again.
    fn uuid(&self, ticket: Id) -> String {
        let next = self.desk.table::<TicketTask>().last_id() as u64 + 1;
        let (a, b) = (scatter(next), scatter(next ^ scatter(ticket as u64 ^ (self.at as u64) << 20)));
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            a >> 16 & 0xffff,
            a & 0xfff,
            b >> 48 & 0x3fff | 0x8000,
            b & 0xffff_ffff_ffff
        )
    }
}

/// Spreads a number over all bits.
fn scatter(number: u64) -> u64 {
    let mixed = (number ^ number >> 30).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb) ^ mixed >> 31
}

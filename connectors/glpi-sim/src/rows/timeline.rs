//! Timeline: what people wrote on a ticket.

use super::shape::row;

row! {
    /// A followup.
    ITILFollowup, "ITILFollowup", of |row| (&*row.itemtype == "Ticket").then_some(row.items_id);
    /// What it hangs on.
    itemtype: text,
    /// The id of what it hangs on.
    items_id: int,
    /// When it was written.
    date: maybe_time,
    /// Author.
    users_id: int,
    /// Last editor.
    users_id_editor: int,
    /// Rich text.
    content: maybe_text,
    /// 1 when hidden from the requester.
    is_private: small,
    /// Request source.
    requesttypes_id: int,
    /// Last change.
    date_mod: maybe_time,
    /// When the row was made.
    date_creation: maybe_time,
    /// Side of the timeline.
    timeline_position: small,
    /// Merged from this item.
    sourceitems_id: int,
    /// Promoted to this ticket.
    sourceof_items_id: int,
}

row! {
    /// A task.
    TicketTask, "TicketTask", of |row| Some(row.tickets_id);
    /// Identity across desks.
    uuid: maybe_text,
    /// The ticket.
    tickets_id: int,
    /// Category of the task.
    taskcategories_id: int,
    /// When it was written.
    date: maybe_time,
    /// Author.
    users_id: int,
    /// Last editor.
    users_id_editor: int,
    /// Rich text.
    content: maybe_text,
    /// 1 when hidden from the requester.
    is_private: small,
    /// Seconds of work.
    actiontime: int,
    /// Planned begin.
    begin: maybe_time,
    /// Planned end.
    end: maybe_time,
    /// 0 information, 1 to do, 2 done.
    state: small,
    /// Who does it.
    users_id_tech: int,
    /// Which group does it.
    groups_id_tech: int,
    /// Last change.
    date_mod: maybe_time,
    /// When the row was made.
    date_creation: maybe_time,
    /// Template.
    tasktemplates_id: int,
    /// Side of the timeline.
    timeline_position: small,
    /// Merged from this item.
    sourceitems_id: int,
    /// Promoted to this ticket.
    sourceof_items_id: int,
}

row! {
    /// A solution.
    ITILSolution, "ITILSolution", of |row| (&*row.itemtype == "Ticket").then_some(row.items_id);
    /// What it hangs on.
    itemtype: text,
    /// The id of what it hangs on.
    items_id: int,
    /// Type of the solution.
    solutiontypes_id: int,
    /// Name of a type that is gone.
    solutiontype_name: maybe_text,
    /// Rich text.
    content: maybe_text,
    /// When the row was made.
    date_creation: maybe_time,
    /// Last change.
    date_mod: maybe_time,
    /// When it was accepted or refused.
    date_approval: maybe_time,
    /// Author.
    users_id: int,
    /// Name of an author that is gone.
    user_name: maybe_text,
    /// Last editor.
    users_id_editor: int,
    /// Who accepted or refused it.
    users_id_approval: int,
    /// Name of an approver that is gone.
    user_name_approval: maybe_text,
    /// 2 waiting, 3 accepted, 4 refused.
    status: small,
    /// The followup that refused it.
    itilfollowups_id: maybe_int,
}

row! {
    /// A satisfaction survey.
    TicketSatisfaction, "TicketSatisfaction", of |row| Some(row.tickets_id);
    /// The ticket.
    tickets_id: int,
    /// 1 internal, 2 external.
    kind: small = "type",
    /// When it was asked.
    date_begin: maybe_time,
    /// When it was answered.
    date_answered: maybe_time,
    /// 0 to 5 stars.
    satisfaction: maybe_int,
    /// Words beside the stars.
    comment: maybe_text,
}

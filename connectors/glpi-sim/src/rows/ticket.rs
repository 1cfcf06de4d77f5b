//! Ticket: the row of a request for help.

use super::shape::row;

row! {
    /// One ticket, in the trash when `is_deleted` is 1.
    Ticket, "Ticket", of |_| None;
    /// The entity; 0 is the root and a real value.
    entities_id: int,
    /// Title.
    name: text,
    /// Opening, which people may edit.
    date: time,
    /// When it was closed.
    closedate: maybe_time,
    /// When it was solved; a reopening clears it.
    solvedate: maybe_time,
    /// First assignment or answer.
    takeintoaccountdate: maybe_time,
    /// Last change of the row.
    date_mod: time,
    /// Who changed it last.
    users_id_lastupdater: int,
    /// 1 new, 2 assigned, 3 planned, 4 pending, 5 solved, 6 closed.
    status: small,
    /// Who wrote it.
    users_id_recipient: int,
    /// Request source.
    requesttypes_id: int,
    /// Description, rich text.
    content: text,
    /// 1 to 5.
    urgency: small,
    /// 1 to 5.
    impact: small,
    /// 1 to 6, 6 is major.
    priority: small,
    /// Category.
    itilcategories_id: int,
    /// 1 incident, 2 request.
    kind: small = "type",
    /// 1 none, 2 waiting, 3 accepted, 4 refused.
    global_validation: small,
    /// SLA of the time to resolve.
    slas_id_ttr: int,
    /// SLA of the time to own.
    slas_id_tto: int,
    /// Next escalation level.
    slalevels_id_ttr: int,
    /// Due date of the resolution.
    time_to_resolve: maybe_time,
    /// Due date of the taking over.
    time_to_own: maybe_time,
    /// When it last went pending, solved or closed.
    begin_waiting_date: maybe_time,
    /// Active seconds of pause, by the SLA's calendar.
    sla_waiting_duration: int,
    /// Active seconds of pause, by the OLA's calendar.
    ola_waiting_duration: int,
    /// OLA of the time to own.
    olas_id_tto: int,
    /// OLA of the time to resolve.
    olas_id_ttr: int,
    /// Next escalation level of the OLA.
    olalevels_id_ttr: int,
    /// Start of the OLA to own.
    ola_tto_begin_date: maybe_time,
    /// Start of the OLA to resolve.
    ola_ttr_begin_date: maybe_time,
    /// Due date of the OLA to resolve.
    internal_time_to_resolve: maybe_time,
    /// Due date of the OLA to own.
    internal_time_to_own: maybe_time,
    /// Seconds of pause.
    waiting_duration: int,
    /// Active seconds to the closing.
    close_delay_stat: int,
    /// Active seconds to the solution.
    solve_delay_stat: int,
    /// Seconds until somebody took it over.
    takeintoaccount_delay_stat: int,
    /// Sum of the tasks' seconds.
    actiontime: int,
    /// 1 in the trash.
    is_deleted: small,
    /// Location.
    locations_id: int,
    /// Approval threshold in percent.
    validation_percent: small,
    /// When the row was made.
    date_creation: maybe_time,
}

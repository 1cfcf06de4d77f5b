//! Links: who asks, who is assigned and who watches.

use super::shape::row;

row! {
    /// A person on a ticket.
    TicketUser, "Ticket_User", of |row| Some(row.tickets_id);
    /// The ticket.
    tickets_id: int,
    /// The person, 0 for an anonymous requester.
    users_id: int,
    /// 1 requester, 2 assigned, 3 observer.
    role: small = "type",
    /// Whether mails are sent.
    use_notification: small,
    /// Mail address of an anonymous requester.
    alternative_email: maybe_text,
}

row! {
    /// A group on a ticket.
    GroupTicket, "Group_Ticket", of |row| Some(row.tickets_id);
    /// The ticket.
    tickets_id: int,
    /// The group.
    groups_id: int,
    /// 1 requester, 2 assigned, 3 observer.
    role: small = "type",
}

row! {
    /// A supplier on a ticket.
    SupplierTicket, "Supplier_Ticket", of |row| Some(row.tickets_id);
    /// The ticket.
    tickets_id: int,
    /// The supplier.
    suppliers_id: int,
    /// 2 assigned.
    role: small = "type",
    /// Whether mails are sent.
    use_notification: small,
    /// Another mail address.
    alternative_email: maybe_text,
}

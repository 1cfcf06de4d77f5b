//! The kinds of rows that belong to a ticket, in the order a backfill reads them.

/// An item type whose rows belong to one ticket each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// The ticket itself.
    Ticket,
    /// A person's role.
    TicketUser,
    /// A group's role.
    GroupTicket,
    /// A supplier's role.
    SupplierTicket,
    /// A followup.
    Followup,
    /// A task.
    Task,
    /// A solution.
    Solution,
    /// The survey.
    Survey,
    /// A line of history.
    Log,
}

impl Kind {
    /// Every kind; the place in this list is its code in the ledger, so new ones are appended.
    pub(crate) const ALL: [Self; 9] = [
        Self::Ticket,
        Self::TicketUser,
        Self::GroupTicket,
        Self::SupplierTicket,
        Self::Followup,
        Self::Task,
        Self::Solution,
        Self::Survey,
        Self::Log,
    ];

    /// Every kind that is read as a part of a ticket.
    pub(crate) const CHILDREN: [Self; 8] = [
        Self::TicketUser,
        Self::GroupTicket,
        Self::SupplierTicket,
        Self::Followup,
        Self::Task,
        Self::Solution,
        Self::Survey,
        Self::Log,
    ];

    /// GLPI's name.
    pub(crate) const fn itemtype(self) -> &'static str {
        match self {
            Self::Ticket => "Ticket",
            Self::TicketUser => "Ticket_User",
            Self::GroupTicket => "Group_Ticket",
            Self::SupplierTicket => "Supplier_Ticket",
            Self::Followup => "ITILFollowup",
            Self::Task => "TicketTask",
            Self::Solution => "ITILSolution",
            Self::Survey => "TicketSatisfaction",
            Self::Log => "Log",
        }
    }

    /// The kind that GLPI calls `itemtype`.
    pub(crate) fn of(itemtype: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.itemtype() == itemtype)
    }

    /// Its code in the ledger.
    pub(crate) const fn code(self) -> u8 {
        self as u8
    }

    /// Whether Farol refuses to work when the account may not read it.
    pub(crate) const fn is_required(self) -> bool {
        !matches!(self, Self::SupplierTicket | Self::Survey)
    }

    /// Whether it links an actor to a ticket.
    pub(crate) const fn is_link(self) -> bool {
        matches!(self, Self::TicketUser | Self::GroupTicket | Self::SupplierTicket)
    }

    /// Whether its rows can end while the ticket goes on, so that their absence is news.
    ///
    /// History is only ever cut by retention, and GLPI deletes the survey of a reopened ticket: both stay true.
    pub(crate) const fn can_vanish(self) -> bool {
        self.is_link() || matches!(self, Self::Followup | Self::Task | Self::Solution)
    }
}

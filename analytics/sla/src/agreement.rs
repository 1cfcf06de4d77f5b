//! Agreements: what was promised, in which unit and by which calendar.

mod target;

use serde::{Deserialize, Serialize};

use crate::Error;

/// Which promise a clock measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Time to own.
    Tto,
    /// Time to resolve.
    Ttr,
    /// Internal time to own.
    OlaTto,
    /// Internal time to resolve.
    OlaTtr,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Tto, Self::Ttr, Self::OlaTto, Self::OlaTtr];

    /// Whether owning the ticket keeps the promise; otherwise solving it does.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Tto | Self::OlaTto)
    }

    /// Whether the promise is between teams; it then starts when it is made, not when the ticket was opened.
    pub fn is_internal(self) -> bool {
        matches!(self, Self::OlaTto | Self::OlaTtr)
    }
}

/// The unit of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// 60 working seconds.
    Minute,
    /// 3600 working seconds.
    Hour,
    /// A working day.
    Day,
    /// A month, see [`MonthRule`].
    Month,
}

/// What a month is in canonical mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MonthRule {
    /// The same day of a later month.
    #[default]
    Calendar,
    /// Thirty working days, as GLPI has it.
    ThirtyWorkingDays,
}

/// How long a promise gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    amount: u32,
    unit: Unit,
    end_of_working_day: bool,
}

impl Terms {
    /// `amount` units; deadlines in days or months may be put at the end of the working day.
    pub fn new(amount: u32, unit: Unit, end_of_working_day: bool) -> Result<Self, Error> {
        let terms = Self { amount, unit, end_of_working_day };
        if terms.seconds() > 31_556_952_000 { Err(Error::Target { amount }) } else { Ok(terms) }
    }

    /// The target in GLPI's seconds: a day is 86400, a month 2592000.
    pub fn seconds(self) -> i64 {
        let unit = match self.unit {
            Unit::Minute => 60,
            Unit::Hour => 3600,
            Unit::Day => 86_400,
            Unit::Month => 2_592_000,
        };
        i64::from(self.amount) * unit
    }

    /// Its unit.
    pub fn unit(self) -> Unit {
        self.unit
    }

    /// Whether it is walked in dates instead of working seconds.
    pub fn in_days(self) -> bool {
        matches!(self.unit, Unit::Day | Unit::Month)
    }

    /// Whether a deadline in days lies at the end of the working day.
    pub fn end_of_working_day(self) -> bool {
        self.end_of_working_day
    }
}

/// Whose working hours count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hours {
    /// All hours.
    Always,
    /// Those of a calendar.
    Calendar(u64),
    /// Those of the ticket's entity; all hours if it has no calendar.
    Ticket,
}

impl Hours {
    /// The calendar's id, when the ticket's entity has calendar `ticket`.
    pub fn calendar(self, ticket: Option<u64>) -> Option<u64> {
        match self {
            Self::Always => None,
            Self::Calendar(id) => Some(id),
            Self::Ticket => ticket,
        }
    }
}

/// A promise as it stood when it was attached to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// GLPI's id of the SLA or OLA.
    pub id: u64,
    /// What it promises.
    pub kind: Kind,
    /// How long it gives.
    pub terms: Terms,
    /// Whose hours count.
    pub hours: Hours,
}

//! The named quirks that make GLPI's figures differ from canonical ones.

use serde::{Deserialize, Serialize};

macro_rules! quirks {
    ($($name:ident = $bit:literal: $sentence:literal,)*) => {
        /// One way in which GLPI's figures differ from canonical ones.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Quirk {
            $(#[doc = $sentence] $name = $bit,)*
        }

        impl Quirk {
            /// Every quirk.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The quirk in one plain sentence.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $sentence,)*
                }
            }
        }
    };
}

quirks! {
    Q1 = 1: "GLPI counts the time between a solution and a reopening as pending.",
    Q2 = 2: "GLPI adds pending time only when the ticket leaves the pending status, so the figure is stale until then.",
    Q3 = 3: "GLPI hides that a ticket is late while the ticket is pending.",
    Q4 = 4: "GLPI never pauses the time to own, although the policy pauses it.",
    Q5 = 5: "GLPI compares seconds of working time with seconds of wall time for old tickets' time to own.",
    Q6 = 6: "GLPI takes a month for thirty working days.",
    Q7 = 7: "GLPI moves a deadline that is reached exactly at closing time to the next opening, or leaves it in closed hours.",
    Q8 = 8: "GLPI never applies a yearly closing that runs over New Year.",
    Q9 = 9: "GLPI steps by 86400 seconds and counts naive local time, which is wrong on days when clocks change.",
    Q10 = 10: "GLPI versions disagree on how pending time moves a deadline in days.",
    Q11 = 11: "GLPI counts for an agreement only the waiting that ended while the agreement was attached.",
    Q12 = 12: "GLPI averages over unsolved tickets as if they took no time.",
    Q13 = 13: "GLPI reports a delay of zero for a ticket that was opened and solved outside working hours.",
    Q14 = 14: "GLPI deletes the satisfaction answer when a ticket is reopened.",
    Q15 = 15: "GLPI counts a ticket once for each of its assignees in averages.",
    Q16 = 16: "GLPI mixes two renderings of local time in one report.",
    Q17 = 17: "GLPI showed dashboards of one profile to another from its cache.",
    Q18 = 18: "GLPI's dashboard plugin compares overdue tickets the wrong way round.",
    OpeningEdited = 19: "GLPI leaves the time to own where it was when the opening date is edited.",
    CalendarChanged = 20: "GLPI counts all time by the calendar of the moment, not by the one that held at that time.",
    DeadlineMoved = 21: "GLPI moves a deadline that had already passed when the ticket waits or is reopened afterwards.",
}

/// A set of quirks to keep while computing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quirks(u32);

impl Quirks {
    /// Everything as GLPI does it.
    pub const GLPI: Self = Self(u32::MAX);
    /// No quirk at all.
    pub const NONE: Self = Self(0);

    /// The same set without `quirk`.
    #[must_use]
    pub fn without(self, quirk: Quirk) -> Self {
        Self(self.0 & !(1 << quirk as u32))
    }

    /// Whether `quirk` is kept.
    pub fn has(self, quirk: Quirk) -> bool {
        self.0 & (1 << quirk as u32) != 0
    }
}

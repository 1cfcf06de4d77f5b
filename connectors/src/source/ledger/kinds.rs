//! Several kinds of rows, in the bits of one number.

use crate::source::kind::Kind;

/// A set of kinds of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kinds(u16);

impl Kinds {
    /// No kind.
    pub(crate) const NONE: Self = Self(0);
    /// Every kind that belongs to a ticket.
    pub(crate) const CHILDREN: Self = Self((1 << Kind::ALL.len()) - 1).without(Kind::Ticket);

    /// Whether `kind` is one of them.
    pub(crate) const fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind.code()) != 0
    }

    /// The others.
    pub(crate) const fn without(self, kind: Kind) -> Self {
        Self(self.0 & !(1 << kind.code()))
    }

    /// Its code in the ledger.
    pub(super) fn code(self) -> u64 {
        u64::from(self.0)
    }

    pub(super) fn decode(code: u64) -> Option<Self> {
        u16::try_from(code).ok().filter(|code| code & !Self::CHILDREN.0 == 0).map(Self)
    }
}

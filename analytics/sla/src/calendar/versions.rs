//! A calendar through time: a change today does not rewrite last year.

use crate::{Calendar, Error};

/// Versions of one calendar, each valid until the next begins; the first is valid since ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarVersions {
    first: Calendar,
    later: Vec<(i64, Calendar)>,
}

impl CalendarVersions {
    /// A calendar that has not changed.
    pub fn one(calendar: Calendar) -> Self {
        Self { first: calendar, later: Vec::new() }
    }

    /// The same calendar, replaced by `calendar` at instant `from`.
    pub fn then(mut self, from: i64, calendar: Calendar) -> Result<Self, Error> {
        if self.later.last().is_some_and(|(last, _)| *last >= from) {
            return Err(Error::Versions { from });
        }
        self.later.push((from, calendar));
        Ok(self)
    }

    /// The version valid at `instant`.
    pub fn at(&self, instant: i64) -> &Calendar {
        self.later.iter().rev().find(|(from, _)| *from <= instant).map_or(&self.first, |(_, calendar)| calendar)
    }

    /// All versions with the instant from which each is valid.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (i64, &Calendar)> {
        std::iter::once((i64::MIN, &self.first)).chain(self.later.iter().map(|(from, calendar)| (*from, calendar)))
    }
}

impl From<Calendar> for CalendarVersions {
    fn from(calendar: Calendar) -> Self {
        Self::one(calendar)
    }
}

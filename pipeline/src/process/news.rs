//! News: which tickets were stored anew, for whoever follows them in the same process.
//!
//! It is a set and not a queue: who looks seldom finds a ticket once. What is lost with the process is found again by whoever looks at
//! every ticket when it begins.

use std::{
    collections::BTreeSet,
    mem,
    sync::{Mutex, PoisonError},
};

use tokio::sync::Notify;

/// Tickets remembered one by one; of more it is told that any may be new.
const TICKETS_MAX: usize = 100_000;

/// What was stored since somebody last looked.
#[derive(Debug, Default)]
pub struct News {
    stored: Mutex<Stored>,
    bell: Notify,
}

/// What was stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// These tickets.
    pub tickets: BTreeSet<i64>,
    /// And any others: they were too many to be remembered.
    pub is_any: bool,
    /// What is known of agreements, calendars or entities.
    pub has_knowledge: bool,
}

impl News {
    /// Notes what was stored, and rings.
    pub(super) fn add(&self, tickets: impl IntoIterator<Item = i64>, has_knowledge: bool) {
        {
            let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
            stored.has_knowledge |= has_knowledge;
            if !stored.is_any {
                stored.tickets.extend(tickets);
                if stored.tickets.len() > TICKETS_MAX {
                    stored.tickets.clear();
                    stored.is_any = true;
                }
            }
        }
        self.bell.notify_one();
    }

    /// What was stored since the last call.
    pub fn take(&self) -> Stored {
        mem::take(&mut *self.stored.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until something is stored. What was stored since the last wait is not waited for.
    pub async fn rung(&self) {
        self.bell.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_looks_seldom_is_told_each_ticket_once_and_of_too_many_that_it_may_be_any() {
        let news = News::default();
        news.add([3, 4], false);
        news.add([4, 5], true);
        let stored = news.take();
        assert_eq!(stored, Stored { tickets: BTreeSet::from([3, 4, 5]), is_any: false, has_knowledge: true });
        assert_eq!(news.take(), Stored::default());

        news.add(0..=TICKETS_MAX as i64, false);
        news.add([7], false);
        assert_eq!(news.take(), Stored { is_any: true, ..Stored::default() });
    }
}

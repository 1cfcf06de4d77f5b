//! What was solved in the window, by whom, and how long such tickets take.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use arrow::{
    array::{Array, AsArray, Int64Array},
    datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type},
};
use datafusion::{common::exec_datafusion_err, dataframe::DataFrame};

use super::{SubjectKind, in_time::in_time};
use crate::{
    answer::Mode,
    error::Error,
    history::{Attribution, Credit, Roster, WHOLE, credits, seconds},
    metrics::Rows,
    plans::Moment,
    reading::Reading,
};

const COLUMNS: [&str; 9] = [
    "category_id",
    "priority",
    "kind",
    "opened_at",
    "solved_at",
    "technician_ids",
    "technician_id",
    "group_ids",
    "group_id",
];

/// The tickets solved in the window.
#[derive(Debug)]
pub(super) struct Solved {
    /// Each once.
    pub(super) tickets: u64,
    /// Those to nobody's credit.
    pub(super) unattributed: u64,
    /// By person or group.
    pub(super) work: BTreeMap<i64, Work>,
}

/// What is to the credit of somebody.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    /// Tickets, each once.
    pub(super) tickets: u64,
    /// They by parts, in millionths.
    pub(super) millionths: i64,
    /// Of them, solved in time.
    pub(super) met: u64,
    /// Of them, solved late.
    pub(super) breached: u64,
    /// Millionths of seconds.
    actual: i128,
    expected: i128,
}

/// The mean of tickets of one category, priority and kind.
#[derive(Clone, Copy, Debug, Default)]
struct Peers {
    tickets: i64,
    took_s: i64,
}

impl Solved {
    /// Those among `tickets`, attributed.
    pub(super) async fn read(
        reading: &Reading<'_>,
        tickets: DataFrame,
        moment: &Moment,
        (attribution, group_by, mode): (Attribution, SubjectKind, Mode),
    ) -> Result<Self, Error> {
        let tickets = Rows::SolvedIn.counted(tickets, moment)?;
        let in_time = in_time(reading, tickets.clone(), moment.now, mode).await?;
        let roster = Arc::new(Roster::of(tickets, &COLUMNS).await?);
        let credits = credits(reading, &roster, attribution, group_by == SubjectKind::Technician).await?;
        let facts = Facts::of(&roster, &in_time)?;

        let mut peers: HashMap<(i64, u8, u8), Peers> = HashMap::new();
        for row in 0..roster.rows.num_rows() {
            let of = peers.entry(facts.mix(row)).or_default();
            of.tickets += 1;
            of.took_s += facts.took_s(row);
        }
        let mut is_attributed = vec![false; roster.rows.num_rows()];
        let mut work: BTreeMap<i64, Work> = BTreeMap::new();
        for credit in &credits {
            is_attributed[credit.row] = true;
            let peers = peers.get(&facts.mix(credit.row)).copied().unwrap_or_default();
            work.entry(credit.subject).or_default().add(credit, &facts, peers);
        }
        let attributed = is_attributed.iter().filter(|is_attributed| **is_attributed).count();
        let tickets = roster.rows.num_rows();
        Ok(Self { tickets: tickets as u64, unattributed: (tickets - attributed) as u64, work })
    }
}

impl Work {
    /// Seconds that the tickets took.
    pub(super) const fn actual_s(&self) -> i64 {
        (self.actual / WHOLE as i128) as i64
    }

    /// Seconds that such tickets take.
    pub(super) const fn expected_s(&self) -> i64 {
        (self.expected / WHOLE as i128) as i64
    }

    fn add(&mut self, credit: &Credit, facts: &Facts<'_>, peers: Peers) {
        let part = i128::from(credit.millionths);
        self.tickets += 1;
        self.millionths += credit.millionths;
        self.actual += part * i128::from(facts.took_s(credit.row));
        self.expected += part * i128::from(peers.took_s) / i128::from(peers.tickets.max(1));
        match facts.was_in_time(credit.row) {
            Some(true) => self.met += 1,
            Some(false) => self.breached += 1,
            None => {}
        }
    }
}

/// What is known of each ticket.
struct Facts<'a> {
    category: &'a Int64Array,
    priority: &'a [u8],
    kind: &'a [u8],
    opened: &'a [i64],
    solved: &'a [i64],
    ids: &'a [i64],
    in_time: &'a HashMap<i64, bool>,
}

impl<'a> Facts<'a> {
    fn of(roster: &'a Roster, in_time: &'a HashMap<i64, bool>) -> Result<Self, Error> {
        let column = |name: &str| roster.rows.column_by_name(name).ok_or_else(|| wrong(name));
        let times =
            |name: &str| column(name)?.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| wrong(name));
        let small = |name: &str| column(name)?.as_primitive_opt::<UInt8Type>().ok_or_else(|| wrong(name));
        let numbers = |name: &str| column(name)?.as_primitive_opt::<Int64Type>().ok_or_else(|| wrong(name));
        Ok(Self {
            category: numbers("category_id")?,
            priority: small("priority")?.values(),
            kind: small("kind")?.values(),
            opened: times("opened_at")?.values(),
            solved: times("solved_at")?.values(),
            ids: numbers("ticket_id")?.values(),
            in_time,
        })
    }

    fn mix(&self, row: usize) -> (i64, u8, u8) {
        let category = if self.category.is_valid(row) { self.category.value(row) } else { 0 };
        (category, self.priority[row], self.kind[row])
    }

    fn took_s(&self, row: usize) -> i64 {
        (seconds(self.solved[row]) - seconds(self.opened[row])).max(0)
    }

    fn was_in_time(&self, row: usize) -> Option<bool> {
        self.in_time.get(&self.ids[row]).copied()
    }
}

fn wrong(name: &str) -> Error {
    Error::from(exec_datafusion_err!("column {name} is missing or of another type"))
}

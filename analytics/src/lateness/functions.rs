//! The rules of lateness as functions of DataFusion, a row at a time.
//!
//! The same rules as trees of expressions take DataFusion many times longer to plan than a desk takes to be read.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, PrimitiveArray},
    datatypes::{ArrowPrimitiveType, DataType, Int64Type, TimestampMicrosecondType, UInt8Type},
};
use datafusion::{
    common::exec_datafusion_err,
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
    prelude::{Expr, col},
};
use schemas::{Clock, Instant};
use sla::statistics::Severity;

use super::{MAJOR, WAITING, due, is_to_own, target};

/// The columns that every rule needs, in the order of the functions' arguments.
const TICKET: [&str; 5] = ["status", "opened_at", "taken_at", "take_delay_s", "solved_at"];

const MICROS: i64 = 1_000_000;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Asked {
    /// Whether any of the clocks is over.
    Late,
    /// Seconds beyond the due instant of the only clock.
    OverByS,
    /// The severity of that.
    Severity,
}

/// The function that answers `asked` of `clocks`, applied to a ticket's columns.
pub(super) fn of(asked: Asked, clocks: &[Clock], now: Instant) -> Expr {
    let mut columns: Vec<Expr> = TICKET.map(col).into();
    columns.extend(clocks.iter().map(|clock| col(due(*clock))));
    if asked == Asked::Severity {
        columns.push(col("priority"));
        columns.extend(clocks.iter().map(|clock| col(target(*clock))));
    }
    let signature = Signature::any(columns.len(), Volatility::Immutable);
    let to_own = clocks.iter().map(|clock| is_to_own(*clock)).collect();
    ScalarUDF::from(Rule { asked, to_own, now, signature }).call(columns)
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Rule {
    asked: Asked,
    /// For each clock whether it waits for somebody to take the ticket; otherwise for the solution.
    to_own: Vec<bool>,
    now: Instant,
    signature: Signature,
}

impl ScalarUDFImpl for Rule {
    fn name(&self) -> &'static str {
        match self.asked {
            Asked::Late => "late",
            Asked::OverByS => "over_by_s",
            Asked::Severity => "severity",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(if self.asked == Asked::Late { DataType::Boolean } else { DataType::Int64 })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let arrays = args.args.iter().map(|arg| arg.to_array(rows)).collect::<Result<Vec<_>>>()?;
        let tickets = Tickets::of(&arrays, self.now)?;
        let dues: Vec<_> = (0..self.to_own.len())
            .map(|clock| numbers::<TimestampMicrosecondType>(&arrays, TICKET.len() + clock))
            .collect::<Result<_>>()?;
        let clocks = || self.to_own.iter().copied().zip(&dues);
        let over_by_s = |row: usize| {
            let (to_own, due) = clocks().next()?;
            Some(tickets.over_by_s(row, to_own, at(due, row)?))
        };
        Ok(ColumnarValue::Array(match self.asked {
            Asked::Late => {
                let is_late = |row| {
                    clocks().any(|(to_own, due)| at(due, row).is_some_and(|due| tickets.is_late(row, to_own, due)))
                };
                Arc::new((0..rows).map(|row| Some(is_late(row))).collect::<BooleanArray>())
            }
            Asked::OverByS => Arc::new((0..rows).map(over_by_s).collect::<Int64Array>()),
            Asked::Severity => {
                let after = TICKET.len() + dues.len();
                let (priorities, targets) = (numbers::<UInt8Type>(&arrays, after)?, numbers(&arrays, after + 1)?);
                let of = |row| Some(severity(over_by_s(row)?, at(priorities, row), at::<Int64Type>(targets, row)));
                Arc::new((0..rows).map(of).collect::<Int64Array>())
            }
        }))
    }
}

/// What the rules need of the tickets of a batch. Times are microseconds.
struct Tickets<'a> {
    now: i64,
    status: &'a PrimitiveArray<UInt8Type>,
    opened: &'a PrimitiveArray<TimestampMicrosecondType>,
    taken: &'a PrimitiveArray<TimestampMicrosecondType>,
    take_delay_s: &'a PrimitiveArray<Int64Type>,
    solved: &'a PrimitiveArray<TimestampMicrosecondType>,
}

impl<'a> Tickets<'a> {
    fn of(arrays: &'a [ArrayRef], now: Instant) -> Result<Self> {
        Ok(Self {
            now: now.0,
            status: numbers(arrays, 0)?,
            opened: numbers(arrays, 1)?,
            taken: numbers(arrays, 2)?,
            take_delay_s: numbers(arrays, 3)?,
            solved: numbers(arrays, 4)?,
        })
    }

    /// The clock that is up at `due` is over, and the ticket does not wait.
    fn is_late(&self, row: usize, to_own: bool, due: i64) -> bool {
        if self.status.value(row) == WAITING {
            return false;
        }
        let passed = due < self.now;
        if !to_own {
            return at(self.solved, row).map_or(passed, |solved| solved > due);
        }
        let never = self.take_delay_s.value(row) == 0 && passed;
        at(self.taken, row).map_or_else(|| self.slow_by_s(row, due) > 0, |taken| taken > due) || never
    }

    /// Seconds beyond `due`, until the clock stopped or until now.
    fn over_by_s(&self, row: usize, to_own: bool, due: i64) -> i64 {
        let until = |stop: i64| stop.saturating_sub(due).max(0) / MICROS;
        let running = || self.now.saturating_sub(due) / MICROS;
        let solved = at(self.solved, row).map(until);
        if !to_own {
            return solved.unwrap_or_else(running);
        }
        let slow = self.slow_by_s(row, due);
        match at(self.taken, row) {
            None if slow > 0 => slow,
            taken => taken.map(until).or(solved).unwrap_or_else(running),
        }
    }

    /// GLPI's working seconds to being taken over, beyond the seconds on the wall between opening and `due`.
    fn slow_by_s(&self, row: usize, due: i64) -> i64 {
        self.take_delay_s.value(row).saturating_sub(due.saturating_sub(self.opened.value(row)) / MICROS)
    }
}

fn severity(over_by_s: i64, priority: Option<u8>, target_s: Option<i64>) -> i64 {
    let priority = priority.unwrap_or_default();
    match target_s.filter(|target_s| *target_s > 0) {
        Some(target_s) => Severity::of(over_by_s, target_s, priority) as i64 + 1,
        None if priority == MAJOR => Severity::Critical as i64 + 1,
        None => 0,
    }
}

fn numbers<T: ArrowPrimitiveType>(arrays: &[ArrayRef], place: usize) -> Result<&PrimitiveArray<T>> {
    let array = arrays.get(place).and_then(|array| array.as_primitive_opt::<T>());
    array.ok_or_else(|| exec_datafusion_err!("a rule of lateness got another column at place {place}"))
}

fn at<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

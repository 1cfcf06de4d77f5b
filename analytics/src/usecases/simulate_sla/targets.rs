//! Targets and priorities of a scenario.

use sla::{AsOf, Kind, Terms, Unit};

use super::{TargetRule, rules::Give};
use crate::{clocks::Known, error::Error, inputs};

const UNITS: [(&str, Unit); 4] =
    [("minute", Unit::Minute), ("hour", Unit::Hour), ("day", Unit::Day), ("month", Unit::Month)];

const FACTORS: std::ops::RangeInclusive<f64> = 0.01..=100.0;

/// Days that a target may give at most: longer ones are looked for date by date.
const DAYS_MAX: i64 = 3_660;

/// What the rule at place `at` gives.
pub(super) fn give(at: usize, rule: &TargetRule, known: &Known) -> Result<Give, Error> {
    let refuse = |problem: &str, allowed: &str| Error::invalid("targets", format!("rule {at}: {problem}"), allowed);
    match (rule.amount, rule.unit.as_deref(), rule.factor, rule.of_sla, rule.of_ola) {
        (Some(amount), Some(unit), None, None, None) => {
            let unit = inputs::choice("targets", unit, &UNITS)?;
            let terms =
                u32::try_from(amount).ok().and_then(|amount| Terms::new(amount, unit, rule.end_of_working_day).ok());
            let terms = terms.filter(|terms| terms.seconds() <= DAYS_MAX * 86_400);
            terms.map(Give::Terms).ok_or_else(|| refuse("so much cannot be promised", "0 units to ten years"))
        }
        _ if rule.end_of_working_day => Err(refuse("end_of_working_day without an amount", "beside amount and unit")),
        (None, None, Some(factor), None, None) if FACTORS.contains(&factor) => Ok(Give::Factor(factor)),
        (None, None, Some(_), None, None) => Err(refuse("factor is out of range", "0.01 to 100")),
        (None, None, None, Some(sla), None) => agreement(known, (Kind::Tto, sla), &refuse),
        (None, None, None, None, Some(ola)) => agreement(known, (Kind::OlaTto, ola), &refuse),
        _ => Err(refuse("says not exactly one thing", "one of amount with unit, factor, of_sla and of_ola")),
    }
}

/// What an agreement gives as it is known now; `kind` is one of its family.
fn agreement(known: &Known, (kind, id): (Kind, i64), refuse: &dyn Fn(&str, &str) -> Error) -> Result<Give, Error> {
    let found = known.knowledge.agreement(kind, id, AsOf { end: u64::MAX, at: i64::MAX });
    let found =
        found.ok_or_else(|| refuse("no such agreement", "the id of an SLA or OLA that says how long it gives"))?;
    Ok(Give::Terms(found.terms))
}

/// The matrix of priorities by urgency and impact; none where it is empty.
pub(super) fn matrix(rows: &[Vec<i64>]) -> Result<Option<[[u8; 5]; 5]>, Error> {
    if rows.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        let allowed = "five rows, by urgency 1 to 5, of five priorities from 1 to 6, by impact 1 to 5";
        Error::invalid("priorities", "not a matrix of priorities", allowed)
    };
    let row = |row: &Vec<i64>| -> Option<[u8; 5]> {
        let numbers = row.iter().map(|number| u8::try_from(*number).ok().filter(|number| (1..=6).contains(number)));
        numbers.collect::<Option<Vec<u8>>>()?.try_into().ok()
    };
    let rows: Vec<[u8; 5]> = rows.iter().map(row).collect::<Option<_>>().ok_or_else(wrong)?;
    Ok(Some(rows.try_into().map_err(|_| wrong())?))
}

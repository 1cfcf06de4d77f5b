//! Matching: one criterion against one ticket.

use std::collections::BTreeSet;

use crate::http::likeness::Pattern;
use crate::http::serve::Scope;
use crate::http::sessions;
use crate::rows::{Id, Seconds, Ticket};

use super::dates;
use super::fields::{Field, Source};
use super::values::{self, Datum};

/// What a ticket's values must be.
#[derive(Debug)]
pub(super) struct Test {
    wanted: Wanted,
    negated: bool,
}

#[derive(Debug)]
enum Wanted {
    /// A number or an item's id among these.
    Among(BTreeSet<Id>),
    /// Not in this set of statuses' complement: any status at all.
    Anything,
    /// An instant, exactly.
    At(Seconds),
    /// Later or earlier than an instant.
    Than { later: bool, inclusive: bool, at: Seconds },
    /// Words like these.
    Like(Pattern),
    /// Words or numbers compared: `>=2026-11-01` in `contains`.
    Compared { operator: String, value: String },
    /// No value at all.
    Empty,
}

impl Test {
    /// The test of a criterion; `None` when GLPI leaves it out.
    pub(super) fn new(scope: &Scope<'_>, field: &Field, searchtype: &str, value: &str) -> Option<Self> {
        let (searchtype, negated) = match searchtype {
            "notequals" => ("equals", true),
            "notcontains" => ("contains", true),
            "notunder" => ("under", true),
            "notempty" => ("empty", true),
            other => (other, false),
        };
        let is_date = field.datatype == "datetime";
        let wanted = match searchtype {
            "equals" if is_date => Wanted::At(instant(scope, value)?),
            "morethan" | "lessthan" if is_date => {
                let (inclusive, value) = value.strip_prefix('=').map_or((false, value), |rest| (true, rest));
                Wanted::Than { later: searchtype == "morethan", inclusive, at: instant(scope, value)? }
            }
            "equals" if field.id == STATUS => status(value),
            "equals" => Wanted::Among(value.parse().into_iter().collect()),
            "under" => Wanted::Among(subtree(scope, field, value.parse().ok()?)),
            "empty" => Wanted::Empty,
            "morethan" => Wanted::Compared { operator: ">".to_owned(), value: value.to_owned() },
            "lessthan" => Wanted::Compared { operator: "<".to_owned(), value: value.to_owned() },
            // An unknown search type is taken as words.
            _ => contains(scope, value),
        };
        Some(Self { wanted, negated })
    }

    pub(super) fn passes(&self, scope: &Scope<'_>, field: &Field, ticket: &Ticket) -> bool {
        if matches!(self.wanted, Wanted::Anything) {
            return !self.negated;
        }
        let values = values::of(scope, field, ticket);
        let passes = match &self.wanted {
            Wanted::Empty => values.iter().all(is_blank),
            // Searching for item 0 finds tickets that have none.
            Wanted::Among(ids) if values.is_empty() => ids.contains(&0),
            wanted => values.iter().any(|value| wanted.holds(scope, field, value)),
        };
        passes != self.negated
    }
}

const STATUS: u32 = 12;

impl Wanted {
    fn holds(&self, scope: &Scope<'_>, field: &Field, value: &Datum) -> bool {
        match (self, value) {
            (Wanted::Among(ids), Datum::Int(id) | Datum::Item(id, _)) => ids.contains(id),
            (Wanted::At(wanted), Datum::Time(at)) => at == wanted,
            (Wanted::Than { later, inclusive, at: wanted }, Datum::Time(at)) => {
                (*inclusive && at == wanted) || if *later { at > wanted } else { at < wanted }
            }
            (Wanted::Like(pattern), Datum::Item(id, _)) if matches!(field.source, Source::Users(_)) => {
                values::user_is_like(scope, *id, pattern)
            }
            (Wanted::Like(pattern), value) => pattern.matches(&values::words(scope, value)),
            (Wanted::Compared { operator, value: wanted }, value) => {
                compared(operator, &values::words(scope, value), wanted)
            }
            _ => false,
        }
    }
}

fn instant(scope: &Scope<'_>, value: &str) -> Option<Seconds> {
    dates::instant(value, scope.options.clock.now(), scope.options.zone)
}

fn status(value: &str) -> Wanted {
    match value {
        "all" => Wanted::Anything,
        "notold" => Wanted::Among((1..=4).collect()),
        "old" => Wanted::Among([5, 6].into()),
        "notclosed" => Wanted::Among((1..=5).collect()),
        "process" => Wanted::Among([2, 3].into()),
        number => Wanted::Among(number.parse().into_iter().collect()),
    }
}

fn contains(scope: &Scope<'_>, value: &str) -> Wanted {
    for operator in [">=", "<=", ">", "<"] {
        if let Some(value) = value.strip_prefix(operator) {
            return Wanted::Compared { operator: operator.to_owned(), value: value.trim().to_owned() };
        }
    }
    if value.eq_ignore_ascii_case("null") {
        return Wanted::Empty;
    }
    // What people type is encoded like what is stored.
    let encoded = if scope.desk.encodes_text() && !value.contains("&#") {
        value.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;")
    } else {
        value.to_owned()
    };
    Wanted::Like(Pattern::new(&encoded))
}

// Numbers by size, all else (dates too) as text.
fn compared(operator: &str, value: &str, wanted: &str) -> bool {
    let order = match (value.parse::<f64>(), wanted.parse::<f64>()) {
        (Ok(value), Ok(wanted)) => value.total_cmp(&wanted),
        _ => value.cmp(wanted),
    };
    match operator {
        ">=" => order.is_ge(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_lt(),
    }
}

fn subtree(scope: &Scope<'_>, field: &Field, root: Id) -> BTreeSet<Id> {
    let (itemtype, parent) = match field.source {
        Source::Groups(_) => ("Group", "groups_id"),
        Source::Item(column, itemtype, _) => (itemtype, column),
        Source::PartItems(_, _, itemtype) if itemtype == "Group" => (itemtype, "groups_id"),
        _ => return [root].into(),
    };
    if itemtype == "Entity" {
        let rows = scope.desk.rows(itemtype).into_iter().flatten();
        let below = rows.map(|(id, _)| *id).filter(|id| sessions::ancestors(scope.desk, *id).contains(&root));
        return below.chain([root]).collect();
    }
    let rows = scope.desk.rows(itemtype);
    let mut known = BTreeSet::from([root]);
    loop {
        let before = known.len();
        for (id, row) in rows.into_iter().flatten() {
            if row.get(parent).and_then(serde_json::Value::as_i64).is_some_and(|parent| known.contains(&parent)) {
                known.insert(*id);
            }
        }
        if known.len() == before {
            return known;
        }
    }
}

fn is_blank(value: &Datum) -> bool {
    match value {
        Datum::Text(words) | Datum::Item(_, words) => words.is_empty(),
        Datum::Int(_) | Datum::Time(_) => false,
    }
}

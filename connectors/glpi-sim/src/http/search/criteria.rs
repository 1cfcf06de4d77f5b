//! Criteria: what a search asks for, checked as carelessly as GLPI checks it.
//!
//! The check ends at the first group, so a criterion after a group is never checked: if it makes no
//! sense it is left out. The same goes for a date that cannot be read.

use serde_json::Value;

use crate::http::answer::{Refusal, Result};
use crate::http::serve::Scope;
use crate::rows::Ticket;

use super::fields::{self, Field};
use super::matching::Test;

/// The criteria of one search.
#[derive(Debug)]
pub(super) struct Criteria {
    terms: Vec<(Link, Term)>,
    fields: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Link {
    or: bool,
    not: bool,
}

#[derive(Debug)]
enum Term {
    Group(Vec<(Link, Term)>),
    One(&'static Field, Test),
}

impl Criteria {
    pub(super) fn read(scope: &Scope<'_>) -> Result<Self> {
        let Some(asked) = scope.query.get("criteria") else {
            return Ok(Self { terms: Vec::new(), fields: Vec::new() });
        };
        check(asked)?;
        let mut fields = Vec::new();
        let terms = terms(scope, asked, &mut fields);
        Ok(Self { terms, fields })
    }

    pub(super) fn matches(&self, scope: &Scope<'_>, ticket: &Ticket) -> bool {
        all(scope, &self.terms, ticket)
    }

    /// The options that are asked about: the answer shows them.
    pub(super) fn fields(&self) -> &[u32] {
        &self.fields
    }
}

fn check(criteria: &Value) -> Result<()> {
    let Some(criteria) = criteria.as_object() else { return Err(Refusal::generic("Malformed search criteria")) };
    for criterion in criteria.values() {
        if let Some(group) = criterion.get("criteria") {
            return check(group);
        }
        let part = |name: &str| criterion.get(name).and_then(Value::as_str);
        let (Some(field), Some(_), Some(_)) = (part("field"), part("searchtype"), part("value")) else {
            return Err(Refusal::generic("Malformed search criteria"));
        };
        match field.parse().ok().and_then(fields::find) {
            None => return Err(Refusal::generic("Bad field ID in search criteria")),
            Some(field) if !field.searchable => return Err(Refusal::generic("Forbidden field ID in search criteria")),
            Some(_) => {}
        }
    }
    Ok(())
}

fn terms(scope: &Scope<'_>, criteria: &Value, fields: &mut Vec<u32>) -> Vec<(Link, Term)> {
    let criteria = criteria.as_object().into_iter().flat_map(serde_json::Map::values);
    criteria.filter_map(|criterion| Some((link(criterion), term(scope, criterion, fields)?))).collect()
}

fn term(scope: &Scope<'_>, criterion: &Value, fields: &mut Vec<u32>) -> Option<Term> {
    if let Some(group) = criterion.get("criteria") {
        let group = terms(scope, group, fields);
        return (!group.is_empty()).then_some(Term::Group(group));
    }
    let part = |name: &str| criterion.get(name).and_then(Value::as_str);
    let field = fields::find(part("field")?.parse().ok()?)?;
    fields.push(field.id);
    Some(Term::One(field, Test::new(scope, field, part("searchtype")?, part("value")?)?))
}

fn link(criterion: &Value) -> Link {
    match criterion.get("link").and_then(Value::as_str).unwrap_or_default() {
        "OR" => Link { or: true, not: false },
        "OR NOT" => Link { or: true, not: true },
        "AND NOT" => Link { or: false, not: true },
        _ => Link::default(),
    }
}

// As in SQL, AND binds closer than OR; the first link only says NOT.
fn all(scope: &Scope<'_>, terms: &[(Link, Term)], ticket: &Ticket) -> bool {
    let mut any = false;
    let mut run = true;
    for (at, (link, term)) in terms.iter().enumerate() {
        if link.or && at > 0 {
            any |= run;
            run = true;
        }
        run = run && holds(scope, term, ticket) != link.not;
    }
    any || run
}

fn holds(scope: &Scope<'_>, term: &Term, ticket: &Ticket) -> bool {
    match term {
        Term::Group(terms) => all(scope, terms, ticket),
        Term::One(field, test) => test.passes(scope, field, ticket),
    }
}

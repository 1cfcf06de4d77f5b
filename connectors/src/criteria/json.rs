//! Criteria as canonical JSON: the keys in the order of the alphabet, the same text for the same search.

use serde_json::{Map, Value, json};

use super::check::Error;
use super::{Criteria, CriteriaSpec, Filter, Group, Limit, Link, OptionId, SearchType, Sort};
use crate::client::Order;

impl Criteria {
    /// The canonical text of this search.
    pub fn json(&self) -> String {
        self.spec().json()
    }
}

impl CriteriaSpec {
    /// The canonical text of this search, checked or not.
    pub fn json(&self) -> String {
        let columns: Vec<_> = self.columns.iter().map(|column| column.0).collect();
        let orders: Vec<_> = self.sorts.iter().map(|sort| sort.order.name()).collect();
        let sorts: Vec<_> = self.sorts.iter().map(|sort| sort.field.0).collect();
        // The keys are written in the order of the alphabet, and the map keeps that order.
        let mut text = Map::new();
        text.insert("criteria".to_owned(), group_json(&self.root));
        text.insert("forcedisplay".to_owned(), json!(columns));
        text.insert("is_deleted".to_owned(), json!(u8::from(self.is_trash)));
        text.insert("itemtype".to_owned(), json!(self.itemtype));
        text.insert("order".to_owned(), json!(orders));
        if let Some(range) = self.range() {
            text.insert("range".to_owned(), json!(range));
        }
        text.insert("sort".to_owned(), json!(sorts));
        Value::Object(text).to_string()
    }

    /// Reads what [`CriteriaSpec::json`] writes.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let value: Value = serde_json::from_str(text).map_err(|error| unreadable(&error.to_string()))?;
        let list = |key: &str| value.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let itemtype = value.get("itemtype").and_then(Value::as_str).ok_or_else(|| unreadable("no itemtype"))?;
        let (fields, orders) = (list("sort"), list("order"));
        if fields.len() != orders.len() {
            return Err(unreadable("as many sorts as orders are needed"));
        }
        let sorts = fields.iter().zip(orders).map(|(field, order)| sort(field, order)).collect::<Result<_, _>>()?;
        Ok(Self {
            itemtype: itemtype.to_owned(),
            root: group(list("criteria"))?,
            sorts,
            limit: value.get("range").map(limit).transpose()?,
            columns: list("forcedisplay").iter().map(option_id).collect::<Result<_, _>>()?,
            is_trash: value.get("is_deleted").and_then(Value::as_u64) == Some(1),
        })
    }
}

fn group_json(group: &Group) -> Value {
    let filters = group.filters.iter().enumerate().map(|(at, (link, filter))| {
        let mut text = Map::new();
        text.insert("field".to_owned(), json!(filter.field.0));
        if at > 0 {
            text.insert("link".to_owned(), json!(link.name()));
        }
        text.insert("searchtype".to_owned(), json!(filter.searchtype.name()));
        text.insert("value".to_owned(), json!(filter.value));
        Value::Object(text)
    });
    let groups = (group.filters.len()..).zip(&group.groups).map(|(at, (link, inner))| {
        let link = if at == 0 { Link::And } else { *link };
        let mut text = Map::new();
        text.insert("criteria".to_owned(), group_json(inner));
        text.insert("link".to_owned(), json!(link.name()));
        Value::Object(text)
    });
    filters.chain(groups).collect()
}

fn group(entries: &[Value]) -> Result<Group, Error> {
    let mut read = Group::default();
    for entry in entries {
        let link = link(entry.get("link"))?;
        if let Some(inner) = entry.get("criteria").and_then(Value::as_array) {
            read = read.group(link, group(inner)?);
        } else if read.groups.is_empty() {
            read = read.filter(link, filter(entry)?);
        } else {
            return Err(unreadable("a filter follows a group"));
        }
    }
    Ok(read)
}

fn filter(entry: &Value) -> Result<Filter, Error> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    Ok(Filter {
        field: option_id(entry.get("field").unwrap_or(&Value::Null))?,
        searchtype: text("searchtype").and_then(SearchType::named).ok_or_else(|| unreadable("no searchtype"))?,
        value: text("value").ok_or_else(|| unreadable("no value"))?.to_owned(),
    })
}

fn link(value: Option<&Value>) -> Result<Link, Error> {
    let Some(value) = value else { return Ok(Link::And) };
    let known = Link::ALL.into_iter().find(|link| Some(link.name()) == value.as_str());
    known.ok_or_else(|| unreadable("an unknown link"))
}

fn sort(field: &Value, order: &Value) -> Result<Sort, Error> {
    let order = match order.as_str() {
        Some("ASC") => Order::Ascending,
        Some("DESC") => Order::Descending,
        _ => return Err(unreadable("an unknown order")),
    };
    Ok(Sort { field: option_id(field)?, order })
}

fn option_id(value: &Value) -> Result<OptionId, Error> {
    let id = value.as_u64().and_then(|id| u32::try_from(id).ok());
    id.map(OptionId).ok_or_else(|| unreadable("a search option is a number"))
}

fn limit(value: &Value) -> Result<Limit, Error> {
    let bounds = value.as_str().and_then(|text| text.split_once('-'));
    let numbers = bounds.and_then(|(start, end)| Some((start.parse::<u64>().ok()?, end.parse::<u64>().ok()?)));
    let limit = numbers.and_then(|(start, end)| {
        let rows = end.checked_sub(start)?.checked_add(1)?;
        Some(Limit { start, rows: u32::try_from(rows).ok()? })
    });
    limit.ok_or_else(|| unreadable("a range is written as first-last"))
}

fn unreadable(reason: &str) -> Error {
    Error::Unreadable { reason: reason.to_owned() }
}

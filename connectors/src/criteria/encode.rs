//! Criteria as the query GLPI reads.

use super::{Criteria, Group, Link};

impl Criteria {
    /// The query as pairs of key and value, before any escaping: criteria, sort, range, columns, trash.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let spec = self.spec();
        let mut pairs = Vec::new();
        push_group(&mut pairs, "criteria", &spec.root);
        match spec.sorts.as_slice() {
            [] => {}
            [sort] => {
                pairs.push(("sort".to_owned(), sort.field.to_string()));
                pairs.push(("order".to_owned(), sort.order.name().to_owned()));
            }
            sorts => {
                pairs
                    .extend(sorts.iter().enumerate().map(|(at, sort)| (format!("sort[{at}]"), sort.field.to_string())));
                let orders = sorts.iter().enumerate();
                pairs.extend(orders.map(|(at, sort)| (format!("order[{at}]"), sort.order.name().to_owned())));
            }
        }
        if let Some(range) = spec.range() {
            pairs.push(("range".to_owned(), range));
        }
        let columns = spec.columns.iter().enumerate();
        pairs.extend(columns.map(|(at, column)| (format!("forcedisplay[{at}]"), column.to_string())));
        pairs.push(("is_deleted".to_owned(), u8::from(spec.is_trash).to_string()));
        pairs
    }

    /// The query with names and values escaped.
    pub fn query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }
}

impl super::CriteriaSpec {
    pub(super) fn range(&self) -> Option<String> {
        let limit = self.limit?;
        Some(format!("{}-{}", limit.start, limit.start.saturating_add(u64::from(limit.rows).saturating_sub(1))))
    }
}

fn push_group(pairs: &mut Vec<(String, String)>, name: &str, group: &Group) {
    let mut push = |key: String, value: &str| pairs.push((key, value.to_owned()));
    for (at, (link, filter)) in group.filters.iter().enumerate() {
        let key = format!("{name}[{at}]");
        if at > 0 {
            push(format!("{key}[link]"), link.name());
        }
        push(format!("{key}[field]"), &filter.field.to_string());
        push(format!("{key}[searchtype]"), filter.searchtype.name());
        push(format!("{key}[value]"), &filter.value);
    }
    for (at, (link, inner)) in (group.filters.len()..).zip(&group.groups) {
        let key = format!("{name}[{at}]");
        // What comes first joins nothing, but GLPI wants a link on every group.
        let link = if at == 0 { Link::And } else { *link };
        pairs.push((format!("{key}[link]"), link.name().to_owned()));
        push_group(pairs, &format!("{key}[criteria]"), inner);
    }
}

//! Query: parameters as PHP reads them, `a[b][0]=c` being a tree.

use serde_json::{Map, Value};

/// The parameters of a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Map<String, Value>);

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        let mut root = Map::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let path = path(&name);
            if let Some((first, rest)) = path.split_first() {
                put(&mut root, first, rest, &value);
            }
        }
        Self(root)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// PHP's idea of a flag: anything but nothing, `0` and `false`.
    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        self.text(name).map_or(default, |text| !matches!(text, "" | "0" | "false"))
    }
}

/// A scalar or an array of scalars as a list.
pub(super) fn list(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Object(items)) => items.values().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn path(name: &str) -> Vec<String> {
    let Some((first, rest)) = name.split_once('[') else { return vec![name.to_owned()] };
    if !rest.ends_with(']') {
        return vec![name.to_owned()];
    }
    let rest = &rest[..rest.len() - 1];
    std::iter::once(first).chain(rest.split("][")).map(str::to_owned).collect()
}

fn put(at: &mut Map<String, Value>, key: &str, rest: &[String], value: &str) {
    let key = if key.is_empty() { next_index(at) } else { key.to_owned() };
    let Some((next, rest)) = rest.split_first() else {
        at.insert(key, value.into());
        return;
    };
    let inner = at.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if let Value::Object(inner) = inner {
        put(inner, next, rest, value);
    }
}

fn next_index(at: &Map<String, Value>) -> String {
    at.keys().filter_map(|key| key.parse::<u64>().ok()).max().map_or(0, |last| last + 1).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_make_a_tree() {
        let query = Query::parse("criteria%5B0%5D[criteria][1][field]=3&forcedisplay[]=2&forcedisplay[]=19&range=0-2");
        assert_eq!(query.get("criteria"), Some(&serde_json::json!({"0": {"criteria": {"1": {"field": "3"}}}})));
        assert_eq!(list(query.get("forcedisplay")), ["2", "19"]);
        assert_eq!(query.text("range"), Some("0-2"));
    }

    #[test]
    fn flags_are_read_like_php_reads_them() {
        let query = Query::parse("a=false&b=0&c=true&d=");
        assert_eq!(["a", "b", "c", "d", "e"].map(|name| query.flag(name, true)), [false, false, true, false, true]);
    }
}

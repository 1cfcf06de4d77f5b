//! Questions: how query parameters become the read side's inputs.
//!
//! An input's JSON schema says which parameters it takes; the same schema describes them in the OpenAPI document. Groups of an
//! input (`window`, `filters`, `page`) are flat in the query. A name that the question does not know is refused, for a
//! misspelt filter that is ignored gives a wrong number.

use std::collections::BTreeMap;

use poem::{FromRequest, Request, RequestBody};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::problem::Problem;

/// Values that one list parameter may hold.
const LIST_VALUES_MAX: usize = 100;
/// Bytes of one value.
const VALUE_BYTES_MAX: usize = 1_024;
/// Parameters that the contract names otherwise than the inputs do.
const RENAMED: [(&str, &str); 2] = [("window", "timeWindow"), (TICKET_ID, "id")];
const TICKET_ID: &str = "ticket_id";
/// Parts of the path, not of the query.
const OF_PATH: [&str; 2] = [TICKET_ID, "name"];

/// An input made of the query.
pub(crate) struct Asked<I>(pub(crate) I);

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) description: String,
    kind: Kind,
    /// The group and the field of the input.
    place: (Option<String>, String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Text,
    Integer,
    List,
}

impl Parameter {
    /// The parameter as the OpenAPI document has it.
    pub(crate) fn document(&self) -> Value {
        let schema = match self.kind {
            Kind::Text => json!({"type": "string"}),
            Kind::Integer => json!({"type": "integer", "format": "int64"}),
            Kind::List => json!({"type": "array", "items": {"type": "string"}, "maxItems": LIST_VALUES_MAX}),
        };
        let mut document = json!({
            "name": self.name, "in": "query", "required": false, "description": self.description, "schema": schema,
        });
        if self.kind == Kind::List {
            document["style"] = "form".into();
            document["explode"] = false.into();
        }
        document
    }

    fn value(&self, given: &[String]) -> Result<Value, Problem> {
        let wrong =
            |problem: &str| Problem::new("invalid_input", format!("{}: {problem}", self.name)).about(&self.name);
        if given.iter().any(|value| value.len() > VALUE_BYTES_MAX) {
            return Err(wrong(&format!("a value is longer than {VALUE_BYTES_MAX} bytes")));
        }
        if self.kind == Kind::List {
            let values: Vec<&str> = given.iter().flat_map(|value| value.split(',')).map(str::trim).collect();
            let empty = values.iter().any(|value| value.is_empty());
            return match values.len() {
                _ if empty => Err(wrong("a value is empty")),
                1..=LIST_VALUES_MAX => Ok(json!(values)),
                _ => Err(wrong(&format!("more than {LIST_VALUES_MAX} values"))),
            };
        }
        let [only] = given else { return Err(wrong("given more than once")) };
        match self.kind {
            Kind::Integer => {
                only.parse::<i64>().map(Value::from).map_err(|_| wrong(&format!("{only:?} is no whole number")))
            }
            _ => Ok(Value::from(only.as_str())),
        }
    }
}

/// The parameter that people type for a field of an input.
pub(crate) fn typed(field: &str) -> &str {
    RENAMED.iter().find(|(inside, _)| *inside == field).map_or(field, |(_, outside)| outside)
}

/// The parameters of the input `I`, in its order.
pub(crate) fn parameters<I: JsonSchema>() -> Vec<Parameter> {
    let settings = SchemaSettings::openapi3().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<I>();
    let mut found = Vec::new();
    for (name, property) in properties(schema.as_value()) {
        if properties(property).is_empty() {
            found.extend(parameter(None, name, property));
        } else {
            found.extend(
                properties(property).iter().filter_map(|(field, property)| parameter(Some(name), field, property)),
            );
        }
    }
    found
}

fn parameter(group: Option<&str>, field: &str, property: &Value) -> Option<Parameter> {
    let kind = match property.get("type").and_then(Value::as_str) {
        Some("integer") => Kind::Integer,
        Some("array") => Kind::List,
        Some("string") => Kind::Text,
        _ => return None,
    };
    if OF_PATH.contains(&field) {
        return None;
    }
    let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
    Some(Parameter {
        name: typed(field).to_owned(),
        description: description.to_owned(),
        kind,
        place: (group.map(str::to_owned), field.to_owned()),
    })
}

fn properties(schema: &Value) -> Vec<(&str, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, property)| (name.as_str(), property)).collect()
}

impl<'a, I: DeserializeOwned + JsonSchema + Default + serde::Serialize> FromRequest<'a> for Asked<I> {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self(read(request.uri().query().unwrap_or_default())?))
    }
}

fn read<I: DeserializeOwned + JsonSchema + Default + serde::Serialize>(query: &str) -> Result<I, Problem> {
    let known = parameters::<I>();
    let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        given.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    let mut input = serde_json::to_value(I::default()).unwrap_or_default();
    for (name, values) in &given {
        let Some(parameter) = known.iter().find(|parameter| parameter.name == *name) else {
            let names: Vec<&str> = known.iter().map(|parameter| parameter.name.as_str()).collect();
            let problem = format!("there is no parameter {name:?}; this question takes {}", names.join(", "));
            return Err(Problem::new("invalid_input", problem).about(name));
        };
        let value = parameter.value(values)?;
        let place = match &parameter.place.0 {
            Some(group) => input.get_mut(group).and_then(Value::as_object_mut),
            None => input.as_object_mut(),
        };
        place.unwrap_or(&mut Map::new()).insert(parameter.place.1.clone(), value);
    }
    serde_json::from_value(input).map_err(|error| Problem::new("invalid_input", error.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use analytics::usecases::get_tickets_overview::Input;

    use super::*;

    #[test]
    fn lists_take_commas_and_repeats() {
        let input: Input = read("queue=3,Network&priority=high&queue=7&limit=20&timeWindow=7d").unwrap();
        assert_eq!(input.filters.queue, ["3", "Network", "7"]);
        assert_eq!(input.filters.priority, ["high"]);
        assert_eq!(input.page.limit, Some(20));
        assert_eq!(input.window.window.as_deref(), Some("7d"));
    }

    #[test]
    fn what_a_question_does_not_know_is_refused_by_name() {
        for query in ["qeue=3", "window=7d", "filters=1", "limit=ten", "limit=1&limit=2", "queue=1,,2"] {
            let problem = read::<Input>(query).unwrap_err();
            let name = query.split('=').next().unwrap();
            assert!(serde_json::to_string(&problem).unwrap().contains(name), "{query}: {problem}");
        }
    }
}

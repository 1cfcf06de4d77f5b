//! Shapes: how the read side's answers stand in the OpenAPI document.
//!
//! An answer derives its JSON schema beside its definition in `analytics`; this translates that schema into poem-openapi's, so
//! an answer is described once.

use std::borrow::Cow;

use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef, Registry},
    types::{ToJSON, Type},
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Serialize;
use serde_json::{Map, Value};

/// An answer on its way out.
#[derive(Debug)]
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: Serialize + JsonSchema + Send + Sync> Type for Shown<T> {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference(T::schema_name().into_owned())
    }

    fn register(registry: &mut Registry) {
        let mut generator = SchemaSettings::openapi3().into_generator();
        let root = generator.subschema_for::<T>();
        let definitions = generator.take_definitions(true);
        for (name, schema) in &definitions {
            put(registry, name, schema);
        }
        if root.as_object().is_some_and(|root| !root.contains_key("$ref")) {
            put(registry, &T::schema_name(), root.as_value());
        }
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl<T: Serialize + JsonSchema + Send + Sync> ToJSON for Shown<T> {
    fn to_json(&self) -> Option<Value> {
        serde_json::to_value(&self.0).ok()
    }

    fn to_json_string(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

/// Marks every schema of this crate for the registry, which tells types of one name apart by their Rust type.
struct Named;

fn put(registry: &mut Registry, name: &str, schema: &Value) {
    registry.create_schema::<Named, _>(name.to_owned(), |_| meta(schema));
}

/// A JSON schema as poem-openapi writes one.
fn meta(schema: &Value) -> MetaSchema {
    let empty = Map::new();
    let object = schema.as_object().unwrap_or(&empty);
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    let list = |key: &str| object.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut meta = MetaSchema::ANY;
    meta.ty = text("type").map_or("", kept);
    meta.format = text("format").map(kept);
    meta.description = text("description").map(kept);
    meta.nullable = object.get("nullable").and_then(Value::as_bool).unwrap_or_default();
    meta.required = list("required").iter().filter_map(Value::as_str).map(kept).collect();
    meta.enum_items = list("enum");
    if let Some(only) = object.get("const") {
        meta.enum_items = vec![only.clone()];
    }
    meta.minimum = object.get("minimum").and_then(Value::as_f64);
    meta.maximum = object.get("maximum").and_then(Value::as_f64);
    meta.items = object.get("items").map(|items| Box::new(reference(items)));
    meta.additional_properties =
        object.get("additionalProperties").filter(|rest| rest.is_object()).map(|rest| Box::new(reference(rest)));
    meta.any_of = list("anyOf").iter().map(reference).collect();
    meta.one_of = list("oneOf").iter().map(reference).collect();
    meta.all_of = list("allOf").iter().map(reference).collect();
    let properties = object.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    meta.properties = properties.iter().map(|(name, property)| (kept(name), reference(property))).collect();
    meta
}

fn reference(schema: &Value) -> MetaSchemaRef {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    match target {
        Some(name) => MetaSchemaRef::Reference(name.to_owned()),
        None => MetaSchemaRef::Inline(Box::new(meta(schema))),
    }
}

/// The registry wants text that lives for ever. The document is built once for a process, so this is bounded.
fn kept(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

//! Questions too long for a query: how a JSON body becomes the read side's input.

use poem::{FromRequest, Request, RequestBody};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::problem::Problem;

/// Bytes of a body: more than the longest scenario that is answered.
const BODY_BYTES_MAX: usize = 256 * 1_024;

/// An input made of the body.
pub(crate) struct Told<I>(pub(crate) I);

impl<'a, I: DeserializeOwned> FromRequest<'a> for Told<I> {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        // A parameter that is ignored gives a wrong number.
        if let Some(query) = request.uri().query().filter(|query| !query.is_empty()) {
            let problem = format!("{query:?}: this question is told in the body, and takes no parameters");
            return Err(Problem::new("invalid_input", problem).into());
        }
        let bytes = body.take()?.into_bytes_limit(BODY_BYTES_MAX).await?;
        Ok(Self(read(&bytes)?))
    }
}

fn read<I: DeserializeOwned>(bytes: &[u8]) -> Result<I, Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::new("invalid_input", "the body is empty; send JSON, such as {}"));
    }
    serde_json::from_slice(bytes).map_err(|error| Problem::new("invalid_input", format!("the body: {error}")))
}

/// The body of the input `I` as the OpenAPI document has it.
pub(crate) fn document<I: JsonSchema>() -> Value {
    let settings = SchemaSettings::openapi3().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<I>().to_value();
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
    }
    json!({"required": true, "content": {"application/json": {"schema": schema}}})
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use analytics::usecases::simulate_sla::Input;

    use super::*;

    #[test]
    fn a_scenario_is_read_and_what_it_does_not_know_is_refused() {
        let input: Input =
            read(br#"{"targets": [{"clock": "ttr", "factor": 2}], "window": {"window": "30d"}}"#).unwrap();
        assert_eq!((input.targets[0].factor, input.window.window.as_deref()), (Some(2.0), Some("30d")));
        let refused = |text: &str| read::<Input>(text.as_bytes()).unwrap_err().to_string();
        assert!(refused("").contains("empty"));
        assert!(refused("{").contains("EOF"));
        assert!(refused(r#"{"target": []}"#).contains("unknown field"));
        assert!(refused(r#"{"targets": [{"clock": 3}]}"#).contains("invalid type"));
    }
}

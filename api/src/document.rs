//! The OpenAPI document: poem-openapi's, with the parameters of each question from the read side's own descriptions.

use analytics::usecases::{
    explain_sla, get_metric, get_sla_breaches, get_sla_trends, get_technician_productivity, get_technician_ranking,
    get_ticket_timeline, get_tickets_backlog, get_tickets_overview, simulate_sla,
};
use serde_json::Value;

use crate::{
    asked::{Parameter, parameters},
    told,
};

/// The questions that take query parameters, by path.
fn questions() -> Vec<(&'static str, Vec<Parameter>)> {
    vec![
        ("/v1/tickets/overview", parameters::<get_tickets_overview::Input>()),
        ("/v1/tickets/backlog", parameters::<get_tickets_backlog::Input>()),
        ("/v1/tickets/{id}/timeline", parameters::<get_ticket_timeline::Input>()),
        ("/v1/tickets/{id}/sla", parameters::<explain_sla::Input>()),
        ("/v1/technicians/ranking", parameters::<get_technician_ranking::Input>()),
        ("/v1/technicians/productivity", parameters::<get_technician_productivity::Input>()),
        ("/v1/sla/breaches", parameters::<get_sla_breaches::Input>()),
        ("/v1/sla/trends", parameters::<get_sla_trends::Input>()),
        ("/v1/metrics/{name}", parameters::<get_metric::Input>()),
    ]
}

/// `spec` with every parameter described.
pub(crate) fn complete(spec: &str) -> String {
    let Ok(mut document) = serde_json::from_str::<Value>(spec) else { return spec.to_owned() };
    for (path, parameters) in questions() {
        let operation = &mut document["paths"][path]["get"];
        let Some(operation) = operation.as_object_mut() else { continue };
        let listed = operation.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
        if let Some(listed) = listed.as_array_mut() {
            listed.extend(parameters.iter().map(Parameter::document));
        }
    }
    if let Some(operation) = document["paths"]["/v1/sla/what-if"]["post"].as_object_mut() {
        operation.insert("requestBody".to_owned(), told::document::<simulate_sla::Input>());
    }
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (_, operation) in paths.filter_map(|(_, path)| path.as_object_mut()).flatten() {
        if let Some(description) = operation.pointer_mut("/responses/200/description") {
            *description = "The answer".into();
        }
    }
    serde_json::to_string_pretty(&document).unwrap_or_else(|_| spec.to_owned())
}

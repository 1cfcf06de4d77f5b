//! The last place where an error becomes an answer: what a problem says of its path (its methods, its parameters' names).

use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response,
    error::MethodNotAllowedError,
    http::{HeaderValue, header},
};
use poem_openapi::error::ParsePathError;
use serde_json::Value;

use crate::problem::{self, Problem};

/// Paths beside those of the OpenAPI document; all are read.
pub(crate) const PLAIN: [&str; 5] = ["/openapi.json", "/docs", "/docs/problems", "/healthz", "/readyz"];

/// Which methods each path has.
#[derive(Clone, Debug)]
pub(crate) struct Methods {
    /// The pattern of a path and its methods, as the header `Allow` has them.
    paths: Vec<(String, HeaderValue)>,
}

impl Methods {
    /// Those of the OpenAPI document `spec`, and of the plain paths.
    pub(crate) fn of(spec: &str) -> Self {
        let document: Value = serde_json::from_str(spec).unwrap_or_default();
        let mut paths: Vec<(String, HeaderValue)> =
            PLAIN.iter().map(|path| ((*path).to_owned(), HeaderValue::from_static("GET, HEAD"))).collect();
        for (path, operations) in document["paths"].as_object().into_iter().flatten() {
            let mut methods: Vec<String> =
                operations.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase()).collect();
            // Whoever is read can be asked for headers only.
            if methods.iter().any(|method| method == "GET") {
                methods.push("HEAD".to_owned());
            }
            paths.extend(HeaderValue::from_str(&methods.join(", ")).ok().map(|methods| (path.clone(), methods)));
        }
        Self { paths }
    }

    /// The answer that `error` is on `path`: a problem, with the path's methods where it has others.
    fn refuse(&self, path: &str, error: &poem::Error) -> Response {
        let found = self.paths.iter().find(|(pattern, _)| is_of(pattern, path));
        if let Some(wrong) = error.downcast_ref::<ParsePathError>() {
            let name = found.and_then(|(pattern, _)| parameter(pattern, wrong.name)).unwrap_or(wrong.name);
            return Problem::of_path(name).into_response();
        }
        let mut response = problem::from_error(error).into_response();
        if error.is::<MethodNotAllowedError>()
            && let Some((_, methods)) = found
        {
            response.headers_mut().insert(header::ALLOW, methods.clone());
        }
        response
    }
}

/// The name that `pattern` gives the parameter which the router calls `param0`, `param1`, ...
fn parameter<'a>(pattern: &'a str, routed: &str) -> Option<&'a str> {
    let place: usize = routed.strip_prefix("param")?.parse().ok()?;
    let mut names = pattern.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.nth(place)
}

impl<E: Endpoint> Middleware<E> for Methods {
    type Output = Answering<E>;

    fn transform(&self, inner: E) -> Answering<E> {
        Answering { inner, methods: self.clone() }
    }
}

/// An endpoint that answers whatever happens.
pub(crate) struct Answering<E> {
    inner: E,
    methods: Methods,
}

impl<E: Endpoint> Endpoint for Answering<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let path = request.uri().path().to_owned();
        match self.inner.call(request).await {
            Ok(answer) => Ok(answer.into_response()),
            Err(error) => Ok(self.methods.refuse(&path, &error)),
        }
    }
}

/// Whether `path` is one of `pattern`, whose parameters stand in braces.
fn is_of(pattern: &str, path: &str) -> bool {
    let is_parameter = |part: &str| part.starts_with('{') && part.ends_with('}');
    let mut parts = pattern.split('/').zip(path.split('/'));
    pattern.split('/').count() == path.split('/').count()
        && parts.all(|(wanted, found)| wanted == found || (is_parameter(wanted) && !found.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_has_the_name_that_the_document_gives_it() {
        let pattern = "/v1/tickets/{id}/sync/{receipt}";
        assert_eq!(parameter(pattern, "param0"), Some("id"));
        assert_eq!(parameter(pattern, "param1"), Some("receipt"));
        assert_eq!(parameter(pattern, "param2"), None);
    }

    #[test]
    fn a_parameter_stands_for_one_part_of_a_path() {
        assert!(is_of("/v1/tickets/{id}/sync", "/v1/tickets/7/sync"));
        assert!(is_of("/healthz", "/healthz"));
        for other in ["/v1/tickets/7", "/v1/tickets/7/8/sync", "/v1/tickets//sync", "/v1/tickets/7/timeline"] {
            assert!(!is_of("/v1/tickets/{id}/sync", other), "{other}");
        }
    }
}

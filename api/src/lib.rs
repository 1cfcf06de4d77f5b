//! The door: REST with an OpenAPI document, bearer tokens, problems.
//!
//! It translates in, calls the read side, translates out. It knows nothing of SQL, Arrow, buses or stores.

mod answers;
mod asked;
mod auth;
mod document;
mod health;
mod methods;
mod problem;
mod schema;
mod told;

use std::{future::Future, sync::Arc, time::Duration};

use analytics::Analytics;
use poem::{
    Endpoint, EndpointExt, IntoResponse, Route, Server, get, handler,
    listener::Acceptor,
    middleware::{CatchPanic, RequestId},
    web::{Data, Html},
};
use poem_openapi::OpenApiService;
use schemas::Instant;

pub use auth::Verifier;
pub use health::Readiness;

/// Seconds that requests under way get when the server stops.
const DRAIN: Duration = Duration::from_secs(5);

/// What the door leads to.
pub struct House {
    /// Answers the questions.
    pub analytics: Arc<Analytics>,
    /// Checks tokens.
    pub verifier: Verifier,
    /// Says whether questions can be answered.
    pub readiness: Arc<dyn Readiness>,
    /// The time.
    pub clock: fn() -> Instant,
}

/// Serves `house` until `stop` resolves; requests under way are finished.
pub async fn serve(
    acceptor: impl Acceptor + 'static,
    house: House,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(app(house), stop, Some(DRAIN)).await
}

/// Every path, for a server or a test.
pub fn app(house: House) -> impl Endpoint {
    let answers = answers::Answers { analytics: house.analytics, clock: house.clock };
    let service = OpenApiService::new(answers, "Farol", env!("CARGO_PKG_VERSION"))
        .description("Numbers about a GLPI service desk that explain themselves.");
    let (plain, page) = (service.spec(), service.swagger_ui_html());
    let spec = document::complete(&plain);
    let page = page.replace(&plain, &spec);
    let methods = methods::Methods::of(&spec);
    Route::new()
        .nest("/", service)
        .at("/openapi.json", get(openapi).data(Document(spec)))
        .at("/docs", get(docs).data(Page(page)))
        .at("/docs/problems", get(problems))
        .at("/healthz", get(health::healthz))
        .at("/readyz", get(health::readyz))
        .data(house.verifier)
        .data(auth::Clock(house.clock))
        .data(house.readiness)
        .with(CatchPanic::new().with_handler(|_: Box<dyn std::any::Any + Send>| {
            problem::Problem::new("internal", "something went wrong inside; the log has the cause").into_response()
        }))
        .with(RequestId::default())
        .with(methods)
}

#[derive(Clone)]
struct Document(String);

#[derive(Clone)]
struct Page(String);

#[handler]
fn openapi(Data(document): Data<&Document>) -> impl IntoResponse {
    document.0.clone().with_content_type("application/json")
}

#[handler]
fn docs(Data(page): Data<&Page>) -> Html<String> {
    Html(page.0.clone())
}

/// What each kind of problem means: the target of every problem's `type`.
#[handler]
fn problems() -> Html<String> {
    let row = |kind: &problem::ProblemKind| {
        format!("<dt id=\"{0}\"><code>{0}</code> ({1})</dt><dd>{2}</dd>", kind.code, kind.status, kind.title)
    };
    let rows = problem::KINDS.iter().map(row).collect::<Vec<_>>().concat();
    Html(format!("<!doctype html><html lang=\"en\"><title>Problems</title><h1>Problems</h1><dl>{rows}</dl></html>"))
}

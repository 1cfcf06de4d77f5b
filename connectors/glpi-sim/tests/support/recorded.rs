//! Support: recorded exchanges, and a simulator to repeat them on.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use glpi_sim::rows::naive::{Zone, to_seconds};
use glpi_sim::rows::{GroupTicket, Row, Texts, Ticket, TicketUser};
use glpi_sim::{Clock, Desk, Options, Sim, SimHandle};
use serde_json::{Value, json};

pub(crate) const APP_TOKEN: &str = "APP_TOKEN";
pub(crate) const USER_TOKEN: &str = "USER_TOKEN_SVC";

/// The configuration under which most exchanges were recorded.
pub(crate) fn options() -> Options {
    let recorded = to_seconds("2026-11-23 13:47:57", Zone::UTC).unwrap();
    Options {
        app_token: Some(APP_TOKEN.to_owned()),
        user_token: USER_TOKEN.to_owned(),
        clock: Clock::still(recorded),
        ..Options::default()
    }
}

/// The recorded desk with the two odd tickets that whole bodies were recorded of: 1 from its
/// recorded row, 5 from what the search shows of it.
pub(crate) fn completed_desk() -> Desk {
    let mut desk = Desk::recorded().unwrap();
    let files = files();
    let (_, item) = files.iter().find(|(name, _)| name == "ticket_item").unwrap();
    let mut row = item[0].body.as_object().unwrap().clone();
    row.remove("links");
    desk.insert(Ticket::read(row, &mut Texts::default(), Zone::UTC));
    let name = desk.text("Backup job failed");
    desk.insert(Ticket { id: 5, entities_id: 4, name, status: 6, ..Ticket::default() });
    for users_id in [9, 10, 14] {
        desk.insert(TicketUser { tickets_id: 5, users_id, role: 2, ..TicketUser::default() });
    }
    desk.insert(GroupTicket { tickets_id: 5, groups_id: 2, role: 2, ..GroupTicket::default() });
    desk
}

/// One recorded request with its answer.
pub(crate) struct Exchange {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) request_body: Option<String>,
    pub(crate) status: u16,
    pub(crate) response_headers: Vec<(String, String)>,
    pub(crate) body: Value,
    pub(crate) text: String,
}

/// All recorded files with their exchanges.
pub(crate) fn files() -> Vec<(String, Vec<Exchange>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/exchanges");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            let list = file.get("exchanges").and_then(Value::as_array).cloned().unwrap_or_else(|| vec![file.clone()]);
            (path.file_stem().unwrap().to_string_lossy().into_owned(), list.iter().map(Exchange::read).collect())
        })
        .collect()
}

impl Exchange {
    fn read(value: &Value) -> Self {
        let (request, response) = (&value["request"], &value["response"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let headers = request["headers"].as_object().unwrap();
        let response_headers = response["headers"].as_array().unwrap();
        Self {
            name: text(&value["name"]),
            method: text(&request["method"]),
            path: text(&request["path"]),
            headers: headers.iter().map(|(name, value)| (name.to_lowercase(), text(value))).collect(),
            request_body: request["body"].as_str().map(str::to_owned),
            status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
            response_headers: response_headers
                .iter()
                .map(|pair| (text(&pair[0]).to_lowercase(), text(&pair[1])))
                .collect(),
            body: response["body_json"].clone(),
            text: text(&response["body_text"]),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.response_headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}

/// An answer of the simulator.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).cloned()
    }
}

/// A simulator with a session on it.
pub(crate) struct Server {
    pub(crate) sim: SimHandle,
    pub(crate) client: reqwest::Client,
    pub(crate) session: String,
}

impl Server {
    pub(crate) async fn start(options: Options) -> Self {
        Self::serve(Desk::recorded().unwrap(), options).await
    }

    pub(crate) async fn serve(desk: Desk, options: Options) -> Self {
        let sim = Sim::start(desk, options).unwrap();
        let client = reqwest::Client::new();
        let mut server = Self { sim, client, session: String::new() };
        server.log_in().await;
        server
    }

    pub(crate) async fn log_in(&mut self) {
        let login = [("authorization", format!("user_token {USER_TOKEN}"))];
        let answer = self.send("GET", "/apirest.php/initSession", &login, None).await;
        let token = answer.json().get("session_token").and_then(Value::as_str).map(str::to_owned);
        self.session = token.unwrap_or_default();
    }

    /// Reads a path below the API's root in the session.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let session = [("session-token", self.session.clone())];
        self.send("GET", &format!("/apirest.php/{path}"), &session, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let session = [("session-token", self.session.clone())];
        self.send("POST", &format!("/apirest.php/{path}"), &session, Some(body.to_string())).await
    }

    /// Repeats a recorded request: with this server's session, and with what this desk has in
    /// place of odd tickets and of the server's total.
    pub(crate) async fn repeat(&self, exchange: &Exchange) -> Answer {
        let mut path = exchange.path.clone();
        let has_odd = self.sim.desk().read().get::<Ticket>(1).is_some();
        if let Some(rest) = path.strip_prefix("/apirest.php/Ticket/1")
            && !has_odd
            && (rest.is_empty() || rest.starts_with('?'))
        {
            path = format!("/apirest.php/Ticket/2{rest}");
        }
        for (asked, instead) in [
            ("range=1973-2072", "range=981-1080"),
            ("range=1975-1984", "range=983-992"),
            ("range=1976-1984", "range=984-992"),
            ("items%5B0%5D%5Bitems_id%5D=1&", "items%5B0%5D%5Bitems_id%5D=2&"),
            ("/Ticket/3?", "/Ticket/2?"),
        ] {
            path = path.replace(asked, instead);
        }
        // The recorded session was narrowed to one entity when it was refused.
        let session = match exchange.name.as_str() {
            "err_right_missing_entity" => self.narrowed(4).await,
            "change_active_entities" | "change_active_entities_refused" => self.narrowed(0).await,
            "err_session_after_kill" => "0".repeat(32),
            _ => self.session.clone(),
        };
        let mut headers: Vec<(&str, String)> =
            exchange.headers.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        for (_, value) in headers.iter_mut().filter(|(_, value)| value.starts_with("SESSION_TOKEN")) {
            value.clone_from(&session);
        }
        self.send(&exchange.method, &path, &headers, exchange.request_body.clone()).await
    }

    /// A second session whose active entity is another.
    async fn narrowed(&self, entity: i64) -> String {
        let login = [("authorization", format!("user_token {USER_TOKEN}"))];
        let answer = self.send("GET", "/apirest.php/initSession", &login, None).await;
        let session = answer.json()["session_token"].as_str().unwrap().to_owned();
        let body = json!({"entities_id": entity, "is_recursive": true}).to_string();
        let headers = [("session-token", session.clone())];
        let changed = self.send("POST", "/apirest.php/changeActiveEntities", &headers, Some(body)).await;
        assert_eq!(changed.text, "true");
        session
    }

    /// The recorded words with this server's address and total in place of the recorded ones.
    pub(crate) fn own_words(&self, text: &str) -> String {
        text.replace("http://glpi.example", &self.sim.url())
            .replace("total count of data: 1975", "total count of data: 983")
    }

    /// A recorded body with this server's address in its links.
    pub(crate) fn own_root(&self, body: &Value) -> Value {
        serde_json::from_str(&body.to_string().replace("http://glpi.example", &self.sim.url())).unwrap()
    }

    /// Compares a recorded row of a search with this desk's, when it has the ticket.
    pub(crate) async fn search_row_is(&self, row: &Value) -> bool {
        let Some(id) = row.get("2").and_then(Value::as_i64) else { return false };
        let mut query = format!("criteria[0][field]=2&criteria[0][searchtype]=equals&criteria[0][value]={id}");
        query.extend(row.as_object().unwrap().keys().map(|option| format!("&forcedisplay[]={option}")));
        let found = self.get(&format!("search/Ticket?{query}")).await.json();
        let Some(found) = found.get("data").and_then(|data| data.get(0)) else { return false };
        assert_eq!(found, row, "search row of ticket {id}");
        true
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Option<String>,
    ) -> Answer {
        let mut request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.sim.url()));
        let is_login = headers.iter().any(|(name, _)| *name == "authorization");
        let recorded = headers.iter().any(|(name, _)| *name == "content-type");
        if !recorded {
            request = request.header("app-token", APP_TOKEN).header("content-type", "application/json");
        }
        assert!(!path.ends_with("initSession") || is_login || recorded, "login without credentials");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        Answer { status, headers, text: response.text().await.unwrap() }
    }
}

/// Whether `found` has the keys and the types of `recorded`, row by row; null fits everything.
pub(crate) fn same_shape(at: &str, recorded: &Value, found: &Value) {
    match (recorded, found) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(recorded), Value::Object(found)) => {
            for (key, value) in recorded {
                let other = found.get(key).unwrap_or_else(|| panic!("{at}: no {key} in {found:?}"));
                same_shape(&format!("{at}.{key}"), value, other);
            }
        }
        (Value::Array(recorded), Value::Array(found)) => {
            assert_eq!(recorded.is_empty(), found.is_empty(), "{at}: one is empty");
            if let Some(first) = recorded.first() {
                for row in found {
                    same_shape(at, first, row);
                }
            }
        }
        (Value::Array(recorded), single) => same_shape(at, &recorded[0], single),
        (single, Value::Array(found)) => same_shape(at, single, &found[0]),
        (recorded, found) => {
            assert_eq!(std::mem::discriminant(recorded), std::mem::discriminant(found), "{at}: {recorded} and {found}");
        }
    }
}

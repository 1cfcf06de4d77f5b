//! A server that answers as a test tells it to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::needless_pass_by_value, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Clock, Config, GlpiClient, Limits, Secret};

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// The path after the address of the interface, query left out.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
}

/// What to answer.
#[derive(Debug, Clone)]
pub(crate) struct Canned {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
    /// Bytes of the body to send before the connection breaks.
    cut_at: Option<usize>,
}

/// The running server and everything it saw.
pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The bounds of the range that was asked for.
    pub(crate) fn range(&self) -> (usize, usize) {
        let (start, end) = self.value("range").expect("a range").split_once('-').unwrap();
        (start.parse().unwrap(), end.parse().unwrap())
    }
}

impl Canned {
    pub(crate) fn json(status: u16, body: impl ToString) -> Self {
        Self::of(status, "application/json; charset=UTF-8", body.to_string().into_bytes())
    }

    pub(crate) fn html(status: u16) -> Self {
        Self::of(status, "text/html", b"<html>maintenance</html>".to_vec())
    }

    pub(crate) fn of(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self { status, headers, body, delay: Duration::ZERO, cut_at: None }
    }

    pub(crate) fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub(crate) fn cut_at(mut self, bytes: usize) -> Self {
        self.cut_at = Some(bytes);
        self
    }
}

impl Server {
    /// Starts a server whose answers `answer` decides.
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Canned + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                tokio::spawn(async move { serve(stream, &*answer, &log).await });
            }
        });
        Self { url, seen, task }
    }

    /// Starts a desk that logs everybody in and leaves all else to `answer`.
    pub(crate) async fn desk(answer: impl Fn(&Seen) -> Canned + Send + Sync + 'static) -> Self {
        Self::start(move |seen| login(seen).unwrap_or_else(|| answer(seen))).await
    }

    pub(crate) fn client(&self) -> GlpiClient {
        self.client_with(|_| {})
    }

    /// A client in a hurry, so that tests are quick.
    pub(crate) fn client_with(&self, change: impl FnOnce(&mut Config)) -> GlpiClient {
        let mut config = Config::new(format!("{}/apirest.php", self.url), Secret::new("user-secret"));
        config.app_token = Some(Secret::new("app-secret"));
        config.limits = Limits { backoff_ms_base: 1, backoff_ms_max: 4, probe_interval_ms: 200, ..Limits::default() };
        change(&mut config);
        GlpiClient::new(config, clock()).unwrap()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How many requests were made for `path`.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.path == path).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A clock that stands at the moment of the recording.
pub(crate) fn clock() -> Clock {
    Arc::new(|| super::http_date("Mon, 23 Nov 2026 13:47:57 GMT").unwrap())
}

/// The answers of a login, in a zone without offset.
pub(crate) fn login(seen: &Seen) -> Option<Canned> {
    let date = |canned: Canned| canned.header("Date", "Mon, 23 Nov 2026 13:47:57 GMT");
    Some(date(match seen.path.as_str() {
        "initSession" => Canned::json(200, r#"{"session_token":"session-secret"}"#),
        "getGlpiConfig" => Canned::json(200, r#"{"cfg_glpi":{"version":"10.0.19"}}"#),
        "getFullSession" => Canned::json(
            200,
            r#"{"session":{"glpiname":"svc","glpi_currenttime":"2026-11-23 13:47:57","glpiactive_entity":0,
                "glpiactive_entity_recursive":1,"glpiactiveprofile":{"id":8,"name":"Read-Only"}}}"#,
        ),
        "killSession" | "changeActiveEntities" => Canned::json(200, "true"),
        _ => return None,
    }))
}

async fn serve(mut stream: TcpStream, answer: &(dyn Fn(&Seen) -> Canned + Send + Sync), log: &Mutex<Vec<Seen>>) {
    let mut received = Vec::new();
    let mut chunk = [0; 4096];
    let head_end = loop {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(count) => received.extend_from_slice(&chunk[..count]),
        }
        if let Some(at) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
    };
    let seen = parse(&String::from_utf8_lossy(&received[..head_end]));
    log.lock().unwrap().push(seen.clone());
    let canned = answer(&seen);
    tokio::time::sleep(canned.delay).await;

    let lines = canned.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let (status, length, lines) = (canned.status, canned.body.len(), lines.collect::<String>());
    let head = format!("HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {length}\r\n{lines}\r\n");
    let body = &canned.body[..canned.cut_at.unwrap_or(canned.body.len())];
    // The client may have gone already; that is its right.
    if stream.write_all(head.as_bytes()).await.is_ok() && stream.write_all(body).await.is_ok() {
        stream.shutdown().await.ok();
    }
}

fn parse(head: &str) -> Seen {
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let (method, target) = (first.next().unwrap(), first.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.trim_start_matches("/apirest.php/").trim_start_matches("/api.php/v1/");
    Seen {
        method: method.to_owned(),
        path: path.to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: lines.filter_map(|line| line.split_once(": ")).map(|(a, b)| (a.to_owned(), b.to_owned())).collect(),
    }
}

//! What a server feels of Farol: requests at the same time and within a second, rows of a page, and less of all when it is slow.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use http::{Request, Response};
use serde_json::json;
use tokio::time::Instant;

use crate::client::testing::clock;
use crate::client::{BreakerState, Config, Error, GlpiClient, Limits, PageRequest, Secret, Wire};

/// A server in the same process, whose time passes only while it works.
#[derive(Debug, Default)]
struct Office {
    /// How it answers, and how long one answer takes.
    mood: Mutex<(Mood, Duration)>,
    felt: Mutex<Felt>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Mood {
    #[default]
    Well,
    /// Status 429 with a pause of so many seconds.
    Patience(u64),
    Away,
}

/// What it felt.
#[derive(Debug, Clone, Default)]
struct Felt {
    begun: Vec<Instant>,
    in_flight: usize,
    in_flight_max: usize,
    rows: Vec<u64>,
    by_path: BTreeMap<String, usize>,
}

#[async_trait]
impl Wire for Office {
    async fn send(&self, request: Request<Vec<u8>>, _: usize) -> Result<Response<Vec<u8>>, Error> {
        let path = request.uri().path().trim_start_matches("/apirest.php/").to_owned();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let range = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "range");
        {
            let mut felt = self.felt.lock().unwrap();
            felt.begun.push(Instant::now());
            felt.in_flight += 1;
            felt.in_flight_max = felt.in_flight_max.max(felt.in_flight);
            *felt.by_path.entry(path.clone()).or_default() += 1;
            if let Some((from, to)) = range.as_ref().and_then(|(_, range)| range.split_once('-')) {
                felt.rows.push(to.parse::<u64>().unwrap() - from.parse::<u64>().unwrap() + 1);
            }
        }
        let (mood, takes) = *self.mood.lock().unwrap();
        tokio::time::sleep(takes).await;
        self.felt.lock().unwrap().in_flight -= 1;
        let answer = Response::builder().header("Content-Type", "application/json");
        let body = match path.as_str() {
            "initSession" => json!({"session_token": "session-secret"}),
            "getGlpiConfig" => json!({"cfg_glpi": {"version": "10.0.19"}}),
            "getFullSession" => json!({"session": {"glpi_currenttime": "2026-11-23 13:47:57"}}),
            "killSession" | "changeActiveEntities" => json!(true),
            _ => json!([{"id": 1}]),
        };
        let answer = match mood {
            Mood::Well => answer.header("Content-Range", "0-0/1").body(body.to_string().into_bytes()),
            Mood::Patience(seconds) => answer.status(429).header("Retry-After", seconds).body(b"{}".to_vec()),
            Mood::Away => return Err(Error::Unreachable { reason: "nobody listens".to_owned() }),
        };
        Ok(answer.unwrap())
    }
}

impl Office {
    fn open(limits: Limits) -> (Arc<Self>, GlpiClient) {
        let office = Arc::new(Self::default());
        let mut config = Config::new("http://glpi.example/apirest.php", Secret::new("user-secret"));
        config.limits = limits;
        let client = GlpiClient::over(Arc::clone(&office) as Arc<dyn Wire>, config, clock()).unwrap();
        (office, client)
    }

    fn is(&self, mood: Mood, takes_ms: u64) {
        *self.mood.lock().unwrap() = (mood, Duration::from_millis(takes_ms));
    }

    /// What it felt since it was last asked.
    fn felt(&self) -> Felt {
        std::mem::take(&mut *self.felt.lock().unwrap())
    }
}

impl Felt {
    fn most_within(&self, span: Duration) -> usize {
        let from = |&first: &Instant| self.begun.iter().filter(|&&at| at >= first && at < first + span).count();
        self.begun.iter().map(from).max().unwrap_or(0)
    }
}

/// Asks for so many pages, as many at once as there are.
async fn ask(client: &GlpiClient, pages: usize) {
    let request = PageRequest::first();
    join_all((0..pages).map(|_| client.page("Ticket", &request))).await.into_iter().for_each(|page| {
        page.unwrap();
    });
}

/// Asks for page after page for so long.
async fn ask_for(client: &GlpiClient, seconds: u64) {
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        ask(client, 8).await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_second_has_more_requests_than_allowed_and_no_moment_either() {
    for (in_flight, per_second) in [(1, 1), (2, 50), (8, 7), (64, 20)] {
        let limits =
            Limits { requests_in_flight_max: in_flight, requests_per_second_max: per_second, ..Limits::default() };
        let (office, client) = Office::open(limits);
        office.is(Mood::Well, 5);
        ask(&client, 150).await;
        let felt = office.felt();
        assert_eq!(felt.most_within(Duration::from_secs(1)), per_second as usize);
        assert!(felt.in_flight_max <= in_flight, "{} of {in_flight}", felt.in_flight_max);
        assert!(felt.rows.iter().all(|&rows| rows == 1_000));
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_desk_is_asked_one_thing_at_a_time_then_less_often_then_for_less_and_for_all_again_when_calm() {
    let (office, client) = Office::open(Limits { requests_in_flight_max: 4, ..Limits::default() });
    office.is(Mood::Well, 200);
    ask_for(&client, 60).await;
    let calm = office.felt();
    assert_eq!((calm.in_flight_max, client.brake()), (4, None));

    office.is(Mood::Well, 2_000);
    ask_for(&client, 300).await;
    office.felt();
    ask_for(&client, 300).await;
    let slow = office.felt();
    assert_eq!((slow.in_flight_max, slow.rows.iter().max()), (1, Some(&125)));
    // Each answer takes 2 s and is followed by 6 s of rest.
    assert_eq!(slow.most_within(Duration::from_mins(1)), 8);
    let said = client.brake().unwrap();
    assert!(said.starts_with("GLPI answers slowly (2.0 s, 0.2 s when calm): asking for 1 page of 125 rows"), "{said}");

    office.is(Mood::Well, 200);
    ask_for(&client, 240).await;
    office.felt();
    ask_for(&client, 60).await;
    let again = office.felt();
    assert_eq!((again.in_flight_max, again.rows.iter().min(), client.brake()), (4, Some(&1_000), None));
}

#[tokio::test(start_paused = true)]
async fn requests_that_wait_feel_the_brake_as_well() {
    let (office, client) = Office::open(Limits { requests_in_flight_max: 4, ..Limits::default() });
    office.is(Mood::Well, 200);
    ask_for(&client, 30).await;
    office.is(Mood::Well, 2_000);
    let request = PageRequest::first();
    let many = join_all((0..100).map(|_| client.page("Ticket", &request)));
    let watch = async {
        tokio::time::sleep(Duration::from_mins(1)).await;
        office.felt.lock().unwrap().in_flight
    };
    let (_, in_flight) = tokio::join!(many, watch);
    assert!(in_flight <= 1, "{in_flight}");
}

#[tokio::test(start_paused = true)]
async fn a_desk_that_asks_for_patience_is_left_alone_so_long_and_then_asked_for_less() {
    let (office, client) = Office::open(Limits::default());
    client.open().await.unwrap();
    office.felt();
    office.is(Mood::Patience(20), 10);
    let request = PageRequest::first();
    let _ = tokio::join!(client.page("Ticket", &request), async {
        tokio::time::sleep(Duration::from_secs(70)).await;
        office.is(Mood::Well, 10);
    });
    let felt = office.felt();
    let gaps: Vec<u64> = felt.begun.windows(2).map(|two| (two[1] - two[0]).as_secs()).collect();
    assert!(gaps.iter().all(|&gap| gap >= 20), "{gaps:?}");
    assert!(client.brake().unwrap().starts_with("GLPI asked for patience (status 429)"), "{:?}", client.brake());
}

#[tokio::test(start_paused = true)]
async fn a_desk_that_is_away_for_hours_gets_two_probes_a_minute_and_no_others() {
    let (office, client) = Office::open(Limits::default());
    client.open().await.unwrap();
    office.felt();
    office.is(Mood::Away, 5);
    let begun = Instant::now();
    let request = PageRequest::first();
    while begun.elapsed() < Duration::from_hours(3) {
        client.page("Ticket", &request).await.unwrap_err();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_ne!(client.stats().breaker, BreakerState::Closed);
    let felt = office.felt();
    let (tries, probes) = felt.begun.split_at(5);
    assert!(tries.last().unwrap().duration_since(begun) < Duration::from_mins(1));
    assert!(probes.windows(2).all(|two| two[1] - two[0] >= Duration::from_secs(30)));
    assert!((300..=360).contains(&probes.len()), "{}", probes.len());
}

#[tokio::test(start_paused = true)]
async fn a_slow_kind_of_page_does_not_hold_the_others_back() {
    let (office, client) = Office::open(Limits::default());
    let request = PageRequest::first();
    for _ in 0..200 {
        office.is(Mood::Well, 20);
        client.page("Ticket", &request).await.unwrap();
        office.is(Mood::Well, 4_000);
        client.page("Log", &request).await.unwrap();
        assert_eq!(client.brake(), None);
    }
}

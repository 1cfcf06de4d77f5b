//! Sim: a simulated GLPI, within this process or served on a port, and how it is steered.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use poem::http::StatusCode;
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Request, Response, Server};
use tokio::runtime::Runtime;

use crate::clock::Clock;
use crate::desk::{Desk, SharedDesk};

use super::answer::{Answer, HTML};
use super::counters::{Counters, Requests};
use super::door::Api;
use super::misbehave::{Deed, Misbehaviour, Mischief, Misdeed};
use super::options::{Options, Outage};
use super::serve;
use super::sessions::Sessions;

/// Starts simulated GLPIs.
#[derive(Debug)]
pub struct Sim;

/// A simulated GLPI, however it is reached; clones are the same one.
#[derive(Debug, Clone)]
pub struct Glpi {
    state: Arc<State>,
}

/// A simulated GLPI that is served; dropping it stops it.
#[derive(Debug)]
pub struct SimHandle {
    glpi: Glpi,
    address: SocketAddr,
    server: Mutex<Option<Runtime>>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) desk: SharedDesk,
    pub(super) counters: Counters,
    options: Mutex<Options>,
    sessions: Mutex<Sessions>,
    outage: Mutex<Option<Outage>>,
    faults: Mutex<VecDeque<Answer>>,
    mischief: Mutex<Option<Mischief>>,
    misdeeds: Mutex<BTreeMap<Misdeed, u64>>,
}

impl Sim {
    /// Starts to serve a desk on 127.0.0.1. The server has threads of its own, so this may be
    /// called inside and outside of an async runtime.
    pub fn start(desk: Desk, options: Options) -> io::Result<SimHandle> {
        Self::start_shared(SharedDesk::new(desk), options)
    }

    /// Starts to serve a desk that others hold already.
    pub fn start_shared(desk: SharedDesk, options: Options) -> io::Result<SimHandle> {
        let port = options.port;
        let glpi = Glpi::shared(desk, options);
        let (server, address) = serve_on(&glpi.state, port)?;
        Ok(SimHandle { glpi, address, server: Mutex::new(Some(server)) })
    }
}

impl Glpi {
    /// A simulated GLPI that no port leads to: [`Glpi::answer`] is its door.
    pub fn new(desk: Desk, options: Options) -> Self {
        Self::shared(SharedDesk::new(desk), options)
    }

    fn shared(desk: SharedDesk, options: Options) -> Self {
        let state = State {
            desk,
            counters: Counters::default(),
            options: Mutex::new(options),
            sessions: Mutex::default(),
            outage: Mutex::default(),
            faults: Mutex::default(),
            mischief: Mutex::default(),
            misdeeds: Mutex::default(),
        };
        Self { state: Arc::new(state) }
    }

    /// Answers one request as the server would, headers included; an error where a server would refuse the connection.
    pub async fn answer(&self, request: Request) -> io::Result<Response> {
        if *lock(&self.state.outage) == Some(Outage::Refuse) {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Api(Arc::clone(&self.state)).answer(request).await
    }

    /// The desk: read it and change it while it is served.
    pub fn desk(&self) -> SharedDesk {
        self.state.desk.clone()
    }

    /// The desk's clock.
    pub fn clock(&self) -> Clock {
        lock(&self.state.options).clock.clone()
    }

    /// What was asked so far.
    pub fn requests(&self) -> Requests {
        self.state.counters.snapshot()
    }

    /// Changes the configuration from the next call on; the port stays.
    pub fn configure(&self, change: impl FnOnce(&mut Options)) {
        change(&mut lock(&self.state.options));
    }

    /// Goes away in one of the ways servers do, or is there again.
    pub fn set_outage(&self, outage: Option<Outage>) {
        *lock(&self.state.outage) = outage;
    }

    /// Misbehaves from the next call on, or no more. What lasted ends with it.
    pub fn misbehave(&self, misbehaviour: Option<&Misbehaviour>) {
        *lock(&self.state.mischief) = misbehaviour.map(Mischief::new);
    }

    /// How often it has misbehaved so far in which way; what changed no answer does not count.
    pub fn misdeeds(&self) -> BTreeMap<Misdeed, u64> {
        lock(&self.state.misdeeds).clone()
    }

    /// Ends all sessions, as GLPI's cron does; answers how many there were.
    pub fn expire_sessions(&self) -> usize {
        lock(&self.state.sessions).expire()
    }

    /// How many sessions were opened and not ended.
    pub fn open_sessions(&self) -> usize {
        lock(&self.state.sessions).len()
    }

    /// Answers the next call with this instead, as a proxy or a broken PHP would. May be called
    /// several times: each answer is given once, in turn.
    pub fn answer_next(&self, status: u16, body: &str) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let answer = Answer { content_type: HTML, ..Answer::json(status, body.as_bytes().to_vec()) };
        lock(&self.state.faults).push_back(answer);
    }
}

impl Deref for SimHandle {
    type Target = Glpi;

    fn deref(&self) -> &Glpi {
        &self.glpi
    }
}

impl SimHandle {
    /// The address of the server, without a path: `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Goes away in one of the ways servers do.
    pub fn go_down(&self, outage: Outage) {
        self.set_outage(Some(outage));
        if outage == Outage::Refuse
            && let Some(server) = lock(&self.server).take()
        {
            // Ends the listener and cuts every open connection.
            server.shutdown_background();
        }
    }

    /// Is there again, at the same address.
    pub fn come_back(&self) -> io::Result<()> {
        self.set_outage(None);
        let mut server = lock(&self.server);
        if server.is_none() {
            *server = Some(serve_on(&self.glpi.state, self.address.port())?.0);
        }
        Ok(())
    }

    /// Stops serving; open connections are cut.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for SimHandle {
    fn drop(&mut self) {
        if let Some(server) = lock(&self.server).take() {
            server.shutdown_background();
        }
    }
}

impl State {
    pub(super) fn options(&self) -> Options {
        lock(&self.options).clone()
    }

    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        lock(&self.sessions)
    }

    /// What is done to a call for `segments`, if anything; what lasts is put into `options`.
    pub(super) fn deed(&self, segments: &[String], options: &mut Options) -> Option<Deed> {
        lock(&self.mischief).as_mut()?.decide(segments, options)
    }

    /// A misdeed was felt by a caller.
    pub(super) fn misdone(&self, kind: Misdeed) {
        *lock(&self.misdeeds).entry(kind).or_default() += 1;
    }

    /// What is answered in GLPI's place, if anything.
    pub(super) fn fault(&self) -> Option<Answer> {
        let outage = *lock(&self.outage);
        outage.map(serve::outage).or_else(|| lock(&self.faults).pop_front())
    }
}

fn serve_on(state: &Arc<State>, port: u16) -> io::Result<(Runtime, SocketAddr)> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("glpi-sim").enable_all().build()?;
    // The port is bound before the caller goes on; a thread of its own, because blocking is
    // forbidden inside another runtime.
    let handle = runtime.handle().clone();
    let bound = std::thread::spawn(move || handle.block_on(bind(port))).join();
    let acceptor = bound.map_err(|_| io::Error::other("binding ended early"))??;
    let address = acceptor.local_addr().iter().find_map(|address| address.as_socket_addr().copied());
    let address = address.ok_or_else(|| io::Error::other("no address"))?;
    let api = Api(Arc::clone(state));
    runtime.spawn(async move {
        if let Err(error) = Server::new_with_acceptor(acceptor).run(api).await {
            tracing::error!(%error, "simulated glpi stopped serving");
        }
    });
    Ok((runtime, address))
}

async fn bind(port: u16) -> io::Result<impl Acceptor + 'static> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).into_acceptor().await
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

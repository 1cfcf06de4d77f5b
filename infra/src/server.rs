//! The API server of a data directory.

use std::{future::Future, net::SocketAddr, path::Path, sync::Arc};

use analytics::{
    Analytics,
    stores::{Store, embedded::EmbeddedStore},
};
use anyhow::Context as _;
use api::{House, Readiness, Verifier};
use chrono_tz::Tz;
use control::Control;
use poem::listener::{Acceptor as _, Listener as _, TcpAcceptor, TcpListener};

use crate::{clock, signing};

/// A server that listens already and does not answer yet.
pub(crate) struct Server {
    acceptor: TcpAcceptor,
    house: House,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

#[derive(Debug)]
struct StoreReadiness(Arc<dyn Store>);

#[async_trait::async_trait]
impl Readiness for StoreReadiness {
    async fn is_ready(&self) -> bool {
        self.0.snapshot().await.is_ok()
    }
}

impl Server {
    /// Takes `listen` and opens the read side of `data_dir`, whose desk has its calendars in `zone`.
    pub(crate) async fn bind(listen: SocketAddr, data_dir: &Path, control: &Control, zone: Tz) -> anyhow::Result<Self> {
        let taken = TcpListener::bind(listen).into_acceptor().await;
        let acceptor =
            taken.with_context(|| format!("{listen} cannot be listened on; choose another with --listen"))?;
        let address = acceptor.local_addr().first().and_then(|local| local.as_socket_addr().copied()).unwrap_or(listen);
        let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(data_dir));
        let control = Arc::new(control.clone());
        let analytics = Analytics::new(Arc::clone(&store), Arc::clone(&control) as _, control)?.with_calendars_in(zone);
        let verifier = Verifier::local(&signing::key(data_dir)?, signing::ISSUER);
        let readiness = Arc::new(StoreReadiness(store));
        let house = House { analytics: Arc::new(analytics), verifier, readiness, clock: clock::now };
        Ok(Self { acceptor, house, address })
    }

    /// Answers until `stop` resolves.
    pub(crate) async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        api::serve(self.acceptor, self.house, stop).await.context("the server failed")
    }
}

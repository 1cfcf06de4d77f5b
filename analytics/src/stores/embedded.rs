//! The embedded store's read half: facts in memory, history on disk, refreshed from the manifest as commits arrive.
//!
//! It reads what another task or process writes, and knows nothing of the writer but the contract in `schemas::manifest`.

mod history;
mod indexed;
mod listing;
mod mirror;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use schemas::manifest::{self, CURRENT, STORE};
use tokio::sync::Mutex;

use self::mirror::{Mirror, Refreshed};
use super::{Error, Snapshot, Store};

/// A reader meets a replaced file or store at most now and then; more often in a row means that something is wrong.
const ATTEMPTS_MAX: u32 = 5;

/// The store of a data directory.
#[derive(Debug)]
pub struct EmbeddedStore {
    store: PathBuf,
    /// What was read so far; whoever refreshes it holds the lock, so one refresh serves all who wait.
    mirror: Arc<Mutex<Option<Mirror>>>,
}

impl EmbeddedStore {
    /// The store of `data_dir`, which may not hold one yet.
    pub fn open(data_dir: &Path) -> Self {
        Self { store: data_dir.join(STORE), mirror: Arc::default() }
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn snapshot(&self) -> Result<Arc<dyn Snapshot>, Error> {
        let (store, mirror) = (self.store.clone(), Arc::clone(&self.mirror));
        // A task of its own: a caller who goes away leaves no half-read state behind.
        let refreshing = tokio::spawn(async move {
            let mut mirror = mirror.lock_owned().await;
            refreshed(&store, &mut mirror).await
        });
        refreshing.await.map_err(|error| Error::Storage(format!("refreshing: {error}")))?
    }
}

/// Brings `mirror` up to the newest commit of the generation in use.
async fn refreshed(store: &Path, mirror: &mut Option<Mirror>) -> Result<Arc<dyn Snapshot>, Error> {
    let mut attempt = 1;
    loop {
        let name = current(store)?;
        let known = match mirror.take().filter(|mirror| mirror.is_of(&name)) {
            Some(mirror) => mirror,
            None => Mirror::open(store, &name).await?,
        };
        match known.refresh().await {
            Ok(Refreshed::Whole(fresh)) => return Ok(mirror.insert(*fresh).snapshot()),
            // A file went away while it was being opened: what replaced it is in the manifest by now.
            Ok(Refreshed::Gone(_)) if attempt < ATTEMPTS_MAX => attempt += 1,
            Ok(Refreshed::Gone(path)) => {
                return Err(Error::Damaged { place: path.display().to_string(), reason: "the file is missing".into() });
            }
            // A rebuild may have removed the generation under us.
            Err(_) if attempt < ATTEMPTS_MAX && current(store)? != name => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// The name of the generation in use.
fn current(store: &Path) -> Result<String, Error> {
    let path = store.join(CURRENT);
    match fs::read(&path) {
        Ok(line) => manifest::current_number(&line).map(manifest::generation_name).ok_or_else(|| Error::Damaged {
            place: path.display().to_string(),
            reason: format!("{:?} names no generation", String::from_utf8_lossy(&line)),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::Empty),
        Err(error) => Err(Error::Storage(format!("{}: {error}", path.display()))),
    }
}

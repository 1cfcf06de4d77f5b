//! Progress: how far a store has come, read beside its writer.

use std::path::Path;

use schemas::{Offset, ingestion::EventCounts, manifest};
use sqlx::Connection as _;

use crate::{buses::SLA, sinks::Error};

use super::{database, database::storage, folder, read, seal, write};

/// How far a store has come: all figures of one commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The offset after the last stored record of the tickets' topic.
    pub position: Offset,
    /// The offset after the last stored record of the topic of clocks.
    pub told: Offset,
    /// The counts of events; `appended` is zero.
    pub counts: EventCounts,
}

/// The progress of the store in `data_dir`; none at all where there is no store.
pub async fn progress(data_dir: &Path) -> Result<Progress, Error> {
    let Some(generation) = folder::current(data_dir)? else {
        return Ok(Progress::default());
    };
    let in_folder = |error| database::at(&generation.folder, error);
    let mut connection = database::beside_a_writer(&generation.folder).await.map_err(in_folder)?;
    let mut tx = connection.begin().await.map_err(storage)?;
    if database::is_sealed(&mut tx).await? {
        seal::load(&mut tx).await.map_err(in_folder)?;
    }
    let position = write::position(&mut tx, manifest::TOPIC).await?;
    let told = write::position(&mut tx, SLA).await?;
    let counts = read::counts(&mut *tx).await?;
    Ok(Progress { position, told, counts })
}

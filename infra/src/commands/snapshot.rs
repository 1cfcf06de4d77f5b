//! `farol snapshot`: the tables as plain Parquet files that others read.

use std::path::PathBuf;

use clap::Args;
use pipeline::sinks::embedded::publish;

use crate::{config::Settings, datadir};

#[derive(Args, Debug)]
pub(crate) struct Snapshot {
    /// Folder to publish in; one that an earlier snapshot made is replaced
    dir: PathBuf,
    #[command(flatten)]
    settings: Settings,
}

impl Snapshot {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let config = self.settings.resolve()?;
        let published = publish(datadir::existing(&config.data_dir)?, &self.dir).await?;
        for (table, rows) in &published.rows {
            say!("{}/{table}: {rows} rows", self.dir.display());
        }
        say!("every event before offset {} is in it", published.offset);
        Ok(())
    }
}

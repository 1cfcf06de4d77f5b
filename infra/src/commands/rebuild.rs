//! `farol rebuild`: the store again from the log.

use crate::{
    config::Settings,
    datadir,
    engine::{Task, ask},
};

pub(crate) async fn run(settings: Settings) -> anyhow::Result<()> {
    let config = settings.resolve()?;
    say!("{}", ask(datadir::existing(&config.data_dir)?, &config, &Task::Rebuild).await?);
    Ok(())
}

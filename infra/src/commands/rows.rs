//! `farol rows`: a table's rows, for comparisons and pipes.

use std::io::{BufWriter, Write as _};

use analytics::{
    stores::{Store as _, embedded::EmbeddedStore},
    tables,
};
use anyhow::{Context as _, bail};
use arrow_json::{WriterBuilder, writer::LineDelimited};
use clap::{Args, ValueEnum};
use schemas::tables::Table;

use crate::{config::Settings, datadir};

#[derive(Args, Debug)]
pub(crate) struct Rows {
    /// ticket_events, tickets, ticket_spans, sla_clocks or dimensions
    #[arg(long, value_name = "TABLE", value_parser = table)]
    table: Table,
    /// How a row is written
    #[arg(long, value_enum, default_value = "jsonl")]
    format: Format,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// One JSON object a line, empty columns as null
    Jsonl,
}

impl Rows {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let config = self.settings.resolve()?;
        let store = EmbeddedStore::open(datadir::existing(&config.data_dir)?);
        let snapshot = store.snapshot().await?;
        let mut rows = tables::read(&*snapshot, self.table, &[]).await?;
        let Format::Jsonl = self.format;
        let out = BufWriter::new(std::io::stdout().lock());
        let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(out);
        while let Some(batch) = rows.next().await {
            match writer.write(&batch?) {
                // Whoever reads may have seen enough.
                Err(error) if is_closed_pipe(&error) => return Ok(()),
                written => written.context("rows cannot be printed")?,
            }
        }
        writer.finish()?;
        writer.into_inner().flush()?;
        Ok(())
    }
}

fn is_closed_pipe(error: &arrow::error::ArrowError) -> bool {
    matches!(error, arrow::error::ArrowError::IoError(_, io) if io.kind() == std::io::ErrorKind::BrokenPipe)
}

fn table(name: &str) -> anyhow::Result<Table> {
    match Table::named(name) {
        Some(table) => Ok(table),
        None => bail!("use one of {}", Table::ALL.map(Table::name).join(", ")),
    }
}

//! The row that the write side leaves for whoever asks how far it has come.

use schemas::ingestion::IngestionStatus;

use crate::{Control, Error};

/// The only source of a data directory today.
const SOURCE: &str = "glpi";

impl Control {
    /// Replaces the status.
    pub async fn write_status(&self, status: &IngestionStatus) -> Result<(), Error> {
        let text = serde_json::to_string(status).map_err(|error| Error::Row(error.to_string()))?;
        sqlx::query(
            "insert into ingestion_status (source, status, updated_at) values ($1, $2, $3)
             on conflict (source) do update set status = excluded.status, updated_at = excluded.updated_at",
        )
        .bind(SOURCE)
        .bind(text)
        .bind(status.updated_at.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The status last written; `None` before the first step.
    pub async fn read_status(&self) -> Result<Option<IngestionStatus>, Error> {
        let text: Option<String> = sqlx::query_scalar("select status from ingestion_status where source = $1")
            .bind(SOURCE)
            .fetch_optional(&self.pool)
            .await?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| Error::Row(error.to_string()))).transpose()
    }
}

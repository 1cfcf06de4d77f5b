//! The seal of the manifest: checked before it is changed, carried along with each change.

use schemas::manifest::seal::{BATCH_TEXT, FIGURES, FILE_TEXT, SEAL, Seal, total};
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::database::{self, storage};
use crate::sinks::Error;

/// The seal, once it holds for positions, counts and the newest commit.
pub(super) async fn load(connection: &mut SqliteConnection) -> Result<Seal, Error> {
    let row = sqlx::query_as(SEAL).fetch_optional(&mut *connection).await.map_err(storage)?;
    let seal = Seal::read(row.ok_or_else(|| broken("its seal is missing"))?).map_err(|reason| broken(&reason))?;
    seal.check_figures(&figures(connection).await?).map_err(|reason| broken(&reason))?;
    Ok(seal)
}

/// Makes sure that every row that says what the store holds is as it was written.
pub(super) async fn check(connection: &mut SqliteConnection) -> Result<(), Error> {
    let seal = load(connection).await?;
    seal.check_parts(&parts(connection).await?).map_err(|reason| broken(&reason))
}

/// Seals what a transaction made of the manifest: `seal` has taken in its batches and files already.
pub(super) async fn save(connection: &mut SqliteConnection, mut seal: Seal) -> Result<(), Error> {
    seal.figures = total(&figures(connection).await?);
    seal.seq = sqlx::query_scalar("select coalesce(max(seq), 0) from commits")
        .fetch_one(&mut *connection)
        .await
        .map_err(storage)?;
    sqlx::query(
        "insert into seal (only, seq, parts, total, figures, crc32) values (1, ?, ?, ?, ?, ?)
         on conflict (only) do update set seq = excluded.seq, parts = excluded.parts, total = excluded.total,
             figures = excluded.figures, crc32 = excluded.crc32",
    )
    .bind(seal.seq)
    .bind(seal.parts)
    .bind(seal.total)
    .bind(seal.figures)
    .bind(i64::from(seal.crc32()))
    .execute(connection)
    .await
    .map_err(storage)?;
    Ok(())
}

/// The first seal of a manifest, made from what is there.
pub(super) async fn begin(connection: &mut SqliteConnection) -> Result<(), Error> {
    let parts = parts(connection).await?;
    let seal = Seal { parts: parts.len() as i64, total: total(&parts), ..Seal::default() };
    save(connection, seal).await
}

async fn figures(connection: &mut SqliteConnection) -> Result<Vec<String>, Error> {
    sqlx::query_scalar(FIGURES).fetch_all(connection).await.map_err(storage)
}

async fn parts(connection: &mut SqliteConnection) -> Result<Vec<String>, Error> {
    let parts = format!("select {BATCH_TEXT} from batches union all select {FILE_TEXT} from files");
    sqlx::query_scalar(AssertSqlSafe(parts)).fetch_all(connection).await.map_err(storage)
}

fn broken(reason: &str) -> Error {
    database::damaged(reason)
}

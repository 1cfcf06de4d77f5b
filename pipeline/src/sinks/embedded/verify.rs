//! Reading everything in the store to say what is whole; works beside its writer.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use schemas::{
    manifest::{self, CURRENT, MANIFEST, STORE},
    tables::Table,
};
use sqlx::{Connection as _, SqliteConnection};

use super::{
    database::{self, storage},
    file, folder,
    folder::Generation,
    progress::Progress,
    read, seal, write,
};
use crate::{Finding, buses::SLA, projection, sinks::Error};

/// A compaction may replace files while they are being read: how often to start over.
const ATTEMPTS_MAX: u32 = 3;
/// Sentences about one kind of damage; more would say no more.
const SENTENCES_MAX: usize = 20;
/// Folds and batches fetched at once.
const PAGE: i64 = 256;

/// What was found of a store.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// Sentences about each part.
    pub findings: Vec<Finding>,
    /// How far it has come, where that could be read.
    pub progress: Option<Progress>,
    /// Rows of events and dimensions: one for each stored event.
    pub rows_of_events: u64,
    /// Tickets that have a working state.
    pub ticket_states: u64,
}

/// Reads the whole store in `data_dir`: pages and seal of the manifest, fresh batches, files, folds.
pub async fn verify(data_dir: &Path) -> Verified {
    let mut attempt = 1;
    loop {
        let before = state(data_dir).await;
        let verified = once(data_dir).await;
        let is_whole = verified.findings.iter().all(|finding| finding.is_whole);
        if is_whole || attempt == ATTEMPTS_MAX || before == state(data_dir).await {
            return verified;
        }
        attempt += 1;
    }
}

/// The generation in use and its newest commit.
async fn state(data_dir: &Path) -> Option<(u64, i64)> {
    let generation = folder::current(data_dir).ok()??;
    let mut connection = database::beside_a_writer(&generation.folder).await.ok()?;
    let newest =
        sqlx::query_scalar("select coalesce(max(seq), 0) from commits").fetch_one(&mut connection).await.ok()?;
    Some((generation.number, newest))
}

async fn once(data_dir: &Path) -> Verified {
    let mut verified = Verified::default();
    let current = format!("{STORE}/{CURRENT}");
    let generation = match folder::current(data_dir) {
        Ok(Some(generation)) => generation,
        Ok(None) => {
            verified.findings.push(nameless(data_dir, current).await);
            return verified;
        }
        Err(error) => {
            verified.findings.push(Finding::damaged(current, error.to_string()));
            return verified;
        }
    };
    verified.findings.push(Finding::whole(current, format!("names generation {}", generation.number)));
    let mut look = Look { place: place(&generation, MANIFEST), generation, verified };
    if let Err(error) = look.manifest().await {
        let place = look.place.clone();
        look.verified.findings.push(Finding::damaged(place, error.to_string()));
    }
    look.verified
}

/// A store without `CURRENT`: none yet, or one that nothing names any more.
async fn nameless(data_dir: &Path, current: String) -> Finding {
    for generation in folder::all(data_dir).unwrap_or_default() {
        if !matches!(database::holds_rows(&generation.folder).await, Ok(false)) {
            return Finding::damaged(current, "is missing, and there are generations");
        }
    }
    Finding::whole(current, "is not there: nothing is stored yet")
}

fn place(generation: &Generation, name: &str) -> String {
    format!("{STORE}/{}/{name}", manifest::generation_name(generation.number))
}

struct Look {
    generation: Generation,
    place: String,
    verified: Verified,
}

impl Look {
    async fn manifest(&mut self) -> Result<(), Error> {
        // Before the manifest: a file that is being written now is named later.
        let names = folder::names(&self.generation.folder)?;
        let mut connection = database::beside_a_writer(&self.generation.folder).await?;
        let mut tx = connection.begin().await.map_err(storage)?;
        let said = pages(&mut tx).await.map(|wrong| ("its pages are in order".to_owned(), wrong));
        self.say(said);
        let sealed = if database::is_sealed(&mut tx).await? {
            seal::check(&mut tx).await.map(|()| "its seal holds")
        } else {
            Ok("an earlier release wrote it: it bears no seal yet")
        };
        self.say(sealed.map(|sentence| (sentence.to_owned(), Vec::new())));
        let position = write::position(&mut tx, manifest::TOPIC).await?;
        let told = write::position(&mut tx, SLA).await?;
        self.verified.progress = Some(Progress { position, told, counts: read::counts(&mut *tx).await? });
        let said = self.batches(&mut tx).await;
        self.say(said);
        self.files(&mut tx, &names).await?;
        let said = folds(&mut tx).await;
        self.say(said);
        self.verified.ticket_states = sqlx::query_scalar::<_, i64>("select count(*) from folds where space = ?")
            .bind(projection::TICKET_SPACE)
            .fetch_one(&mut *tx)
            .await
            .map_err(storage)? as u64;
        Ok(())
    }

    /// Notes what was found in the manifest.
    fn say(&mut self, looked: Looked) {
        let findings = &mut self.verified.findings;
        match looked {
            Ok((sentence, wrong)) if wrong.is_empty() => findings.push(Finding::whole(&self.place, sentence)),
            Ok((_, wrong)) => findings.extend(wrong.into_iter().map(|wrong| Finding::damaged(&self.place, wrong))),
            Err(error) => findings.push(Finding::damaged(&self.place, error.to_string())),
        }
    }

    async fn batches(&mut self, tx: &mut SqliteConnection) -> Looked {
        let (mut after, mut count, mut wrong) = (0, 0_u64, Vec::new());
        loop {
            let page: Vec<BatchRow> = sqlx::query_as(
                "select id, table_name, removed_seq, rows, crc32, data from batches where id > ? order by id limit ?",
            )
            .bind(after)
            .bind(PAGE)
            .fetch_all(&mut *tx)
            .await
            .map_err(storage)?;
            let Some(last) = page.last() else { break };
            after = last.0;
            count += page.len() as u64;
            for (id, table, removed, rows, crc32, data) in page {
                match unpacked(&table, &data, crc32) {
                    Ok(found) if found == rows => {
                        if removed.is_none() {
                            self.count_events(&table, rows as u64);
                        }
                    }
                    Ok(found) => wrong.push(format!("batch {id} of {table} holds {found} rows instead of {rows}")),
                    Err(reason) => wrong.push(format!("batch {id} of {table} is damaged: {reason}")),
                }
            }
            if wrong.len() > SENTENCES_MAX {
                break;
            }
        }
        Ok((format!("{count} batches of fresh rows can be read"), wrong))
    }

    async fn files(&mut self, tx: &mut SqliteConnection, names: &[String]) -> Result<(), Error> {
        let files: Vec<(String, String, Option<i64>, i64, i64, i64)> =
            sqlx::query_as("select table_name, path, removed_seq, rows, bytes, crc32 from files order by id")
                .fetch_all(tx)
                .await
                .map_err(storage)?;
        let known: HashSet<&str> = files.iter().map(|file| file.1.as_str()).collect();
        for name in names.iter().filter(|name| !name.starts_with(MANIFEST) && !known.contains(name.as_str())) {
            let sentence = "is named by no commit: being written, or left over; the next start removes it";
            self.verified.findings.push(Finding::whole(place(&self.generation, name), sentence));
        }
        for (table, path, _, rows, bytes, crc32) in files.iter().filter(|file| file.2.is_none()) {
            let (whole, file) = (self.generation.folder.join(path), table.clone());
            let (bytes, crc32) = (*bytes as u64, *crc32 as u32);
            let reading = tokio::task::spawn_blocking(move || rows_of(&whole, &file, bytes, crc32)).await;
            let found = reading.map_err(|error| error.to_string()).and_then(|found| found);
            let place = place(&self.generation, path);
            let finding = match found {
                Ok(found) if found == *rows => {
                    self.count_events(table, found as u64);
                    Finding::whole(place, format!("{rows} rows, and its checksum holds"))
                }
                Ok(found) => Finding::damaged(place, format!("holds {found} rows instead of {rows}")),
                Err(reason) => Finding::damaged(place, reason),
            };
            self.verified.findings.push(finding);
        }
        Ok(())
    }

    fn count_events(&mut self, table: &str, rows: u64) {
        if matches!(Table::named(table), Some(Table::TicketEvents | Table::Dimensions)) {
            self.verified.rows_of_events += rows;
        }
    }
}

/// Id, table, commit of its removal, rows, checksum, bytes.
type BatchRow = (i64, String, Option<i64>, i64, i64, Vec<u8>);

/// What is said if all is well, and what is wrong.
type Looked = Result<(String, Vec<String>), Error>;

async fn pages(tx: &mut SqliteConnection) -> Result<Vec<String>, Error> {
    let mut said: Vec<String> =
        sqlx::query_scalar("pragma integrity_check(20)").fetch_all(tx).await.map_err(storage)?;
    said.retain(|said| said != "ok");
    Ok(said.iter().map(|said| format!("its pages are damaged: {said}")).collect())
}

async fn folds(tx: &mut SqliteConnection) -> Looked {
    let checksum = if database::is_sealed(tx).await? { "crc32" } else { "null" };
    let query =
        format!("select space, id, state, {checksum} from folds where (space, id) > (?, ?) order by space, id limit ?");
    let (mut space, mut id, mut wrong) = (String::new(), i64::MIN, Vec::new());
    let (mut count, mut earlier) = (0_u64, 0_u64);
    while wrong.len() <= SENTENCES_MAX {
        let page: Vec<(String, i64, Vec<u8>, Option<i64>)> = sqlx::query_as(sqlx::AssertSqlSafe(query.clone()))
            .bind(&space)
            .bind(id)
            .bind(PAGE)
            .fetch_all(&mut *tx)
            .await
            .map_err(storage)?;
        let Some(last) = page.last() else { break };
        (space, id) = (last.0.clone(), last.1);
        count += page.len() as u64;
        for (space, id, state, crc32) in page {
            let checked = read::whole(&space, (id, state, crc32)).map_err(|error| error.to_string());
            match checked.map(|(_, state)| projection::check_state(&space, &state)) {
                Ok(Ok(())) => {}
                Ok(Err(projection::Error::Layout { found, expected })) if found < expected => earlier += 1,
                Ok(Err(error)) => wrong.push(format!("{space} {id}: {error}")),
                Err(error) => wrong.push(error),
            }
        }
    }
    if earlier > 0 {
        let said =
            format!("{earlier} of {count} working states are of an earlier release: `farol up` makes the store again");
        return Ok((said, wrong));
    }
    Ok((format!("{count} working states can be read"), wrong))
}

fn unpacked(table: &str, data: &[u8], crc32: i64) -> Result<i64, String> {
    let table = Table::named(table).ok_or_else(|| format!("there is no table {table}"))?;
    let rows = manifest::unpack(table, data, crc32 as u32).map_err(|error| error.to_string())?;
    Ok(rows.num_rows() as i64)
}

/// The rows of a file, all of which were read.
fn rows_of(path: &PathBuf, table: &str, bytes: u64, crc32: u32) -> Result<i64, String> {
    let table = Table::named(table).ok_or_else(|| format!("there is no table {table}"))?;
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length != bytes {
        return Err(format!("has {length} bytes instead of {bytes}"));
    }
    let opened = file::open(path, crc32).map_err(|error| error.to_string())?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(opened).map_err(|error| error.to_string())?;
    if builder.schema() != &table.arrow_schema() {
        return Err(format!("its columns are not those of {}", table.name()));
    }
    let mut rows = 0;
    for batch in builder.build().map_err(|error| error.to_string())? {
        rows += batch.map_err(|error| error.to_string())?.num_rows() as i64;
    }
    Ok(rows)
}

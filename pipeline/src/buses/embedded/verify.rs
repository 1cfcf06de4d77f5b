//! Reading everything in the log to say what is whole; works beside its writer.

use std::path::Path;

use futures::TryStreamExt as _;
use schemas::Instant;
use sqlx::{SqliteConnection, SqlitePool};

use super::{
    super::{DeadLetter, Error},
    EmbeddedBus,
    batch::Batch,
    checkpoint, ledger, open, storage,
};
use crate::Finding;

/// Sentences about one kind of damage; more would say no more.
const SENTENCES_MAX: usize = 20;

/// Reads the whole log in `data_dir`: pages, every batch, cursor and counts, ledger, letters. `is_readable` tells whether the source
/// understands a value of the ledger.
pub async fn verify(data_dir: &Path, is_readable: impl Fn(&str, &[u8]) -> bool) -> Vec<Finding> {
    let pool = match open::for_reading(data_dir).await {
        Ok(pool) => pool,
        Err(error) => return vec![Finding::damaged(EmbeddedBus::FILE, error.to_string())],
    };
    let mut findings = Vec::new();
    if let Err(error) = look(&pool, &is_readable, &mut findings).await {
        findings.push(Finding::damaged(EmbeddedBus::FILE, error.to_string()));
    }
    pool.close().await;
    findings
}

async fn look(
    pool: &SqlitePool,
    is_readable: &impl Fn(&str, &[u8]) -> bool,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    // One state of the log, whatever is written meanwhile.
    let mut log = pool.begin().await.map_err(storage)?;
    let looked = [
        pages(&mut log).await,
        batches(&mut log).await,
        counts(&mut log).await,
        values(&mut log, is_readable).await,
        letters(&mut log).await,
    ];
    for looked in looked {
        match looked {
            Ok((sentence, wrong)) if wrong.is_empty() => findings.push(Finding::whole(EmbeddedBus::FILE, sentence)),
            Ok((_, wrong)) => {
                findings.extend(wrong.into_iter().map(|sentence| Finding::damaged(EmbeddedBus::FILE, sentence)));
            }
            Err(error) => findings.push(Finding::damaged(EmbeddedBus::FILE, error.to_string())),
        }
    }
    Ok(())
}

/// What is said if all is well, and what is wrong.
type Looked = Result<(String, Vec<String>), Error>;

async fn pages(log: &mut SqliteConnection) -> Looked {
    let mut said: Vec<String> =
        sqlx::query_scalar("pragma integrity_check(20)").fetch_all(log).await.map_err(storage)?;
    said.retain(|said| said != "ok");
    let wrong = said.iter().map(|said| format!("its pages are damaged: {said}")).collect();
    Ok(("its pages are in order".to_owned(), wrong))
}

async fn batches(log: &mut SqliteConnection) -> Looked {
    let ends: Vec<(String, i64)> = sqlx::query_as("select topic, next_offset from topics order by topic")
        .fetch_all(&mut *log)
        .await
        .map_err(storage)?;
    let (mut records, mut count, mut wrong) = (0_u64, 0_u64, Vec::new());
    let mut place = (String::new(), 0);
    let mut reached: Vec<(String, i64)> = Vec::new();
    let mut found = sqlx::query_as::<_, Batch>(
        "select topic, first_offset, next_offset, at, crc32, data from batches order by topic, first_offset",
    )
    .fetch(log);
    while let Some(batch) = found.try_next().await.map_err(storage)? {
        count += 1;
        if batch.topic != place.0 {
            place = (batch.topic.clone(), 0);
            reached.push(place.clone());
        }
        let (first, next, at) = (batch.first_offset, batch.next_offset, batch.at);
        if first != place.1 {
            wrong.push(format!("{} has events from {} on, where {} is next", place.0, first, place.1));
        }
        place.1 = next;
        if let Some(last) = reached.last_mut() {
            last.1 = next;
        }
        match batch.records() {
            Ok(batch) => records += batch.len() as u64,
            Err(error) => {
                wrong.push(format!("{error}; events {first} to {next}, appended {}, cannot be read", Instant(at)));
            }
        }
        if wrong.len() > SENTENCES_MAX {
            break;
        }
    }
    if wrong.is_empty() && reached != ends {
        wrong.push(format!("its batches end at {reached:?}, its topics at {ends:?}"));
    }
    Ok((format!("{records} events in {count} batches, every checksum holds and none is missing"), wrong))
}

async fn counts(log: &mut SqliteConnection) -> Looked {
    let (cursor, rows) = checkpoint::load(log).await?;
    let mut wrong = Vec::new();
    if !rows.balance() {
        wrong.push(format!("the counts of rows do not add up: {rows:?}"));
    }
    let place = if cursor.is_some() { "the cursor is whole" } else { "there is no cursor yet" };
    Ok((format!("{place}, and the counts of {} rows fetched add up", rows.fetched), wrong))
}

async fn values(log: &mut SqliteConnection, is_readable: &impl Fn(&str, &[u8]) -> bool) -> Looked {
    let select = if open::is_checked(log).await? {
        "select space, id, value, crc32 from ledger"
    } else {
        "select space, id, value, null from ledger"
    };
    let (mut count, mut unchecked, mut wrong) = (0_u64, 0_u64, Vec::new());
    let mut found = sqlx::query_as::<_, (String, i64, Vec<u8>, Option<i64>)>(select).fetch(log);
    while let Some((space, id, value, crc32)) = found.try_next().await.map_err(storage)? {
        count += 1;
        unchecked += u64::from(crc32.is_none());
        if crc32.is_some_and(|crc32| crc32 != ledger::checksum(&space, id, &value)) {
            wrong.push(format!("the checksum of what the ledger holds of {space} {id} does not hold"));
        } else if !is_readable(&space, &value) {
            wrong.push(format!("what the ledger holds of {space} {id} cannot be understood"));
        }
        if wrong.len() > SENTENCES_MAX {
            break;
        }
    }
    Ok((format!("{count} values in the ledger can be read{}", without_checksum(unchecked)), wrong))
}

async fn letters(log: &mut SqliteConnection) -> Looked {
    let (mut count, mut wrong) = (0_u64, Vec::new());
    let mut found = sqlx::query_as::<_, DeadLetter>("select * from dead_letters order by place").fetch(log);
    loop {
        match found.try_next().await {
            Ok(Some(_)) => count += 1,
            Ok(None) => break,
            Err(error) => {
                wrong.push(error.to_string());
                break;
            }
        }
    }
    Ok((format!("{count} dead letters can be read"), wrong))
}

fn without_checksum(count: u64) -> String {
    if count == 0 {
        String::new()
    } else {
        format!(" ({count} were written by an earlier release and bear no checksum)")
    }
}

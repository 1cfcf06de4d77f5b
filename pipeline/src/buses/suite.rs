//! What every bus promises, as tests that each adapter runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::HashMap;

use bytes::Bytes;
use schemas::{Cursor, Instant, Offset, Origin, TicketId, ingestion::RowCounts};

use super::{Append, Bus, DeadLetter, Error, TICKETS};
use crate::{Fault, sources::LedgerEntry};

/// A fresh bus, with the folder that must outlive it.
pub(crate) struct Opened {
    pub(crate) bus: Box<dyn Bus>,
    pub(crate) _data_dir: Option<tempfile::TempDir>,
}

/// One test for each promise, on buses that `$open` makes.
macro_rules! suite {
    ($open:ident) => {
        $crate::buses::suite::suite!($open:
            records_come_back_in_the_order_of_their_append,
            a_read_starts_and_ends_inside_a_batch,
            a_reader_that_has_been_beyond_the_end_is_told,
            topics_do_not_mix,
            everything_of_an_append_is_saved_with_it,
            an_append_without_records_saves_the_rest,
            an_append_without_a_cursor_leaves_it,
            the_ledger_recalls_scans_and_forgets,
            a_dead_letter_is_kept_once_and_as_it_first_was,
            dead_letters_are_listed_oldest_first_page_by_page,
            a_row_waits_until_each_of_its_letters_was_driven_again,
            an_instant_finds_the_first_append_made_then_or_later
        );
    };
    ($open:ident: $($promise:ident),*) => {
        $(
            #[tokio::test]
            async fn $promise() {
                let opened = $open().await;
                $crate::buses::suite::$promise(opened.bus.as_ref()).await;
            }
        )*
    };
}
pub(crate) use suite;

/// An append of `values` at second `at`.
pub(crate) fn append(values: &[&str], at: i64) -> Append {
    let records = values.iter().map(|value| (Bytes::from("t/1"), Bytes::from((*value).to_owned()))).collect();
    Append { topic: TICKETS.to_owned(), records, at: Instant::from_seconds(at), ..Append::default() }
}

/// At most `limit` values from `from` on, with their offsets.
pub(crate) async fn values(bus: &dyn Bus, from: u64, limit: usize) -> Vec<(u64, String)> {
    let records = bus.read(TICKETS, Offset(from), limit).await.unwrap();
    records.into_iter().map(|record| (record.offset.0, String::from_utf8(record.value.to_vec()).unwrap())).collect()
}

/// A dead letter of ticket 3.
pub(crate) fn letter(id: &str, reason: &str) -> DeadLetter {
    DeadLetter {
        id: id.to_owned(),
        at: Instant::from_seconds(9),
        stage: "source".to_owned(),
        origin: Origin::new("Ticket", 3),
        ticket_id: Some(TicketId(3)),
        reason: reason.to_owned(),
        raw: "{}".to_owned(),
        redriven_at: None,
    }
}

fn numbered(values: &[(u64, &str)]) -> Vec<(u64, String)> {
    values.iter().map(|(offset, value)| (*offset, (*value).to_owned())).collect()
}

pub(crate) async fn records_come_back_in_the_order_of_their_append(bus: &dyn Bus) {
    assert_eq!(values(bus, 0, 10).await, vec![]);
    assert_eq!(bus.append(append(&["a", "b"], 1)).await.unwrap(), Offset(2));
    assert_eq!(bus.append(append(&["", "d"], 2)).await.unwrap(), Offset(4));

    assert_eq!(values(bus, 0, 10).await, numbered(&[(0, "a"), (1, "b"), (2, ""), (3, "d")]));
    assert_eq!(bus.end(TICKETS).await.unwrap(), Offset(4));
    let first = bus.read(TICKETS, Offset(0), 1).await.unwrap().remove(0);
    assert_eq!(first.key, Bytes::from("t/1"));
}

pub(crate) async fn a_read_starts_and_ends_inside_a_batch(bus: &dyn Bus) {
    bus.append(append(&["a", "b", "c"], 1)).await.unwrap();
    bus.append(append(&["d", "e", "f"], 2)).await.unwrap();

    assert_eq!(values(bus, 1, 3).await, numbered(&[(1, "b"), (2, "c"), (3, "d")]));
    assert_eq!(values(bus, 4, 1).await, numbered(&[(4, "e")]));
    assert_eq!(values(bus, 6, 5).await, vec![]);
    assert_eq!(values(bus, 0, 0).await, vec![]);
}

pub(crate) async fn a_reader_that_has_been_beyond_the_end_is_told(bus: &dyn Bus) {
    bus.append(append(&["a"], 1)).await.unwrap();

    let error = bus.read(TICKETS, Offset(2), 1).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Fatal);
    assert_eq!(error.to_string(), "log is damaged in tickets at offset 1: it ends here, and its reader has been at 2");
    assert!(matches!(bus.read(TICKETS, Offset(u64::MAX), 1).await, Err(Error::Damaged { .. })));
}

pub(crate) async fn topics_do_not_mix(bus: &dyn Bus) {
    bus.append(append(&["a", "b"], 1)).await.unwrap();
    let other = Append { topic: "sla".to_owned(), ..append(&["x"], 1) };

    assert_eq!(bus.append(other).await.unwrap(), Offset(1));
    assert_eq!(bus.end("sla").await.unwrap(), Offset(1));
    assert_eq!(values(bus, 0, 9).await, numbered(&[(0, "a"), (1, "b")]));
    assert_eq!(bus.end("unheard of").await.unwrap(), Offset(0));
}

pub(crate) async fn everything_of_an_append_is_saved_with_it(bus: &dyn Bus) {
    let rows = RowCounts { fetched: 4, repeated: 1, converted: 1, filtered: 1, dead: 1 };
    let full = Append {
        dead: vec![letter("l1", "no date")],
        cursor: Some(Cursor("here".to_owned())),
        ledger: vec![LedgerEntry { space: "ticket", id: 3, value: Some(vec![1, 2]) }],
        rows,
        ..append(&["a"], 1)
    };
    bus.append(full.clone()).await.unwrap();
    bus.append(full).await.unwrap();

    let twice = RowCounts { fetched: 8, repeated: 2, converted: 2, filtered: 2, dead: 2 };
    assert_eq!(bus.checkpoint().await.unwrap(), (Some(Cursor("here".to_owned())), twice));
    assert_eq!(bus.dead_letters().list(None, 9).await.unwrap(), vec![letter("l1", "no date")]);
    assert_eq!(bus.ledger().recall("ticket", &[3]).await.unwrap(), HashMap::from([(3, vec![1, 2])]));
}

pub(crate) async fn an_append_without_records_saves_the_rest(bus: &dyn Bus) {
    assert_eq!(bus.checkpoint().await.unwrap(), (None, RowCounts::default()));
    let bare = Append {
        cursor: Some(Cursor("here".to_owned())),
        rows: RowCounts { fetched: 1, repeated: 1, ..RowCounts::default() },
        ..append(&[], 1)
    };

    assert_eq!(bus.append(bare.clone()).await.unwrap(), Offset(0));
    assert_eq!(bus.checkpoint().await.unwrap(), (bare.cursor, bare.rows));
}

pub(crate) async fn an_append_without_a_cursor_leaves_it(bus: &dyn Bus) {
    bus.append(Append { cursor: Some(Cursor("here".to_owned())), ..append(&[], 1) }).await.unwrap();
    bus.append(append(&["a"], 1)).await.unwrap();

    assert_eq!(bus.checkpoint().await.unwrap().0, Some(Cursor("here".to_owned())));
}

pub(crate) async fn the_ledger_recalls_scans_and_forgets(bus: &dyn Bus) {
    let remember = async |entries: &[(&'static str, i64, Option<&[u8]>)]| {
        let entry = |(space, id, value): &(&'static str, i64, Option<&[u8]>)| LedgerEntry {
            space,
            id: *id,
            value: value.map(<[u8]>::to_vec),
        };
        bus.append(Append { ledger: entries.iter().map(entry).collect(), ..append(&[], 1) }).await.unwrap();
    };
    remember(&[
        ("ticket", 2, Some(b"b")),
        ("ticket", 1, Some(b"a")),
        ("ticket", 30, Some(b"")),
        ("User", 1, Some(b"u")),
    ])
    .await;

    let ledger = bus.ledger();
    assert_eq!(
        ledger.recall("ticket", &[1, 2, 9]).await.unwrap(),
        HashMap::from([(1, b"a".to_vec()), (2, b"b".to_vec())])
    );
    assert_eq!(ledger.recall("ticket", &[]).await.unwrap(), HashMap::new());
    assert_eq!(ledger.recall("unheard of", &[1]).await.unwrap(), HashMap::new());
    assert_eq!(ledger.scan("ticket", i64::MIN, 2).await.unwrap(), vec![(1, b"a".to_vec()), (2, b"b".to_vec())]);
    assert_eq!(ledger.scan("ticket", 2, 2).await.unwrap(), vec![(30, vec![])]);

    remember(&[("ticket", 2, Some(b"new")), ("ticket", 1, None), ("ticket", 77, None)]).await;
    assert_eq!(bus.ledger().scan("ticket", 0, 9).await.unwrap(), vec![(2, b"new".to_vec()), (30, vec![])]);
    assert_eq!(bus.ledger().scan("User", 0, 9).await.unwrap(), vec![(1, b"u".to_vec())]);
}

pub(crate) async fn a_dead_letter_is_kept_once_and_as_it_first_was(bus: &dyn Bus) {
    let letters = bus.dead_letters();
    letters.add(&[letter("l1", "first"), letter("l1", "again")]).await.unwrap();
    letters.mark_redriven("l1", Instant::from_seconds(20)).await.unwrap();
    letters.add(&[letter("l1", "later")]).await.unwrap();

    let kept = DeadLetter { redriven_at: Some(Instant::from_seconds(20)), ..letter("l1", "first") };
    assert_eq!(letters.list(None, 9).await.unwrap(), vec![kept.clone()]);
    assert_eq!(letters.get("l1").await.unwrap(), Some(kept));
    assert_eq!(letters.get("l2").await.unwrap(), None);
}

pub(crate) async fn dead_letters_are_listed_oldest_first_page_by_page(bus: &dyn Bus) {
    let (letters, no_ticket) = (bus.dead_letters(), DeadLetter { ticket_id: None, ..letter("a", "2") });
    letters.add(&[letter("z", "1"), no_ticket.clone(), letter("m", "3")]).await.unwrap();

    assert_eq!(letters.list(None, 2).await.unwrap(), vec![letter("z", "1"), no_ticket]);
    assert_eq!(letters.list(Some("a"), 2).await.unwrap(), vec![letter("m", "3")]);
    assert_eq!(letters.list(Some("m"), 2).await.unwrap(), vec![]);
    assert_eq!(letters.list(Some("unheard of"), 2).await.unwrap(), vec![]);
}

pub(crate) async fn a_row_waits_until_each_of_its_letters_was_driven_again(bus: &dyn Bus) {
    let letters = bus.dead_letters();
    let of = |id: &str, itemtype: &str, row| DeadLetter { origin: Origin::new(itemtype, row), ..letter(id, "wrong") };
    letters.add(&[of("a", "Ticket", 3), of("b", "Ticket", 3), of("c", "Ticket", 4)]).await.unwrap();
    letters.add(&[of("d", "TicketTask", 5), of("e", "Ticket_User", 6), of("f", "Log", 3)]).await.unwrap();

    assert_eq!(letters.waiting_rows("Ticket").await.unwrap(), 2);
    letters.mark_redriven("a", Instant::from_seconds(20)).await.unwrap();
    assert_eq!(letters.waiting_rows("Ticket").await.unwrap(), 2);
    letters.mark_redriven("b", Instant::from_seconds(20)).await.unwrap();
    assert_eq!(letters.waiting_rows("Ticket").await.unwrap(), 1);
    assert_eq!(letters.waiting_rows("Unheard").await.unwrap(), 0);
}

pub(crate) async fn an_instant_finds_the_first_append_made_then_or_later(bus: &dyn Bus) {
    bus.append(append(&["a", "b"], 10)).await.unwrap();
    bus.append(append(&["c"], 20)).await.unwrap();
    let check = async |at: i64| bus.offset_at(TICKETS, Instant::from_seconds(at)).await.unwrap().0;

    assert_eq!(check(0).await, 0);
    assert_eq!(check(10).await, 0);
    assert_eq!(check(11).await, 2);
    assert_eq!(check(20).await, 2);
    assert_eq!(check(21).await, 3);
    assert_eq!(bus.offset_at("unheard of", Instant(0)).await.unwrap(), Offset(0));
}

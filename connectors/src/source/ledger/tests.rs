//! What is remembered comes back as it was.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn entries() -> impl Strategy<Value = (usize, i64, Entry)> {
    let fate = prop_oneof![Just(Fate::Told), Just(Fate::Dead), Just(Fate::Gone)];
    (0..Kind::ALL.len(), 0..5_000_000_i64, any::<u64>(), 0..300_u64, fate).prop_map(
        |(kind, id, revision, generation, fate)| {
            let revision = kept(Kind::ALL[kind], revision);
            (kind, id, Entry { revision, generation, fate })
        },
    )
}

proptest! {
    #[test]
    fn a_ticket_is_remembered_as_it_was(
        rows in prop::collection::vec(entries(), 0..60),
        code in 0_u8..4,
        entity in prop::option::of(0_i64..1_000_000),
        created_s in prop::option::of(-5_000_000_000_i64..5_000_000_000),
        is_ousted: bool,
        to_retell in 0..=Kinds::CHILDREN.code(),
    ) {
        let mut memory = TicketMemory::unread(presence(code).unwrap());
        memory.entity = entity;
        memory.created_s = created_s;
        memory.is_ousted = is_ousted;
        memory.to_retell = Kinds::decode(to_retell & !1).unwrap();
        for (kind, id, entry) in rows {
            memory.remember(Kind::ALL[kind], id, entry);
        }
        prop_assert_eq!(TicketMemory::decode(&memory.encode()), Some(memory));
    }

    #[test]
    fn damaged_bytes_are_refused_or_read_but_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = (TicketMemory::decode(&bytes), DimensionMemory::decode(&bytes));
    }
}

#[test]
fn a_usual_ticket_takes_few_bytes() {
    let mut memory = TicketMemory::unread(Presence::Live);
    memory.entity = Some(3);
    memory.created_s = Some(1_795_440_000);
    memory.remember(Kind::Ticket, 1_234_567, Entry::first(u64::MAX, Fate::Told));
    memory.remember(Kind::TicketUser, 3_000_000, Entry::first(4_711 << 4 | 2, Fate::Told));
    for line in 0..18 {
        memory.remember(Kind::Log, 20_000_000 + line * 40, Entry::first(line.cast_unsigned(), Fate::Told));
    }
    assert!(memory.encode().len() < 150, "{}", memory.encode().len());
}

#[test]
fn bytes_of_another_version_are_not_guessed_at() {
    let mut bytes = TicketMemory::unread(Presence::Live).encode();
    bytes[0] = 9;
    assert_eq!(TicketMemory::decode(&bytes), None);
}

#[test]
fn a_dimension_row_is_remembered_as_it_was() {
    let entry = Entry { revision: 0xdead_beef_0bad_cafe, generation: 3, fate: Fate::Gone };
    let memory = DimensionMemory { entry, is_trashed: true };
    assert_eq!(DimensionMemory::decode(&memory.encode()), Some(memory));
}

#[test]
fn bytes_after_a_dimension_row_are_not_passed_over() {
    let entry = Entry { revision: 7, generation: 0, fate: Fate::Told };
    let bytes = DimensionMemory { entry, is_trashed: false }.encode();
    assert_eq!(DimensionMemory::decode(&[&bytes[..], &[0]].concat()), None);
    let mut neither = bytes;
    neither[1] = 2;
    assert_eq!(DimensionMemory::decode(&neither), None);
}

#[test]
fn a_content_that_comes_back_has_a_new_name() {
    let first = Entry::first(7, Fate::Told);
    let back = first.next(8, Fate::Told).next(7, Fate::Told);
    assert_ne!(first.name(7), back.name(7));
}

#[test]
fn what_the_first_version_wrote_is_read_without_a_creation() {
    let mut memory = TicketMemory::unread(Presence::Trashed);
    memory.entity = Some(3);
    memory.remember(Kind::Followup, 5, Entry::first(u64::MAX, Fate::Told));
    let first = |code: u8| {
        let mut bytes = vec![1, code, 4, Kind::Followup.code(), 1, 20];
        bytes.extend_from_slice(&[0xff; 8]);
        TicketMemory::decode(&bytes)
    };
    assert_eq!(first(1), Some(memory.clone()));
    memory.to_retell = Kinds::CHILDREN;
    assert_eq!(first(0x81), Some(memory));
}

#[test]
fn an_hour_more_or_less_is_no_other_creation() {
    let mut memory = TicketMemory::unread(Presence::Live);
    let differs = |memory: &TicketMemory, now| memory.differs_from(Some(Instant::from_seconds(now))).is_some();
    assert!(!differs(&memory, 5));
    memory.created_s = Some(1_000_000);
    for (now, is_another) in [(1_000_000, false), (1_003_600, false), (996_400, false), (1_003_601, true), (5, true)] {
        assert_eq!(differs(&memory, now), is_another, "{now}");
    }
    assert_eq!(memory.differs_from(None), None);
    for damaged in [i64::MIN, i64::MAX] {
        memory.created_s = Some(damaged);
        assert!(differs(&memory, 5), "{damaged}");
    }
}

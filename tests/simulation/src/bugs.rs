//! Bugs: mistakes made on purpose, in adapters around the real parts.
//!
//! Each is one that systems of this kind really had. A simulation that does not find all of them proves nothing. Some mistakes are
//! not among them because the design makes them harmless: to append a batch again, or to forget what was read, tells the same
//! events again, and their ids are known for ever.

mod bus;
mod sink;
mod source;

use serde_json::Value;

pub use bus::BuggyBus;
pub use sink::BuggySink;
pub use source::BuggySource;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bug {
    /// The cursor becomes durable before the records that it stands for.
    CursorAhead,
    /// Records are acknowledged from memory and written down with the next ones; the cursor is written at once.
    AcknowledgedEarly,
    /// One record in fifty is not written.
    RecordLost,
    /// Dead letters are counted, but not kept.
    LettersDropped,
    /// A read that was refused goes on one record later.
    SkippedAfterError,
    /// The position becomes durable before its rows.
    OffsetAhead,
    /// Working states older than the last writes are forgotten: events are known within a window only.
    WindowedMemory,
    /// A working state is sometimes read as it was before.
    StaleState,
    /// The working state of a ticket is sometimes not written with its rows.
    StateLost,
    /// Counts are added again when a batch is written again.
    CountedAgain,
    /// Purges are not told.
    PurgeUnseen,
    /// Trashing is not told.
    TrashUnseen,
    /// The end of a link is not told.
    UnlinkUnseen,
    /// Rows that cannot be read are passed over in silence.
    DeadSwallowed,
    /// The watermark promises five minutes more than was read.
    WatermarkAhead,
    /// Every list ends one row early.
    ShortPage,
    /// Times are converted once too often.
    ZoneTwice,
    /// What was told of clocks is noted before its events are there.
    ToldAhead,
    /// What was told of clocks is sometimes not noted.
    ToldForgotten,
}

impl Bug {
    /// Every one.
    pub const ALL: [Self; 19] = [
        Self::CursorAhead,
        Self::AcknowledgedEarly,
        Self::RecordLost,
        Self::LettersDropped,
        Self::SkippedAfterError,
        Self::OffsetAhead,
        Self::WindowedMemory,
        Self::StaleState,
        Self::StateLost,
        Self::CountedAgain,
        Self::PurgeUnseen,
        Self::TrashUnseen,
        Self::UnlinkUnseen,
        Self::DeadSwallowed,
        Self::WatermarkAhead,
        Self::ShortPage,
        Self::ZoneTwice,
        Self::ToldAhead,
        Self::ToldForgotten,
    ];

    /// Reads the answer to `path` wrongly.
    pub(crate) fn read(self, path: &str, body: &mut Vec<u8>) {
        if !matches!(self, Self::ShortPage | Self::ZoneTwice) || path.contains("Session") {
            return;
        }
        let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return };
        match self {
            Self::ShortPage => drop(value.as_array_mut().map(Vec::pop)),
            _ => shift(&mut value),
        }
        *body = value.to_string().into_bytes();
    }
}

/// Moves every time in `value` by an hour.
fn shift(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(shift),
        Value::Object(object) => object.iter_mut().for_each(|(_, value)| shift(value)),
        Value::String(text) => {
            if let Ok(at) = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S") {
                *text = (at - chrono::TimeDelta::hours(1)).format("%Y-%m-%d %H:%M:%S").to_string();
            }
        }
        _ => {}
    }
}

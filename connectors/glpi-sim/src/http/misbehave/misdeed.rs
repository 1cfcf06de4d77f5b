//! Misdeed: what a server or whatever stands before it can do to a call.

/// A kind of misbehaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Misdeed {
    /// The connection is refused; on a port it is cut before the answer.
    Refused,
    /// The connection is cut in the midst of the answer.
    Cut,
    /// The answer takes up to five seconds.
    Slow,
    /// No answer comes while anybody waits.
    Hang,
    /// Status 429 with a number of seconds to wait.
    ThrottledSeconds,
    /// Status 429 with the date to wait for.
    ThrottledDate,
    /// Status 429 with a `Retry-After` that means nothing.
    ThrottledNonsense,
    /// Status 429 without a `Retry-After`.
    ThrottledSilently,
    /// Status 500, 502, 503 or 504 with a page of HTML.
    ServerError,
    /// Status 200 with the page that asks people to log in.
    LoginPage,
    /// Status 200 with the text of a database error before the JSON.
    SqlText,
    /// JSON that ends too early, its length stated rightly.
    TruncatedJson,
    /// A row with a text of 10 MB.
    HugeField,
    /// A small answer that unfolds to far more than anybody wants, or as much unpacked.
    Bomb,
    /// The answer comes at one byte a second.
    Drip,
    /// Every session ends.
    SessionLost,
    /// The right to read one item type is lost for the next calls.
    RightLost,
    /// The server's clock is wrong by up to two hours for the next calls.
    ClockWrong,
    /// The same of the clock of whatever writes the headers, while GLPI's own is right.
    HeaderClockWrong,
    /// Rows have columns that nobody has heard of.
    ColumnsAdded,
    /// Rows lack a column of text that people wrote.
    TextColumnMissing,
    /// Rows lack any one column.
    ColumnMissing,
}

impl Misdeed {
    /// Every one.
    pub const ALL: [Self; 22] = [
        Self::Refused,
        Self::Cut,
        Self::Slow,
        Self::Hang,
        Self::ThrottledSeconds,
        Self::ThrottledDate,
        Self::ThrottledNonsense,
        Self::ThrottledSilently,
        Self::ServerError,
        Self::LoginPage,
        Self::SqlText,
        Self::TruncatedJson,
        Self::HugeField,
        Self::Bomb,
        Self::Drip,
        Self::SessionLost,
        Self::RightLost,
        Self::ClockWrong,
        Self::HeaderClockWrong,
        Self::ColumnsAdded,
        Self::TextColumnMissing,
        Self::ColumnMissing,
    ];

    /// Its name, in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refused => "connection refused",
            Self::Cut => "connection cut",
            Self::Slow => "slow answer",
            Self::Hang => "no answer",
            Self::ThrottledSeconds => "429 with seconds",
            Self::ThrottledDate => "429 with a date",
            Self::ThrottledNonsense => "429 with nonsense",
            Self::ThrottledSilently => "429 without a pause",
            Self::ServerError => "server error",
            Self::LoginPage => "login page",
            Self::SqlText => "sql text",
            Self::TruncatedJson => "truncated json",
            Self::HugeField => "huge field",
            Self::Bomb => "gzip bomb",
            Self::Drip => "one byte a second",
            Self::SessionLost => "session lost",
            Self::RightLost => "right lost",
            Self::ClockWrong => "clock wrong",
            Self::HeaderClockWrong => "clock of the headers wrong",
            Self::ColumnsAdded => "columns added",
            Self::TextColumnMissing => "text column missing",
            Self::ColumnMissing => "column missing",
        }
    }
}

//! How clocks stand, as functions of DataFusion over the columns of `sla_clocks`, a row at a time.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use arrow::{
    array::{Array, ArrayRef, AsArray, Int64Array, PrimitiveArray, TimestampMicrosecondArray},
    datatypes::{ArrowPrimitiveType, DataType, Int64Type, TimeUnit, TimestampMicrosecondType, UInt8Type},
};
use datafusion::{
    common::exec_datafusion_err,
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
    prelude::{Expr, col},
};
use schemas::Instant;
use sla::{Calendars, State, statistics::Severity};

use super::standing::Standing;

/// The columns that every function needs, in the order of its arguments.
const TIMES: [&str; 6] = ["attached_at", "detached_at", "stopped_at", "running_since", "paused_since", "due_at"];
const NUMBERS: [&str; 4] = ["target_s", "elapsed_s", "paused_s", "calendar_id"];
const PRIORITY: &str = "priority";

/// A column of how clocks stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Live {
    /// Working seconds used.
    ElapsedS,
    /// Working seconds paused.
    PausedS,
    /// Working seconds over the target.
    OverByS,
    /// The state, see [`number`].
    State,
    /// How bad it is to be over by so much, as in `lateness::SEVERITIES`.
    Severity,
    /// When the target was or will be used up; empty while paused.
    DueAt,
    /// The due instant, once it passed while the clock ran.
    BreachedAt,
    /// When the clock was broken, kept or taken back.
    ConcludedAt,
}

impl Live {
    pub(super) const ALL: [Self; 8] = [
        Self::ElapsedS,
        Self::PausedS,
        Self::OverByS,
        Self::State,
        Self::Severity,
        Self::DueAt,
        Self::BreachedAt,
        Self::ConcludedAt,
    ];

    /// The column's name.
    pub(crate) const fn column(self) -> &'static str {
        match self {
            Self::ElapsedS => "live_elapsed_s",
            Self::PausedS => "live_paused_s",
            Self::OverByS => "live_over_by_s",
            Self::State => "live_state",
            Self::Severity => "live_severity",
            Self::DueAt => "live_due_at",
            Self::BreachedAt => "live_breached_at",
            Self::ConcludedAt => "live_concluded_at",
        }
    }
}

/// The number of a state, as [`Live::State`] answers it.
pub(crate) const fn number(state: State) -> i64 {
    match state {
        State::Running => 0,
        State::Paused => 1,
        State::Met => 2,
        State::Breached => 3,
        State::Cancelled => 4,
    }
}

/// The function that answers `asked` of each clock at `now`.
pub(super) fn of(asked: Live, now: Instant, calendars: &Arc<Calendars>) -> Expr {
    let columns: Vec<Expr> = TIMES.into_iter().chain(NUMBERS).chain([PRIORITY]).map(col).collect();
    let signature = Signature::any(columns.len(), Volatility::Immutable);
    let standing = Function { asked, now: now.seconds(), calendars: Arc::clone(calendars), signature };
    ScalarUDF::from(standing).call(columns)
}

#[derive(Debug)]
struct Function {
    asked: Live,
    now: i64,
    calendars: Arc<Calendars>,
    signature: Signature,
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        (self.asked, self.now) == (other.asked, other.now) && Arc::ptr_eq(&self.calendars, &other.calendars)
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.asked, self.now).hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &'static str {
        self.asked.column()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.asked {
            Live::DueAt | Live::BreachedAt | Live::ConcludedAt => {
                DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
            }
            _ => DataType::Int64,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let arrays = args.args.iter().map(|arg| arg.to_array(rows)).collect::<Result<Vec<_>>>()?;
        let clocks = Clocks::of(&arrays)?;
        let answers = (0..rows).map(|row| self.answer(&clocks, row));
        if self.return_type(&[])? == DataType::Int64 {
            return Ok(ColumnarValue::Array(Arc::new(answers.collect::<Int64Array>())));
        }
        let micros = answers.map(|at| at.map(|at| Instant::from_seconds(at).0));
        let times = micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC");
        Ok(ColumnarValue::Array(Arc::new(times)))
    }
}

impl Function {
    /// The answer for one row: a number, or an instant in seconds.
    fn answer(&self, clocks: &Clocks<'_>, row: usize) -> Option<i64> {
        let standing = clocks.standing(row);
        let id = at(clocks.numbers[3], row).and_then(|id| u64::try_from(id).ok());
        // A calendar that nobody knows never closes.
        let calendar = self.calendars.get(id).or_else(|_| self.calendars.get(None)).ok()?;
        let now = standing.at(self.now, calendar);
        match self.asked {
            Live::ElapsedS => Some(now.elapsed),
            Live::PausedS => Some(now.paused),
            Live::OverByS => Some(now.over_by),
            Live::State => Some(number(now.state)),
            Live::Severity => {
                let priority = at(clocks.priority, row).unwrap_or(0);
                Some(Severity::of(now.over_by, standing.target, priority) as i64 + 1)
            }
            Live::DueAt => now.due,
            Live::BreachedAt => now.breached,
            Live::ConcludedAt => now.concluded(standing.stopped),
        }
    }
}

/// The arguments of a call.
struct Clocks<'a> {
    times: Vec<&'a PrimitiveArray<TimestampMicrosecondType>>,
    numbers: Vec<&'a PrimitiveArray<Int64Type>>,
    priority: &'a PrimitiveArray<UInt8Type>,
}

impl<'a> Clocks<'a> {
    fn of(arrays: &'a [ArrayRef]) -> Result<Self> {
        let numbers = TIMES.len()..TIMES.len() + NUMBERS.len();
        Ok(Self {
            times: (0..TIMES.len()).map(|place| column(arrays, place)).collect::<Result<_>>()?,
            priority: column(arrays, numbers.end)?,
            numbers: numbers.map(|place| column(arrays, place)).collect::<Result<_>>()?,
        })
    }

    fn standing(&self, row: usize) -> Standing {
        let time = |place: usize| at(self.times[place], row).map(|micros| Instant(micros).seconds());
        let number = |place: usize| at(self.numbers[place], row).unwrap_or(0);
        Standing {
            attached: time(0).unwrap_or(0),
            detached: time(1),
            stopped: time(2),
            running_since: time(3),
            paused_since: time(4),
            due: time(5),
            target: number(0),
            elapsed: number(1),
            paused: number(2),
        }
    }
}

fn column<T: ArrowPrimitiveType>(arrays: &[ArrayRef], place: usize) -> Result<&PrimitiveArray<T>> {
    let array = arrays.get(place).and_then(|array| array.as_primitive_opt::<T>());
    array.ok_or_else(|| exec_datafusion_err!("a function of clocks got another column at place {place}"))
}

fn at<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

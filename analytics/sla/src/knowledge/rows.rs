//! Rows of GLPI as they are told: JSON columns, read into what they mean here.
//!
//! Numbers may come as text, as GLPI versions differ. A row that cannot be read says nothing.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::{Closing, Hours, MonthDay, Segment, Terms, Unit};

/// What GLPI writes where an entity uses the calendar of the one above it.
const INHERITED: i64 = -2;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row {
    /// A service level: whose hours count for its agreements.
    Level(Hours),
    Agreement(AgreementRow),
    Entity(EntityRow),
    Calendar,
    Segment(SegmentRow),
    Link(LinkRow),
    Closing(Closing),
}

/// An SLA or OLA.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AgreementRow {
    /// None where the row does not say how long it gives.
    pub(super) terms: Option<Terms>,
    pub(super) hours: Hours,
    /// The service level that it belongs to.
    pub(super) level: Option<i64>,
}

/// An entity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct EntityRow {
    pub(super) hours: EntityHours,
    pub(super) parent: Option<i64>,
}

/// Which calendar an entity has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum EntityHours {
    Inherited,
    Always,
    Calendar(i64),
}

/// A working time of a calendar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SegmentRow {
    pub(super) calendar: i64,
    pub(super) segment: Segment,
}

/// A closing of a calendar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LinkRow {
    pub(super) calendar: i64,
    pub(super) closing: i64,
}

impl Row {
    /// The row of `kind` with these columns; none where it says nothing that can be used.
    pub(super) fn read(kind: &str, attributes: &str, parent: Option<i64>) -> Option<Self> {
        let columns = Columns(serde_json::from_str(attributes).ok()?);
        match kind {
            "SLM" => Some(Self::Level(columns.hours())),
            "SLA" | "OLA" => Some(Self::Agreement(AgreementRow {
                terms: columns.terms(),
                hours: columns.hours(),
                level: columns.number("slms_id").filter(|level| *level > 0),
            })),
            "Entity" => Some(Self::Entity(EntityRow { hours: columns.entity_hours(), parent })),
            "Calendar" => Some(Self::Calendar),
            "CalendarSegment" => Some(Self::Segment(SegmentRow {
                calendar: columns.number("calendars_id")?,
                segment: columns.segment()?,
            })),
            "Calendar_Holiday" => Some(Self::Link(LinkRow {
                calendar: columns.number("calendars_id")?,
                closing: columns.number("holidays_id")?,
            })),
            "Holiday" => columns.closing().map(Self::Closing),
            _ => None,
        }
    }
}

struct Columns(Map<String, Value>);

impl Columns {
    fn number(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Bool(is_set) => Some((*is_set).into()),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().map(str::trim)
    }

    fn is_set(&self, name: &str) -> bool {
        self.number(name).is_some_and(|number| number != 0)
    }

    fn terms(&self) -> Option<Terms> {
        let unit = match self.text("definition_time")? {
            "minute" => Unit::Minute,
            "hour" => Unit::Hour,
            "day" => Unit::Day,
            "month" => Unit::Month,
            _ => return None,
        };
        Terms::new(u32::try_from(self.number("number_time")?).ok()?, unit, self.is_set("end_of_working_day")).ok()
    }

    fn hours(&self) -> Hours {
        if self.is_set("use_ticket_calendar") {
            return Hours::Ticket;
        }
        let calendar = self.number("calendars_id").and_then(|id| u64::try_from(id).ok()).filter(|id| *id > 0);
        calendar.map_or(Hours::Always, Hours::Calendar)
    }

    fn entity_hours(&self) -> EntityHours {
        let calendar = self.number("calendars_id").unwrap_or(0);
        if calendar == INHERITED || self.number("calendars_strategy") == Some(INHERITED) {
            return EntityHours::Inherited;
        }
        if calendar > 0 { EntityHours::Calendar(calendar) } else { EntityHours::Always }
    }

    fn segment(&self) -> Option<Segment> {
        let weekday = u8::try_from(self.number("day")?).ok()?;
        Segment::parse(weekday, self.text("begin")?, self.text("end")?).ok()
    }

    fn closing(&self) -> Option<Closing> {
        let date = |name: &str| self.text(name)?.get(..10)?.parse::<NaiveDate>().ok();
        let (first, last) = (date("begin_date")?, date("end_date")?);
        if self.is_set("is_perpetual") {
            return Some(Closing::yearly(MonthDay::of(first), MonthDay::of(last)));
        }
        Closing::dates(first, last).ok()
    }
}

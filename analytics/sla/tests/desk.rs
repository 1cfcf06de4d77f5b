#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
//! A recorded desk: GLPI mode gives every figure that GLPI stored.
//!
//! Another recorded desk is compared by `FAROL_DESK=/path/desk.json.gz cargo test -p sla --test desk -- --nocapture`.

use std::{collections::BTreeMap, sync::LazyLock};

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use serde_json::Value;
use sla::{
    Agreement, Calendar, Calendars, Closing, Compiled, Hours, Kind, MonthDay, Policy, Quirks, Segment, Status, Step,
    Terms, Unit, What,
    glpi::{self, Stored},
};

struct Desk {
    tables: Value,
    calendars: Calendars,
    agreements: BTreeMap<(bool, u64), Agreement>,
    entities: BTreeMap<u64, Option<u64>>,
    history: BTreeMap<u64, Vec<Value>>,
}

/// Reading the desk takes longer than comparing it.
static DESK: LazyLock<Desk> = LazyLock::new(load);

fn load() -> Desk {
    let recorded = concat!(env!("CARGO_MANIFEST_DIR"), "/../../connectors/glpi-sim/data/desk-10.0.19.json.gz");
    let path = std::env::var("FAROL_DESK").unwrap_or_else(|_| recorded.to_owned());
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    let tables: Value = serde_json::from_reader(file).unwrap();
    // The account's zone is the recorder's, UTC: its `glpi_currenttime` is the recording instant.
    let zone = Tz::UTC;
    let calendars =
        Calendars::new(zone, rows(&tables, "Calendar").iter().map(|row| (id(row), calendar(&tables, row, zone))));
    let agreements = ["SLA", "OLA"].iter().flat_map(|table| {
        rows(&tables, table).iter().map(|row| ((*table == "OLA", id(row)), agreement(&tables, row, *table == "OLA")))
    });
    let agreements = agreements.collect();
    let entities = rows(&tables, "Entity").iter().map(|row| (id(row), entity_calendar(&tables, row))).collect();
    let mut history: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for row in rows(&tables, "Log") {
        if row["itemtype"] == "Ticket" && row["linked_action"] == 0 && row["id_search_option"] == 12 {
            history.entry(number(row, "items_id") as u64).or_default().push(row.clone());
        }
    }
    for rows in history.values_mut() {
        rows.sort_by_key(id);
    }
    Desk { tables, calendars, agreements, entities, history }
}

fn rows<'a>(tables: &'a Value, name: &str) -> &'a [Value] {
    tables[name].as_array().map_or(&[], Vec::as_slice)
}

fn number(row: &Value, column: &str) -> i64 {
    row[column].as_i64().or_else(|| row[column].as_str()?.parse().ok()).unwrap_or_default()
}

fn id(row: &Value) -> u64 {
    number(row, "id") as u64
}

fn time(row: &Value, column: &str) -> Option<i64> {
    let naive = NaiveDateTime::parse_from_str(row[column].as_str()?, "%Y-%m-%d %H:%M:%S").ok()?;
    Some(naive.and_utc().timestamp())
}

fn calendar(tables: &Value, row: &Value, zone: Tz) -> Compiled {
    let own = |name: &str| {
        rows(tables, name).iter().filter(|other| number(other, "calendars_id") as u64 == id(row)).collect::<Vec<_>>()
    };
    let text = |row: &Value, column: &str| row[column].as_str().unwrap().to_owned();
    let segments: Vec<Segment> = own("CalendarSegment")
        .iter()
        .map(|row| Segment::parse(number(row, "day") as u8, &text(row, "begin"), &text(row, "end")).unwrap())
        .collect();
    let closings = own("Calendar_Holiday").into_iter().filter_map(|link| {
        let row = rows(tables, "Holiday").iter().find(|row| id(row) as i64 == number(link, "holidays_id"))?;
        let date = |column| text(row, column).parse::<NaiveDate>().unwrap();
        let (first, last) = (date("begin_date"), date("end_date"));
        let yearly = number(row, "is_perpetual") == 1;
        Some(if yearly {
            Closing::yearly(MonthDay::of(first), MonthDay::of(last))
        } else {
            Closing::dates(first, last).unwrap()
        })
    });
    Compiled::new(Calendar::new(zone, &segments, closings.collect()).unwrap())
}

fn agreement(tables: &Value, row: &Value, internal: bool) -> Agreement {
    let unit = match row["definition_time"].as_str().unwrap() {
        "minute" => Unit::Minute,
        "hour" => Unit::Hour,
        "day" => Unit::Day,
        _ => Unit::Month,
    };
    let slm = rows(tables, "SLM").iter().find(|slm| id(slm) as i64 == number(row, "slms_id")).unwrap_or(row);
    let hours = match (number(slm, "use_ticket_calendar"), number(slm, "calendars_id")) {
        (1, _) => Hours::Ticket,
        (_, 0) => Hours::Always,
        (_, calendar) => Hours::Calendar(calendar as u64),
    };
    let kind = match (internal, number(row, "type")) {
        (false, 0) => Kind::Ttr,
        (false, _) => Kind::Tto,
        (true, 0) => Kind::OlaTtr,
        (true, _) => Kind::OlaTto,
    };
    let terms = Terms::new(number(row, "number_time") as u32, unit, number(row, "end_of_working_day") == 1).unwrap();
    Agreement { id: id(row), kind, terms, hours }
}

/// An entity's own calendar, or that of the first ancestor that does not inherit.
fn entity_calendar(tables: &Value, row: &Value) -> Option<u64> {
    let mut row = row;
    while number(row, "calendars_strategy") == -2 {
        let parent = row["entities_id"].as_i64()?;
        row = rows(tables, "Entity").iter().find(|other| number(other, "id") == parent)?;
    }
    Some(number(row, "calendars_id") as u64).filter(|calendar| *calendar > 0)
}

impl Desk {
    fn tickets(&self) -> impl Iterator<Item = &Value> {
        rows(&self.tables, "Ticket").iter().chain(rows(&self.tables, "Ticket?is_deleted"))
    }

    fn now(&self) -> i64 {
        time(&self.tables["getFullSession"], "glpi_currenttime").unwrap()
    }

    /// The ticket's steps, from its row's links and its history alone; no stored figure among them.
    fn steps(&self, ticket: &Value) -> Vec<Step> {
        let created = time(ticket, "date_creation").unwrap();
        let history = self.history.get(&id(ticket)).map_or(&[][..], Vec::as_slice);
        let first = history.first().map_or(number(ticket, "status"), |row| number(row, "old_value"));
        let entity = self.entities.get(&(number(ticket, "entities_id") as u64)).copied().flatten();
        let mut steps = vec![
            Step::new(created, What::Opened(time(ticket, "date").unwrap())),
            Step::new(created, What::Calendar(entity)),
            Step::new(created, What::Status(Status(first as u8))),
        ];
        for (internal, column) in
            [(false, "slas_id_tto"), (false, "slas_id_ttr"), (true, "olas_id_tto"), (true, "olas_id_ttr")]
        {
            let Some(agreement) = self.agreements.get(&(internal, number(ticket, column) as u64)) else { continue };
            let begun = if column == "olas_id_tto" { "ola_tto_begin_date" } else { "ola_ttr_begin_date" };
            let at = if internal { time(ticket, begun).unwrap_or(created) } else { created };
            steps.push(Step::new(at, What::Attached(*agreement)));
        }
        steps.extend(time(ticket, "takeintoaccountdate").map(|at| Step::new(at, What::TakenIntoAccount)));
        let change = |row: &Value| {
            Step::new(time(row, "date_mod").unwrap(), What::Status(Status(number(row, "new_value") as u8)))
        };
        steps.extend(history.iter().map(change));
        steps
    }
}

/// Every stored figure beside the computed one.
fn figures(ticket: &Value, computed: &Stored) -> Vec<(&'static str, Option<i64>, Option<i64>)> {
    let kept = |column| Some(number(ticket, column));
    vec![
        ("time_to_own", time(ticket, "time_to_own"), computed.due(Kind::Tto)),
        ("time_to_resolve", time(ticket, "time_to_resolve"), computed.due(Kind::Ttr)),
        ("internal_time_to_own", time(ticket, "internal_time_to_own"), computed.due(Kind::OlaTto)),
        ("internal_time_to_resolve", time(ticket, "internal_time_to_resolve"), computed.due(Kind::OlaTtr)),
        ("takeintoaccount_delay_stat", kept("takeintoaccount_delay_stat"), Some(computed.take_into_account_delay)),
        ("solve_delay_stat", kept("solve_delay_stat"), Some(computed.solve_delay)),
        ("close_delay_stat", kept("close_delay_stat"), Some(computed.close_delay)),
        ("waiting_duration", kept("waiting_duration"), Some(computed.waiting)),
        ("sla_waiting_duration", kept("sla_waiting_duration"), Some(computed.sla_waiting)),
        ("ola_waiting_duration", kept("ola_waiting_duration"), Some(computed.ola_waiting)),
        ("begin_waiting_date", time(ticket, "begin_waiting_date"), computed.begin_waiting),
        ("solvedate", time(ticket, "solvedate"), computed.solved_at),
        ("closedate", time(ticket, "closedate"), computed.closed_at),
        ("status", kept("status"), Some(i64::from(computed.status))),
    ]
}

#[test]
fn every_stored_figure_of_the_recorded_desk_is_reproduced() {
    let desk = &*DESK;
    let (mut compared, mut wrong) = (0, Vec::new());
    for ticket in desk.tickets() {
        let computed = glpi::stored(&desk.steps(ticket), &desk.calendars, Quirks::GLPI, desk.now()).unwrap();
        for (name, stored, computed) in figures(ticket, &computed) {
            compared += 1;
            if stored != computed {
                wrong.push(format!("ticket {} {name}: stored {stored:?}, computed {computed:?}", id(ticket)));
            }
        }
    }
    println!("{compared} figures compared, {} differ", wrong.len());
    assert!(compared > 0 && wrong.is_empty(), "{} of {compared} figures differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn where_the_modes_differ_on_the_recorded_desk_a_quirk_is_named() {
    let desk = &*DESK;
    let (mut clocks, mut named, mut unnamed) = (0, BTreeMap::new(), Vec::new());
    for ticket in desk.tickets() {
        for pair in glpi::compare(&desk.steps(ticket), &desk.calendars, &Policy::default(), desk.now()).unwrap() {
            clocks += 1;
            for quirk in &pair.quirks {
                *named.entry(*quirk).or_insert(0) += 1;
            }
            if pair.differs() && pair.quirks.is_empty() {
                unnamed.push(format!("ticket {}: {pair:?}", id(ticket)));
            }
        }
    }
    println!("{clocks} clocks, differences named {named:?}");
    assert!(clocks > 0 && unnamed.is_empty(), "{} of {clocks} unnamed:\n{}", unnamed.len(), unnamed.join("\n"));
}

#[test]
fn a_clock_of_the_recorded_desk_is_explained_by_its_intervals() {
    let desk = &*DESK;
    for ticket in desk.tickets() {
        for clock in sla::clock::clocks(&desk.steps(ticket), &desk.calendars, &Policy::default(), desk.now()).unwrap() {
            let counted: i64 =
                clock.intervals.iter().filter(|interval| interval.counts).map(|interval| interval.seconds).sum();
            let left: i64 =
                clock.intervals.iter().filter(|interval| !interval.counts).map(|interval| interval.seconds).sum();
            assert_eq!((counted, left), (clock.elapsed, clock.paused + clock.idle), "ticket {}", id(ticket));
            assert!(clock.intervals.windows(2).all(|pair| pair[0].to == pair[1].from));
        }
    }
}

//! The oracle: asks of every single second whether the desk is open, by the words of the definition.

use chrono::{DateTime, Datelike, TimeZone, Timelike};

use crate::worlds::World;

/// Open seconds in [from, to), second by second; the zone is asked once a quarter of an hour, as no zone turns within.
pub(crate) fn count(world: &World, from: i64, to: i64) -> i64 {
    let (mut open, mut quarter, mut local) = (0, i64::MIN, None);
    for instant in from..to {
        if instant.div_euclid(900) != quarter {
            quarter = instant.div_euclid(900);
            let utc = DateTime::from_timestamp(instant, 0).unwrap().naive_utc();
            let wall = world.zone.from_utc_datetime(&utc).naive_local();
            let date = wall.date();
            local = Some((
                date.weekday().num_days_from_sunday() as u8,
                wall.num_seconds_from_midnight() - instant.rem_euclid(900) as u32 % 900,
                closed(world, i64::from(date.num_days_from_ce()) - 719_163, (date.month(), date.day())),
            ));
        }
        let (weekday, base, closed) = local.unwrap();
        let second = base + instant.rem_euclid(900) as u32;
        open += i64::from(!closed && works(world, weekday, second));
    }
    open
}

fn closed(world: &World, day: i64, month_day: (u32, u32)) -> bool {
    world.dates.iter().any(|(first, last)| (*first..=*last).contains(&day))
        || world.years.iter().any(|(first, last)| {
            if first <= last {
                *first <= month_day && month_day <= *last
            } else {
                month_day >= *first || month_day <= *last
            }
        })
}

fn works(world: &World, weekday: u8, second: u32) -> bool {
    world.segments.iter().any(|(day, begin, end)| {
        if begin < end {
            *day == weekday && (*begin..*end).contains(&second)
        } else {
            (*day == weekday && second >= *begin) || ((*day + 1) % 7 == weekday && second < *end)
        }
    })
}

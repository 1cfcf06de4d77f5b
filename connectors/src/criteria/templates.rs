//! Searches that are asked again and again, ready to be narrowed.
//!
//! Tickets use the option numbers that are the same in every GLPI. For other item types the number is looked up by
//! table and column in what the server lists.

use chrono::NaiveDateTime;

use super::check::Error;
use super::{CriteriaSpec, DateValue, Filter, SearchOptions, SearchType};
use crate::client::Order;

const ID: u32 = 2;
const STATUS: u32 = 12;
const LAST_UPDATE: u32 = 19;

/// Tickets changed at or after `since` (in the account's zone), oldest change first.
pub fn changed_tickets(since: NaiveDateTime) -> CriteriaSpec {
    CriteriaSpec::of("Ticket")
        .and(Filter::new(LAST_UPDATE, SearchType::MoreThan, DateValue::from(since)))
        .sorted_by(LAST_UPDATE, Order::Ascending)
        .sorted_by(ID, Order::Ascending)
        .showing([ID, LAST_UPDATE, STATUS])
}

/// Tickets that are neither solved nor closed.
pub fn open_tickets() -> CriteriaSpec {
    CriteriaSpec::of("Ticket")
        .and(Filter::new(STATUS, SearchType::Equals, "notold"))
        .sorted_by(ID, Order::Ascending)
        .showing([ID, STATUS])
}

/// The one ticket of that id.
pub fn one_ticket(id: u64) -> CriteriaSpec {
    CriteriaSpec::of("Ticket").and(Filter::new(ID, SearchType::Equals, id.to_string())).showing([
        ID,
        LAST_UPDATE,
        STATUS,
    ])
}

/// Active users by id.
pub fn users(options: &SearchOptions) -> Result<CriteriaSpec, Error> {
    let column = |field| own_column(options, "User", "glpi_users", field);
    let spec = listing("User", [column("id")?, column("name")?]);
    Ok(spec.and(Filter::new(column("is_active")?, SearchType::Equals, "1")))
}

/// Groups by id, with their place in the tree.
pub fn groups(options: &SearchOptions) -> Result<CriteriaSpec, Error> {
    let column = |field| own_column(options, "Group", "glpi_groups", field);
    Ok(listing("Group", [column("id")?, column("completename")?]))
}

/// Locations by id, with their place in the tree.
pub fn locations(options: &SearchOptions) -> Result<CriteriaSpec, Error> {
    let column = |field| own_column(options, "Location", "glpi_locations", field);
    Ok(listing("Location", [column("id")?, column("completename")?]))
}

fn listing(itemtype: &str, [id, name]: [u32; 2]) -> CriteriaSpec {
    CriteriaSpec::of(itemtype).sorted_by(id, Order::Ascending).showing([id, name])
}

fn own_column(options: &SearchOptions, itemtype: &str, table: &str, field: &str) -> Result<u32, Error> {
    let found = options.find(table, field).map(|id| id.0);
    found.ok_or_else(|| Error::NoOptionForColumn { itemtype: itemtype.to_owned(), column: format!("{table}.{field}") })
}

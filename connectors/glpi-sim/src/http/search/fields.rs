//! Fields: the search options of a ticket and where each one's values come from.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

/// One search option.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) id: u32,
    pub(super) datatype: String,
    pub(super) searchable: bool,
    pub(super) source: Source,
}

/// Where an option's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A column of the ticket.
    Column(&'static str),
    /// A flag: past its target.
    Late(Late),
    /// People in a role, shown as ids.
    Users(i32),
    /// Groups in a role.
    Groups(i32),
    /// Suppliers.
    Suppliers,
    /// The item that a column of the ticket points at, and the column of it that is shown.
    Item(&'static str, &'static str, &'static str),
    /// A column of the rows on the ticket.
    Parts(&'static str, &'static str),
    /// The newest of such a column.
    Latest(&'static str, &'static str),
    /// The items that rows on the ticket point at: rows, their column, item type.
    PartItems(&'static str, &'static str, &'static str),
    /// How many rows of this kind hang on the ticket.
    Count(&'static str),
    /// Nothing on a desk like the recorded one.
    Nowhere,
}

/// The four targets of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    Resolve,
    Own,
    InternalResolve,
    InternalOwn,
}

const RECORDED: &str = include_str!("../../../data/search-options-ticket.json");

static ALL: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(RECORDED).unwrap_or_default());

static BY_ID: LazyLock<HashMap<u32, Field>> = LazyLock::new(|| {
    let all = ALL.as_object().into_iter().flatten();
    all.filter_map(|(id, option)| Some((id.parse().ok()?, field(id.parse().ok()?, option)?))).collect()
});

/// All options as the API lists them.
pub(super) fn all() -> &'static Value {
    &ALL
}

/// One option.
pub(super) fn find(id: u32) -> Option<&'static Field> {
    BY_ID.get(&id)
}

fn field(id: u32, option: &Value) -> Option<Field> {
    Some(Field {
        id,
        datatype: option.get("datatype")?.as_str()?.to_owned(),
        searchable: option.get("nosearch")?.as_bool() != Some(true),
        source: source(id).or_else(|| column(option)).unwrap_or(Source::Nowhere),
    })
}

fn column(option: &Value) -> Option<Source> {
    let columns = <crate::rows::Ticket as crate::rows::Row>::COLUMNS;
    let field = option.get("field")?.as_str()?;
    let of_ticket = option.get("uid")?.as_str()?.strip_prefix("Ticket.") == Some(field);
    columns.iter().find(|column| of_ticket && **column == field).map(|column| Source::Column(column))
}

fn source(id: u32) -> Option<Source> {
    const FOLLOWUP: &str = "ITILFollowup";
    const TASK: &str = "TicketTask";
    const SOLUTION: &str = "ITILSolution";
    const SURVEY: &str = "TicketSatisfaction";
    Some(match id {
        2 => Source::Column("id"),
        4 => Source::Users(1),
        5 => Source::Users(2),
        66 => Source::Users(3),
        71 => Source::Groups(1),
        8 => Source::Groups(2),
        65 => Source::Groups(3),
        6 => Source::Suppliers,
        7 => Source::Item("itilcategories_id", "ITILCategory", "completename"),
        80 => Source::Item("entities_id", "Entity", "completename"),
        9 => Source::Item("requesttypes_id", "RequestType", "name"),
        22 => Source::Item("users_id_recipient", "User", "name"),
        64 => Source::Item("users_id_lastupdater", "User", "name"),
        30 => Source::Item("slas_id_ttr", "SLA", "name"),
        37 => Source::Item("slas_id_tto", "SLA", "name"),
        32 => Source::Item("slalevels_id_ttr", "SlaLevel", "name"),
        190 => Source::Item("olas_id_tto", "OLA", "name"),
        191 => Source::Item("olas_id_ttr", "OLA", "name"),
        192 => Source::Item("olalevels_id_ttr", "OlaLevel", "name"),
        83 => Source::Item("locations_id", "Location", "completename"),
        101 => Source::Item("locations_id", "Location", "address"),
        102 => Source::Item("locations_id", "Location", "postcode"),
        103 => Source::Item("locations_id", "Location", "town"),
        104 => Source::Item("locations_id", "Location", "state"),
        105 => Source::Item("locations_id", "Location", "country"),
        82 => Source::Late(Late::Resolve),
        159 => Source::Late(Late::Own),
        182 => Source::Late(Late::InternalResolve),
        187 => Source::Late(Late::InternalOwn),
        35 => Source::Parts("Ticket_User", "use_notification"),
        34 => Source::Parts("Ticket_User", "alternative_email"),
        25 => Source::Parts(FOLLOWUP, "content"),
        36 => Source::Parts(FOLLOWUP, "date"),
        72 => Source::Latest(FOLLOWUP, "date"),
        91 => Source::Parts(FOLLOWUP, "is_private"),
        93 => Source::PartItems(FOLLOWUP, "users_id", "User"),
        29 => Source::PartItems(FOLLOWUP, "requesttypes_id", "RequestType"),
        27 => Source::Count(FOLLOWUP),
        26 => Source::Parts(TASK, "content"),
        97 => Source::Parts(TASK, "date"),
        73 => Source::Latest(TASK, "date"),
        92 => Source::Parts(TASK, "is_private"),
        33 => Source::Parts(TASK, "state"),
        96 => Source::Parts(TASK, "actiontime"),
        173 => Source::Parts(TASK, "begin"),
        174 => Source::Parts(TASK, "end"),
        94 => Source::PartItems(TASK, "users_id", "User"),
        95 => Source::PartItems(TASK, "users_id_tech", "User"),
        112 => Source::PartItems(TASK, "groups_id_tech", "Group"),
        28 => Source::Count(TASK),
        24 => Source::Parts(SOLUTION, "content"),
        38 | 39 => Source::Parts(SOLUTION, "status"),
        74 => Source::Latest(SOLUTION, "date_creation"),
        23 => Source::PartItems(SOLUTION, "solutiontypes_id", "SolutionType"),
        31 => Source::Parts(SURVEY, "type"),
        60 => Source::Parts(SURVEY, "date_begin"),
        61 => Source::Parts(SURVEY, "date_answered"),
        62 => Source::Parts(SURVEY, "satisfaction"),
        63 => Source::Parts(SURVEY, "comment"),
        _ => return None,
    })
}

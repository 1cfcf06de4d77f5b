//! Rows: one record of each big GLPI item type, compact and typed.
//!
//! A row keeps times as UTC seconds and text as the API spells it; naive local text is made at the
//! edge. Fields that a row does not know, or that do not fit their type, stay in `extra`, so a
//! recorded row survives reading and writing. Rows know nothing of desks, sessions or HTTP.

mod cell;
mod links;
mod log;
pub mod naive;
mod shape;
mod text;
mod ticket;
mod timeline;

use serde_json::{Map, Value};

pub use cell::Cell;
pub use links::{GroupTicket, SupplierTicket, TicketUser};
pub use log::Log;
pub use text::Texts;
pub use ticket::Ticket;
pub use timeline::{ITILFollowup, ITILSolution, TicketSatisfaction, TicketTask};

use naive::Zone;

/// The id of a row, unique inside its item type.
pub type Id = i64;

/// An instant in UTC seconds.
pub type Seconds = i64;

/// Fields that a typed row does not know.
pub type Extra = Option<Box<Map<String, Value>>>;

/// A JSON object as GLPI sends it.
pub type Object = Map<String, Value>;

/// Anything that is one row of a table and can be read column by column.
pub trait Record: Send + Sync {
    /// The row's id.
    fn id(&self) -> Id;
    /// The value of one column, `None` when the row has no such column.
    fn cell(&self, column: &str) -> Option<Cell<'_>>;
    /// Shows every column in the order GLPI sends them.
    fn each(&self, show: &mut dyn FnMut(&str, Cell<'_>));
}

/// A typed row of one item type.
pub trait Row: Record + Default + Clone + Sized + 'static {
    /// The item type, a GLPI class name.
    const ITEMTYPE: &'static str;
    /// Known columns in the order GLPI sends them.
    const COLUMNS: &'static [&'static str];
    /// Reads a row; naive times are in `zone`.
    fn read(object: Object, texts: &mut Texts, zone: Zone) -> Self;
    /// Gives the row its id.
    fn set_id(&mut self, id: Id);
    /// The ticket this row hangs on, if it does.
    fn ticket(&self) -> Option<Id>;
}

impl Record for Object {
    fn id(&self) -> Id {
        self.get("id").and_then(Value::as_i64).unwrap_or_default()
    }
    fn cell(&self, column: &str) -> Option<Cell<'_>> {
        self.get(column).map(Cell::loose)
    }
    fn each(&self, show: &mut dyn FnMut(&str, Cell<'_>)) {
        for (name, value) in self {
            show(name, Cell::loose(value));
        }
    }
}

/// The row as a JSON object, times as naive text of `zone`.
pub fn object(row: &dyn Record, zone: Zone) -> Object {
    let mut object = Object::new();
    row.each(&mut |name, cell| {
        object.insert(name.to_owned(), cell.value(zone));
    });
    object
}

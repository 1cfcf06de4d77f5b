//! Tables: the typed item types of a desk.

use super::Records;
use super::table::Table;
use crate::rows::{
    GroupTicket, ITILFollowup, ITILSolution, Id, Log, Record, Row, SupplierTicket, Ticket, TicketSatisfaction,
    TicketTask, TicketUser,
};

/// A row that has a table of its own.
pub trait Stored: Row {
    /// Its table.
    fn table(tables: &Tables) -> &Table<Self>;
    /// Its table, to change it.
    fn table_mut(tables: &mut Tables) -> &mut Table<Self>;
}

macro_rules! tables {
    ($( $field:ident : $row:ident = $itemtype:literal, )+) => {
        /// One table for each typed item type.
        #[derive(Debug, Clone, Default)]
        pub struct Tables {
            $( $field: Table<$row>, )+
        }

        $(
            impl Stored for $row {
                fn table(tables: &Tables) -> &Table<Self> {
                    &tables.$field
                }
                fn table_mut(tables: &mut Tables) -> &mut Table<Self> {
                    &mut tables.$field
                }
            }
        )+

        impl Tables {
            /// The item types that have a table.
            pub const ITEMTYPES: &'static [&'static str] = &[$( $itemtype ),+];

            /// The columns of a typed item type, `id` aside.
            pub fn columns(itemtype: &str) -> Option<&'static [&'static str]> {
                match itemtype {
                    $( $itemtype => Some($row::COLUMNS), )+
                    _ => None,
                }
            }

            pub(super) fn forget(&mut self, ticket: Id) {
                $( self.$field.forget(ticket); )+
            }

            pub(super) fn record(&self, itemtype: &str, id: Id) -> Option<Option<&dyn Record>> {
                match itemtype {
                    $( $itemtype => Some(self.$field.get(id).map(|row| row as &dyn Record)), )+
                    _ => None,
                }
            }

            pub(super) fn records(&self, itemtype: &str) -> Option<Records<'_>> {
                match itemtype {
                    $( $itemtype => Some(Box::new(self.$field.iter().map(|row| row as &dyn Record))), )+
                    _ => None,
                }
            }

            pub(super) fn page(&self, itemtype: &str, skip: usize, down: bool) -> Option<Records<'_>> {
                match itemtype {
                    $(
                        $itemtype if down => Some(Box::new(self.$field.back(skip).map(|row| row as &dyn Record))),
                        $itemtype => Some(Box::new(self.$field.from(skip).map(|row| row as &dyn Record))),
                    )+
                    _ => None,
                }
            }

            pub(super) fn hung_page(&self, itemtype: &str, skip: usize, down: bool) -> Option<(usize, Records<'_>)> {
                match itemtype {
                    $(
                        $itemtype => {
                            let table = &self.$field;
                            let rows: Records<'_> = if down {
                                Box::new(table.hung_back(skip).map(|row| row as &dyn Record))
                            } else {
                                Box::new(table.hung_from(skip).map(|row| row as &dyn Record))
                            };
                            Some((table.hung(), rows))
                        }
                    )+
                    _ => None,
                }
            }

            pub(super) fn of_ticket(&self, itemtype: &str, ticket: Id) -> Option<Records<'_>> {
                match itemtype {
                    $( $itemtype => Some(Box::new(self.$field.of_ticket(ticket).map(|row| row as &dyn Record))), )+
                    _ => None,
                }
            }

            pub(super) fn count(&self, itemtype: &str) -> Option<usize> {
                match itemtype {
                    $( $itemtype => Some(self.$field.len()), )+
                    _ => None,
                }
            }

            pub(super) fn last_id(&self, itemtype: &str) -> Option<Id> {
                match itemtype {
                    $( $itemtype => Some(self.$field.last_id()), )+
                    _ => None,
                }
            }

            pub(super) fn reserve_id(&mut self, itemtype: &str, id: Id) {
                match itemtype {
                    $( $itemtype => self.$field.reserve_id(id), )+
                    _ => {}
                }
            }
        }
    };
}

tables! {
    tickets: Ticket = "Ticket",
    users: TicketUser = "Ticket_User",
    groups: GroupTicket = "Group_Ticket",
    suppliers: SupplierTicket = "Supplier_Ticket",
    followups: ITILFollowup = "ITILFollowup",
    tasks: TicketTask = "TicketTask",
    solutions: ITILSolution = "ITILSolution",
    surveys: TicketSatisfaction = "TicketSatisfaction",
    logs: Log = "Log",
}

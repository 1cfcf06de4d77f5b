//! Load: a desk from a recorded file.
//!
//! The file is a JSON object (gzip or plain): item type to list of rows as the API returned them,
//! `Ticket?is_deleted` for the trash, and notes such as `getGlpiConfig.version`. Item types that are
//! missing are empty; unknown ones are kept as they are.

use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;

use super::{Desk, Stored, Tables};
use crate::rows::naive::{self, Zone};
use crate::rows::{
    GroupTicket, ITILFollowup, ITILSolution, Log, Object, SupplierTicket, Ticket, TicketSatisfaction, TicketTask,
    TicketUser,
};

pub(super) const VERSION: &str = "getGlpiConfig.version";
pub(super) const SESSION: &str = "getFullSession";
pub(super) const TRASH: &str = "Ticket?is_deleted";
/// Ids of purged tickets: not something GLPI tells, but a saved desk must remember them.
pub(super) const PURGED: &str = "purged";
/// The highest ids given, so that a saved desk does not give one again.
pub(super) const LAST_IDS: &str = "last_ids";

const RECORDED: &[u8] = include_bytes!("../../data/desk-10.0.19.json.gz");

/// Why a desk was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read or written.
    #[error("the desk file cannot be read or written")]
    File(#[from] std::io::Error),
    /// The file is no JSON object.
    #[error("the desk file is not a JSON object")]
    Json(#[from] serde_json::Error),
}

impl Desk {
    /// The desk recorded from GLPI 10.0.19. It is read once; each call gets a copy of its own.
    pub fn recorded() -> Result<Self, Error> {
        static READ: OnceLock<Desk> = OnceLock::new();
        if let Some(desk) = READ.get() {
            return Ok(desk.clone());
        }
        let desk = Self::read(RECORDED, Zone::UTC)?;
        Ok(READ.get_or_init(|| desk).clone())
    }

    /// Loads a file whose naive times are UTC.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::load_in(path, Zone::UTC)
    }

    /// Loads a file whose naive times are in `zone`.
    pub fn load_in(path: &Path, zone: Zone) -> Result<Self, Error> {
        Self::read(&std::fs::read(path)?, zone)
    }

    /// Reads the bytes of a file, gzip or not.
    pub fn read(bytes: &[u8], zone: Zone) -> Result<Self, Error> {
        let mut desk = Self { zone: Some(zone), ..Self::default() };
        for (name, value) in parse(bytes)? {
            match value {
                Value::Array(ids) if name == PURGED => desk.purged = ids.iter().filter_map(Value::as_i64).collect(),
                Value::Array(rows) => desk.take(&name, rows, zone),
                Value::Object(ids) if name == LAST_IDS => desk.reserve(&ids),
                note => {
                    desk.notes.insert(name, note);
                }
            }
        }
        Ok(desk)
    }

    fn take(&mut self, name: &str, rows: Vec<Value>, zone: Zone) {
        let rows = rows.into_iter().filter_map(|row| match row {
            Value::Object(object) => Some(object),
            _ => None,
        });
        match name {
            "Ticket" | TRASH => self.take_typed::<Ticket>(rows, zone),
            "Ticket_User" => self.take_typed::<TicketUser>(rows, zone),
            "Group_Ticket" => self.take_typed::<GroupTicket>(rows, zone),
            "Supplier_Ticket" => self.take_typed::<SupplierTicket>(rows, zone),
            "ITILFollowup" => self.take_typed::<ITILFollowup>(rows, zone),
            "TicketTask" => self.take_typed::<TicketTask>(rows, zone),
            "ITILSolution" => self.take_typed::<ITILSolution>(rows, zone),
            "TicketSatisfaction" => self.take_typed::<TicketSatisfaction>(rows, zone),
            "Log" => self.take_typed::<Log>(rows, zone),
            _ => {
                self.declare(name);
                for mut object in rows {
                    naive::to_utc_texts(&mut object, zone);
                    self.insert_row(name, object);
                }
            }
        }
    }

    fn take_typed<R: Stored>(&mut self, rows: impl Iterator<Item = Object>, zone: Zone) {
        for object in rows {
            let row = R::read(object, &mut self.texts, zone);
            self.insert(row);
        }
    }

    fn reserve(&mut self, ids: &Object) {
        for itemtype in Tables::ITEMTYPES {
            if let Some(id) = ids.get(*itemtype).and_then(Value::as_i64) {
                self.tables.reserve_id(itemtype, id);
            }
        }
    }
}

pub(super) fn parse(bytes: &[u8]) -> Result<Object, Error> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    if !bytes.starts_with(&GZIP) {
        return Ok(serde_json::from_slice(bytes)?);
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain)?;
    Ok(serde_json::from_slice(&plain)?)
}

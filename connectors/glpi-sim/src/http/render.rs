//! Render: rows as JSON text, written straight into the answer.

use serde_json::Value;

use crate::desk::Desk;
use crate::rows::naive::{self, Zone};
use crate::rows::{Cell, Id, Record};

use super::foreign;

/// How rows are to look.
#[allow(clippy::struct_excessive_bools, reason = "each is one parameter of the API, independent of the others")]
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) desk: &'a Desk,
    pub(super) zone: Zone,
    pub(super) root: &'a str,
    /// Names in place of ids.
    pub(super) expand: bool,
    /// Text without its outer encoding.
    pub(super) decode: bool,
    /// With links to related items.
    pub(super) links: bool,
    /// Nothing but the id.
    pub(super) only_id: bool,
}

// The parts of a ticket that its links name.
const TICKET_PARTS: &[&str] = &[
    "Document_Item",
    "TicketTask",
    "TicketValidation",
    "TicketCost",
    "Problem_Ticket",
    "Change_Ticket",
    "Item_Ticket",
    "ITILSolution",
    "ITILFollowup",
    "Ticket_User",
    "Group_Ticket",
    "Supplier_Ticket",
];

impl Look<'_> {
    pub(super) fn rows<'r>(&self, itemtype: &str, rows: impl Iterator<Item = &'r dyn Record>) -> Vec<u8> {
        let mut out = vec![b'['];
        for row in rows {
            if out.len() > 1 {
                out.push(b',');
            }
            self.row(&mut out, itemtype, row);
        }
        out.push(b']');
        out
    }

    pub(super) fn row(&self, out: &mut Vec<u8>, itemtype: &str, row: &dyn Record) {
        out.push(b'{');
        if self.only_id {
            out.extend_from_slice(format!("\"id\":{}", row.id()).as_bytes());
        } else {
            let mut first = true;
            row.each(&mut |column, cell| {
                if !first {
                    out.push(b',');
                }
                first = false;
                text(out, column);
                out.push(b':');
                self.cell(out, column, cell);
            });
        }
        if self.links {
            self.links(out, itemtype, row);
        }
        out.push(b'}');
    }

    fn cell(&self, out: &mut Vec<u8>, column: &str, cell: Cell<'_>) {
        match cell {
            Cell::Int(id) if self.expand => match self.name(column, id) {
                Some(name) => self.text(out, &name),
                None => out.extend_from_slice(id.to_string().as_bytes()),
            },
            Cell::Null => out.extend_from_slice(b"null"),
            Cell::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Cell::Text(words) => self.text(out, words),
            Cell::Time(at) => {
                out.push(b'"');
                naive::write_text(out, at, self.zone);
                out.push(b'"');
            }
            Cell::Json(value) => out.extend_from_slice(value.to_string().as_bytes()),
        }
    }

    fn text(&self, out: &mut Vec<u8>, words: &str) {
        if self.decode && words.contains("&#") {
            text(out, &decode(words));
        } else {
            text(out, words);
        }
    }

    // A tree prints its arrows encoded here, though it stores them plain.
    fn name(&self, column: &str, id: Id) -> Option<String> {
        let itemtype = foreign::itemtype(column)?;
        if id == 0 && itemtype != "Entity" {
            return None;
        }
        let name = foreign::name(self.desk, itemtype, id)?;
        Some(if self.desk.encodes_text() { name.replace('>', "&#62;") } else { name.to_owned() })
    }

    fn links(&self, out: &mut Vec<u8>, itemtype: &str, row: &dyn Record) {
        out.extend_from_slice(b",\"links\":[");
        let start = out.len();
        let mut link = |rel: &str, path: String| {
            if out.len() > start {
                out.push(b',');
            }
            let link = serde_json::json!({"rel": rel, "href": format!("{}/{path}", self.root)});
            out.extend_from_slice(link.to_string().as_bytes());
        };
        row.each(&mut |column, cell| {
            if let (Some(rel), Some(id)) = (foreign::itemtype(column), cell.int().filter(|id| *id > 0)) {
                link(rel, format!("{rel}/{id}"));
            }
        });
        if itemtype == "Ticket" {
            for part in TICKET_PARTS {
                link(part, format!("Ticket/{}/{part}/", row.id()));
            }
        }
        out.push(b']');
    }
}

/// The outer encoding of 10.x undone, once.
pub(super) fn decode(words: &str) -> String {
    words.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}

/// Appends a JSON string.
pub(super) fn text(out: &mut Vec<u8>, words: &str) {
    if words.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.extend_from_slice(Value::from(words).to_string().as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(words.as_bytes());
    out.push(b'"');
}

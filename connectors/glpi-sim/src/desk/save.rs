//! Save: a desk to a file of the recorded format.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::Value;

use super::load::{Error, LAST_IDS, PURGED, TRASH};
use super::{Desk, Tables};
use crate::rows::naive::Zone;
use crate::rows::{self, Object, Record};

impl Desk {
    /// Writes the desk, its times as naive text of `zone`; gzip when the name ends in `.gz`.
    pub fn save(&self, path: &Path, zone: Zone) -> Result<(), Error> {
        let file = BufWriter::new(File::create(path)?);
        if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz")) {
            let mut out = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
            self.write(&mut out, zone)?;
            out.finish()?.flush()?;
        } else {
            let mut out = file;
            self.write(&mut out, zone)?;
            out.flush()?;
        }
        Ok(())
    }

    fn write(&self, out: &mut dyn Write, zone: Zone) -> Result<(), Error> {
        out.write_all(b"{")?;
        for itemtype in self.itemtypes() {
            let rows = self.records(itemtype).filter(|row| !trashed(itemtype, *row));
            write_rows(out, itemtype, rows, zone)?;
        }
        write_rows(out, TRASH, self.records("Ticket").filter(|row| trashed("Ticket", *row)), zone)?;
        for (name, note) in &self.notes {
            write_note(out, name, note)?;
            out.write_all(b",")?;
        }
        write_note(out, PURGED, &self.purged.iter().copied().collect::<Value>())?;
        out.write_all(b",")?;
        write_note(out, LAST_IDS, &Value::Object(self.last_ids()))?;
        out.write_all(b"}")?;
        Ok(())
    }

    fn last_ids(&self) -> Object {
        let ids = Tables::ITEMTYPES.iter().filter_map(|itemtype| Some((itemtype, self.tables.last_id(itemtype)?)));
        ids.map(|(itemtype, id)| ((*itemtype).to_owned(), id.into())).collect()
    }
}

fn trashed(itemtype: &str, row: &dyn Record) -> bool {
    itemtype == "Ticket" && row.cell("is_deleted").and_then(|cell| cell.int()) == Some(1)
}

fn write_rows<'a>(
    out: &mut dyn Write,
    name: &str,
    rows: impl Iterator<Item = &'a dyn Record>,
    zone: Zone,
) -> Result<(), Error> {
    write!(out, "{}:[", Value::from(name))?;
    for (at, row) in rows.enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, &rows::object(row, zone))?;
    }
    out.write_all(b"],")?;
    Ok(())
}

fn write_note(out: &mut dyn Write, name: &str, note: &Value) -> Result<(), Error> {
    write!(out, "{}:", Value::from(name))?;
    serde_json::to_writer(&mut *out, note)?;
    Ok(())
}

//! Events as bytes: Avro single-object encoding, one schema for each type of event.
//!
//! The first ten bytes of a record name the schema it was written with, so every released version stays readable.

use std::{
    collections::HashMap,
    fmt,
    io::{self, Read},
};

use apache_avro::{
    Schema, from_value, rabin::Rabin, reader::datum::GenericDatumReader, writer::datum::GenericDatumWriter,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Body, Envelope, Event, EventType};

/// The marker that opens every single-object record.
const MARKER: [u8; 2] = [0xC3, 0x01];
/// Bytes before the datum: the marker and a little-endian CRC-64-AVRO fingerprint.
const HEADER_BYTES: usize = 10;

/// What a schema has to look up by name. Every schema defines its types where it uses them, so that none has to be
/// gathered anew for each record.
const NO_NAMES: Vec<&Schema> = Vec::new();

/// Why bytes are no event, or an event no bytes.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The bytes do not start as a single-object record does.
    #[error("record has no avro single-object header")]
    Header,
    /// No released schema has this fingerprint.
    #[error("record was written with unknown schema {fingerprint:016x}")]
    UnknownSchema {
        /// The fingerprint found.
        fingerprint: u64,
    },
    /// The datum does not fit its schema.
    #[error("record does not fit its schema: {0}")]
    Datum(String),
    /// A schema of this build cannot be parsed.
    #[error("schema of {event_type} is not valid: {reason}")]
    Schema {
        /// The type of event.
        event_type: EventType,
        /// What the parser said.
        reason: String,
    },
}

/// Encodes and decodes every type of event.
pub struct Codec {
    current: HashMap<EventType, (Schema, [u8; HEADER_BYTES])>,
    released: HashMap<u64, (EventType, Schema)>,
}

impl Codec {
    /// Parses every schema, the released ones included.
    pub fn new() -> Result<Self, CodecError> {
        let mut codec = Self { current: HashMap::new(), released: HashMap::new() };
        for event_type in EventType::ALL {
            let schema = parse(event_type, current_text(event_type))?;
            codec.current.insert(event_type, (schema.clone(), header(&schema)));
            codec.released.insert(fingerprint(&schema), (event_type, schema));
            for text in released_texts(event_type) {
                let schema = parse(event_type, text)?;
                codec.released.insert(fingerprint(&schema), (event_type, schema));
            }
        }
        Ok(codec)
    }

    /// The bytes of `event`.
    pub fn encode(&self, event: &Event) -> Result<Vec<u8>, CodecError> {
        let event_type = event.body.event_type();
        let (schema, header) = self.current.get(&event_type).ok_or(CodecError::Header)?;
        let wire = WireRef { envelope: &event.envelope, body: &event.body };
        let mut bytes = header.to_vec();
        GenericDatumWriter::builder(schema)
            .schemata(NO_NAMES)
            .and_then(|builder| builder.build()?.write_ser(&mut bytes, &wire))
            .map_err(|error| CodecError::Datum(error.to_string()))?;
        Ok(bytes)
    }

    /// The event in `bytes`, whichever released version wrote them.
    pub fn decode(&self, bytes: &[u8]) -> Result<Event, CodecError> {
        let (header, datum) = bytes.split_at_checked(HEADER_BYTES).ok_or(CodecError::Header)?;
        let fingerprint = header
            .strip_prefix(&MARKER)
            .and_then(|tail| tail.try_into().ok())
            .map(u64::from_le_bytes)
            .ok_or(CodecError::Header)?;
        let (event_type, writer) = self.released.get(&fingerprint).ok_or(CodecError::UnknownSchema { fingerprint })?;
        let (reader, newest) = self.current.get(event_type).ok_or(CodecError::UnknownSchema { fingerprint })?;
        let reader = (header != newest).then_some(reader);
        let mut datum = Datum(datum);
        let event = match event_type {
            EventType::TicketCreatedV1 => read(writer, reader, &mut datum, Body::Created),
            EventType::TicketUpdatedV1 => read(writer, reader, &mut datum, Body::Updated),
            EventType::TechnicianAssignmentChangedV1 => read(writer, reader, &mut datum, Body::Assignment),
            EventType::TicketCommentedV1 => read(writer, reader, &mut datum, Body::Commented),
            EventType::TicketDeletedV1 => read(writer, reader, &mut datum, Body::Deleted),
            EventType::TicketRestoredV1 => read(writer, reader, &mut datum, Body::Restored),
            EventType::SatisfactionAnsweredV1 => read(writer, reader, &mut datum, Body::Satisfaction),
            EventType::TicketSlaBreachedV1 => read(writer, reader, &mut datum, Body::SlaBreached),
            EventType::SlaClockTickedV1 => read(writer, reader, &mut datum, Body::SlaTicked),
            EventType::DimensionChangedV1 => read(writer, reader, &mut datum, Body::Dimension),
        };
        let event = event.map_err(|error| CodecError::Datum(error.to_string()))?;
        match datum.0.len() {
            0 => Ok(event),
            left => Err(CodecError::Datum(format!("{left} bytes left over"))),
        }
    }
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codec").field("schemas", &self.released.len()).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct WireRef<'a> {
    envelope: &'a Envelope,
    body: &'a Body,
}

#[derive(Deserialize)]
struct Wire<B> {
    envelope: Envelope,
    body: B,
}

/// The bytes of a record. Their end is an error: the Avro reader takes a missing value for an absent one where it may be.
struct Datum<'a>(&'a [u8]);

impl Read for Datum<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer) {
            Ok(0) if !buffer.is_empty() => Err(io::Error::other("record ends too early")),
            read => read,
        }
    }
}

/// Reads a record that `writer` wrote; as `reader` has it, where that is another schema.
fn read<B: DeserializeOwned>(
    writer: &Schema,
    reader: Option<&Schema>,
    datum: &mut Datum<'_>,
    wrap: fn(B) -> Body,
) -> Result<Event, apache_avro::Error> {
    let builder = GenericDatumReader::builder(writer).writer_schemata(NO_NAMES)?;
    let reader = match reader {
        None => builder.build()?,
        Some(reader) => builder.reader_schema(reader).reader_schemata(NO_NAMES)?.build()?,
    };
    let wire: Wire<B> = from_value(&reader.read_value(datum)?)?;
    Ok(Event { envelope: wire.envelope, body: wrap(wire.body) })
}

fn parse(event_type: EventType, text: &str) -> Result<Schema, CodecError> {
    Schema::parse_str(text).map_err(|error| CodecError::Schema { event_type, reason: error.to_string() })
}

fn fingerprint(schema: &Schema) -> u64 {
    let bytes = schema.fingerprint::<Rabin>().bytes;
    bytes.as_slice().try_into().map_or(0, u64::from_le_bytes)
}

fn header(schema: &Schema) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..2].copy_from_slice(&MARKER);
    header[2..].copy_from_slice(&fingerprint(schema).to_le_bytes());
    header
}

macro_rules! schema_texts {
    ($($event_type:ident),*) => {
        /// The schema that new events of this type are written with.
        fn current_text(event_type: EventType) -> &'static str {
            match event_type {
                $(EventType::$event_type => include_str!(concat!("../avro/", stringify!($event_type), ".avsc")),)*
            }
        }

        /// The schemas of this type that releases have written, oldest first.
        fn released_texts(event_type: EventType) -> Vec<&'static str> {
            match event_type {
                $(EventType::$event_type => vec![include_str!(concat!("../avro/released/0.1.0/", stringify!($event_type), ".avsc"))],)*
            }
        }
    };
}

schema_texts!(
    TicketCreatedV1,
    TicketUpdatedV1,
    TechnicianAssignmentChangedV1,
    TicketCommentedV1,
    TicketDeletedV1,
    TicketRestoredV1,
    SatisfactionAnsweredV1,
    TicketSlaBreachedV1,
    SlaClockTickedV1,
    DimensionChangedV1
);

#[cfg(test)]
mod tests;

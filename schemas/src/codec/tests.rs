//! Every sample survives the wire, and every schema reads every released one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use apache_avro::schema_compatibility::SchemaCompatibility;
use serde_json::Value;

use super::*;

fn samples(event_type: EventType) -> Vec<Event> {
    let path = format!("{}/samples/{event_type}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let samples: Vec<Value> = serde_json::from_str(&text).unwrap();
    samples.into_iter().map(|sample| event(event_type, sample)).collect()
}

fn event(event_type: EventType, sample: Value) -> Event {
    fn body<B: DeserializeOwned>(sample: Value, wrap: fn(B) -> Body) -> Event {
        let wire: Wire<B> = serde_json::from_value(sample).unwrap();
        Event { envelope: wire.envelope, body: wrap(wire.body) }
    }
    match event_type {
        EventType::TicketCreatedV1 => body(sample, Body::Created),
        EventType::TicketUpdatedV1 => body(sample, Body::Updated),
        EventType::TechnicianAssignmentChangedV1 => body(sample, Body::Assignment),
        EventType::TicketCommentedV1 => body(sample, Body::Commented),
        EventType::TicketDeletedV1 => body(sample, Body::Deleted),
        EventType::TicketRestoredV1 => body(sample, Body::Restored),
        EventType::SatisfactionAnsweredV1 => body(sample, Body::Satisfaction),
        EventType::TicketSlaBreachedV1 => body(sample, Body::SlaBreached),
        EventType::SlaClockTickedV1 => body(sample, Body::SlaTicked),
        EventType::DimensionChangedV1 => body(sample, Body::Dimension),
    }
}

#[test]
fn every_sample_comes_back_from_the_wire_as_it_went() {
    let codec = Codec::new().unwrap();
    for event_type in EventType::ALL {
        let samples = samples(event_type);
        assert!(!samples.is_empty(), "{event_type} has no sample");
        for sample in samples {
            assert_eq!(sample.envelope.event_type, event_type);
            assert_eq!(codec.decode(&codec.encode(&sample).unwrap()).unwrap(), sample);
        }
    }
}

#[test]
fn every_schema_reads_what_every_release_wrote() {
    for event_type in EventType::ALL {
        let current = parse(event_type, current_text(event_type)).unwrap();
        for text in released_texts(event_type) {
            let released = parse(event_type, text).unwrap();
            SchemaCompatibility::can_read(&released, &current).unwrap();
            for sample in samples(event_type) {
                let wire = WireRef { envelope: &sample.envelope, body: &sample.body };
                let datum = GenericDatumWriter::builder(&released).build().unwrap().write_ser_to_vec(&wire).unwrap();
                let bytes = [header(&released).as_slice(), &datum].concat();
                assert_eq!(Codec::new().unwrap().decode(&bytes).unwrap(), sample);
            }
        }
    }
}

#[test]
fn no_schema_refers_to_a_type_by_its_name() {
    const BUILT_IN: [&str; 9] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string", "record"];

    fn check(schema: &Value) {
        match schema {
            Value::String(name) => assert!(BUILT_IN.contains(&name.as_str()), "{name} is defined elsewhere"),
            Value::Array(union) => union.iter().for_each(check),
            Value::Object(schema) if schema["type"] == "enum" => {}
            Value::Object(schema) => {
                let fields = schema.get("fields").and_then(Value::as_array).into_iter().flatten();
                fields.map(|field| &field["type"]).for_each(check);
                ["items", "values", "type"].iter().filter_map(|part| schema.get(*part)).for_each(|part| {
                    if !["array", "map"].iter().any(|name| part == name) {
                        check(part);
                    }
                });
            }
            other => panic!("{other} is no schema"),
        }
    }
    for event_type in EventType::ALL {
        for text in [vec![current_text(event_type)], released_texts(event_type)].concat() {
            check(&serde_json::from_str(text).unwrap());
        }
    }
}

#[test]
fn damaged_records_never_pass_for_the_event_and_never_panic() {
    let codec = Codec::new().unwrap();
    let sample = samples(EventType::TicketUpdatedV1).remove(0);
    let bytes = codec.encode(&sample).unwrap();
    for cut in 0..bytes.len() {
        assert!(codec.decode(&bytes[..cut]).is_err(), "{cut} bytes");
    }
    let mut unknown = bytes.clone();
    unknown[4] ^= 0xFF;
    assert!(matches!(codec.decode(&unknown), Err(CodecError::UnknownSchema { .. })));
}

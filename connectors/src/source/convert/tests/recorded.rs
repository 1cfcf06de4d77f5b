//! Every row of the recorded desk.

use std::io::Read;
use std::path::Path;

use super::*;

fn desk() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("glpi-sim/data/desk-10.0.19.json.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn no_row_of_the_recorded_desk_is_dead() {
    let (rows_of, context) = (desk(), context());
    let mut rows = 0;
    for (list, content) in rows_of.as_object().unwrap() {
        let Some(list_rows) = content.as_array() else { continue };
        let itemtype = list.split('?').next().unwrap();
        for raw in list_rows {
            let understood = match (Kind::of(itemtype), Dimension::of(itemtype)) {
                (Some(kind), _) => child(kind, raw, &context),
                (None, Some(table)) => dimension(table, raw, &context),
                (None, None) => continue,
            };
            let read = understood.unwrap_or_else(|reason| panic!("{list}: {} in {raw}", reason.0));
            assert_eq!(Some(read.id), id_of(raw));
            rows += 1;
        }
    }
    assert!(rows > 27_000, "{rows}");
}

#[test]
fn no_text_of_the_recorded_desk_is_decoded_twice_or_not_at_all() {
    let (rows_of, context) = (desk(), context());
    for raw in rows_of["Ticket"].as_array().unwrap() {
        let stored = raw["name"].as_str().unwrap();
        let plain = stored.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&");
        let read = ticket(raw, &context).unwrap();
        let Body::Updated(updated) = &read.row.drafts[1].body else { panic!("{read:?}") };
        assert_eq!(updated.state.as_ref().unwrap().title, plain);
    }
}

//! Text as GLPI stores it, and the one decoding that makes it plain.
//!
//! GLPI before 11 keeps `<`, `>` and `&` as the entities `&#60;`, `&#62;` and `&#38;`; GLPI 11 keeps them as they are.
//! Decoding happens exactly once and in one pass: whatever looks like an entity after it was typed by a person.

use std::borrow::Cow;

use serde_json::Value;

use crate::client::Version;

/// Decodes one text of a GLPI of `version`.
pub fn decode(version: &Version, text: &str) -> String {
    if version.stores_encoded_text() { decoded(text).into_owned() } else { text.to_owned() }
}

/// Decodes every text inside `row`, nested ones included; keys stay as they are.
pub fn decode_row(version: &Version, row: Value) -> Value {
    if version.stores_encoded_text() { decoded_value(row) } else { row }
}

/// Letters of a foreign text that an error shows: more than any value that was meant has.
const EXCERPT_LETTERS_MAX: usize = 30;

/// The start of a text of unknown length, for an error.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(EXCERPT_LETTERS_MAX).collect()
}

fn decoded_value(value: Value) -> Value {
    match value {
        Value::String(text) => match decoded(&text) {
            Cow::Borrowed(_) => Value::String(text),
            Cow::Owned(plain) => Value::String(plain),
        },
        Value::Array(items) => items.into_iter().map(decoded_value).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, field)| (key, decoded_value(field))).collect(),
        other => other,
    }
}

fn decoded(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find("&#") else { return Cow::Borrowed(text) };
    let mut plain = String::with_capacity(text.len());
    plain.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = rest.find("&#") {
        plain.push_str(&rest[..at]);
        let tail = &rest[at..];
        let (sign, width) = match tail.get(..5) {
            Some("&#60;") => ("<", 5),
            Some("&#62;") => (">", 5),
            Some("&#38;") => ("&", 5),
            _ => ("&#", 2),
        };
        plain.push_str(sign);
        rest = &tail[width..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn ten() -> Version {
        "10.0.19".parse().unwrap()
    }

    fn eleven() -> Version {
        "11.0.2".parse().unwrap()
    }

    #[test]
    fn glpi_10_text_is_decoded_exactly_once() {
        assert_eq!(decode(&ten(), "&#60;p&#62;a &#38;amp; b"), "<p>a &amp; b");
        assert_eq!(decode(&ten(), "&#38;#60;"), "&#60;");
        assert_eq!(decode(&ten(), "&#38;nbsp; (0)"), "&nbsp; (0)");
    }

    #[test]
    fn glpi_11_text_is_left_alone() {
        assert_eq!(decode(&eleven(), "R&#38;D"), "R&#38;D");
    }

    #[test]
    fn other_entities_and_broken_ones_stay_as_typed() {
        for text in ["&#39;x&#39;", "&#60", "&#", "a &# b", "&lt;", "&#é60;", ""] {
            assert_eq!(decode(&ten(), text), text);
        }
    }

    #[test]
    fn every_text_of_a_row_is_decoded_and_nothing_else() {
        let row = json!({"id": 1, "name": "R&#38;D", "closedate": null, "list": ["&#62;"]});
        assert_eq!(decode_row(&ten(), row), json!({"id": 1, "name": "R&D", "closedate": null, "list": [">"]}));
    }

    proptest! {
        #[test]
        fn whatever_glpi_10_encodes_comes_back_as_it_was_typed(text in "[a-z&#<>;0-9é ]{0,40}") {
            let stored = text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
            prop_assert_eq!(decode(&ten(), &stored), text);
        }
    }
}

//! Names of people as GLPI's history writes them: `Last First (id)`.

use std::collections::BTreeSet;

/// `value` without the name before its id, unless the id is one of `kept`. Without an id nothing is left.
pub(super) fn id_only(value: &str, kept: &BTreeSet<i64>) -> String {
    match trailing_id(value) {
        Some(id) if kept.contains(&id) => value.to_owned(),
        Some(id) => format!("({id})"),
        None => String::new(),
    }
}

fn trailing_id(value: &str) -> Option<i64> {
    let (_, id) = value.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    id.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_number_of_a_person_stays() {
        let check = |value: &str| id_only(value, &BTreeSet::from([14]));

        assert_eq!(check("Silva Ana (7)"), "(7)");
        assert_eq!(check("O'Brien (Dmitri) (10)"), "(10)");
        assert_eq!(check("Costa Hugo (14)"), "Costa Hugo (14)");
        assert_eq!(check("&nbsp; (0)"), "(0)");
        assert_eq!(check("ana@example.org"), "");
        assert_eq!(check(""), "");
        assert_eq!(check("(7)"), "(7)");
    }
}

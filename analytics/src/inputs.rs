//! Reading of inputs: words from a closed list and lists of them, numbers, orders.

use schemas::TicketId;

use crate::{answer::Mode, error::Error};

/// The value that `text` names in `choices`.
pub(crate) fn choice<T: Copy>(field: &'static str, text: &str, choices: &[(&str, T)]) -> Result<T, Error> {
    let found = choices.iter().find(|(name, _)| *name == text.trim());
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        Error::invalid(field, format!("{text:?} is not known"), names.join(", "))
    })
}

/// The values that `texts` name, each text one word or several with commas between.
pub(crate) fn choices<T: Copy>(field: &'static str, texts: &[String], choices: &[(&str, T)]) -> Result<Vec<T>, Error> {
    texts.iter().flat_map(|text| text.split(',')).map(|word| choice(field, word, choices)).collect()
}

/// A whole number within `min..=max`; `default` where none is given.
pub(crate) fn number(
    field: &'static str,
    given: Option<i64>,
    default: i64,
    (min, max): (i64, i64),
) -> Result<i64, Error> {
    let number = given.unwrap_or(default);
    if (min..=max).contains(&number) {
        Ok(number)
    } else {
        Err(Error::invalid(field, format!("{number} is out of range"), format!("{min} to {max}")))
    }
}

/// Whose arithmetic `text` names; `canonical` where it is left out.
pub(crate) fn mode(text: Option<&str>) -> Result<Mode, Error> {
    choice("mode", text.unwrap_or("canonical"), &[("canonical", Mode::Canonical), ("glpi", Mode::Glpi)])
}

/// The ticket of that id.
pub(crate) fn ticket_id(id: i64) -> Result<TicketId, Error> {
    if id < 1 {
        Err(Error::invalid("ticket_id", format!("{id} is no ticket"), "1 or greater"))
    } else {
        Ok(TicketId(id))
    }
}

/// The column that `text` sorts by, downwards after a dash; `default` where none is given.
pub(crate) fn order<T: Copy>(
    text: Option<&str>,
    default: &str,
    choices: &[(&str, T)],
) -> Result<crate::paging::Order<T>, Error> {
    let text = text.unwrap_or(default).trim();
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    Ok(crate::paging::Order { key: choice("sort", name, choices)?, descending })
}

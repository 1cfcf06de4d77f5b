//! Which name somebody meant who misspelt one.

/// The name among `names` that `written` is a slip of, if there is one.
pub(crate) fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = names.map(|name| (slips(written, name), name)).filter(|(slips, name)| *slips <= slips_max(name));
    near.min_by_key(|(slips, _)| *slips).map(|(_, name)| name)
}

/// One slip in a short name, a few in a long one.
fn slips_max(name: &str) -> usize {
    (name.len() / 3).min(3)
}

/// Signs left out, put in, exchanged or swapped with their neighbour.
fn slips(written: &str, name: &str) -> usize {
    let (written, name): (Vec<char>, Vec<char>) = (written.chars().collect(), name.chars().collect());
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=name.len()).collect();
    for (row, &sign) in written.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, &other) in name.iter().enumerate() {
            let exchanged = last[column] + usize::from(sign != other);
            let mut fewest = exchanged.min(last[column + 1] + 1).min(now[column] + 1);
            if row > 0 && column > 0 && sign == name[column - 1] && written[row - 1] == other {
                let before: &Vec<usize> = &before;
                fewest = fewest.min(before[column - 1] + 1);
            }
            now.push(fewest);
        }
        before = std::mem::replace(&mut last, now);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_other_names_are_not() {
        let names = ["glpi_url", "log", "trash", "listen", "glpi_poll_interval_s"];
        for (written, expected) in [
            ("glpi_ulr", Some("glpi_url")),
            ("glpi_uri", Some("glpi_url")),
            ("glpiurl", Some("glpi_url")),
            ("logs", Some("log")),
            ("listn", Some("listen")),
            ("glpi_pol_intervals", Some("glpi_poll_interval_s")),
            ("fluvio", None),
            ("test_python", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, names.into_iter()), expected, "{written}");
        }
    }
}

//! What may be shown of what people keep to themselves.

/// What stands in place of a secret.
pub(crate) const MASK: &str = "********";

/// An address without user name, password and query; also where it is no proper address.
pub(crate) fn url(text: &str) -> String {
    let is_scheme = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => (format!("{scheme}://"), rest),
        _ => (String::new(), text),
    };
    // A password may hold any sign: only the last @ ends it.
    match rest.rsplit_once('@') {
        Some((_, host)) => queryless(&format!("{scheme}{MASK}@{host}")),
        None => queryless(&format!("{scheme}{rest}")),
    }
}

fn queryless(text: &str) -> String {
    match text.find(['?', '#']) {
        Some(at) => format!("{}{}{MASK}", &text[..at], &text[at..=at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_neither_its_user_nor_its_password_nor_its_query() {
        for (text, expected) in [
            ("https://glpi.example/glpi", "https://glpi.example/glpi"),
            ("https://me:hunter2@glpi.example", "https://********@glpi.example"),
            ("https://me:hun/te@r2?@glpi.example:81/x", "https://********@glpi.example:81/x"),
            ("me:hunter2@glpi.example", "********@glpi.example"),
            ("https://glpi.example/?user_token=hunter2", "https://glpi.example/?********"),
            ("me:hun://ter2@glpi.example", "********@glpi.example"),
            ("", ""),
        ] {
            assert_eq!(url(text), expected);
        }
    }
}

//! Where the legacy REST interface of a GLPI server may answer.

use url::Url;

use super::GlpiClient;
use super::error::Error;

/// GLPI 10 and 11 answer here.
const LEGACY: &str = "apirest.php";
/// GLPI 11 answers here as well.
const VERSIONED: &str = "api.php/v1";

/// The places to try, best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// Addresses of the interface, without a trailing slash.
    pub(crate) candidates: Vec<Url>,
}

/// A server as people name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The host with its port, where it is not the usual one.
    pub host: String,
    /// The host by itself.
    pub name: String,
    /// Requests go there without encryption.
    pub is_plain: bool,
}

impl GlpiClient {
    /// The server it asks.
    pub fn place(&self) -> Place {
        let Some(url) = self.address.candidates.first() else { return Place::default() };
        let name = url.host_str().unwrap_or_default().to_owned();
        let host = url.port().map_or(name.clone(), |port| format!("{name}:{port}"));
        Place { host, name, is_plain: url.scheme() == "http" }
    }
}

impl Address {
    /// Reads what a person calls the address of his GLPI.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let mut url = Url::parse(text.trim()).map_err(|_| Error::config(format!("{} is no address", shown(text))))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(Error::config("the address must start with https:// or http://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::config("the address must not contain a user name or password"));
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();

        let paths = if path.ends_with(LEGACY) || path.ends_with(VERSIONED) {
            vec![path]
        } else if path.ends_with("/api.php") {
            vec![format!("{path}/v1")]
        } else if path.contains("/api.php/") {
            return Err(Error::config("of GLPI's interfaces only apirest.php and api.php/v1 carry what Farol needs"));
        } else {
            vec![format!("{path}/{LEGACY}"), format!("{path}/{VERSIONED}")]
        };
        let candidates = paths.iter().map(|path| with_path(&url, path)).collect();
        Ok(Self { candidates })
    }

    /// Whether the server runs on this machine, where no proxy belongs in between.
    pub(crate) fn is_loopback(&self) -> bool {
        self.candidates.iter().all(|url| match url.host() {
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        })
    }
}

fn with_path(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    url.set_path(path);
    url
}

/// Where a server sends callers, without query, user name and password.
pub(crate) fn bare(to: &str) -> String {
    let to = to.split(['?', '#']).next().unwrap_or_default();
    if let Ok(mut url) = Url::parse(to) {
        // Addresses that cannot have them keep neither.
        let is_bare = url.set_username("").is_ok() && url.set_password(None).is_ok();
        return if is_bare { url.into() } else { format!("{}:", url.scheme()) };
    }
    // As browsers read it: blanks count for nothing, slashes lean either way, and any number of them begins a host.
    let to: String = to.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    let to = to.replace('\\', "/");
    let rest = to.trim_start_matches('/');
    if to.len() - rest.len() < 2 {
        let is_path = to.starts_with('/') || !rest.contains(':');
        return if is_path { to } else { "an address that is none".to_owned() };
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("//{host}{path}")
}

/// An address that is no address may hold anything, so only its length is told once it holds an `@`.
fn shown(text: &str) -> String {
    if text.contains('@') { format!("a text of {} characters", text.len()) } else { format!("{text:?}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let address = Address::parse(text).unwrap();
        let found: Vec<_> = address.candidates.iter().map(Url::as_str).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn every_way_to_name_a_server_is_understood() {
        check("https://glpi.example", &["https://glpi.example/apirest.php", "https://glpi.example/api.php/v1"]);
        check("https://host/glpi/", &["https://host/glpi/apirest.php", "https://host/glpi/api.php/v1"]);
        check(" http://host:8080/apirest.php/ ", &["http://host:8080/apirest.php"]);
        check("https://host/api.php/v1?x=1#y", &["https://host/api.php/v1"]);
        check("https://host/api.php", &["https://host/api.php/v1"]);
    }

    #[test]
    fn the_place_of_a_redirection_is_told_without_secrets() {
        for (to, expected) in [
            ("https://me:hunter2@sso.example/login?token=hunter2", "https://sso.example/login"),
            ("//me:hunter2@sso.example", "//sso.example"),
            ("/glpi/?token=hunter2#x", "/glpi/"),
            ("https:me:hunter2@sso.example/x", "https://sso.example/x"),
            (r"https:\\me:hunter2@sso.example", "https://sso.example/"),
            (r"\/me:hunter2@sso.example/x", "//sso.example/x"),
            ("///me:hunter2@sso.example", "//sso.example"),
            ("https://me:hunter2@", "an address that is none"),
            ("mailto:hunter2@sso.example", "mailto:"),
        ] {
            assert_eq!(bare(to), expected);
        }
    }

    #[test]
    fn what_is_no_server_is_refused_without_showing_secrets() {
        for text in
            ["", "host", "ftp://host", "https://me:hunter2@host", "https://host/api.php/v2.1", "me:hunter2@host"]
        {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}

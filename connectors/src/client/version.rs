//! The version of a GLPI server, and what depends on it.

use std::fmt;
use std::str::FromStr;

/// A GLPI version such as `10.0.19` or `11.0.0-dev`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The number before the first dot.
    pub major: u32,
    text: String,
}

impl Version {
    /// Whether `<`, `>` and `&` are stored as entities: so it was until GLPI 11.
    pub fn stores_encoded_text(&self) -> bool {
        self.major < 11
    }

    /// Whether Farol knows this line of GLPI.
    pub fn is_known(&self) -> bool {
        matches!(self.major, 10 | 11)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.split('.').next().unwrap_or_default();
        let major = digits.parse().map_err(|_| format!("{text:?} is not a GLPI version"))?;
        Ok(Self { major, text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn a_version_says_how_text_is_stored() {
        let stored = |text: &str| text.parse::<Version>().map(|version| version.stores_encoded_text());
        assert_eq!(stored("9.5.13"), Ok(true));
        assert_eq!(stored("10.0.19"), Ok(true));
        assert_eq!(stored("11.0.0-dev"), Ok(false));
        assert!(stored("").is_err());
        assert!(stored("latest").is_err());
    }
}

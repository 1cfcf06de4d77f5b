//! What a failure of the client means to the engine.

use pipeline::sources::Error;

use crate::client::{self, Fault};

/// Codes by which GLPI says that it does not know an item type.
const UNKNOWN_TYPE: [&str; 2] = ["ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM", "ERROR_ITEMTYPE_NOT_FOUND_NOR_COMMONDBTM"];

/// The failure as the engine sorts failures.
pub(crate) fn failure(error: &client::Error) -> Error {
    match error.fault() {
        // It is tried a few times and then gone without.
        _ if matches!(error, client::Error::TooLarge { .. }) => Error::Away(error.to_string()),
        Fault::Transient => Error::Away(error.to_string()),
        Fault::Poison | Fault::Fatal => Error::Refused(error.to_string()),
    }
}

/// Whether the failure is that this account or this server has no such item type.
pub(crate) fn is_about_the_type(error: &client::Error) -> bool {
    match error {
        client::Error::RightMissing { .. } | client::Error::NotFound { .. } => true,
        client::Error::BadRequest { code } => UNKNOWN_TYPE.contains(&code.as_str()),
        _ => false,
    }
}

//! The reference of all settings, as a page: `docs/configuration.md` is what it says.

use std::fmt::{self, Write as _};

use anyhow::Context as _;
use serde_json::Value;

use super::{Config, SETTINGS, table};

/// A rule of the policy.
pub(super) struct Rule {
    /// Its key below `transforms`.
    pub(super) key: &'static str,
    /// What it may be.
    pub(super) allowed: &'static str,
    /// What it means when it is not given, as written.
    pub(super) default: &'static str,
    /// What it decides.
    pub(super) meaning: &'static str,
}

const KEEP_OR_HIDE: &str = "`\"keep\"` or `\"hide\"`";

/// Every rule of the policy, in the order of the file.
pub(super) const RULES: [Rule; 7] = [
    Rule {
        key: "mask.titles",
        allowed: KEEP_OR_HIDE,
        default: "\"keep\"",
        meaning: "Titles of tickets, in their rows and in their history",
    },
    Rule {
        key: "mask.requester_names",
        allowed: KEEP_OR_HIDE,
        default: "\"keep\"",
        meaning: "Names and addresses that a ticket's history gives to people who are not assigned to it",
    },
    Rule {
        key: "mask.person_names",
        allowed: KEEP_OR_HIDE,
        default: "\"keep\"",
        meaning: "Names of people in the list of people, except those of `technician_ids`",
    },
    Rule {
        key: "mask.survey_comments",
        allowed: KEEP_OR_HIDE,
        default: "\"keep\"",
        meaning: "What requesters write in satisfaction surveys; scores stay",
    },
    Rule {
        key: "mask.technician_ids",
        allowed: "a list of GLPI ids of people",
        default: "[]",
        meaning: "People whose names stay where names are hidden: name your technicians here",
    },
    Rule {
        key: "select.entities",
        allowed: "a list of GLPI ids of entities",
        default: "[]",
        meaning: "Entities whose tickets are kept, each by itself without those below it; an empty list keeps all",
    },
    Rule {
        key: "select.event_types",
        allowed: "a list of event types, such as `\"TicketUpdatedV1\"`",
        default: "[]",
        meaning: "Types of events that are kept; an empty list keeps all, and answers need all",
    },
];

const BEGIN: &str = "# Configuration

Each setting has one name in three spellings: a flag, an environment variable, and a key of `farol.toml`. A flag wins over the
environment, the environment over the file, the file over the default. `farol.toml` is read from the working directory, or from
where `--config FILE` or `FAROL_CONFIG` says. `infra/farol.example.toml` is a file to begin with.

`farol config print` shows what is in effect and where each value comes from, secrets masked. A value that is not allowed, an
unknown key and a variable that is a slip of a setting's name are errors that say what was meant. An empty variable counts as not
given. Other variables that begin with `FAROL_` are named in a warning, but for `FAROL_TEST_...`, which belong to the tests.

`farol config reference` prints this page.
";

const POLICY: &str = "
## What is written at all: `transforms`

Only the file can say this. The rules are applied before anything is written, dead letters included, and hold for what is written
from then on: what is in the log already stays, and what was left out comes back only with a new data directory. Numbers, times
and GLPI's ids always stay, so every figure stays the same. Texts of tickets (description, followups, tasks, solutions) are never
written, whatever the rules.
";

const EXAMPLE: &str = "
For a desk that shows no names but those of two technicians, and only two of its entities:

```toml
[transforms.mask]
titles = \"hide\"
requester_names = \"hide\"
person_names = \"hide\"
survey_comments = \"hide\"
technician_ids = [7, 12]

[transforms.select]
entities = [3, 4]
```

A kept ticket that moves to an entity that is not kept has left from then on. Without `TicketDeletedV1` among `event_types`,
tickets that are gone stay as they last were.
";

/// The page.
pub(crate) fn reference() -> anyhow::Result<String> {
    let mut defaults = table(&Config::default())?;
    let mut page = BEGIN.to_owned();
    let mut write = |defaults: &mut serde_json::Map<String, Value>| -> fmt::Result {
        writeln!(page, "\n| key | variable | default | allowed | meaning |\n|---|---|---|---|---|")?;
        for setting in &SETTINGS {
            let default = match defaults.remove(setting.name).unwrap_or_default() {
                Value::Null => "-".to_owned(),
                value => format!("`{value}`"),
            };
            let (name, variable, allowed) = (setting.name, setting.variable, setting.kind.allowed());
            writeln!(page, "| `{name}` | `{variable}` | {default} | {allowed} | {} |", setting.meaning)?;
        }
        writeln!(page, "\nThe flag is the key with dashes: `--glpi-url` for `glpi_url`.")?;
        write!(page, "{POLICY}\n| key in `[transforms]` | default | allowed | meaning |\n|---|---|---|---|\n")?;
        for Rule { key, allowed, default, meaning } in &RULES {
            writeln!(page, "| `{key}` | `{default}` | {allowed} | {meaning} |")?;
        }
        write!(page, "{EXAMPLE}")
    };
    write(&mut defaults).context("the page cannot be written")?;
    Ok(page)
}

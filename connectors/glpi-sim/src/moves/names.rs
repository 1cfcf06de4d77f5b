//! Names: how the history spells people, groups and places.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::Hand;
use crate::desk::Desk;
use crate::rows::{Id, Object};

/// The user name of history rows that no person wrote.
const JOB: &str = "cron_closeticket";
/// Numbers below this one are shared.
const SMALL_NUMBERS: i64 = 16;
/// What GLPI prints for no value of a list.
const NOTHING: &str = "&nbsp;";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Spelling {
    Person,
    Login,
    Tree(&'static str),
}

/// Spelled names, kept until something is renamed.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    spelled: HashMap<(Spelling, Id), Arc<str>>,
    /// The few words every history row repeats; looking through them is quicker than hashing.
    fixed: Vec<(&'static str, Arc<str>)>,
    numbers: Vec<Arc<str>>,
}

impl Names {
    pub(super) fn forget(&mut self) {
        self.spelled.clear();
    }

    fn word(&mut self, desk: &mut Desk, word: &'static str) -> Arc<str> {
        if let Some((_, shared)) = self.fixed.iter().find(|(known, _)| *known == word) {
            return Arc::clone(shared);
        }
        let shared = desk.raw_text(word);
        self.fixed.push((word, Arc::clone(&shared)));
        shared
    }

    /// The text of a small number, shared; other numbers hardly repeat.
    fn number(&mut self, desk: &mut Desk, number: i64) -> Arc<str> {
        if self.numbers.is_empty() {
            self.numbers = (0..SMALL_NUMBERS).map(|small| desk.raw_text(&small.to_string())).collect();
        }
        let small = usize::try_from(number).ok().and_then(|index| self.numbers.get(index));
        small.map_or_else(|| number.to_string().into(), Arc::clone)
    }

    fn spell(&mut self, desk: &mut Desk, spelling: Spelling, id: Id) -> Arc<str> {
        if let Some(name) = self.spelled.get(&(spelling, id)) {
            return Arc::clone(name);
        }
        let text = match spelling {
            Spelling::Person => format!("{} ({id})", desk.row("User", id).map(person).unwrap_or_default()),
            Spelling::Login => format!("{} ({id})", desk.row("User", id).map(|u| text(u, "name")).unwrap_or_default()),
            Spelling::Tree(itemtype) => tree(desk, itemtype, id),
        };
        let name = desk.raw_text(&text);
        self.spelled.insert((spelling, id), Arc::clone(&name));
        name
    }
}

impl Hand<'_> {
    /// The person as history values name them: "Last First (id)".
    pub(super) fn person(&mut self, id: Id) -> Arc<str> {
        self.rules.names.spell(self.desk, Spelling::Person, id)
    }

    /// The person by login, as the last editor is named.
    pub(super) fn login(&mut self, id: Id) -> Arc<str> {
        self.rules.names.spell(self.desk, Spelling::Login, id)
    }

    /// A row of a tree by its whole path: "Hardware &#62; Laptop (2)".
    pub(super) fn place(&mut self, itemtype: &'static str, id: Id) -> Arc<str> {
        self.rules.names.spell(self.desk, Spelling::Tree(itemtype), id)
    }

    /// One of the words the history always uses.
    pub(super) fn word(&mut self, word: &'static str) -> Arc<str> {
        self.rules.names.word(self.desk, word)
    }

    /// A number of the history.
    pub(super) fn number(&mut self, number: i64) -> Arc<str> {
        self.rules.names.number(self.desk, number)
    }

    /// Who the history says did it.
    pub(super) fn author(&mut self) -> Arc<str> {
        if self.by == 0 { self.word(JOB) } else { self.person(self.by) }
    }
}

fn person(user: &Object) -> String {
    let full = format!("{} {}", text(user, "realname"), text(user, "firstname"));
    match full.trim() {
        "" => text(user, "name").to_owned(),
        name => name.to_owned(),
    }
}

fn tree(desk: &Desk, itemtype: &str, id: Id) -> String {
    let Some(row) = desk.row(itemtype, id) else {
        return format!("{NOTHING} ({id})");
    };
    let path = if text(row, "completename").is_empty() { text(row, "name") } else { text(row, "completename") };
    if desk.encodes_text() {
        // The path's own sign is stored bare and encoded only when the history is written.
        return format!("{} ({id})", path.replace('>', "&#62;"));
    }
    format!("{path} ({id})")
}

fn text<'a>(row: &'a Object, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

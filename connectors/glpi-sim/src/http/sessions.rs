//! Sessions: who is logged in, with which profile and entities.

use std::collections::HashMap;

use crate::desk::Desk;
use crate::rows::{Id, Object};

use super::options::Profile;

/// What one login sees.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) user_id: Id,
    pub(super) profile: Profile,
    pub(super) entity: Id,
    pub(super) recursive: bool,
    pub(super) entities: Vec<Id>,
}

/// All sessions by token.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    by_token: HashMap<String, Session>,
}

impl Sessions {
    pub(super) fn open(&mut self, session: Session) -> String {
        let token = format!("{:032x}", rand::random::<u128>());
        self.by_token.insert(token.clone(), session);
        token
    }

    pub(super) fn get(&self, token: &str) -> Option<&Session> {
        self.by_token.get(token)
    }

    pub(super) fn get_mut(&mut self, token: &str) -> Option<&mut Session> {
        self.by_token.get_mut(token)
    }

    pub(super) fn close(&mut self, token: &str) {
        self.by_token.remove(token);
    }

    pub(super) fn expire(&mut self) -> usize {
        let count = self.by_token.len();
        self.by_token.clear();
        count
    }

    pub(super) fn len(&self) -> usize {
        self.by_token.len()
    }
}

impl Session {
    /// A fresh login: all entities that the account has, from its first one down.
    pub(super) fn new(desk: &Desk, user_id: Id, profile: Profile) -> Self {
        let granted = granted(desk);
        let entity = granted.first().copied().unwrap_or_default();
        Self { user_id, profile, entity, recursive: true, entities: granted }
    }

    /// Narrows (or widens) the session; `None` asks for all. Answers whether GLPI accepts it.
    pub(super) fn change_entities(&mut self, desk: &Desk, entity: Option<Id>, recursive: bool) -> bool {
        let granted = granted(desk);
        let Some(entity) = entity else {
            *self = Self {
                entity: granted.first().copied().unwrap_or_default(),
                recursive: true,
                entities: granted,
                ..self.clone()
            };
            return true;
        };
        if !granted.contains(&entity) {
            return false;
        }
        self.entities = if recursive {
            granted.into_iter().filter(|id| *id == entity || ancestors(desk, *id).contains(&entity)).collect()
        } else {
            vec![entity]
        };
        self.entity = entity;
        self.recursive = recursive;
        true
    }
}

/// The account's user: the option, else who recorded the desk, else nobody.
pub(super) fn account(desk: &Desk, user_id: Option<Id>) -> Id {
    user_id.or_else(|| user_named(desk, recorded_name(desk)?)).unwrap_or_default()
}

/// The entities above one, nearest first.
pub(super) fn ancestors(desk: &Desk, entity: Id) -> Vec<Id> {
    let mut above = Vec::new();
    let mut at = entity;
    while let Some(parent) = desk.row("Entity", at).and_then(parent) {
        if above.contains(&parent) {
            break;
        }
        above.push(parent);
        at = parent;
    }
    above
}

// The recorded account is recursive on the root, so it has them all; a desk without entities has its root.
fn granted(desk: &Desk) -> Vec<Id> {
    match desk.rows("Entity") {
        Some(entities) if !entities.is_empty() => entities.keys().copied().collect(),
        _ => vec![0],
    }
}

fn parent(entity: &Object) -> Option<Id> {
    let parent = entity.get("entities_id")?.as_i64()?;
    (parent >= 0 && entity.get("id")?.as_i64()? != parent).then_some(parent)
}

fn recorded_name(desk: &Desk) -> Option<&str> {
    desk.recorded_session()?.get("glpiname")?.as_str()
}

fn user_named(desk: &Desk, name: &str) -> Option<Id> {
    let named = |user: &&Object| user.get("name").and_then(serde_json::Value::as_str) == Some(name);
    desk.rows("User")?.values().find(named)?.get("id")?.as_i64()
}

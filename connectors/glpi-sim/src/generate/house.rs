//! House: the people and places of a desk, as far as moves choose among them.

use std::collections::{BTreeMap, HashMap, HashSet};

use rand::Rng;
use rand::rngs::SmallRng;
use serde_json::Value;

use crate::calendar::{Calendar, Segment};
use crate::desk::Desk;
use crate::moves::Rules;
use crate::rows::{Id, Object};

/// When technicians work: Monday to Friday, 08:00 to 19:00.
const STAFF_HOURS: (i64, i64) = (8 * 3_600, 19 * 3_600);

/// GLPI's profile of accounts that only read, jobs mostly.
const READ_ONLY: Id = 8;

/// The agreements a ticket may come under, 0 for none.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Level {
    pub(super) sla_tto: Id,
    pub(super) sla_ttr: Id,
    seconds: i64,
}

/// Who and what there is to choose from. Any list may be empty.
#[derive(Debug, Clone)]
pub(crate) struct House {
    pub(super) entities: Vec<Id>,
    pub(super) groups: Vec<Id>,
    members: HashMap<Id, Vec<Id>>,
    pub(super) technicians: Vec<Id>,
    pub(super) requesters: Vec<Id>,
    /// Categories with their name, and their group when they have one.
    pub(super) categories: Vec<(Id, String, Option<Id>)>,
    /// By target, the shortest first.
    pub(super) levels: Vec<Level>,
    pub(super) olas: Vec<Id>,
    pub(super) sources: Vec<Id>,
    pub(super) solution_types: Vec<Id>,
    /// Who sorts, trashes and purges.
    pub(super) admin: Id,
    pub(super) staff_hours: Calendar,
}

impl House {
    /// Reads the people and places of `desk`.
    pub(crate) fn of(desk: &Desk, rules: &Rules) -> Self {
        let owners = owners(desk, rules);
        let mut members: HashMap<Id, Vec<Id>> = HashMap::new();
        for row in rows(desk, "Group_User").map(|(_, row)| row) {
            let user = int(row, "users_id");
            if owners.contains(&user) {
                members.entry(int(row, "groups_id")).or_default().push(user);
            }
        }
        let is_member = |id: &Id| members.values().any(|group| group.contains(id));
        let technicians: Vec<Id> = owners.iter().copied().filter(is_member).collect();
        let admin = owners.iter().copied().find(|id| !is_member(id)).or(owners.first().copied());
        Self {
            entities: ids(desk, "Entity", |_, _| true),
            groups: ids(desk, "Group", |id, row| int(row, "is_assign") == 1 && members.contains_key(&id)),
            technicians: if technicians.is_empty() { owners } else { technicians },
            requesters: requesters(desk, rules),
            categories: rows(desk, "ITILCategory")
                .map(|(id, row)| (id, text(row, "name").to_owned(), Some(int(row, "groups_id")).filter(|id| *id != 0)))
                .collect(),
            levels: levels(desk),
            olas: ids(desk, "OLA", |_, row| int(row, "type") == 0),
            sources: ids(desk, "RequestType", |_, _| true),
            solution_types: ids(desk, "SolutionType", |_, _| true),
            admin: admin.unwrap_or_default(),
            members,
            staff_hours: staff_hours(),
        }
    }

    /// A member of a group, busy ones more often; anybody when it has none.
    pub(super) fn member(&self, group: Id, rng: &mut SmallRng) -> Id {
        let members = self.members.get(&group).filter(|members| !members.is_empty()).unwrap_or(&self.technicians);
        let skewed = rng.random::<f64>().powf(1.6);
        let index = ((members.len() as f64 * skewed) as usize).min(members.len().saturating_sub(1));
        members.get(index).copied().unwrap_or(self.admin)
    }

    /// The group that handles a category, or any.
    pub(super) fn group_for(&self, category: Id, rng: &mut SmallRng) -> Option<Id> {
        let home = self.categories.iter().find(|(id, ..)| *id == category).and_then(|(.., group)| *group);
        let home = home.filter(|group| self.groups.contains(group));
        if home.is_some() && rng.random_bool(0.8) { home } else { any(&self.groups, rng) }
    }

    /// The agreements for a priority; urgent tickets get the shortest targets.
    pub(super) fn level(&self, priority: i32, rng: &mut SmallRng) -> Level {
        if self.levels.is_empty() || rng.random_bool(0.15) {
            return Level::default();
        }
        let rank = f64::from(6 - priority.clamp(1, 6)) / 6.0 + rng.random_range(0.0..0.17);
        self.levels[((self.levels.len() as f64 * rank) as usize).min(self.levels.len() - 1)]
    }
}

/// Any of a list.
pub(super) fn any<T: Copy>(list: &[T], rng: &mut SmallRng) -> Option<T> {
    if list.is_empty() { None } else { list.get(rng.random_range(0..list.len())).copied() }
}

/// Who may own tickets; on a desk that does not tell, whoever is in a group, or else everybody.
fn owners(desk: &Desk, rules: &Rules) -> Vec<Id> {
    let grouped: HashSet<Id> = rows(desk, "Group_User").map(|(_, row)| int(row, "users_id")).collect();
    let by_profile = ids(desk, "User", |id, row| rules.may_own(id) && is_active(row));
    let by_group = ids(desk, "User", |id, row| grouped.contains(&id) && is_active(row));
    let everybody = ids(desk, "User", |_, row| is_active(row));
    [by_profile, by_group, everybody].into_iter().find(|list| !list.is_empty()).unwrap_or_default()
}

fn requesters(desk: &Desk, rules: &Rules) -> Vec<Id> {
    let readers: HashSet<Id> = rows(desk, "Profile_User")
        .filter(|(_, row)| int(row, "profiles_id") == READ_ONLY)
        .map(|(_, row)| int(row, "users_id"))
        .collect();
    let others = ids(desk, "User", |id, row| !rules.may_own(id) && !readers.contains(&id) && is_active(row));
    let named: Vec<Id> = others
        .iter()
        .copied()
        .filter(|id| {
            desk.row("User", *id)
                .is_some_and(|row| !text(row, "realname").is_empty() && !text(row, "firstname").is_empty())
        })
        .collect();
    // Accounts without a person's name are jobs and templates, if there are persons at all.
    if named.is_empty() { others } else { named }
}

fn levels(desk: &Desk) -> Vec<Level> {
    let slas = |kind: i64| rows(desk, "SLA").filter(move |(_, row)| int(row, "type") == kind);
    let mut levels: Vec<Level> = slas(0)
        .map(|(id, row)| {
            let same_manager = slas(1).find(|(_, tto)| int(tto, "slms_id") == int(row, "slms_id"));
            let unit = match text(row, "definition_time") {
                "minute" => 60,
                "day" => 30_000,
                "month" => 900_000,
                _ => 3_600,
            };
            let sla_tto = same_manager.or_else(|| slas(1).next()).map_or(0, |(id, _)| id);
            Level { sla_tto, sla_ttr: id, seconds: int(row, "number_time") * unit }
        })
        .collect();
    levels.sort_by_key(|level| (level.seconds, level.sla_ttr));
    levels
}

fn staff_hours() -> Calendar {
    let (begin, end) = STAFF_HOURS;
    let segments: Vec<Segment> = (1..=5).map(|weekday| Segment { weekday, begin, end }).collect();
    Calendar::new(&segments, Vec::new())
}

fn ids(desk: &Desk, itemtype: &str, wanted: impl Fn(Id, &Object) -> bool) -> Vec<Id> {
    rows(desk, itemtype).filter(|(id, row)| wanted(*id, row)).map(|(id, _)| id).collect()
}

fn rows<'a>(desk: &'a Desk, itemtype: &str) -> impl Iterator<Item = (Id, &'a Object)> + use<'a> {
    let rows: Option<&BTreeMap<Id, Object>> = desk.rows(itemtype);
    rows.into_iter().flatten().map(|(id, row)| (*id, row))
}

fn is_active(row: &Object) -> bool {
    int(row, "is_active") == 1 && int(row, "is_deleted") == 0
}

fn int(row: &Object, field: &str) -> i64 {
    row.get(field).and_then(Value::as_i64).unwrap_or_default()
}

fn text<'a>(row: &'a Object, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

//! Founding: the entities, groups, people, categories and agreements of a generated desk.

use rand::Rng;
use rand::rngs::SmallRng;
use serde_json::{Value, json};

use super::words::{CATEGORIES, ENTITIES, FIRST_NAMES, GROUPS, LAST_NAMES};
use crate::desk::Desk;
use crate::rows::naive::{self, Zone};
use crate::rows::{Id, Object, Seconds};

/// Item types a desk has even when nothing is in them.
const EMPTY: [&str; 3] = ["Location", "PendingReason_Item", "Supplier"];
/// Profiles of GLPI: self-service, super-admin, technician, read-only.
const SELF_SERVICE: Id = 1;
const SUPER_ADMIN: Id = 4;
const TECHNICIAN: Id = 6;
const READ_ONLY: Id = 8;

/// The row at hand's desk, its time and its chances.
struct Founder<'a> {
    desk: &'a mut Desk,
    now: String,
    rng: &'a mut SmallRng,
}

/// Fills an empty desk with everything but tickets, sized for `tickets`.
pub(super) fn found(desk: &mut Desk, tickets: usize, at: Seconds, rng: &mut SmallRng) {
    let mut founder = Founder { desk, now: naive::to_text(at, Zone::UTC), rng };
    for itemtype in EMPTY {
        founder.desk.declare(itemtype);
    }
    founder.entities();
    founder.groups();
    founder.people((tickets / 4_000).clamp(16, 90), (tickets / 120).clamp(30, 1_500));
    founder.categories();
    founder.calendars();
    founder.agreements();
    founder.lists();
}

impl Founder<'_> {
    /// Keeps a row with both dates set; texts are encoded as the desk stores them.
    fn keep(&mut self, itemtype: &str, row: Value) -> Id {
        let Value::Object(row) = row else { return 0 };
        let mut kept = Object::new();
        for (column, value) in row {
            let value = match value {
                // Paths keep their own sign bare, names in them are encoded before.
                Value::String(text) if column != "completename" => (*self.desk.text(&text)).into(),
                other => other,
            };
            kept.insert(column, value);
        }
        kept.insert("date_mod".to_owned(), self.now.clone().into());
        kept.insert("date_creation".to_owned(), self.now.clone().into());
        self.desk.insert_row(itemtype, kept)
    }

    /// The path of the named row below `parent`, and its level.
    fn path(&mut self, name: &str, itemtype: &str, parent: Option<Id>) -> (String, i64) {
        let name = self.desk.text(name);
        let above = parent.and_then(|parent| self.desk.row(itemtype, parent));
        let Some(above) = above else { return (name.to_string(), 1) };
        let level = above.get("level").and_then(Value::as_i64).unwrap_or(1);
        (format!("{} > {name}", above.get("completename").and_then(Value::as_str).unwrap_or_default()), level + 1)
    }

    fn entities(&mut self) {
        for (index, (name, parent)) in ENTITIES.iter().enumerate() {
            let is_root = index == 0;
            let parent = (!is_root).then_some(*parent as Id);
            let (completename, level) = self.path(name, "Entity", parent);
            let row = json!({
                "id": index, "name": name, "entities_id": parent, "completename": completename, "level": level,
                "comment": null, "calendars_strategy": if is_root { 0 } else { -2 },
                "calendars_id": i32::from(is_root), "inquest_rate": if is_root { 30 } else { 0 },
            });
            self.keep("Entity", row);
        }
    }

    fn groups(&mut self) {
        for (index, (name, parent)) in GROUPS.iter().enumerate() {
            let parent = (*parent != index).then_some(*parent as Id + 1);
            let (completename, level) = self.path(name, "Group", parent);
            let row = json!({
                "id": index + 1, "entities_id": 0, "is_recursive": 1, "name": name, "comment": null,
                "groups_id": parent.unwrap_or(0), "completename": completename, "level": level, "is_requester": 0,
                "is_watcher": 1, "is_assign": 1, "is_task": 1, "is_notify": 1, "is_usergroup": 1, "is_manager": 1,
            });
            self.keep("Group", row);
        }
    }

    fn people(&mut self, technicians: usize, requesters: usize) {
        let admin = self.person("glpi", (None, None), 0);
        self.profile(admin, SUPER_ADMIN, 0);
        self.service_account();
        for index in 0..technicians {
            let login = format!("tech{}", index + 1);
            let id = self.named_person(&login, index, 0);
            self.profile(id, TECHNICIAN, 0);
            // Everybody has a home, some help out elsewhere.
            self.member(id, index % GROUPS.len());
            if self.rng.random_bool(0.25) {
                self.member(id, (index * 5 + 3) % GROUPS.len());
            }
        }
        for index in 0..requesters {
            let entity = self.rng.random_range(0..ENTITIES.len()) as Id;
            let id = self.named_person(&format!("user{}", index + 1), index * 7 + 5, entity);
            self.profile(id, SELF_SERVICE, entity);
        }
    }

    /// The account that reads the desk over the API.
    fn service_account(&mut self) {
        let id = self.person("svc_analytics", (Some("Analytics"), Some("service")), 0);
        self.profile(id, READ_ONLY, 0);
    }

    fn named_person(&mut self, login: &str, index: usize, entity: Id) -> Id {
        let first = FIRST_NAMES[index % FIRST_NAMES.len()];
        let last = LAST_NAMES[(index / FIRST_NAMES.len() + index) % LAST_NAMES.len()];
        self.person(login, (Some(last), Some(first)), entity)
    }

    fn person(&mut self, login: &str, (last, first): (Option<&str>, Option<&str>), entity: Id) -> Id {
        // Id 1 is not used: a real desk's first account is 2.
        let id = self.desk.rows("User").and_then(|rows| rows.keys().next_back()).map_or(2, |last| last + 1);
        let row = json!({
            "id": id, "name": login, "phone": null, "realname": last, "firstname": first, "locations_id": 0,
            "language": null, "is_active": 1, "comment": null, "auths_id": 0, "authtype": 1, "last_login": null,
            "is_deleted": 0, "profiles_id": 0, "entities_id": entity, "usertitles_id": 0, "usercategories_id": 0,
            "groups_id": 0, "users_id_supervisor": 0, "timezone": null,
        });
        self.keep("User", row)
    }

    fn profile(&mut self, user: Id, profile: Id, entity: Id) {
        let row = json!({
            "users_id": user, "profiles_id": profile, "entities_id": entity, "is_recursive": 1, "is_dynamic": 0,
            "is_default_profile": 0,
        });
        self.link("Profile_User", row);
    }

    fn member(&mut self, user: Id, group: usize) {
        let row = json!({"users_id": user, "groups_id": group + 1, "is_dynamic": 0, "is_manager": 0});
        self.link("Group_User", row);
    }

    /// Keeps a row that has no dates.
    fn link(&mut self, itemtype: &str, row: Value) {
        if let Value::Object(row) = row {
            self.desk.insert_row(itemtype, row);
        }
    }

    fn categories(&mut self) {
        for (index, (name, parent, group)) in CATEGORIES.iter().enumerate() {
            let parent = (*parent != index).then_some(*parent as Id + 1);
            let (completename, level) = self.path(name, "ITILCategory", parent);
            let row = json!({
                "id": index + 1, "entities_id": 0, "is_recursive": 1, "itilcategories_id": parent.unwrap_or(0),
                "name": name, "completename": completename, "comment": null, "level": level, "users_id": 0,
                "groups_id": group + 1, "code": "", "is_helpdeskvisible": 1, "is_incident": 1, "is_request": 1,
                "is_problem": 1, "is_change": 1,
            });
            self.keep("ITILCategory", row);
        }
    }

    fn calendars(&mut self) {
        let weekdays: &[(&str, &str)] = &[("09:00:00", "18:00:00")];
        let shifts: &[(&str, &str)] = &[("08:00:00", "12:00:00"), ("13:00:00", "19:00:00")];
        for (name, days, hours) in [
            ("Default", 1..=5, &[("08:00:00", "20:00:00")][..]),
            ("Support 9-18 Mon-Fri", 1..=5, weekdays),
            ("Extended, two shifts, Mon-Sat", 1..=6, shifts),
        ] {
            let row = json!({"entities_id": 0, "is_recursive": 1, "name": name, "comment": null});
            let calendar = self.keep("Calendar", row);
            for day in days {
                for (begin, end) in hours {
                    let row = json!({
                        "calendars_id": calendar, "entities_id": 0, "is_recursive": 0, "day": day, "begin": begin,
                        "end": end,
                    });
                    self.link("CalendarSegment", row);
                }
            }
        }
        let year: i64 = self.now.get(..4).unwrap_or_default().parse().unwrap_or(2016);
        self.holiday("New Year", &format!("{year}-01-01"), true);
        self.holiday("Labour day", &format!("{year}-05-01"), true);
        self.holiday("Christmas", &format!("{year}-12-25"), true);
        for offset in 0..=12 {
            self.holiday(
                &format!("Inventory {}", year + offset),
                &format!("{}-07-0{}", year + offset, 1 + offset % 7),
                false,
            );
        }
    }

    fn holiday(&mut self, name: &str, date: &str, perpetual: bool) {
        let row = json!({
            "name": name, "entities_id": 0, "is_recursive": 1, "comment": null, "begin_date": date, "end_date": date,
            "is_perpetual": i32::from(perpetual),
        });
        let holiday = self.keep("Holiday", row);
        for calendar in [2, 3] {
            self.link("Calendar_Holiday", json!({"calendars_id": calendar, "holidays_id": holiday}));
        }
    }

    fn agreements(&mut self) {
        // Name, calendar, the ticket's calendar.
        let managers = [
            ("Around the clock", 0, 0),
            ("Business hours", 2, 0),
            ("Extended hours", 3, 0),
            ("Hours of the entity", 0, 1),
        ];
        for (name, calendar, by_entity) in managers {
            let row = json!({
                "name": name, "entities_id": 0, "is_recursive": 1, "comment": null, "use_ticket_calendar": by_entity,
                "calendars_id": calendar,
            });
            self.keep("SLM", row);
        }
        // Name, manager, to own, time, unit, whole days, the ticket's calendar.
        let slas = [
            ("TTO 30min (24x7)", 1, 1, 30, "minute", 0, 0),
            ("TTR 8h (24x7)", 1, 0, 8, "hour", 0, 0),
            ("TTO 4h BH", 2, 1, 4, "hour", 0, 0),
            ("TTR 16h BH", 2, 0, 16, "hour", 0, 0),
            ("TTR 5 days BH", 2, 0, 5, "day", 1, 0),
            ("TTR 2 days BH", 2, 0, 2, "day", 0, 0),
            ("TTO 6h extended", 3, 1, 6, "hour", 0, 0),
            ("TTR 24h entity", 4, 0, 24, "hour", 0, 1),
            ("TTO 6h entity", 4, 1, 6, "hour", 0, 1),
        ];
        for (name, slm, kind, time, unit, whole_days, by_entity) in slas {
            let row = agreement(name, slm, kind, (time, unit), (whole_days, by_entity));
            self.keep("SLA", row);
        }
        for (name, time, unit) in [("OLA TTR 8h BH", 8, "hour"), ("OLA TTR 2 days BH", 2, "day")] {
            self.keep("OLA", agreement(name, 2, 0, (time, unit), (0, 0)));
        }
    }

    fn lists(&mut self) {
        let level = json!({
            "name": "1h before breach: escalate", "slas_id": 4, "execution_time": -3600, "is_active": 1,
            "entities_id": 0, "is_recursive": 1, "match": null,
        });
        self.link("SlaLevel", level);
        for name in ["Helpdesk", "E-Mail", "Phone", "Direct", "Written", "Other"] {
            self.keep("RequestType", json!({"name": name, "is_active": 1, "is_ticketheader": 1, "comment": null}));
        }
        for name in ["Workaround", "Fix", "No fault found"] {
            self.keep("SolutionType", json!({"name": name, "comment": null, "entities_id": 0, "is_recursive": 1}));
        }
        self.keep("PendingReason", json!({"name": "Waiting for requester", "entities_id": 0, "is_recursive": 1}));
    }
}

fn agreement(name: &str, slm: Id, kind: i64, (time, unit): (i64, &str), (whole_days, by_entity): (i64, i64)) -> Value {
    let calendar = if slm == 1 || by_entity == 1 { 0 } else { slm };
    json!({
        "name": name, "entities_id": 0, "is_recursive": 1, "type": kind, "comment": null, "number_time": time,
        "use_ticket_calendar": by_entity, "calendars_id": calendar, "definition_time": unit,
        "end_of_working_day": whole_days, "slms_id": slm,
    })
}

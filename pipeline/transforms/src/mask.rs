//! Mask: hides personal data before anything is written.
//!
//! Hidden text is empty, and an optional one is absent: numbers, times and GLPI's ids stay, so every figure stays the same.

mod people;
mod raw;

use std::collections::BTreeSet;

use schemas::{ActorKind, Body, DimensionChanged, Event, FieldChange, Role, TechnicianAssignment};
use serde::{Deserialize, Serialize};

pub(crate) use raw::mask_raw;

use people::id_only;

/// The kind of dimension that holds people.
const PERSON: &str = "User";
/// GLPI's search options of a ticket whose values are texts that people write to each other: description, solution, followup,
/// task, and the two sides of an approval. No event holds such a text, whatever the policy.
const TEXT_OPTIONS: [i64; 6] = [21, 24, 25, 26, 53, 54];
/// Search options whose values are names of people who may be requesters: requester, writer, the people of approvals, last editor,
/// watcher, and the writers of followups and tasks. Option 5, the technician, is not one of them.
const PERSON_OPTIONS: [i64; 9] = [4, 22, 58, 59, 64, 66, 91, 93, 94];
/// The title.
const TITLE_OPTION: i64 = 1;
/// The survey's comment.
const SURVEY_OPTION: i64 = 63;

/// Whether something personal is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// It is written.
    #[default]
    Keep,
    /// It is not written anywhere.
    Hide,
}

impl Visibility {
    const fn hides(self) -> bool {
        matches!(self, Self::Hide)
    }
}

/// Which personal data is hidden. By default all is kept; [`crate::Policy::sentences`] says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MaskPolicy {
    /// Titles of tickets.
    pub titles: Visibility,
    /// Names and addresses that a ticket's history gives to people who are not assigned to it: requesters, observers, people
    /// whose role is not known, writers and editors.
    pub requester_names: Visibility,
    /// Names of people in their own rows, except those of `technician_ids`.
    pub person_names: Visibility,
    /// What requesters write in surveys.
    pub survey_comments: Visibility,
    /// GLPI ids of the people whose names stay where names are hidden. GLPI's row of a person does not tell whether he is a
    /// technician, so a desk that hides people's names lists its technicians here.
    pub technician_ids: Vec<i64>,
}

impl MaskPolicy {
    pub(crate) fn sentences(&self) -> Vec<String> {
        let say = |what: &str, visibility: Visibility| match visibility {
            Visibility::Keep => format!("{what} are kept."),
            Visibility::Hide => format!("{what} are hidden."),
        };
        let mut sentences = vec![
            say("Ticket titles", self.titles),
            say("Names of requesters and observers in the history", self.requester_names),
            say("Names of people", self.person_names),
            say("Survey comments", self.survey_comments),
        ];
        if !self.technician_ids.is_empty() {
            sentences.push(format!("The names of {} technicians are kept in any case.", self.technician_ids.len()));
        }
        sentences
    }
}

/// A [`MaskPolicy`], ready to hide.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "one switch for each field of the policy")]
pub(crate) struct Masker {
    titles: bool,
    requesters: bool,
    people: bool,
    surveys: bool,
    technicians: BTreeSet<i64>,
}

impl Masker {
    pub(crate) fn new(policy: MaskPolicy) -> Self {
        Self {
            titles: policy.titles.hides(),
            requesters: policy.requester_names.hides(),
            people: policy.person_names.hides(),
            surveys: policy.survey_comments.hides(),
            technicians: policy.technician_ids.into_iter().collect(),
        }
    }

    fn hides_person(&self, id: Option<i64>) -> bool {
        self.people && !id.is_some_and(|id| self.technicians.contains(&id))
    }

    /// One value of a ticket's history, by its search option.
    fn history_value(&self, option: i64, value: &mut String) {
        let is_hidden = TEXT_OPTIONS.contains(&option)
            || (option == TITLE_OPTION && self.titles)
            || (option == SURVEY_OPTION && self.surveys);
        if is_hidden {
            value.clear();
        } else if self.requesters && PERSON_OPTIONS.contains(&option) {
            *value = id_only(value, &self.technicians);
        }
    }
}

/// `event` without what the policy hides.
pub(crate) fn mask(masker: &Masker, mut event: Event) -> Event {
    match &mut event.body {
        Body::Updated(updated) => {
            if let Some(change) = &mut updated.change {
                mask_change(masker, change);
            }
            if let Some(state) = updated.state.as_mut().filter(|_| masker.titles) {
                state.title.clear();
            }
        }
        Body::Assignment(assignment) => mask_assignment(masker, assignment),
        Body::Satisfaction(survey) if masker.surveys => survey.comment = None,
        Body::Dimension(row) => mask_dimension(masker, row),
        Body::Satisfaction(_)
        | Body::Created(_)
        | Body::Commented(_)
        | Body::Deleted(_)
        | Body::Restored(_)
        | Body::SlaBreached(_)
        | Body::SlaTicked(_) => {}
    }
    event
}

fn mask_change(masker: &Masker, change: &mut FieldChange) {
    let option = i64::from(change.option);
    masker.history_value(option, &mut change.old);
    masker.history_value(option, &mut change.new);
}

fn mask_assignment(masker: &Masker, assignment: &mut TechnicianAssignment) {
    let may_be_requester = assignment.actor_kind == ActorKind::Person && assignment.role != Role::Assigned;
    if masker.requesters && may_be_requester && !masker.technicians.contains(&assignment.actor_id) {
        assignment.actor_name = None;
    }
}

fn mask_dimension(masker: &Masker, row: &mut DimensionChanged) {
    if row.kind == PERSON && masker.hides_person(Some(row.dimension_id)) {
        row.name.clear();
        row.complete_name = None;
        row.attributes = raw::mask_person(&row.attributes);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::samples::{assignment, change, person, survey, ticket};

    fn hiding(policy: &str) -> Masker {
        Masker::new(toml::from_str(policy).unwrap())
    }

    fn change_after(policy: &str, option: i32, old: &str, new: &str) -> (String, String) {
        let Body::Updated(updated) = mask(&hiding(policy), change(option, old, new)).body else { panic!("updated") };
        let change = updated.change.unwrap();
        (change.old, change.new)
    }

    fn name_after(policy: &str, kind: ActorKind, role: Role) -> Option<String> {
        let mut event = assignment("Costa Hugo");
        if let Body::Assignment(assignment) = &mut event.body {
            (assignment.actor_kind, assignment.role) = (kind, role);
        }
        let Body::Assignment(assignment) = mask(&hiding(policy), event).body else { panic!("assignment") };
        assignment.actor_name
    }

    #[test]
    fn a_policy_that_hides_nothing_leaves_events_as_they_are() {
        for event in [ticket("Printer"), assignment("Ana"), person(7, "Ana"), survey("Thanks"), change(1, "a", "b")] {
            assert_eq!(mask(&Masker::default(), event.clone()), event);
        }
    }

    #[test]
    fn titles_are_hidden_in_rows_and_in_history() {
        let Body::Updated(updated) = mask(&hiding("titles = 'hide'"), ticket("Printer")).body else {
            panic!("updated")
        };
        assert_eq!(updated.state.unwrap().title, "");
        assert_eq!(change_after("titles = 'hide'", 1, "Printer", "Plotter"), (String::new(), String::new()));
        assert_eq!(change_after("titles = 'hide'", 12, "1", "2"), ("1".to_owned(), "2".to_owned()));
    }

    #[test]
    fn texts_of_tickets_are_never_kept() {
        assert_eq!(change_after("", 21, "my password is x", "sorry"), (String::new(), String::new()));
    }

    #[test]
    fn requesters_lose_their_names_in_history_and_technicians_keep_theirs() {
        let policy = "requester_names = 'hide'";
        let kept = Some("Costa Hugo".to_owned());

        assert_eq!(name_after(policy, ActorKind::Person, Role::Requester), None);
        assert_eq!(name_after(policy, ActorKind::Person, Role::Observer), None);
        assert_eq!(name_after(policy, ActorKind::Person, Role::Unknown), None);
        assert_eq!(name_after(policy, ActorKind::Person, Role::Assigned), kept);
        assert_eq!(name_after(policy, ActorKind::Group, Role::Requester), kept);
        assert_eq!(
            name_after("requester_names = 'hide'\ntechnician_ids = [14]", ActorKind::Person, Role::Unknown),
            kept
        );
        assert_eq!(change_after(policy, 64, "Silva Ana (7)", ""), ("(7)".to_owned(), String::new()));
        assert_eq!(change_after(policy, 7, "", "Hardware (3)"), (String::new(), "Hardware (3)".to_owned()));
    }

    #[test]
    fn people_lose_their_names_except_the_technicians_listed() {
        let masker = hiding("person_names = 'hide'\ntechnician_ids = [7]");
        let row = |event: Event| match mask(&masker, event).body {
            Body::Dimension(row) => row,
            other => panic!("{other:?}"),
        };

        let hidden = row(person(8, "Last8"));
        assert_eq!((hidden.name.as_str(), hidden.complete_name), ("", None));
        assert_eq!(hidden.attributes, r#"{"entity_id":3,"firstname":"","last_login":"2026-01-01"}"#);
        assert_eq!(row(person(7, "Last7")).name, "Last7");
    }

    #[test]
    fn survey_comments_are_hidden_and_scores_stay() {
        let Body::Satisfaction(survey) = mask(&hiding("survey_comments = 'hide'"), survey("rude")).body else {
            panic!("survey")
        };
        assert_eq!((survey.comment, survey.score), (None, Some(4.0)));
    }
}

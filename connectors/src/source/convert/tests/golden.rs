//! Single rows of every family.

use schemas::{
    ActorKind, CommentKind, Commented, Created, Deleted, DeletionCause, FieldChange, LinkChange, RestorationCause,
    Restored, Role, Satisfaction, TechnicianAssignment, TicketState, Updated,
};

use super::*;

fn state(row: &Value, context: &Context) -> TicketState {
    let drafts = ticket(row, context).unwrap().row.drafts;
    match &drafts[1].body {
        Body::Updated(updated) => updated.state.clone().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_ticket_row_says_that_it_was_opened_and_how_it_stands() {
    let read = ticket(&ticket_row(), &context()).unwrap();
    assert_eq!((read.entity, read.is_trashed, read.row.ticket), (0, false, 2));
    let opened = &read.row.drafts[0];
    let created =
        Created { created_at: at("2026-11-20 08:00:01"), opened_at: at("2026-11-20 08:00:00"), writer_id: Some(46) };
    assert_eq!((&opened.body, opened.is_once), (&Body::Created(created), true));
    assert_eq!(read.row.drafts[1].occurred_at, at("2026-11-20 10:00:00"));
    assert_eq!(read.row.drafts[1].confidence, Confidence::Observed);

    let state = state(&ticket_row(), &context());
    assert_eq!((state.title.as_str(), state.entity_id, state.source_id), ("R&D laptop", 0, None));
    assert_eq!((state.category_id, state.sla_ttr_id, state.sla_tto_id), (Some(7), Some(5), None));
    assert_eq!((state.due_ttr_at, state.due_tto_at), (Some(at("2026-11-27 18:00:00")), None));
    assert_eq!((state.waiting_s, state.action_s, state.take_delay_s), (60, 3600, 0));
}

#[test]
fn what_people_wrote_never_becomes_an_event() {
    let read = ticket(&ticket_row(), &context()).unwrap();
    assert!(!format!("{read:?}").contains("private words"));
    assert!(!showable("Ticket", &ticket_row()).contains("private words"));
}

#[test]
fn numbers_may_come_as_text_and_mean_the_same() {
    let texts = with(with(ticket_row(), "status", json!("2")), "entities_id", json!("0"));
    assert_eq!(ticket(&texts, &context()).unwrap().row, ticket(&ticket_row(), &context()).unwrap().row);
}

#[test]
fn only_glpi_before_11_encodes_text() {
    let eleven = Context { version: "11.0.1".parse().unwrap(), ..context() };
    assert_eq!(state(&ticket_row(), &eleven).title, "R&#38;D laptop");
}

#[test]
fn times_are_read_in_the_zone_of_the_account() {
    assert_eq!(state(&ticket_row(), &paris()).opened_at, at("2026-11-20 07:00:00"));
}

#[test]
fn the_repeated_hour_is_the_earlier_one_and_not_sure() {
    let row = with(log_row(0, "", 12, "1", "2"), "date_mod", json!("2026-10-25 02:30:00"));
    let draft = child(Kind::Log, &row, &paris()).unwrap().drafts.remove(0);
    assert_eq!((draft.occurred_at, draft.confidence), (at("2026-10-25 00:30:00"), Confidence::Inferred));
    let row = with(ticket_row(), "date_mod", json!("2026-10-25 02:30:00"));
    let read = ticket(&row, &paris()).unwrap();
    assert_eq!((read.modified_at, read.modified_latest), (at("2026-10-25 00:30:00"), at("2026-10-25 01:30:00")));
}

#[test]
fn a_damaged_ticket_row_is_dead_with_a_plain_reason() {
    let null = Value::Null;
    let broken = |column: &str, value: Value| reason(&with(ticket_row(), column, value));
    assert_eq!(broken("-date", null.clone()), "column date is missing");
    assert_eq!(broken("date_mod", null.clone()), "column date_mod is null");
    assert_eq!(broken("status", json!("pending")), "column status is a text instead of a whole number");
    assert_eq!(broken("status", json!(300)), "column status is 300, which is out of range");
    assert_eq!(broken("name", json!(["x"])), "column name is a list instead of a text");
    assert_eq!(broken("id", json!(-4)), "column id is -4");
    assert_eq!(broken("is_deleted", json!(7)), "column is_deleted is 7 instead of 0 or 1");
    assert!(broken("solvedate", json!("yesterday")).starts_with("column solvedate: \"yesterday\" is not a time"));
    assert_eq!(reason(&json!([])), "the row is not an object");
}

#[test]
fn a_column_that_is_missing_is_not_taken_for_an_empty_one() {
    let lacks = |kind, row: &Value, column: &str| {
        let row = with(row.clone(), &format!("-{column}"), Value::Null);
        let refused = child(kind, &row, &context()).unwrap_err().0;
        assert_eq!(refused, format!("column {column} is missing"));
        let newer = Context { version: "13.0.0".parse().unwrap(), ..context() };
        assert!(child(kind, &row, &newer).is_ok(), "a GLPI that Farol does not know may have no {column}");
    };
    for column in
        ["solvedate", "closedate", "date_creation", "slas_id_ttr", "time_to_own", "solve_delay_stat", "actiontime"]
    {
        lacks(Kind::Ticket, &ticket_row(), column);
    }
    let link = json!({"id": 3, "tickets_id": 2, "users_id": 23, "type": 2});
    lacks(Kind::TicketUser, &link, "users_id");
    lacks(Kind::Log, &log_row(15, "User", 5, "", "Silva Ana (7)"), "itemtype_link");
    let task = json!({
        "id": 1, "tickets_id": 16, "date": "2026-11-25 12:36:26", "users_id": 8, "is_private": 1, "actiontime": 3600, "state": 2,
        "users_id_tech": 0, "date_mod": null,
    });
    lacks(Kind::Task, &task, "users_id_tech");
    let survey =
        json!({"id": 3, "tickets_id": 8, "date_begin": null, "date_answered": null, "satisfaction": 4, "comment": ""});
    lacks(Kind::Survey, &survey, "satisfaction");
}

#[test]
fn a_value_that_glpi_cannot_hold_is_named() {
    let of = |column: &str, value: i64| ticket(&with(ticket_row(), column, json!(value)), &context());
    let refused = |column: &str, value: i64| of(column, value).unwrap_err().0;
    for column in ["priority", "urgency", "impact"] {
        assert_eq!(refused(column, 7), format!("column {column} is 7 instead of 0 to 6"));
        assert_eq!(refused(column, -1), format!("column {column} is -1 instead of 0 to 6"));
        assert!((0..=6).all(|value| of(column, value).is_ok()));
    }
    assert_eq!(refused("type", 3), "column type is 3 instead of 0 to 2");
    for column in ["takeintoaccount_delay_stat", "solve_delay_stat", "close_delay_stat"] {
        assert_eq!(refused(column, -60), format!("column {column} is -60"));
    }
    // Waiting is a difference of two clocks, and plugins have states of their own.
    for (column, value) in [("waiting_duration", -60), ("sla_waiting_duration", -1), ("status", 77), ("type", 0)] {
        assert!(of(column, value).is_ok(), "{column} {value}");
    }
    assert!(ticket(&with(ticket_row(), "date", json!("2090-01-01 00:00:00")), &context()).is_ok());
}

#[test]
fn the_content_of_a_row_decides_its_revision_and_nothing_else_does() {
    let revision = |row: &Value, context: &Context| ticket(row, context).unwrap().row.revision;
    let later = Context { observed_at: at("2027-01-01 00:00:00"), ..context() };
    assert_eq!(revision(&ticket_row(), &context()), revision(&ticket_row(), &later));
    let retold = with(ticket_row(), "plugin_column", json!(9));
    assert_eq!(revision(&ticket_row(), &context()), revision(&retold, &context()));
    let changed = with(ticket_row(), "status", json!(4));
    assert_ne!(revision(&ticket_row(), &context()), revision(&changed, &context()));
}

#[test]
fn history_of_fields_has_names_and_decoded_values() {
    let change = |field: &str, option, old: &str, new: &str| {
        let change = FieldChange { field: field.into(), option, old: old.into(), new: new.into() };
        vec![Body::Updated(Box::new(Updated { change: Some(change), state: None }))]
    };
    assert_eq!(told(&log_row(0, "", 12, "1", "2")), change("status", 12, "1", "2"));
    assert_eq!(
        told(&log_row(0, "", 7, "&#38;nbsp; (0)", "A &#62; B (4)")),
        change("category", 7, "&nbsp; (0)", "A > B (4)")
    );
    assert_eq!(told(&log_row(0, "0", 76_665, "", "x")), change("option_76665", 76_665, "", "x"));
    assert_eq!(told(&log_row(20, "0", 0, "", "")), change("created", 0, "", ""));
}

#[test]
fn history_of_actors_has_their_ids_and_a_removal_has_no_role() {
    let actor = |actor_kind, actor_id, name: &str, role, change| {
        let actor_name = Some(name.to_owned());
        vec![Body::Assignment(TechnicianAssignment { actor_kind, actor_id, actor_name, role, change })]
    };
    assert_eq!(
        told(&log_row(15, "Group", 8, "", "Field &#38; Workplace (4)")),
        actor(ActorKind::Group, 4, "Field & Workplace", Role::Assigned, LinkChange::Added)
    );
    assert_eq!(
        told(&log_row(16, "User", 0, "O'Brien Dmitri (10)", "")),
        actor(ActorKind::Person, 10, "O'Brien Dmitri", Role::Unknown, LinkChange::Removed)
    );
    let broken = child(Kind::Log, &log_row(15, "User", 5, "", "Nobody"), &context());
    assert_eq!(broken.unwrap_err().0, "the actor's value does not end with an id");
}

#[test]
fn history_of_the_trash_is_told_and_noise_is_left_out() {
    assert_eq!(told(&log_row(13, "0", 0, "", "")), [Body::Deleted(Deleted { cause: DeletionCause::Trashed })]);
    assert_eq!(told(&log_row(14, "", 0, "", "")), [Body::Restored(Restored { cause: RestorationCause::Restored })]);
    for noise in [
        log_row(0, "", 64, "a (1)", "b (2)"),
        log_row(0, "", 21, "old words", "new words"),
        log_row(0, "", 63, "", "ok"),
        log_row(12, "ITILFollowup", 0, "", "Followups (1)"),
        log_row(17, "ITILSolution", 0, "", "2 (2)"),
        log_row(15, "Document", 0, "", "photo (3)"),
        log_row(1_001, "PluginX", 0, "", "x"),
        with(log_row(0, "", 12, "1", "2"), "itemtype", json!("Computer")),
    ] {
        assert_eq!(told(&noise), [], "{noise}");
    }
}

#[test]
fn a_link_is_present_and_its_absence_can_be_told_from_its_revision() {
    let row = json!({"id": 3, "tickets_id": 2, "users_id": 23, "type": 2, "alternative_email": ""});
    let read = child(Kind::TicketUser, &row, &context()).unwrap();
    let actor = |change| {
        let (actor_kind, role) = (ActorKind::Person, Role::Assigned);
        Body::Assignment(TechnicianAssignment { actor_kind, actor_id: 23, actor_name: None, role, change })
    };
    assert_eq!(read.drafts[0].body, actor(LinkChange::Present));
    assert_eq!(absent_link(Kind::TicketUser, read.revision), actor(LinkChange::Absent));
    let odd = child(Kind::TicketUser, &with(row, "type", json!(9)), &context());
    assert_eq!(odd.unwrap_err().0, "column type is 9, which is no role");
}

#[test]
fn a_task_is_told_without_its_words() {
    let row = json!({
        "id": 1, "tickets_id": 16, "date": "2026-11-25 12:36:26", "users_id": 8, "content": "private words",
        "is_private": 1, "actiontime": 3600, "state": 2, "users_id_tech": 0, "date_mod": "2026-11-25 12:40:00",
    });
    let draft = child(Kind::Task, &row, &context()).unwrap().drafts.remove(0);
    let task = Commented {
        kind: CommentKind::Task,
        item_id: 1,
        change: LinkChange::Present,
        author_id: Some(8),
        is_private: true,
        modified_at: Some(at("2026-11-25 12:40:00")),
        state: 2,
        seconds: 3600,
        technician_id: None,
    };
    assert_eq!((draft.body, draft.occurred_at), (Body::Commented(task), at("2026-11-25 12:36:26")));
}

#[test]
fn a_survey_is_told_with_its_answer_scaled_to_five() {
    let row = json!({
        "id": 3, "tickets_id": 8, "type": 1, "date_begin": "2026-11-29 09:23:55",
        "date_answered": "2026-11-29 10:34:00", "satisfaction": "8", "satisfaction_scaled_to_5": 4.0, "comment": "ok",
    });
    let draft = child(Kind::Survey, &row, &context()).unwrap().drafts.remove(0);
    let survey = Satisfaction {
        sent_at: Some(at("2026-11-29 09:23:55")),
        answered_at: Some(at("2026-11-29 10:34:00")),
        score: Some(4.0),
        comment: Some("ok".into()),
    };
    assert_eq!((draft.body, draft.occurred_at), (Body::Satisfaction(survey), at("2026-11-29 10:34:00")));
}

#[test]
fn a_person_is_told_by_name_and_without_addresses() {
    let row = json!({
        "id": 7, "name": "tech1", "realname": "Silva", "firstname": "Ana", "is_active": 1, "is_deleted": "0",
        "phone": "555", "personal_token": "hidden", "last_login": "2026-11-23 13:42:55",
    });
    let users = Dimension::of("User").unwrap();
    let read = dimension(users, &row, &context()).unwrap();
    let Body::Dimension(person) = &read.drafts[0].body else { panic!("{read:?}") };
    assert_eq!((person.name.as_str(), person.complete_name.as_deref()), ("tech1", Some("Silva Ana")));
    assert_eq!(person.attributes, r#"{"firstname":"Ana","is_active":1,"is_deleted":0,"realname":"Silva"}"#);
    assert!(!showable("User", &row).contains("hidden") && !showable("User", &row).contains("555"));

    let later = with(row.clone(), "last_login", json!("2026-11-24 08:00:00"));
    assert_eq!(dimension(users, &later, &context()).unwrap().revision, read.revision);
    let unnamed = with(with(row, "realname", Value::Null), "firstname", json!(""));
    let Body::Dimension(person) = dimension(users, &unnamed, &context()).unwrap().drafts.remove(0).body else {
        panic!("no dimension")
    };
    assert_eq!(person.complete_name.as_deref(), Some("tech1"));
}

#[test]
fn the_root_entity_is_zero_and_the_parent_of_others() {
    let entities = Dimension::of("Entity").unwrap();
    let parent = |row: Value| match dimension(entities, &row, &context()).unwrap().drafts.remove(0).body {
        Body::Dimension(entity) => (entity.dimension_id, entity.parent_id),
        other => panic!("{other:?}"),
    };
    assert_eq!(parent(json!({"id": 0, "name": "Root", "entities_id": null})), (0, None));
    assert_eq!(parent(json!({"id": 2, "name": "Lyon", "entities_id": 0})), (2, Some(0)));
}

#[test]
fn the_zero_date_is_no_date() {
    let zero = json!("0000-00-00 00:00:00");
    assert_eq!(state(&with(ticket_row(), "solvedate", zero.clone()), &context()).solved_at, None);
    assert_eq!(reason(&with(ticket_row(), "date_mod", zero)), "column date_mod is the zero date");
}

//! Account: login, logout and what a session tells about itself.

use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::rows::{Id, naive};

use super::answer::{Answer, Refusal, Result};
use super::foreign;
use super::options::{Login, Options, Profile};
use super::serve::Call;
use super::sessions::{self, Session};

/// What a caller logs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Credentials {
    Token(String),
    Password { name: String, password: String },
    None,
}

/// `initSession`: a session, or why there is none.
pub(super) fn log_in(desk: &Desk, options: &Options, credentials: &Credentials) -> Result<Session> {
    match credentials {
        Credentials::Token(token) if *token == options.user_token => {}
        Credentials::Token(_) => {
            let text = "parameter user_token seems invalid";
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "ERROR_GLPI_LOGIN_USER_TOKEN", text));
        }
        Credentials::Password { name, password } => check_password(&options.login, name, password)?,
        Credentials::None => {
            return Err(Refusal::documented(
                StatusCode::BAD_REQUEST,
                "ERROR_LOGIN_PARAMETERS_MISSING",
                "parameter(s) login, password or user_token are missing",
            ));
        }
    }
    Ok(Session::new(desk, sessions::account(desk, options.user_id), options.profile))
}

fn check_password(login: &Login, name: &str, password: &str) -> Result<()> {
    match login {
        Login::Disabled => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "ERROR_LOGIN_WITH_CREDENTIALS_DISABLED",
            "usage of initSession resource with credentials is disabled",
        )),
        Login::Allowed { name: known, password: secret } if name == known && password == secret => Ok(()),
        Login::Allowed { .. } => {
            Err(Refusal::new(StatusCode::UNAUTHORIZED, "ERROR_GLPI_LOGIN", "Incorrect username or password"))
        }
    }
}

/// The answers that only tell about the session; `None` for any other resource.
pub(super) fn tell(desk: &Desk, options: &Options, session: &Session, resource: &str) -> Option<Answer> {
    let value = match resource {
        "getFullSession" => json!({"session": full(desk, options, session)}),
        "getActiveEntities" => json!({"active_entity": {
            "id": session.entity,
            "active_entity_recursive": i32::from(session.recursive),
            "active_entities": session.entities.iter().map(|id| json!({"id": id})).collect::<Value>(),
        }}),
        "getMyEntities" => {
            let named = |id: &Id| json!({"id": id, "name": entity_name(desk, *id)});
            json!({"myentities": session.entities.iter().map(named).collect::<Value>()})
        }
        "getMyProfiles" => json!({"myprofiles": [profile(desk, session.profile)]}),
        "getActiveProfile" => json!({"active_profile": profile(desk, session.profile)}),
        "getGlpiConfig" => json!({"cfg_glpi": {
            "version": desk.version(),
            "list_limit_max": "50",
            "use_timezones": "1",
            "timezone": options.zone.name(),
            "enable_api": "1",
        }}),
        _ => return None,
    };
    Some(Answer::value(&value))
}

/// The session as PHP keeps it, as far as readers need it.
pub(super) fn full(desk: &Desk, options: &Options, session: &Session) -> Value {
    let profiles = json!({session.profile.id().to_string(): profile(desk, session.profile)});
    json!({
        "glpiID": session.user_id,
        "glpiname": foreign::name(desk, "User", session.user_id).unwrap_or_default(),
        "glpi_currenttime": naive::to_text(options.clock.now(), options.zone),
        "glpi_use_mode": 0,
        "glpilanguage": "en_GB",
        "glpilist_limit": options.list_limit.to_string(),
        "glpidate_format": "0",
        "glpiprofiles": profiles,
        "glpiactiveprofile": profile(desk, session.profile),
        "glpiactiveentities": session.entities,
        "glpiactive_entity": session.entity,
        "glpiactive_entity_recursive": i32::from(session.recursive),
    })
}

/// `POST changeActiveEntities`: accepted or refused, both with status 200.
pub(super) fn change_entities(desk: &Desk, session: &mut Session, call: &Call) -> Answer {
    let input = call.input();
    let entity = input.get("entities_id");
    let wanted = match entity {
        None => None,
        Some(Value::String(text)) if text == "all" => None,
        Some(value) => match number(value) {
            Some(id) => Some(id),
            None => return Answer::value(&Value::Bool(false)),
        },
    };
    let recursive = input.get("is_recursive").is_some_and(truthy);
    Answer::value(&Value::Bool(session.change_entities(desk, wanted, recursive)))
}

/// `POST changeActiveProfile`: the account has one profile only.
pub(super) fn change_profile(session: &Session, call: &Call) -> Result<Answer> {
    match call.input().get("profiles_id").and_then(number) {
        Some(id) if id == session.profile.id() => Ok(Answer::value(&Value::Bool(true))),
        _ => Err(Refusal::item_not_found()),
    }
}

fn profile(desk: &Desk, profile: Profile) -> Value {
    json!({
        "id": profile.id(),
        "name": profile.name(),
        "entities": [{"id": 0, "name": entity_name(desk, 0), "is_recursive": 1}],
    })
}

fn entity_name(desk: &Desk, id: Id) -> String {
    let name = desk.row("Entity", id).and_then(|entity| entity.get("name")).and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

fn number(value: &Value) -> Option<Id> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => !matches!(text.as_str(), "" | "0" | "false"),
        _ => false,
    }
}

//! Who asks: bearer tokens and what they allow.
//!
//! A token is a JWT with `iss`, `aud`, `sub`, `exp` and a `scope` of words. The algorithm is pinned: a token that names another
//! is refused. It is good before `exp` and not from that second on; `nbf` and `iat`, where it has them, may lie up to
//! five seconds ahead, for the clock of another issuer may be fast.

use analytics::{Viewer, Visible};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use poem::Request;
use poem_openapi::{SecurityScheme, auth::Bearer};
use schemas::Instant;
use serde::Deserialize;

use crate::problem::Problem;

/// Seconds that the clock of an issuer may be ahead. It makes no token live longer.
const AHEAD_S_MAX: f64 = 5.0;
/// The longest token looked at.
const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// What a token says.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Claims {
    /// Words apart by blanks.
    #[serde(default)]
    scope: String,
    /// Entities the token is limited to, subtrees included; absent means all.
    entities: Option<Vec<i64>>,
    /// Seconds since 1970, for these three.
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
}

impl Claims {
    /// The rows that this token may see.
    pub(crate) fn viewer(&self) -> Viewer {
        match &self.entities {
            None => Viewer::of_everything(),
            Some(roots) => Viewer { entities: Visible::Subtree(roots.clone()) },
        }
    }

    /// Whether the token is good at `now`.
    fn hold_at(&self, now: Instant) -> bool {
        let now = now.0 as f64 / 1e6;
        let has_come = |at: Option<f64>| at.is_none_or(|at| at <= now + AHEAD_S_MAX);
        now < self.exp && has_come(self.nbf) && has_come(self.iat)
    }
}

/// Tells the time.
#[derive(Clone, Copy)]
pub(crate) struct Clock(pub(crate) fn() -> Instant);

/// Checks tokens: who signed them, for whom, and whether they are good now. A token ends at its `exp`, to the second; its
/// `nbf` and `iat` may be up to five seconds ahead.
#[derive(Clone)]
pub struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

impl Verifier {
    /// For tokens signed with `secret` (HS256) by `issuer`, for `issuer`.
    pub fn local(secret: &[u8], issuer: &str) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // By `Claims::hold_at`: the library knows one leeway for both ends, and reads a clock of its own.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self { key: DecodingKey::from_secret(secret), validation }
    }

    fn check(&self, token: &str, scope: &str, now: Instant) -> Result<Claims, Problem> {
        // One text for every way a token can be wrong: a stranger learns nothing from it.
        let refused = || Problem::new("unauthorized", "the token is malformed, expired or not from here");
        if token.len() > TOKEN_BYTES_MAX {
            return Err(refused());
        }
        let claims = decode::<Claims>(token, &self.key, &self.validation).map_err(|_| refused())?.claims;
        if !claims.hold_at(now) {
            return Err(refused());
        }
        if claims.scope.split(' ').any(|word| word == scope) {
            return Ok(claims);
        }
        Err(Problem::new("forbidden", format!("this needs the scope {scope}")))
    }
}

/// A token made by `farol token issue`. Questions need the scope `dash.read`, health `dash.observability`, changes `dash.admin`.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "bearer", bearer_format = "JWT", checker = "reads")]
pub(crate) struct Reader(pub(crate) Claims);

/// A token made by `farol token issue`. Questions need the scope `dash.read`, health `dash.observability`, changes `dash.admin`.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "bearer", bearer_format = "JWT", checker = "observes")]
pub(crate) struct Observer(#[expect(dead_code, reason = "health has no rows to restrict")] pub(crate) Claims);

/// A token made by `farol token issue`. Questions need the scope `dash.read`, health `dash.observability`, changes `dash.admin`.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "bearer", bearer_format = "JWT", checker = "administers")]
pub(crate) struct Admin(pub(crate) Claims);

#[expect(clippy::unused_async, reason = "the derive awaits it")]
async fn reads(request: &Request, bearer: Bearer) -> poem::Result<Claims> {
    allow(request, &bearer, "dash.read")
}

#[expect(clippy::unused_async, reason = "the derive awaits it")]
async fn observes(request: &Request, bearer: Bearer) -> poem::Result<Claims> {
    allow(request, &bearer, "dash.observability")
}

#[expect(clippy::unused_async, reason = "the derive awaits it")]
async fn administers(request: &Request, bearer: Bearer) -> poem::Result<Claims> {
    allow(request, &bearer, "dash.admin")
}

fn allow(request: &Request, bearer: &Bearer, scope: &str) -> poem::Result<Claims> {
    let missing = || Problem::new("internal", "the door has no verifier or no clock");
    let (verifier, clock) = request.data::<Verifier>().zip(request.data::<Clock>()).ok_or_else(missing)?;
    Ok(verifier.check(&bearer.token, scope, (clock.0)())?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::{Value, json};

    use super::*;

    const KEY: &[u8] = b"a key of thirty-two bytes, about";

    /// Whether a token with these times opens the door at second 1,000.
    fn opens(times: &Value) -> bool {
        let mut claims = json!({"iss": "farol", "aud": "farol", "sub": "test", "scope": "dash.read"});
        claims.as_object_mut().unwrap().extend(times.as_object().unwrap().clone());
        let token = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(KEY)).unwrap();
        Verifier::local(KEY, "farol").check(&token, "dash.read", Instant::from_seconds(1_000)).is_ok()
    }

    #[test]
    fn a_token_ends_at_its_end_and_not_a_second_later() {
        assert!(opens(&json!({"exp": 1_001})));
        assert!(opens(&json!({"exp": 1_000.5})));
        for exp in [json!(1_000), json!(999), json!(0), json!(-1), json!(null), json!("1001"), json!([1_001])] {
            assert!(!opens(&json!({ "exp": exp })), "{exp}");
        }
        assert!(!opens(&json!({})));
    }

    #[test]
    fn the_clock_of_an_issuer_may_be_five_seconds_fast() {
        for claim in ["nbf", "iat"] {
            assert!(opens(&json!({"exp": 2_000, claim: 1_005})), "{claim}");
            assert!(!opens(&json!({"exp": 2_000, claim: 1_006})), "{claim}");
            assert!(!opens(&json!({"exp": 2_000, claim: "999"})), "{claim}");
        }
    }
}

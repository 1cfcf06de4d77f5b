//! Who asks: bearer tokens and what they allow.
//!
//! A token is a JWT with `iss`, `aud`, `exp` and a `scope` of words. The algorithm is pinned: a token that names another is refused.

use analytics::{Viewer, Visible};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use poem::Request;
use poem_openapi::{SecurityScheme, auth::Bearer};
use serde::Deserialize;

use crate::problem::Problem;

/// Seconds that clocks may differ.
const LEEWAY_S: u64 = 5;
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
}

impl Claims {
    /// The rows that this token may see.
    pub(crate) fn viewer(&self) -> Viewer {
        match &self.entities {
            None => Viewer::of_everything(),
            Some(roots) => Viewer { entities: Visible::Subtree(roots.clone()) },
        }
    }
}

/// Checks tokens.
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
        validation.validate_nbf = true;
        validation.leeway = LEEWAY_S;
        Self { key: DecodingKey::from_secret(secret), validation }
    }

    fn check(&self, token: &str, scope: &str) -> Result<Claims, Problem> {
        // One text for every way a token can be wrong: a stranger learns nothing from it.
        let refused = || Problem::new("unauthorized", "the token is malformed, expired or not from here");
        if token.len() > TOKEN_BYTES_MAX {
            return Err(refused());
        }
        let claims = decode::<Claims>(token, &self.key, &self.validation).map_err(|_| refused())?.claims;
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
    let verifier = request.data::<Verifier>().ok_or_else(|| Problem::new("internal", "no verifier"))?;
    Ok(verifier.check(&bearer.token, scope)?)
}

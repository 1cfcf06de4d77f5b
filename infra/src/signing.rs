//! The local signing key and the tokens made with it.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use anyhow::{Context as _, bail};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use schemas::Instant;
use serde::Serialize;

/// The file of the key: 32 random bytes, as others may read them, too.
const FILE: &str = "signing.key";
/// Length of the key.
const KEY_BYTES: usize = 32;
/// Who issues local tokens, and for whom.
pub(crate) const ISSUER: &str = "farol";

/// The scopes a token can carry.
pub(crate) const SCOPES: [&str; 3] = ["dash.read", "dash.observability", "dash.admin"];

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    scope: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
}

/// The key of `data_dir`; made, and readable by its owner only, if there is none.
pub(crate) fn key(data_dir: &Path) -> anyhow::Result<Vec<u8>> {
    let path = data_dir.join(FILE);
    if !path.exists() {
        make(data_dir, &path).with_context(|| format!("{} cannot be made", path.display()))?;
    }
    read(&path)
}

/// What is wrong with the key of `data_dir`, if there is one and it can be told: a key that changed refuses every token.
pub(crate) fn verify(data_dir: &Path) -> anyhow::Result<()> {
    let path = data_dir.join(FILE);
    if path.exists() { read(&path).map(drop) } else { Ok(()) }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let key = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    if key.len() != KEY_BYTES {
        bail!("{} is damaged: it holds {} bytes instead of {KEY_BYTES}", path.display(), key.len());
    }
    Ok(key)
}

/// A token for `scopes` that is good for `ttl_s` seconds from `now`.
pub(crate) fn issue(key: &[u8], subject: &str, scopes: &[String], now: Instant, ttl_s: i64) -> anyhow::Result<String> {
    if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
        bail!("scope {unknown:?} does not exist: use {}", SCOPES.join(", "));
    }
    let issued = now.seconds();
    let claims = Claims {
        iss: ISSUER,
        aud: ISSUER,
        sub: subject,
        scope: scopes.join(" "),
        iat: issued,
        nbf: issued,
        exp: issued.saturating_add(ttl_s),
        jti: uuid::Uuid::new_v4().to_string(),
    };
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(key)).context("token cannot be signed")
}

fn make(data_dir: &Path, path: &Path) -> anyhow::Result<()> {
    let key: [u8; KEY_BYTES] = rand::random();
    // Written beside and linked into place: two processes that start at once end up with one key, whole or not at all.
    let fresh = data_dir.join(format!("{FILE}.{}", std::process::id()));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(&key)?;
    file.sync_all()?;
    let linked = fs::hard_link(&fresh, path);
    fs::remove_file(&fresh)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(fs::File::open(data_dir)?.sync_all()?),
    }
}

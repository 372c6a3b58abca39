//! `/desk/v1`: signing in and out, and a password of one's own.

use std::sync::Arc;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::app::Shared;
use super::body::{self, read_json};
use super::desk_callers::{DeskCaller, put_cookie};
use super::problem::Problem;
use super::{Request, Response};
use crate::desk::accounts::{AccountError, SignedIn};
use crate::secret::Secret;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoginBody {
    login: String,
    password: Secret,
    /// The answer has the token, for programs; else a browser gets a cookie.
    #[serde(default)]
    token: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    old: Secret,
    new: Secret,
}

/// `POST /desk/v1/login`
pub(super) async fn login(app: &Shared, request: Request) -> Result<Response, Problem> {
    let (LoginBody { login, password, token: wants_token }, _taken) =
        read_json(request, &app.room).await?;
    let result = app.accounts.sign_in(&login, password).await;
    count(app, result.as_ref().map_or_else(of_error, |_| "granted"));
    let SignedIn { token, present } = result?;
    let supervises = app.accounts.supervises(&app.dispatch.program(), &present.account);
    let account = Arc::clone(&present.account);
    let document = shown(app, &DeskCaller { account, supervises, present });
    if wants_token {
        let document = body::with(document, "token", json!(token.reveal()));
        return Ok(body::json(StatusCode::OK, &document));
    }
    let mut response = body::json(StatusCode::OK, &document);
    put_cookie(&mut response, token.reveal(), app.accounts.options().sign_in_lasts.as_secs());
    Ok(response)
}

const fn of_error(error: &AccountError) -> &'static str {
    match error {
        AccountError::Wrong => "wrong",
        AccountError::Locked { .. } => "locked",
        AccountError::Busy => "busy",
        AccountError::Disabled(_) => "disabled",
        _ => "failed",
    }
}

fn count(app: &Shared, result: &str) {
    let labels = vec![("result".to_owned(), result.to_owned())];
    app.dispatch.metrics().sign_ins.get_or_create(&labels).inc();
}

/// `POST /desk/v1/logout`
pub(super) async fn logout(app: &Shared, request: Request) -> Result<Response, Problem> {
    let caller = app.agent(request.headers())?;
    app.accounts.sign_out(&caller.present).await?;
    let mut response = body::json(StatusCode::OK, &json!({ "login": caller.account.login }));
    put_cookie(&mut response, "", 0);
    Ok(response)
}

/// `GET /desk/v1/me`
pub(super) fn me(app: &Shared, request: &Request) -> Result<Response, Problem> {
    let caller = app.agent(request.headers())?;
    Ok(body::json(StatusCode::OK, &shown(app, &caller)))
}

/// `POST /desk/v1/password`
pub(super) async fn password(app: &Shared, request: Request) -> Result<Response, Problem> {
    let caller = app.agent(request.headers())?;
    let (PasswordBody { old, new }, _taken) = read_json(request, &app.room).await?;
    let signed_out = app.accounts.change_password(&caller.present, old, new).await?;
    let document = json!({ "login": caller.account.login, "signed_out": signed_out });
    Ok(body::json(StatusCode::OK, &document))
}

/// What somebody is told of herself.
fn shown(app: &Shared, caller: &DeskCaller) -> Json {
    let DeskCaller { account, supervises, present } = caller;
    let idle_ms = app.accounts.options().idle.as_millis();
    json!({
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "role": account.role,
        "supervises": supervises,
        "skills": account.skills,
        "capacity": account.capacity,
        "unknown": account.unknown(&app.dispatch.program()),
        "ends_ms": present.ends_ms,
        "idle_ms": u64::try_from(idle_ms).unwrap_or(u64::MAX),
    })
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let text = error.to_string();
        match error {
            AccountError::Wrong => Self::new(401, text)
                .with_help("try again; who runs the server can give you another password")
                .with_code("R0405"),
            AccountError::Locked { seconds } => Self::new(429, text)
                .with_help("wait; who runs the server can give the account another password")
                .with_code("R0406")
                .retry_after(seconds),
            AccountError::Busy => Self::new(429, text).with_help("try again").retry_after(2),
            AccountError::Disabled(_) => Self::new(403, text)
                .with_help("who runs the server can enable it")
                .with_code("R0407"),
            AccountError::Unknown(_) => {
                Self::new(404, text).with_help("GET /admin/accounts lists them")
            }
            AccountError::Exists(_) => {
                Self::new(409, text).with_help("PUT /admin/accounts/{login} changes one")
            }
            AccountError::TooMany | AccountError::BadPassword | AccountError::Bad(_) => {
                Self::new(422, text)
            }
            AccountError::Failed(cause) => {
                tracing::error!(cause, "a request failed");
                Self::new(500, "the server could not do it; its log says why")
            }
            AccountError::Store(error) => error.into(),
        }
    }
}

//! `/admin/accounts`: operators' way to say who may sign in at the desk.

use std::collections::BTreeMap;

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::app::Shared;
use super::body::{self, read_json};
use super::problem::Problem;
use super::{Request, Response};
use crate::desk::accounts::{Account, AccountError, Capacity, Made, Particulars, usual_weight};
use crate::secret::Secret;

/// A new account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountBody {
    login: String,
    #[serde(default)]
    password: Option<Secret>,
    name: String,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    skills: BTreeMap<String, u8>,
    #[serde(default)]
    capacity: Capacity,
    #[serde(default = "usual_weight")]
    weight_milli: u32,
    #[serde(default)]
    disabled: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    #[serde(default)]
    password: Option<Secret>,
}

/// `GET /admin/accounts`
pub(super) fn list(app: &Shared) -> Response {
    let accounts = app.accounts.all();
    let accounts: Vec<Json> = accounts.iter().map(|account| shown(app, account)).collect();
    body::json(StatusCode::OK, &json!({ "accounts": accounts }))
}

/// `POST /admin/accounts`
pub(super) async fn make(app: &Shared, request: Request) -> Result<Response, Problem> {
    let (sent, _taken) = read_json(request, &app.room).await?;
    let AccountBody { login, password, name, role, skills, capacity, weight_milli, disabled } =
        sent;
    let particulars = Particulars { name, role, skills, capacity, weight_milli, disabled };
    let made = app.accounts.make(&app.dispatch.program(), &login, particulars, password).await?;
    Ok(body::json(StatusCode::CREATED, &with_password(shown(app, &made.account), &made)))
}

/// `GET`, `PUT` and `DELETE /admin/accounts/{login}`
pub(super) async fn one(app: &Shared, login: &str, request: Request) -> Result<Response, Problem> {
    let (account, signed_out) = match *request.method() {
        Method::PUT => {
            let (particulars, _taken) = read_json::<Particulars>(request, &app.room).await?;
            app.accounts.change(&app.dispatch.program(), login, particulars).await?
        }
        Method::DELETE => app.accounts.remove(login).await?,
        _ => {
            let found = app.accounts.of_login(login);
            let account = found.ok_or_else(|| AccountError::Unknown(login.to_owned()))?;
            return Ok(body::json(StatusCode::OK, &shown(app, &account)));
        }
    };
    let document = body::with(shown(app, &account), "signed_out", json!(signed_out));
    Ok(body::json(StatusCode::OK, &document))
}

/// `POST /admin/accounts/{login}/password`
pub(super) async fn password(
    app: &Shared,
    login: &str,
    request: Request,
) -> Result<Response, Problem> {
    let (PasswordBody { password }, _taken) = read_json(request, &app.room).await?;
    let made = app.accounts.set_password(login, password).await?;
    let document = json!({ "login": made.account.login, "signed_out": made.signed_out });
    Ok(body::json(StatusCode::OK, &with_password(document, &made)))
}

/// An account, and what it names that the bot does not have.
fn shown(app: &Shared, account: &Account) -> Json {
    json!({
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "role": account.role,
        "skills": account.skills,
        "capacity": account.capacity,
        "weight_milli": account.weight_milli,
        "disabled": account.disabled,
        "made_ms": account.made_ms,
        "changed_ms": account.changed_ms,
        "unknown": account.unknown(&app.dispatch.program()),
    })
}

/// With the password that nobody chose.
fn with_password(document: Json, made: &Made) -> Json {
    match &made.generated {
        Some(password) => body::with(document, "password", json!(password.reveal())),
        None => document,
    }
}

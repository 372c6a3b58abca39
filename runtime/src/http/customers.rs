//! `POST /v1/customers/{customer}/refresh`: the company's records tell that what they say of a customer
//! has changed. Her conversations learn of it with her next message.

use hyper::StatusCode;
use hyper::body::Body as _;
use serde::Deserialize;
use serde_json::json;

use super::app::Shared;
use super::body::{self, read_json};
use super::problem::Problem;
use super::{Request, Response};
use crate::access::{Profile, RefreshError, Refreshed};
use crate::clients::{Caller, Right};

/// The body, which need not be there.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefreshBody {
    /// What the profile is now; else the records are asked.
    profile: Option<Profile>,
}

pub(super) async fn refresh(
    app: &Shared,
    caller: &Caller,
    customer: &str,
    request: Request,
) -> Result<Response, Problem> {
    let (told, _taken) = match request.body().is_end_stream() {
        true => Default::default(),
        false => read_json::<RefreshBody>(request, &app.room).await?,
    };
    if told.profile.is_some() {
        app.grant(caller, Right::Vouch)?;
    }
    let program = app.dispatch.program();
    let Some(profiles) = app.dispatch.profiles() else {
        return Err(RefreshError::NotLoaded.into());
    };
    let refreshed = profiles.refresh(&program, customer, told.profile.as_ref()).await?;
    let result = match refreshed {
        Refreshed::AskedAgain => "asked_again",
        Refreshed::Unknown => "unknown",
        Refreshed::Replaced => "replaced",
    };
    Ok(body::json(StatusCode::OK, &json!({ "customer": customer, "result": result })))
}

impl From<RefreshError> for Problem {
    fn from(error: RefreshError) -> Self {
        let text = error.to_string();
        match error {
            RefreshError::NotLoaded => Self::new(404, text)
                .with_help("say where they are: customer { from get \"…/customers/{id}\" … }"),
            RefreshError::BadProfile(_) => Self::new(400, text)
                .with_help("send the fields that the bot declares, as it declares them"),
            RefreshError::Store(error) => error.into(),
        }
    }
}

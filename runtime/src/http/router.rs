//! Which handler answers a request.

use std::borrow::Cow;

use hyper::header::{HOST, HeaderValue};
use hyper::{Method, StatusCode};
use tracing::Instrument as _;

use super::app::{App, Shared};
use super::body::reply;
use super::callers::span;
use super::desk_callers;
use super::problem::Problem;
use super::{
    Request, Response, accounts, admin, agents, attachments, customers, debug, events, identities,
    knowledge, messages, pages, refreshes, replies, sessions, sign_in, socket, spool, webhooks,
};
use crate::clients::{Caller, Right};

/// Answers a request; whatever goes wrong is a problem document.
pub(crate) async fn route(app: App, mut request: Request) -> Response {
    put_host(&mut request);
    let head = request.method() == Method::HEAD;
    let caller = app.0.caller(request.headers());
    let span = span(caller.as_ref());
    let mut response = match answer(&app, caller.as_ref(), request).instrument(span).await {
        Ok(response) => response,
        Err(problem) => problem.response(),
    };
    if head {
        *response.body_mut() = http_body_util::Either::Left(http_body_util::Full::default());
    }
    response
}

/// HTTP/2 has the host elsewhere.
fn put_host(request: &mut Request) {
    if request.headers().contains_key(HOST) {
        return;
    }
    let host = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    request.headers_mut().extend(host.map(|host| (HOST, host)));
}

async fn answer(app: &App, caller: Option<&Caller>, request: Request) -> Result<Response, Problem> {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        ["v1", "messages"] => {
            only(&request, &[Method::POST], "POST")?;
            let caller = app.0.let_in(caller, Right::Write)?;
            messages::post_from(&app.0, caller, request).await
        }
        ["v1", "attachments"] => {
            only(&request, &[Method::POST], "POST")?;
            let caller = app.0.let_in(caller, Right::Write)?;
            attachments::post(&app.0, caller, request).await
        }
        ["v1", "attachments", id] => {
            only_get(&request)?;
            let caller = app.0.let_in(caller, Right::Read)?;
            attachments::get(&app.0, caller, id, &request).await
        }
        ["v1", "sessions", id, "attachments"] => {
            only_get(&request)?;
            let caller = app.0.let_in(caller, Right::Read)?;
            attachments::list(&app.0, caller, &session_id(id)?).await
        }
        ["v1", "sessions", id, "messages"] => {
            only(&request, &[Method::POST], "POST")?;
            let caller = app.0.let_in(caller, Right::Write)?;
            messages::post(&app.0, caller, &session_id(id)?, request).await
        }
        ["v1", "sessions", id, "agent"] => {
            only(&request, &[Method::POST], "POST")?;
            let caller =
                app.0.let_in_no_page(caller, Right::Agent, request.headers(), request.uri())?;
            agents::post(&app.0, caller, &session_id(id)?, request).await
        }
        ["v1", "sessions", id, "replies"] => {
            only_get(&request)?;
            let caller = app.0.let_in(caller, Right::Read)?;
            let query = request.uri().query().unwrap_or("");
            replies::list(&app.0, caller, &session_id(id)?, query).await
        }
        ["v1", "sessions", id, "deliveries"] => {
            only_get(&request)?;
            let caller = app.0.let_in(caller, Right::Read)?;
            replies::deliveries(&app.0, caller, &session_id(id)?).await
        }
        ["v1", "sessions", id, "events"] => {
            only_get(&request)?;
            let caller = app.0.let_in(caller, Right::Read)?;
            events::get(app, caller, session_id(id)?, &request).await
        }
        ["v1", "sessions", id, "agent", "typing"] => {
            only(&request, &[Method::POST], "POST")?;
            let caller =
                app.0.let_in_no_page(caller, Right::Agent, request.headers(), request.uri())?;
            agents::typing(&app.0, caller, &session_id(id)?, request).await
        }
        ["v1", "sessions", id] => {
            only_get(&request)?;
            let caller = app.0.let_in(caller, Right::Read)?;
            sessions::get(&app.0, caller, &session_id(id)?).await
        }
        ["v1", "customers", "refresh"] => {
            only(&request, &[Method::POST], "POST")?;
            refreshes::take(&app.0, request).await
        }
        ["v1", "customers", id, "refresh"] => {
            only(&request, &[Method::POST], "POST")?;
            let caller = app.0.let_in(caller, Right::Refresh)?;
            customers::refresh(&app.0, caller, &path_id("customer", id)?, request).await
        }
        ["v1", "knowledge", rest @ ..] => knowledge_at(app, caller, rest, request).await,
        ["admin", "outbox"] => {
            only_get(&request)?;
            operator(app, caller, &request)?;
            admin::outbox(&app.0).await
        }
        ["admin", "outbox", id, "retry"] => {
            only(&request, &[Method::POST], "POST")?;
            operator(app, caller, &request)?;
            admin::retry(&app.0, id).await
        }
        ["admin", "spool"] => {
            only_get(&request)?;
            operator(app, caller, &request)?;
            spool::list(&app.0).await
        }
        ["admin", "spool", id, "retry"] => {
            only(&request, &[Method::POST], "POST")?;
            operator(app, caller, &request)?;
            spool::retry(&app.0, id).await
        }
        ["admin", "sessions", id, "identities"] => {
            only_get(&request)?;
            let caller = operator(app, caller, &request)?;
            identities::list(&app.0, caller, &session_id(id)?).await
        }
        ["admin", "identities", "split"] => {
            only(&request, &[Method::POST], "POST")?;
            operator(app, caller, &request)?;
            identities::split(&app.0, request).await
        }
        ["admin", "accounts", path @ ..] => admin_accounts(app, caller, path, request).await,
        ["desk", "v1", path @ ..] => {
            desk_callers::check_page(&request)?;
            desk(app, path, request).await
        }
        ["admin", "bundles"] => {
            only(&request, &[Method::GET, Method::HEAD, Method::POST], "GET, HEAD, POST")?;
            operator(app, caller, &request)?;
            if request.method() == Method::POST {
                return admin::reload(&app.0, request).await;
            }
            admin::bundles(&app.0).await
        }
        ["debug", "v1", path @ ..] => debug::answer(app, caller, path, &request).await,
        ["healthz"] => only_get(&request).map(|()| text("ok\n")),
        ["readyz"] => {
            only_get(&request)?;
            app.0.dispatch.ready().await.map_err(Problem::from)?;
            Ok(text("ready\n"))
        }
        ["metrics"] => {
            only_get(&request)?;
            app.0.let_in(caller, Right::Metrics)?;
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            Ok(reply(StatusCode::OK, kind, app.0.dispatch.metrics().render()))
        }
        _ => page_or_socket(app, &path, request).await,
    }
}

/// What is below `/v1/knowledge`.
async fn knowledge_at(
    app: &App,
    caller: Option<&Caller>,
    parts: &[&str],
    request: Request,
) -> Result<Response, Problem> {
    let known = matches!(
        parts,
        ["articles" | "search" | "unanswered"]
            | ["unanswered", _]
            | ["articles", _, _]
            | ["articles", _, _, "versions"]
    );
    if !known {
        return Err(nothing_at(request.uri().path()));
    }
    let caller =
        app.0.let_in_no_page(caller, Right::Knowledge, request.headers(), request.uri())?;
    match parts {
        ["articles", id, language] => {
            only(
                &request,
                &[Method::GET, Method::HEAD, Method::PUT, Method::DELETE],
                "GET, HEAD, PUT, DELETE",
            )?;
            let id = path_id("article", id)?;
            knowledge::article(&app.0, caller, &id, language, request).await
        }
        ["articles", id, language, _] => {
            only_get(&request)?;
            knowledge::versions(&app.0, &path_id("article", id)?, language).await
        }
        ["unanswered", id] => {
            only(&request, &[Method::DELETE], "DELETE")?;
            knowledge::forget(&app.0, &path_id("question", id)?).await
        }
        ["search"] => {
            only_get(&request)?;
            knowledge::search(&app.0, request.uri().query().unwrap_or(""))
        }
        ["unanswered"] => {
            only_get(&request)?;
            knowledge::unanswered(&app.0).await
        }
        _ => {
            only_get(&request)?;
            knowledge::list(&app.0)
        }
    }
}

/// What there is under `/admin/accounts`.
async fn admin_accounts(
    app: &App,
    caller: Option<&Caller>,
    path: &[&str],
    request: Request,
) -> Result<Response, Problem> {
    match path {
        [] => {
            only(&request, &[Method::GET, Method::HEAD, Method::POST], "GET, HEAD, POST")?;
            operator(app, caller, &request)?;
            if request.method() == Method::POST {
                return accounts::make(&app.0, request).await;
            }
            Ok(accounts::list(&app.0))
        }
        [login] => {
            let methods = [Method::GET, Method::HEAD, Method::PUT, Method::DELETE];
            only(&request, &methods, "GET, HEAD, PUT, DELETE")?;
            operator(app, caller, &request)?;
            accounts::one(&app.0, &decoded(login), request).await
        }
        [login, "password"] => {
            only(&request, &[Method::POST], "POST")?;
            operator(app, caller, &request)?;
            accounts::password(&app.0, &decoded(login), request).await
        }
        _ => Err(nothing_at(request.uri().path())),
    }
}

/// What there is under `/desk/v1`, for somebody who has signed in there, or does.
async fn desk(app: &App, path: &[&str], request: Request) -> Result<Response, Problem> {
    match path {
        ["login"] => {
            only(&request, &[Method::POST], "POST")?;
            sign_in::login(&app.0, request).await
        }
        ["logout"] => {
            only(&request, &[Method::POST], "POST")?;
            sign_in::logout(&app.0, request).await
        }
        ["me"] => {
            only_get(&request)?;
            sign_in::me(&app.0, &request)
        }
        ["password"] => {
            only(&request, &[Method::POST], "POST")?;
            sign_in::password(&app.0, request).await
        }
        _ => super::desk::answer(app, path, request).await,
    }
}

pub(super) fn nothing_at(path: &str) -> Problem {
    Problem::new(404, format!("there is nothing at {path}"))
        .with_help("/openapi.json describes what there is")
}

/// Lets an operator in.
pub(super) fn operator<'c>(
    app: &App,
    caller: Option<&'c Caller>,
    request: &Request,
) -> Result<&'c Caller, Problem> {
    app.0.let_in_no_page(caller, Right::Operate, request.headers(), request.uri())
}

async fn page_or_socket(app: &App, path: &str, request: Request) -> Result<Response, Problem> {
    if let Some(door) = app.0.social.at(path) {
        only(&request, &[Method::GET, Method::POST], "GET, POST")?;
        return webhooks::take(&app.0, door, request).await;
    }
    if let Some(channel) = socket_channel(&app.0, path) {
        only(&request, &[Method::GET], "GET")?;
        return socket::upgrade(app, channel, request).await;
    }
    match pages::find(&app.0, path, request.headers()) {
        Some(page) => only_get(&request).map(|()| page),
        None => Err(nothing_at(path)),
    }
}

/// The WebSocket channel at a path.
fn socket_channel(app: &Shared, path: &str) -> Option<String> {
    use flowright_compiler::ir::SettingDef;
    let program = app.dispatch.program();
    let at = |settings: &[(String, SettingDef)]| {
        settings.iter().find_map(|(name, value)| match value {
            SettingDef::Text(text) if name == "path" => Some(text.clone()),
            _ => None,
        })
    };
    let sockets = program.channels.iter().filter(|channel| channel.kind == "websocket");
    let mut here = sockets.filter(|c| at(&c.settings).as_deref().unwrap_or("/ws") == path);
    here.next().map(|channel| channel.name.clone())
}

fn text(text: &'static str) -> Response {
    reply(StatusCode::OK, "text/plain; charset=utf-8", text)
}

pub(super) fn only_get(request: &Request) -> Result<(), Problem> {
    only(request, &[Method::GET, Method::HEAD], "GET, HEAD")
}

pub(super) fn only(
    request: &Request,
    methods: &[Method],
    allow: &'static str,
) -> Result<(), Problem> {
    if methods.contains(request.method()) {
        return Ok(());
    }
    let detail = format!("{} is not possible here", request.method());
    Err(Problem::new(405, detail).allow(allow))
}

/// An id from an address, or why it is none. Clients may write any character of it as `%3A`.
pub(super) fn session_id(text: &str) -> Result<String, Problem> {
    path_id("session", text)
}

fn path_id(what: &str, text: &str) -> Result<String, Problem> {
    messages::checked_id(what, &decoded(text))
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

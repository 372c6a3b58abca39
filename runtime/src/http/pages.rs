//! What is served as it is: the web chat, the widget for other sites, the description of the API.

use hyper::header::HeaderValue;
use hyper::{HeaderMap, StatusCode};
use serde_json::{Value as Json, json};

use super::Response;
use super::app::Shared;
use super::body::{self, reply};

/// Nothing from elsewhere, nothing inline, no framing.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the chat page and the widget share comes first in both.
const CHAT: &str = concat!(
    include_str!("../../web/words.js"),
    include_str!("../../web/wire.js"),
    include_str!("../../web/reply.js"),
    include_str!("../../web/chat.js"),
);

/// One script without names that the site around it could see. The style has no backtick in it.
const WIDGET: &str = concat!(
    "(() => {\n\"use strict\";\nconst CSS = `",
    include_str!("../../web/widget.css"),
    "`;\n",
    include_str!("../../web/words.js"),
    include_str!("../../web/wire.js"),
    include_str!("../../web/reply.js"),
    include_str!("../../web/memory.js"),
    include_str!("../../web/panel.js"),
    include_str!("../../web/widget.js"),
    "})();\n",
);

/// How long browsers keep the widget before they ask whether there is another.
const WIDGET_CACHE: &str = "public, max-age=300";

/// The page at a path.
pub(super) fn find(app: &Shared, path: &str, headers: &HeaderMap) -> Option<Response> {
    Some(match path {
        "/" => page("text/html; charset=utf-8", include_str!("../../web/chat.html")),
        "/chat.js" => page("text/javascript; charset=utf-8", CHAT),
        "/chat.css" => page("text/css; charset=utf-8", include_str!("../../web/chat.css")),
        "/chat.json" => body::json(StatusCode::OK, &chat(app)),
        "/desk" | "/desk/" => {
            own("text/html; charset=utf-8", include_str!("../../web/desk/index.html"))
        }
        _ if path.starts_with("/desk/") => return desk_file(path),
        "/widget.js" => {
            let mut script =
                for_any_site(reply(StatusCode::OK, "text/javascript; charset=utf-8", WIDGET));
            script.headers_mut().insert("cache-control", HeaderValue::from_static(WIDGET_CACHE));
            script
        }
        "/widget.json" => for_any_site(body::json(StatusCode::OK, &widget(app, headers))),
        "/openapi.json" => body::json(StatusCode::OK, &openapi(app)),
        _ => return None,
    })
}

/// The files of the desk: modules that load each other, and a style.
const DESK: &[(&str, &str)] = &[
    ("api.js", include_str!("../../web/desk/api.js")),
    ("desk.css", include_str!("../../web/desk/desk.css")),
    ("dom.js", include_str!("../../web/desk/dom.js")),
    ("login.js", include_str!("../../web/desk/login.js")),
    ("main.js", include_str!("../../web/desk/main.js")),
    ("files.js", include_str!("../../web/desk/files.js")),
    ("notes.js", include_str!("../../web/desk/notes.js")),
    ("offers.js", include_str!("../../web/desk/offers.js")),
    ("panel.js", include_str!("../../web/desk/panel.js")),
    ("queue.js", include_str!("../../web/desk/queue.js")),
    ("talk.js", include_str!("../../web/desk/talk.js")),
    ("team.js", include_str!("../../web/desk/team.js")),
    ("words.js", include_str!("../../web/desk/words.js")),
];

fn desk_file(path: &str) -> Option<Response> {
    let name = path.strip_prefix("/desk/")?;
    let (name, text) = DESK.iter().find(|(known, _)| *known == name)?;
    let is_style = name.ends_with(".css");
    let kind = if is_style { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
    Some(own(kind, text))
}

/// A page of the server's own, asked for anew by every browser: its parts belong to one version.
fn own(kind: &'static str, text: &'static str) -> Response {
    let mut response = page(kind, text);
    response.headers_mut().insert("cache-control", HeaderValue::from_static("no-cache"));
    response
}

fn page(kind: &'static str, text: &'static str) -> Response {
    let mut response = reply(StatusCode::OK, kind, text);
    let headers = response.headers_mut();
    headers.insert("content-security-policy", HeaderValue::from_static(POLICY));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    response
}

/// Lets pages of every site read it: there is nothing in it that is not for everybody.
fn for_any_site(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert("access-control-allow-origin", HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// What the widget needs to know: as the chat page, and whether the site that asks may open a WebSocket.
/// A browser tells no page why it got none.
fn widget(app: &Shared, headers: &HeaderMap) -> Json {
    let mut about = about(app);
    if let Some(object) = about.as_object_mut() {
        object.insert("admitted".to_owned(), json!(app.admits_origin(headers)));
    }
    about
}

/// What the chat page needs to know: the customers too that a development server offers. No more of them
/// than a name to choose by.
fn chat(app: &Shared) -> Json {
    let customers = app.demo_customers.iter().filter_map(|customer| {
        let id = customer.get("id")?.as_str()?;
        let label = customer.get("company").and_then(Json::as_str).unwrap_or(id);
        Some(json!({ "id": id, "label": label }))
    });
    let customers = customers.collect::<Vec<_>>();
    let mut about = about(app);
    if let Some(object) = about.as_object_mut() {
        object.insert("customers".to_owned(), json!(customers));
    }
    about
}

/// The bot, its languages, and where its WebSocket is.
fn about(app: &Shared) -> Json {
    use flowright_compiler::ir::SettingDef;
    let program = app.dispatch.program();
    let socket = program.channels.iter().find(|channel| channel.kind == "websocket");
    let path = socket.map(|channel| {
        let setting = channel.settings.iter().find_map(|(name, value)| match value {
            SettingDef::Text(text) if name == "path" => Some(text.clone()),
            _ => None,
        });
        setting.unwrap_or_else(|| "/ws".to_owned())
    });
    json!({
        "bot": program.bot.name,
        "languages": program.bot.languages.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "socket": path,
    })
}

/// The API's description, with the bot's name and the fields of its customers.
fn openapi(app: &Shared) -> Json {
    // It is part of the program, and a test reads it.
    let mut document: Json =
        serde_json::from_str(include_str!("../../web/openapi.json")).unwrap_or_default();
    let program = app.dispatch.program();
    if let Some(info) = document.get_mut("info").and_then(Json::as_object_mut) {
        info.insert("title".to_owned(), json!(format!("Flowright: {}", program.bot.name)));
        info.insert("version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
    }
    let fields: serde_json::Map<String, Json> =
        program.customer.iter().map(|field| (field.name.clone(), json!({}))).collect();
    let rest = program.channels.iter().filter(|channel| channel.kind == "rest");
    let channels: Vec<&str> = rest.map(|channel| channel.name.as_str()).collect();
    for schema in ["Message", "MessageFrom"] {
        let pointer = format!("/components/schemas/{schema}/properties");
        let Some(properties) = document.pointer_mut(&pointer) else { continue };
        properties["customer"] = json!({
            "type": "object",
            "description": "Who the customer is, vouched for by the caller: a client needs the right `vouch`.",
            "properties": fields,
            "additionalProperties": false,
        });
        properties["channel"] = json!({
            "enum": channels,
            "description": "Which REST channel; the first without it.",
        });
    }
    document
}

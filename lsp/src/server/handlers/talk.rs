//! Conversations that are tried out in the editor.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value as Json, json};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{Range, TextDocumentIdentifier, TextEdit, WorkspaceEdit};

use super::demand;
use crate::server::guard::{guarded, refused};
use crate::server::places::Places;
use crate::server::state::State;
use crate::server::told::project_address;
use crate::server::trials::{Trials, show};
use crate::talk::conversation::{Answer, Begin, Conversation, Set};

/// How a conversation is to begin.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartParams {
    text_document: TextDocumentIdentifier,
    flow: Option<String>,
    channel: Option<String>,
    language: Option<String>,
    customer: Option<Json>,
    at: Option<String>,
}

/// A conversation, and what is to happen in it.
#[derive(Debug, Deserialize)]
pub struct Move<T> {
    id: String,
    #[serde(flatten)]
    what: T,
}

/// The customer writes, or presses a button.
#[derive(Debug, Deserialize)]
pub struct Say {
    text: String,
    payload: Option<String>,
}

/// An action answers.
#[derive(Debug, Deserialize)]
pub struct Answers {
    key: String,
    value: Option<Json>,
    error: Option<String>,
}

/// Time passes.
#[derive(Debug, Deserialize)]
pub struct Pass {
    ms: i64,
}

/// Something about it is changed.
#[derive(Debug, Deserialize)]
pub struct Change {
    channel: Option<String>,
    language: Option<String>,
    customer: Option<Json>,
}

/// A name for what is written down.
#[derive(Debug, Deserialize)]
pub struct Record {
    name: String,
}

/// Nothing more.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// Begins a conversation.
pub async fn start(state: &State, trials: &Arc<Trials>, params: StartParams) -> Result<Json> {
    let trials = Arc::clone(trials);
    let uri = params.text_document.uri.clone();
    demand(state, "flowright/conversation/start", &uri, move |at| {
        let places = &at.places;
        let begin = Begin {
            project: project_address(&places.project.root),
            file: at.source()?.label.clone(),
            flow: params.flow,
            channel: params.channel,
            language: params.language,
            customer: params.customer,
            at: params.at,
        };
        let mut inner = trials.lock();
        let ready = inner.ready(places)?;
        let talk = inner.conversations.start(ready, begin).map_err(|refused| refused.0)?;
        Ok(show(talk, places))
    })
    .await
}

/// The customer writes, or presses a button.
pub async fn say(state: &State, trials: &Arc<Trials>, params: Move<Say>) -> Result<Json> {
    let Move { id, what: Say { text, payload } } = params;
    on(state, trials, id, move |talk| talk.say(&text, payload.as_deref()).map_err(|r| r.0)).await
}

/// An action answers.
pub async fn answer(state: &State, trials: &Arc<Trials>, params: Move<Answers>) -> Result<Json> {
    let Move { id, what: Answers { key, value, error } } = params;
    let answer = match error {
        Some(error) => Answer::Error(error),
        None => Answer::Value(value),
    };
    on(state, trials, id, move |talk| talk.answer(&key, &answer).map_err(|r| r.0)).await
}

/// Time passes.
pub async fn pass(state: &State, trials: &Arc<Trials>, params: Move<Pass>) -> Result<Json> {
    let Move { id, what: Pass { ms } } = params;
    on(state, trials, id, move |talk| talk.pass(ms).map_err(|r| r.0)).await
}

/// Something about it is changed.
pub async fn set(state: &State, trials: &Arc<Trials>, params: Move<Change>) -> Result<Json> {
    let Move { id, what: Change { channel, language, customer } } = params;
    let set = Set { channel, language, customer };
    on(state, trials, id, move |talk| talk.set(set).map_err(|r| r.0)).await
}

/// It begins again.
pub async fn restart(state: &State, trials: &Arc<Trials>, params: Move<Nothing>) -> Result<Json> {
    on(state, trials, params.id, |talk| talk.restart().map_err(|r| r.0)).await
}

/// It is closed.
pub async fn stop(trials: &Arc<Trials>, params: Move<Nothing>) -> Result<Json> {
    let trials = Arc::clone(trials);
    guarded("flowright/conversation/stop", move || {
        trials.lock().conversations.stop(&params.id);
        Ok(Json::Null)
    })
    .await
}

/// What happened in it, as a test at the end of the file that it was begun from.
pub async fn record(state: &State, trials: &Arc<Trials>, params: Move<Record>) -> Result<Json> {
    let places = places_of(state, trials, &params.id).await?;
    let trials = Arc::clone(trials);
    guarded("flowright/conversation/record", move || {
        let mut inner = trials.lock();
        let talk = inner.current(&places, &params.id)?;
        let test = talk.record(&params.what.name).map_err(|refused| refused.0)?;
        let label = talk.begin().file.clone();
        let edit = at_the_end(&places, &label, &test)?;
        Ok(json!({ "test": test, "edit": edit }))
    })
    .await
}

/// An edit that puts a declaration behind all others of a file.
fn at_the_end(
    places: &Places,
    label: &str,
    text: &str,
) -> std::result::Result<WorkspaceEdit, String> {
    let (_, source) = places.snapshot.file(label).ok_or("the file is gone")?;
    let length = u32::try_from(source.text.len()).map_err(|_| "the file is too large")?;
    let end = places.speech.encoding.position(&source.text, &source.lines, length);
    let blank = match source.text.as_bytes() {
        [] => "",
        [.., b'\n', b'\n'] => "",
        [.., b'\n'] => "\n",
        _ => "\n\n",
    };
    let new_text = format!("{blank}{}\n", text.trim_end());
    let edit = TextEdit { range: Range { start: end, end }, new_text };
    places.workspace_edit([(label, vec![edit])])
}

/// Something happens in a conversation.
async fn on(
    state: &State,
    trials: &Arc<Trials>,
    id: String,
    work: impl FnOnce(&mut Conversation) -> std::result::Result<(), String> + Send + 'static,
) -> Result<Json> {
    let places = places_of(state, trials, &id).await?;
    let trials = Arc::clone(trials);
    guarded("flowright/conversation", move || {
        let mut inner = trials.lock();
        let talk = inner.current(&places, &id)?;
        work(talk)?;
        Ok(show(talk, &places))
    })
    .await
}

/// The project of a conversation, with all edits so far.
async fn places_of(state: &State, trials: &Arc<Trials>, id: &str) -> Result<Places> {
    // What is known of edits is taken before anything waits.
    let all: Vec<_> = state.projects().iter().map(|project| state.whole(project)).collect();
    let (trials, id) = (Arc::clone(trials), id.to_owned());
    let key = guarded("flowright/conversation", move || {
        let mut inner = trials.lock();
        let talk = inner.conversations.get(&id).map_err(|refused| refused.0)?;
        Ok(talk.begin().project.clone())
    });
    let key = key.await?;
    let located = all.into_iter().find(|l| project_address(&l.project.root) == key);
    let located = located.ok_or_else(|| refused("the project is closed".to_owned()))?;
    Ok(located.places().await.map_err(refused)?.0)
}

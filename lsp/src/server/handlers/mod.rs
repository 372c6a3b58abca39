//! One thin handler for each feature: places of the protocol in, places of the protocol out.

pub mod actions;
pub mod calls;
pub mod complete;
pub mod diagnostics;
pub mod format;
pub mod highlight;
pub mod hints;
pub mod hover;
pub mod lenses;
pub mod lifecycle;
pub mod links;
pub mod navigate;
pub mod rename;
pub mod shape;
pub mod symbols;
pub mod sync;
pub mod talk;
pub mod trials;

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{TextDocumentPositionParams, Uri};

use super::guard::{guarded, refused};
use super::places::At;
use super::state::State;

/// Runs what a feature does on a document with all edits so far. A document that is nobody's gives
/// nothing, not an error: editors ask about all that is open.
pub async fn on_document<T: Send + 'static>(
    state: &State,
    what: &'static str,
    uri: &Uri,
    work: impl FnOnce(&At) -> std::result::Result<Option<T>, String> + Send + 'static,
) -> Result<Option<T>> {
    let Ok(located) = state.locate(uri) else { return Ok(None) };
    let Ok(at) = located.at().await else { return Ok(None) };
    guarded(what, move || work(&at)).await
}

/// The same at a position.
pub async fn on_position<T: Send + 'static>(
    state: &State,
    what: &'static str,
    params: TextDocumentPositionParams,
    work: impl FnOnce(&At, u32) -> std::result::Result<Option<T>, String> + Send + 'static,
) -> Result<Option<T>> {
    let position = params.position;
    on_document(state, what, &params.text_document.uri, move |at| {
        let offset = at.offset(position)?;
        work(at, offset)
    })
    .await
}

/// The same at a position where somebody writes: it does not wait for the check of the whole project.
pub async fn on_writing<T: Send + 'static>(
    state: &State,
    what: &'static str,
    params: TextDocumentPositionParams,
    work: impl FnOnce(&At, u32) -> std::result::Result<Option<T>, String> + Send + 'static,
) -> Result<Option<T>> {
    let located = state.locate(&params.text_document.uri);
    let Some(sketch) = located.ok().and_then(|located| located.sketch()) else {
        return on_position(state, what, params, work).await;
    };
    guarded(what, move || {
        let at = sketch();
        work(&at, at.offset(params.position)?)
    })
    .await
}

/// The same, where the user asked for it and wants to hear why it cannot be done.
pub async fn demand<T: Send + 'static>(
    state: &State,
    what: &'static str,
    uri: &Uri,
    work: impl FnOnce(&At) -> std::result::Result<T, String> + Send + 'static,
) -> Result<T> {
    let located = state.locate(uri).map_err(refused)?;
    let at = located.at().await.map_err(refused)?;
    guarded(what, move || work(&at)).await
}

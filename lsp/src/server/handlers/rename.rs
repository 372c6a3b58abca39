//! Renames a name everywhere.

use flowright_compiler::base::FileSpan;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use super::{demand, on_position};
use crate::ide::navigate::{references_in, symbol_at};
use crate::ide::rename as ide;
use crate::ide::symbols::Kind;
use crate::server::state::State;

/// Whether the name at a position can be renamed, and what stands there.
pub async fn prepare(
    state: &State,
    params: TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>> {
    let TextDocumentPositionParams { text_document, position } = params;
    let found = demand(state, "textDocument/prepareRename", &text_document.uri, move |at| {
        let found = ide::prepare(&at.places.snapshot, at.file, at.offset(position)?)?;
        let range = at.places.range(found.at);
        let placeholder = found.symbol.word().to_owned();
        Ok(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder })
    });
    found.await.map(Some)
}

/// What is to be changed so that it is called otherwise.
pub async fn rename(state: &State, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position;
    let name = params.new_name;
    let edit = demand(state, "textDocument/rename", &text_document.uri, move |at| {
        let offset = at.offset(position)?;
        let edits = ide::rename(&at.places.snapshot, at.file, offset, name.trim())?;
        at.places.edit(&edits)
    });
    edit.await.map(Some)
}

/// Places that are edited together: a name that nothing outside its declaration can see.
pub async fn linked(
    state: &State,
    params: LinkedEditingRangeParams,
) -> Result<Option<LinkedEditingRanges>> {
    let params = params.text_document_position_params;
    on_position(state, "textDocument/linkedEditingRange", params, |at, offset| {
        let snapshot = &at.places.snapshot;
        let Some(found) = symbol_at(snapshot, at.file, offset) else { return Ok(None) };
        let is_local = matches!(found.symbol.kind, Kind::State | Kind::Bind | Kind::TextParam);
        let is_here = |span: &FileSpan| span.file == at.file;
        if !is_local || snapshot.is_standard(at.file) {
            return Ok(None);
        }
        // Tests elsewhere may expect a state: then renaming is the way.
        let all = crate::ide::navigate::references(snapshot, &found.symbol);
        if !all.iter().all(|found| is_here(&found.at)) {
            return Ok(None);
        }
        let here = references_in(snapshot, at.file, &found.symbol);
        let ranges = here.iter().map(|found| at.places.range(found.at)).collect();
        Ok(Some(LinkedEditingRanges { ranges, word_pattern: None }))
    })
    .await
}

//! From a name to its declaration, its type, and everywhere it is named.

use flowright_compiler::base::FileSpan;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use super::{on_document, on_position};
use crate::ide::navigate::{
    declarations, references as all_references, references_in, symbol_at, type_declarations,
};
use crate::ide::symbols::Role;
use crate::server::places::Places;
use crate::server::state::State;

/// Where the name at a position is declared.
pub async fn definition(
    state: &State,
    params: GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>> {
    on_position(
        state,
        "textDocument/definition",
        params.text_document_position_params,
        |at, offset| {
            let snapshot = &at.places.snapshot;
            let Some(found) = symbol_at(snapshot, at.file, offset) else { return Ok(None) };
            Ok(Some(locations(&at.places, &declarations(snapshot, &found.symbol)).into()))
        },
    )
    .await
}

/// Where the type of the name at a position is declared.
pub async fn type_definition(
    state: &State,
    params: GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>> {
    let params = params.text_document_position_params;
    on_position(state, "textDocument/typeDefinition", params, |at, offset| {
        let snapshot = &at.places.snapshot;
        let Some(found) = symbol_at(snapshot, at.file, offset) else { return Ok(None) };
        Ok(Some(locations(&at.places, &type_declarations(snapshot, &found.symbol)).into()))
    })
    .await
}

/// Everywhere the name at a position is named.
pub async fn references(state: &State, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
    let with_declaration = params.context.include_declaration;
    on_position(
        state,
        "textDocument/references",
        params.text_document_position,
        move |at, offset| {
            let snapshot = &at.places.snapshot;
            let Some(found) = symbol_at(snapshot, at.file, offset) else { return Ok(None) };
            let all = all_references(snapshot, &found.symbol).into_iter();
            let wanted = all.filter(|found| with_declaration || found.role != Role::Declares);
            let at_all: Vec<FileSpan> = wanted.map(|found| found.at).collect();
            Ok(Some(locations(&at.places, &at_all)))
        },
    )
    .await
}

/// Everywhere the name at a position is named in the same document.
pub async fn highlight(
    state: &State,
    params: DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>> {
    let TextDocumentPositionParams { text_document, position } =
        params.text_document_position_params;
    on_document(state, "textDocument/documentHighlight", &text_document.uri, move |at| {
        let snapshot = &at.places.snapshot;
        let offset = at.offset(position)?;
        let Some(found) = symbol_at(snapshot, at.file, offset) else { return Ok(None) };
        let one = |found: crate::ide::symbols::Occurrence| DocumentHighlight {
            range: at.places.range(found.at),
            kind: Some(match found.role {
                Role::Declares | Role::Writes => DocumentHighlightKind::WRITE,
                Role::Uses | Role::GoesTo => DocumentHighlightKind::READ,
            }),
        };
        Ok(Some(references_in(snapshot, at.file, &found.symbol).into_iter().map(one).collect()))
    })
    .await
}

fn locations(places: &Places, all: &[FileSpan]) -> Vec<Location> {
    all.iter().filter_map(|at| places.location(*at)).collect()
}

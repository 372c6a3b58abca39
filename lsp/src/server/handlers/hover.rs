//! What is known of what stands at a position.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use super::on_position;
use crate::ide::hover::hover as known;
use crate::server::state::State;

/// What is known of what stands at a position.
pub async fn hover(state: &State, params: HoverParams) -> Result<Option<Hover>> {
    let position = params.text_document_position_params;
    on_position(state, "textDocument/hover", position, |at, offset| {
        let Some((span, value)) = known(&at.places.snapshot, at.file, offset) else {
            return Ok(None);
        };
        let contents = MarkupContent { kind: MarkupKind::Markdown, value };
        Ok(Some(Hover { contents: HoverContents::Markup(contents), range: Some(at.range(span)) }))
    })
    .await
}

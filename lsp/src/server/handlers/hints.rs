//! What is shown between the words of a document.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use super::on_document;
use crate::ide::hints::{self as ide, Hint, What};
use crate::server::places::At;
use crate::server::state::State;

/// The hints of a range.
pub async fn hints(state: &State, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
    on_document(state, "textDocument/inlayHint", &params.text_document.uri, move |at| {
        let within = at.span(params.range)?;
        let all = ide::hints(&at.places.snapshot, at.file, within);
        Ok(Some(all.into_iter().map(|hint| one(at, hint)).collect()))
    })
    .await
}

fn one(at: &At, hint: Hint) -> InlayHint {
    let position = at.range(flowright_compiler::base::Span::new(hint.at, hint.at)).start;
    let tooltip = hint.tooltip;
    let label = match hint.target.and_then(|target| at.places.location(target)) {
        None => InlayHintLabel::String(hint.label),
        Some(location) => InlayHintLabel::LabelParts(vec![InlayHintLabelPart {
            value: hint.label,
            location: Some(location),
            ..InlayHintLabelPart::default()
        }]),
    };
    InlayHint {
        position,
        label,
        kind: match hint.what {
            What::Type => Some(InlayHintKind::TYPE),
            What::Parameter => Some(InlayHintKind::PARAMETER),
            What::Default | What::Lack => None,
        },
        text_edits: None,
        tooltip: tooltip.map(InlayHintTooltip::String),
        padding_left: Some(matches!(hint.what, What::Default | What::Lack)),
        padding_right: Some(hint.what == What::Parameter),
        data: None,
    }
}

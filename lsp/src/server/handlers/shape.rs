//! What folds, and what is selected next.

use flowright_compiler::base::Span;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::ide::shape::{folds, selections};
use crate::server::documents::Document;
use crate::server::guard::guarded;
use crate::server::state::State;

/// What folds in a document.
pub async fn folding(
    state: &State,
    params: FoldingRangeParams,
) -> Result<Option<Vec<FoldingRange>>> {
    let Some(document) = state.document(&params.text_document.uri) else { return Ok(None) };
    guarded("textDocument/foldingRange", move || {
        let Document { text, lines, .. } = document;
        let line = |offset| lines.line_column(offset).line;
        let one = |fold: crate::ide::shape::Fold| {
            // The line with the closing bracket stays.
            let end = line(fold.span.end.saturating_sub(1));
            FoldingRange {
                start_line: line(fold.span.start),
                end_line: if fold.is_comment { end } else { end.saturating_sub(1) },
                kind: fold.is_comment.then_some(FoldingRangeKind::Comment),
                ..FoldingRange::default()
            }
        };
        let all = folds(&text).into_iter().map(one);
        Ok(Some(all.filter(|fold| fold.end_line > fold.start_line).collect()))
    })
    .await
}

/// What is selected one after the other around positions.
pub async fn selection(
    state: &State,
    params: SelectionRangeParams,
) -> Result<Option<Vec<SelectionRange>>> {
    let Some(document) = state.document(&params.text_document.uri) else { return Ok(None) };
    let encoding = state.encoding();
    guarded("textDocument/selectionRange", move || {
        let Document { text, lines, .. } = document;
        let of = |position| {
            let offset = encoding.offset(&text, &lines, position);
            let range = |span: Span| encoding.range(&text, &lines, span);
            nested(&selections(&text, offset), &range)
        };
        Ok(Some(params.positions.into_iter().map(of).collect()))
    })
    .await
}

/// The innermost span first, each inside the next.
fn nested(spans: &[Span], range: &dyn Fn(Span) -> Range) -> SelectionRange {
    let mut around = None;
    for span in spans.iter().rev() {
        around = Some(SelectionRange { range: range(*span), parent: around.map(Box::new) });
    }
    around.unwrap_or(SelectionRange { range: range(Span::default()), parent: None })
}

//! The one style there is: of a document, a part of it, what was just typed.

use flowright_compiler::base::{LineIndex, Span};
use flowright_compiler::fmt;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::ide::reformat::{Change, changes};
use crate::server::documents::Document;
use crate::server::encoding::Encoding;
use crate::server::guard::guarded;
use crate::server::state::State;

/// All of a document.
pub async fn document(
    state: &State,
    params: DocumentFormattingParams,
) -> Result<Option<Vec<TextEdit>>> {
    format(state, "textDocument/formatting", &params.text_document.uri, |_, _, _| None).await
}

/// The lines of a part of it.
pub async fn range(
    state: &State,
    params: DocumentRangeFormattingParams,
) -> Result<Option<Vec<TextEdit>>> {
    let range = params.range;
    format(state, "textDocument/rangeFormatting", &params.text_document.uri, {
        move |text, lines, encoding| Some(encoding.span(text, lines, range))
    })
    .await
}

/// What was just closed, or the line that was just left.
pub async fn on_type(
    state: &State,
    params: DocumentOnTypeFormattingParams,
) -> Result<Option<Vec<TextEdit>>> {
    let DocumentOnTypeFormattingParams { text_document_position, ch, .. } = params;
    let position = text_document_position.position;
    let uri = text_document_position.text_document.uri;
    format(state, "textDocument/onTypeFormatting", &uri, move |text, lines, encoding| {
        let at = encoding.offset(text, lines, position);
        let closed = (ch == "}").then(|| fmt_block(text, at)).flatten();
        Some(closed.unwrap_or_else(|| line_before(lines, at)))
    })
    .await
}

/// The block that ends at an offset, with the line that it begins on.
fn fmt_block(text: &str, at: u32) -> Option<Span> {
    let ends = |fold: &&crate::ide::shape::Fold| !fold.is_comment && fold.span.end == at;
    crate::ide::shape::folds(text).iter().find(ends).map(|fold| fold.span)
}

/// The line before the one that an offset is on.
fn line_before(lines: &LineIndex, at: u32) -> Span {
    let line = lines.line_column(at).line.saturating_sub(1);
    Span::new(lines.line_start(line), lines.line_start(line + 1).saturating_sub(1))
}

async fn format(
    state: &State,
    what: &'static str,
    uri: &Uri,
    within: impl FnOnce(&str, &LineIndex, Encoding) -> Option<Span> + Send + 'static,
) -> Result<Option<Vec<TextEdit>>> {
    let Some(document) = state.document(uri) else { return Ok(None) };
    let encoding = state.encoding();
    guarded(what, move || {
        let Document { text, lines, .. } = document;
        let formatted = fmt::format(&text);
        if let Some(finding) = formatted.finding {
            return Err(finding.message);
        }
        let within = within(&text, &lines, encoding);
        let edit = |change: Change| TextEdit {
            range: encoding.range(&text, &lines, change.at),
            new_text: change.text,
        };
        Ok(Some(changes(&text, &formatted.text, within).into_iter().map(edit).collect()))
    })
    .await
}

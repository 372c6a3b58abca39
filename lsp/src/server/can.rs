//! What the editor says that it can do.

use tower_lsp_server::ls_types::ClientCapabilities;

/// What the editor can do, as far as it matters here.
#[derive(Debug, Clone, Copy, Default)]
pub struct Can {
    /// It asks for findings: they are not sent to it.
    pub pull_diagnostics: bool,
    /// It asks again when it is told to.
    pub refresh_diagnostics: bool,
    /// The same for inlay hints.
    pub refresh_hints: bool,
    /// The same for code lenses.
    pub refresh_lenses: bool,
    /// It shows what takes long.
    pub progress: bool,
    /// It can be asked to watch files.
    pub watch_files: bool,
    /// Nested document symbols.
    pub nested_symbols: bool,
    /// Completions with places to fill in.
    pub snippets: bool,
    /// It asks for the edits of a code action when one is chosen.
    pub resolve_actions: bool,
}

impl Can {
    /// Of what it says.
    #[must_use]
    pub fn of(client: &ClientCapabilities) -> Self {
        let text = client.text_document.as_ref();
        let workspace = client.workspace.as_ref();
        let symbols = text.and_then(|text| text.document_symbol.as_ref());
        let watched = workspace.and_then(|w| w.did_change_watched_files.as_ref());
        let progress = client.window.as_ref().and_then(|window| window.work_done_progress);
        let hints = workspace.and_then(|w| w.inlay_hint.as_ref()).and_then(|h| h.refresh_support);
        let lenses = workspace.and_then(|w| w.code_lens.as_ref()).and_then(|l| l.refresh_support);
        let completion = text.and_then(|text| text.completion.as_ref());
        let items = completion.and_then(|completion| completion.completion_item.as_ref());
        let findings =
            workspace.and_then(|w| w.diagnostics.as_ref()).and_then(|d| d.refresh_support);
        Self {
            pull_diagnostics: text.is_some_and(|text| text.diagnostic.is_some()),
            refresh_diagnostics: findings.unwrap_or_default(),
            refresh_hints: hints.unwrap_or_default(),
            refresh_lenses: lenses.unwrap_or_default(),
            progress: progress.unwrap_or_default(),
            resolve_actions: text
                .and_then(|text| text.code_action.as_ref())
                .filter(|action| action.data_support == Some(true))
                .and_then(|action| action.resolve_support.as_ref())
                .is_some_and(|resolve| resolve.properties.iter().any(|name| name == "edit")),
            watch_files: watched.and_then(|w| w.dynamic_registration).unwrap_or_default(),
            nested_symbols: symbols
                .and_then(|symbols| symbols.hierarchical_document_symbol_support)
                .unwrap_or_default(),
            snippets: items.and_then(|items| items.snippet_support).unwrap_or_default(),
        }
    }
}

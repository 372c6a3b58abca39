//! Where requests arrive. Every handler takes the state that it speaks of before it first waits, so
//! that edits and requests keep their order.

use std::sync::Arc;

use serde_json::Value as Json;
use tokio::sync::{Mutex, mpsc};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::request::{
    GotoDeclarationParams, GotoDeclarationResponse, GotoTypeDefinitionParams,
    GotoTypeDefinitionResponse,
};
use tower_lsp_server::ls_types::*;
use tower_lsp_server::{Client, ClientSocket, LanguageServer, LspService};

use super::capabilities::capabilities;
use super::handlers::{
    actions, calls, complete, diagnostics, format, highlight, hints, hover, lenses, lifecycle,
    links, navigate, rename, shape, symbols, sync, talk, trials,
};
use super::host::Host;
use super::project::Told;
use super::state::State;
use super::told::pass_on;
use super::trials::Trials;

/// The server as one editor sees it.
pub struct Backend {
    pub(super) client: Client,
    pub(super) state: Arc<State>,
    /// Until they are passed on: what checks have found.
    pub(super) news: Mutex<Option<mpsc::UnboundedReceiver<Told>>>,
    pub(super) tokens: highlight::Sent,
    pub(super) trials: Arc<Trials>,
}

impl Backend {
    /// The service for one editor.
    pub fn service(host: Arc<dyn Host>) -> (LspService<Self>, ClientSocket) {
        let (told, news) = mpsc::unbounded_channel();
        LspService::build(move |client| Self {
            client,
            state: Arc::new(State::new(host, told)),
            news: Mutex::new(Some(news)),
            tokens: highlight::Sent::default(),
            trials: Arc::default(),
        })
        .custom_method("flowright/status", Self::status)
        .custom_method("flowright/graph", Self::graph)
        .custom_method("flowright/tests", Self::tests)
        .custom_method("flowright/tests/run", Self::run_tests)
        .custom_method("flowright/conversation/start", Self::start)
        .custom_method("flowright/conversation/say", Self::say)
        .custom_method("flowright/conversation/answer", Self::answer)
        .custom_method("flowright/conversation/pass", Self::pass)
        .custom_method("flowright/conversation/set", Self::set)
        .custom_method("flowright/conversation/restart", Self::restart)
        .custom_method("flowright/conversation/record", Self::record)
        .custom_method("flowright/conversation/stop", Self::stop)
        .finish()
    }

    async fn status(&self, _: Option<Json>) -> Result<Json> {
        lifecycle::status(&self.state, &self.trials).await
    }

    async fn graph(&self, params: trials::GraphParams) -> Result<Json> {
        trials::drawn(&self.state, &self.trials, params).await
    }

    async fn tests(&self, params: trials::TestsParams) -> Result<Json> {
        trials::list(&self.state, params).await
    }

    async fn run_tests(&self, params: trials::RunParams) -> Result<Json> {
        trials::run(&self.state, &self.trials, params).await
    }

    async fn start(&self, params: talk::StartParams) -> Result<Json> {
        talk::start(&self.state, &self.trials, params).await
    }

    async fn say(&self, params: talk::Move<talk::Say>) -> Result<Json> {
        talk::say(&self.state, &self.trials, params).await
    }

    async fn answer(&self, params: talk::Move<talk::Answers>) -> Result<Json> {
        talk::answer(&self.state, &self.trials, params).await
    }

    async fn pass(&self, params: talk::Move<talk::Pass>) -> Result<Json> {
        talk::pass(&self.state, &self.trials, params).await
    }

    async fn set(&self, params: talk::Move<talk::Change>) -> Result<Json> {
        talk::set(&self.state, &self.trials, params).await
    }

    async fn restart(&self, params: talk::Move<talk::Nothing>) -> Result<Json> {
        talk::restart(&self.state, &self.trials, params).await
    }

    async fn record(&self, params: talk::Move<talk::Record>) -> Result<Json> {
        talk::record(&self.state, &self.trials, params).await
    }

    async fn stop(&self, params: talk::Move<talk::Nothing>) -> Result<Json> {
        talk::stop(&self.trials, params).await
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let encoding = self.state.begin(lifecycle::folders(&params), &params.capabilities);
        Ok(InitializeResult {
            capabilities: capabilities(encoding),
            server_info: Some(ServerInfo {
                name: "flowright".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.state.open_folders();
        if let Some(news) = self.news.lock().await.take() {
            let (state, trials) = (Arc::clone(&self.state), Arc::clone(&self.trials));
            tokio::spawn(pass_on(self.client.clone(), state, trials, news));
        }
        lifecycle::watch_files(&self.client, self.state.can()).await;
    }

    async fn shutdown(&self) -> Result<()> {
        self.state.shut_down();
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        if let Err(why) = sync::opened(&self.state, params) {
            self.client.show_message(MessageType::WARNING, why).await;
        }
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        if let Err(why) = sync::changed(&self.state, params) {
            self.client.show_message(MessageType::WARNING, why).await;
        }
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.state.close(&params.text_document.uri);
        self.tokens.forget(&params.text_document.uri);
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        sync::files_changed(&self.state, &params.changes);
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        sync::folders_changed(&self.state, params);
    }

    async fn diagnostic(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        diagnostics::of_document(&self.state, params).await
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        diagnostics::of_workspace(&self.state, params).await
    }

    async fn goto_definition(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        navigate::definition(&self.state, params).await
    }

    async fn goto_declaration(
        &self,
        params: GotoDeclarationParams,
    ) -> Result<Option<GotoDeclarationResponse>> {
        navigate::definition(&self.state, params).await
    }

    async fn goto_type_definition(
        &self,
        params: GotoTypeDefinitionParams,
    ) -> Result<Option<GotoTypeDefinitionResponse>> {
        navigate::type_definition(&self.state, params).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        navigate::references(&self.state, params).await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        navigate::highlight(&self.state, params).await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        rename::prepare(&self.state, params).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        rename::rename(&self.state, params).await
    }

    async fn linked_editing_range(
        &self,
        params: LinkedEditingRangeParams,
    ) -> Result<Option<LinkedEditingRanges>> {
        rename::linked(&self.state, params).await
    }

    async fn document_symbol(
        &self,
        params: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>> {
        symbols::of_document(&self.state, params).await
    }

    async fn symbol(
        &self,
        params: WorkspaceSymbolParams,
    ) -> Result<Option<WorkspaceSymbolResponse>> {
        symbols::of_workspace(&self.state, params).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        calls::prepare(&self.state, params).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        calls::incoming(&self.state, params).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        calls::outgoing(&self.state, params).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        shape::folding(&self.state, params).await
    }

    async fn selection_range(
        &self,
        params: SelectionRangeParams,
    ) -> Result<Option<Vec<SelectionRange>>> {
        shape::selection(&self.state, params).await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        format::document(&self.state, params).await
    }

    async fn range_formatting(
        &self,
        params: DocumentRangeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        format::range(&self.state, params).await
    }

    async fn on_type_formatting(
        &self,
        params: DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        format::on_type(&self.state, params).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        links::links(&self.state, params).await
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        highlight::full(&self.state, &self.tokens, params).await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        highlight::delta(&self.state, &self.tokens, params).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        highlight::range(&self.state, params).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        hover::hover(&self.state, params).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        complete::complete(&self.state, params).await
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        complete::signature(&self.state, params).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        hints::hints(&self.state, params).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        lenses::lenses(&self.state, params).await
    }

    async fn code_lens_resolve(&self, lens: CodeLens) -> Result<CodeLens> {
        lenses::resolve(&self.state, lens).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        actions::actions(&self.state, params).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        actions::resolve(&self.state, action).await
    }
}

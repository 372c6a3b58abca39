//! (being built)

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::server::state::State;

pub fn options() -> CompletionOptions {
    CompletionOptions::default()
}

pub async fn complete(_: &State, _: CompletionParams) -> Result<Option<CompletionResponse>> {
    Ok(None)
}

pub async fn signature(_: &State, _: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
    Ok(None)
}

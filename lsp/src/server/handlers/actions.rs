//! (being built)

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::server::state::State;

pub async fn actions(_: &State, _: CodeActionParams) -> Result<Option<CodeActionResponse>> {
    Ok(None)
}

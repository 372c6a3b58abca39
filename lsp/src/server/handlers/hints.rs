//! (being built)

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::server::state::State;

pub async fn hints(_: &State, _: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
    Ok(None)
}

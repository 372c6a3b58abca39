//! (being built)

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::server::state::State;

pub async fn lenses(_: &State, _: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
    Ok(None)
}

pub async fn resolve(_: &State, lens: CodeLens) -> Result<CodeLens> {
    Ok(lens)
}

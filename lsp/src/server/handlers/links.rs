//! Addresses and paths in a text that lead somewhere.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use super::on_document;
use crate::ide::links::{Target, links as found};
use crate::server::project::Root;
use crate::server::state::State;

/// The links of a document.
pub async fn links(state: &State, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
    on_document(state, "textDocument/documentLink", &params.text_document.uri, |at| {
        let one = |link: crate::ide::links::Link| {
            let (target, tooltip) = match &link.target {
                Target::Address(address) => (address.parse().ok()?, None),
                Target::Module(name) => (at.places.uri_of(name)?, Some("its source".to_owned())),
                Target::Folder(path) => {
                    let Root::Folder(folder) = &at.places.project.root else { return None };
                    (Uri::from_file_path(folder.join(path))?, Some("its articles".to_owned()))
                }
            };
            Some(DocumentLink {
                range: at.range(link.at),
                target: Some(target),
                tooltip,
                data: None,
            })
        };
        Ok(Some(found(&at.places.snapshot, at.file).into_iter().filter_map(one).collect()))
    })
    .await
}

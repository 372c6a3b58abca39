//! Texts that are opened and edited, files and folders that change.

use tower_lsp_server::ls_types::{
    DidChangeTextDocumentParams, DidChangeWorkspaceFoldersParams, DidOpenTextDocumentParams,
    FileEvent, Uri, WorkspaceFolder,
};

use crate::server::documents::Document;
use crate::server::state::State;

/// A text was opened.
///
/// # Errors
/// It is not followed: why.
pub fn opened(state: &State, params: DidOpenTextDocumentParams) -> Result<(), String> {
    let item = params.text_document;
    state.open(Document::new(item.uri, item.version, item.text))
}

/// A text was edited.
///
/// # Errors
/// It is not followed any further: why.
pub fn changed(state: &State, params: DidChangeTextDocumentParams) -> Result<(), String> {
    let (version, changes) = (params.text_document.version, params.content_changes);
    state.change(&params.text_document.uri, |document, encoding| {
        document.change(version, changes, encoding);
    })
}

/// Files changed on the disk.
pub fn files_changed(state: &State, changes: &[FileEvent]) {
    let path = |change: &FileEvent| change.uri.to_file_path().map(|path| path.into_owned());
    state.files_changed(&changes.iter().filter_map(path).collect::<Vec<_>>());
}

/// Folders of the workspace came and went.
pub fn folders_changed(state: &State, params: DidChangeWorkspaceFoldersParams) {
    let path = |uri: &Uri| uri.to_file_path().map(|path| path.into_owned());
    let paths = |folders: &[WorkspaceFolder]| {
        folders.iter().filter_map(|folder| path(&folder.uri)).collect::<Vec<_>>()
    };
    let event = params.event;
    state.change_folders(paths(&event.added), &paths(&event.removed));
}

//! Beginning, and how the server is.

use std::path::PathBuf;
use std::sync::Arc;

use flowright_compiler::Analysis;
use serde_json::{Value as Json, json};
use tower_lsp_server::Client;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, InitializeParams,
    Registration, Uri, WatchKind,
};

use crate::server::can::Can;
use crate::server::guard::guarded;
use crate::server::project::Project;
use crate::server::state::State;
use crate::server::told::project_address;
use crate::server::trials::Trials;

/// The folders that the editor has open.
pub fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let path = |uri: &Uri| uri.to_file_path().map(|path| path.into_owned());
    match &params.workspace_folders {
        Some(folders) => folders.iter().filter_map(|folder| path(&folder.uri)).collect(),
        None => {
            #[expect(deprecated, reason = "older editors say it so")]
            let root = params.root_uri.as_ref();
            root.and_then(path).into_iter().collect()
        }
    }
}

/// Asks the editor to say when files change.
pub async fn watch_files(client: &Client, can: Can) {
    if !can.watch_files {
        return;
    }
    let watcher = |(pattern, kind): (&str, Option<WatchKind>)| FileSystemWatcher {
        glob_pattern: GlobPattern::String(pattern.to_owned()),
        kind,
    };
    // A folder that is deleted or renamed is told of as one thing: it matches no name of a file.
    let watched = [
        ("**/*.flow", None),
        ("**/*.md", None),
        ("**/flowright.toml", None),
        ("**", Some(WatchKind::Delete)),
    ];
    let options =
        DidChangeWatchedFilesRegistrationOptions { watchers: watched.map(watcher).into() };
    let registration = Registration {
        id: "files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    };
    if let Err(error) = client.register_capability(vec![registration]).await {
        tracing::warn!(%error, "the editor does not watch files: changes outside it are not seen");
    }
}

/// How the server is.
pub async fn status(state: &State, trials: &Arc<Trials>) -> Result<Json> {
    let of = |project: &Arc<Project>| {
        let snapshot = project.latest().map(|found| found.snapshot);
        let analysis = snapshot.as_ref().map(|snapshot| &snapshot.analysis);
        json!({
            "project": project_address(&project.root),
            "files": analysis.map_or(0, |a| a.files.iter().filter(|file| !file.is_std).count()),
            "errors": analysis.map_or(0, Analysis::errors),
            "warnings": analysis.map_or(0, Analysis::warnings),
            "revision": snapshot.as_ref().map_or(0, |snapshot| snapshot.revision),
        })
    };
    let projects: Vec<_> = state.projects().iter().map(of).collect();
    let trials = Arc::clone(trials);
    guarded("flowright/status", move || {
        Ok(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "projects": projects,
            "conversations": trials.lock().conversations.count(),
        }))
    })
    .await
}

//! Beginning, and how the server is.

use std::path::PathBuf;

use serde::Serialize;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, InitializeParams,
    Registration, Uri,
};

use crate::server::state::{Can, State};
use crate::server::told::project_address;

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
    let watcher = |pattern: &str| FileSystemWatcher {
        glob_pattern: GlobPattern::String(pattern.to_owned()),
        kind: None,
    };
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: ["**/*.flow", "**/*.md", "**/flowright.toml"].map(watcher).into(),
    };
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
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Of the server.
    version: &'static str,
    projects: Vec<ProjectStatus>,
}

#[derive(Debug, Serialize)]
struct ProjectStatus {
    project: String,
    files: usize,
    errors: usize,
    warnings: usize,
    revision: u64,
}

/// How the server is.
pub fn status(state: &State) -> Status {
    let of = |project: &std::sync::Arc<crate::server::project::Project>| {
        let snapshot = project.latest();
        let analysis = snapshot.as_ref().map(|snapshot| &snapshot.analysis);
        ProjectStatus {
            project: project_address(&project.root),
            files: analysis.map_or(0, |a| a.files.iter().filter(|file| !file.is_std).count()),
            errors: analysis.map_or(0, flowright_compiler::Analysis::errors),
            warnings: analysis.map_or(0, flowright_compiler::Analysis::warnings),
            revision: snapshot.as_ref().map_or(0, |snapshot| snapshot.revision),
        }
    };
    Status {
        version: env!("CARGO_PKG_VERSION"),
        projects: state.projects().iter().map(of).collect(),
    }
}

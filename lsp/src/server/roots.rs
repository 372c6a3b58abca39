//! Which projects there are, which of them a file belongs to, and what the compiler calls it there.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use flowright_compiler::project::MODULES;

/// What makes a folder a project.
pub const CONFIGURATION: &str = "flowright.toml";
/// Folders that are looked into for projects.
const LOOKED_INTO_MAX: usize = 2_000;
/// Folders in folders that are.
const DEPTH_MAX: usize = 5;

/// The projects of a folder that is open in the editor: the one that it is, or is part of; else those
/// below it that have a configuration.
pub fn projects_of(folder: &Path) -> Vec<PathBuf> {
    if let Some(configured) = configured(folder) {
        return vec![configured];
    }
    if holds_flows(folder) {
        return vec![folder.to_owned()];
    }
    let mut found = Vec::new();
    let mut next = VecDeque::from([(folder.to_owned(), 0)]);
    let mut looked_into = 0;
    while let Some((folder, depth)) = next.pop_front() {
        looked_into += 1;
        if looked_into > LOOKED_INTO_MAX {
            tracing::warn!(folder = %folder.display(), "too many folders: not all are looked into");
            break;
        }
        // What cannot be read has no project to show.
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let is_left_alone = name.to_string_lossy().starts_with('.')
                || ["node_modules", "target"].iter().any(|left| name == *left);
            if is_left_alone || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            let path = entry.path();
            if path.join(CONFIGURATION).is_file() {
                found.push(path);
            } else if depth + 1 < DEPTH_MAX {
                next.push_back((path, depth + 1));
            }
        }
    }
    found
}

/// The folder of the project that a file belongs to: the nearest one above with a configuration;
/// else the workspace's that holds `.flow` files itself; else the file's own.
pub fn folder_of(path: &Path, folders: &[PathBuf]) -> Option<PathBuf> {
    let own = path.parent()?;
    if let Some(configured) = configured(own) {
        return Some(configured);
    }
    let mut above = folders.iter().filter(|folder| path.starts_with(folder));
    let workspace = above.find(|folder| holds_flows(folder));
    Some(workspace.cloned().unwrap_or_else(|| own.to_owned()))
}

/// The nearest folder with a configuration, itself or above.
fn configured(folder: &Path) -> Option<PathBuf> {
    let found = folder.ancestors().find(|above| above.join(CONFIGURATION).is_file());
    found.map(Path::to_owned)
}

fn holds_flows(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| path.extension().is_some_and(|e| e == "flow"))
}

/// What the compiler calls a file of a project.
pub fn label_of(folder: &Path, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(folder).ok()?;
    let parts: Vec<_> = inside.components().map(|c| c.as_os_str().to_string_lossy()).collect();
    Some(parts.join("/"))
}

/// What the compiler calls a text that is no file.
pub fn unsaved_label(uri: &str) -> String {
    let name = uri.rsplit(['/', ':']).next().unwrap_or("untitled");
    match name.ends_with(".flow") {
        true => name.to_owned(),
        false => format!("{name}.flow"),
    }
}

/// Puts the standard modules' sources where an editor can open them.
pub fn write_standard(folder: &Path) -> Option<PathBuf> {
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        for module in MODULES {
            let path = folder.join(format!("{}.flow", module.name));
            // Another server may be about to read it.
            if std::fs::read_to_string(&path).is_ok_and(|text| text == module.text) {
                continue;
            }
            std::fs::write(&path, module.text)?;
        }
        Ok(())
    };
    match write() {
        Ok(()) => Some(folder.to_owned()),
        Err(error) => {
            tracing::warn!(%error, folder = %folder.display(), "standard modules cannot be opened");
            None
        }
    }
}

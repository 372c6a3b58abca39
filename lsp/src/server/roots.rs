//! Which project a file belongs to, and what the compiler calls it there.

use std::path::{Path, PathBuf};

use flowright_compiler::project::MODULES;

/// The folder of the project that a file belongs to: the nearest one above with a configuration;
/// else the workspace's that holds `.flow` files itself; else the file's own.
pub fn folder_of(path: &Path, folders: &[PathBuf]) -> Option<PathBuf> {
    let own = path.parent()?;
    if let Some(configured) = own.ancestors().find(|above| above.join("flowright.toml").is_file()) {
        return Some(configured.to_owned());
    }
    let holds_flows = |folder: &&PathBuf| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).any(|path| path.extension().is_some_and(|e| e == "flow"))
    };
    let workspace = folders.iter().filter(|folder| path.starts_with(folder)).find(holds_flows);
    Some(workspace.cloned().unwrap_or_else(|| own.to_owned()))
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

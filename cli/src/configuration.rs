//! The configuration of a command: the one that is named with `--config`, or the one in the folder of the
//! project.

use std::path::Path;

use flowright_runtime::config::Config;

use crate::failure::Failure;

/// Reads it. Without a name and without a file the defaults hold.
///
/// # Errors
/// When it cannot be used.
pub(crate) fn read(named: Option<&Path>, folder: &Path) -> Result<Config, Failure> {
    let config = match named {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|e| Failure::file("read", path, &e))?;
            Config::parse(&path.display().to_string(), &text)
        }
        None => Config::load(folder),
    };
    config.map_err(|e| Failure::new(e.to_string()))
}

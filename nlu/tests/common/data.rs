//! The folder of public data sets: `../shared/data` beside the checkout, or the folder in
//! `FLOWRIGHT_DATA`.

use std::path::{Path, PathBuf};

/// The text of a file of a set; nothing, and a word, where it is not there.
pub fn text(set: &str, file: &str) -> Option<String> {
    let folder = std::env::var_os("FLOWRIGHT_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(set).join(file);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("left out: there is no {}", path.display());
    }
    text
}

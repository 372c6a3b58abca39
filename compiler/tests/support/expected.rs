//! A folder of sources, each beside the text of what is said of it.

use std::path::{Path, PathBuf};

/// Compares what `say` says of each `tests/FOLDER/NAME.flow`, given its file name and text, with
/// `NAME.txt`; writes that instead when `UPDATE` is set.
pub fn assert_as_expected(folder: &str, at_least: usize, say: impl Fn(&str, &str) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|ext| ext == "flow")).collect();
    paths.sort();
    assert!(paths.len() >= at_least, "{} sources", paths.len());
    let mut wrong = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        let said = say(&name, &text);
        let expected = path.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &said).unwrap();
        } else if std::fs::read_to_string(&expected).ok().as_deref() != Some(&*said) {
            wrong.push(format!("{name}:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

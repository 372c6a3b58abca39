//! A folder of sources and of folders of them, each source beside the text of what is said of it.

use std::path::{Path, PathBuf};

/// Compares what `say` says of each `.flow` file in `tests/FOLDER` and the folders in it, given its
/// path from there and its text, with the `.txt` beside it; writes that instead when `UPDATE` is set.
pub fn assert_as_expected(folder: &str, at_least: usize, say: impl Fn(&str, &str) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let (paths, texts) = sources_and_texts(&folder);
    assert!(paths.len() >= at_least, "{} sources", paths.len());
    let mut wrong = Vec::new();
    // A text whose source was renamed or removed would be compared with nothing.
    let alone = texts.iter().filter(|text| !text.with_extension("flow").exists());
    wrong.extend(alone.map(|text| format!("{}: no source beside it", text.display())));
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let parts = path.strip_prefix(&folder).unwrap().iter().map(|part| part.to_str().unwrap());
        let name = parts.collect::<Vec<_>>().join("/");
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

/// The `.flow` and the `.txt` files below a folder, in order.
fn sources_and_texts(folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut sources, mut texts) = (Vec::new(), Vec::new());
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "flow") {
                sources.push(path);
            } else if path.extension().is_some_and(|ext| ext == "txt") {
                texts.push(path);
            }
        }
    }
    sources.sort();
    texts.sort();
    (sources, texts)
}

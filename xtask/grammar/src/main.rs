//! Writes what editors need to highlight the language, from the compiler's own table of tokens.
//! `cargo grammar` does it; a test holds the files to it.

mod strings;
mod textmate;
mod words;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The files, with what belongs in them.
fn files() -> [(PathBuf, String); 1] {
    let editors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors");
    [(editors.join("vscode/syntaxes/flow.tmLanguage.json"), textmate::grammar())]
}

fn main() -> ExitCode {
    for (path, text) in files() {
        if let Err(error) = std::fs::write(&path, text) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_files_are_what_the_tokens_give() {
        for (path, text) in files() {
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(committed == text, "{}: run `cargo grammar`", path.display());
        }
    }
}

//! Sources with what the compiler says of them, as people see it: `corpus/NAME.flow` beside
//! `corpus/NAME.txt`. `UPDATE=1 cargo test -p flowright-compiler --test corpus` writes the texts.

use std::path::Path;

use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::render::render_human;

#[test]
fn the_compiler_says_what_it_said() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut count = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.extension().is_none_or(|ext| ext != "flow") {
            continue;
        }
        count += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let analysis = flowright_compiler::analyse(&MemorySources::one(&name, &text)).unwrap();
        let said: String = analysis
            .diagnostics
            .iter()
            .map(|d| render_human(d, &analysis.sources, false))
            .collect();
        let expected = path.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &said).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{name}:\n{said}"));
        }
    }
    assert!(count >= 10, "{count} sources");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

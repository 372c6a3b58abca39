//! The example projects compile without errors and their own tests pass.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use flowright_compiler::bundle;
use flowright_compiler::compile::{MemorySources, compile};
use flowright_compiler::diag::render::render_human;
use flowright_engine::LoadedProgram;
use flowright_engine::transcript::run_test;

fn flows() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("flows")
}

fn load(project: &str) -> LoadedProgram {
    let folder = flows().join(project);
    let mut sources = Vec::new();
    for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".flow") {
            sources.push((name, fs::read_to_string(entry.path()).unwrap().into()));
        }
    }
    let compiled = compile(&MemorySources(sources)).unwrap();
    let analysis = &compiled.analysis;
    let shown: String =
        analysis.diagnostics.iter().map(|d| render_human(d, &analysis.sources, false)).collect();
    let bundle = compiled.bundle.unwrap_or_else(|| panic!("{project} does not compile:\n{shown}"));
    let bytes = bundle::write(&bundle).unwrap();
    let (read, hash) = bundle::read(&bytes.bytes).unwrap();
    assert_eq!(read, bundle, "a bundle reads back as it was written");
    LoadedProgram::interpreted(read, hash).unwrap()
}

fn run(project: &str) {
    let program = load(project);
    let mut failed = Vec::new();
    for test in &program.program.tests {
        let report = run_test(&program, test);
        if let Some(failure) = &report.failure {
            let lines: String =
                report.lines.iter().map(|l| format!("    {:5} {}\n", l.who, l.text)).collect();
            failed.push(format!("{}\n{lines}    {failure:?}\n", report.name));
        }
    }
    assert!(!program.program.tests.is_empty(), "{project} has no tests");
    assert!(failed.is_empty(), "{project}:\n{}", failed.join("\n"));
}

#[test]
fn order_change() {
    run("order_change");
}

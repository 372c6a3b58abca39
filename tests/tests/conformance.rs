//! What the language means, as conversations: every file of `conformance/` is a project with its
//! tests, run in the interpreter and as machine code.

use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_engine::transcript::run_test;
use flowright_tests::{load, root};

#[test]
fn conversations_go_as_written() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("tests/conformance")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let compiled = flowright_compiler::compile(&MemorySources::one(&name, &text)).unwrap();
        let said: Vec<_> =
            compiled.analysis.diagnostics.iter().map(|d| (d.code, &d.message)).collect();
        let Some(bundle) = &compiled.bundle else {
            wrong.push(format!("{name}: {said:?}"));
            continue;
        };
        let bytes = bundle::write(bundle).unwrap().bytes;
        for jit in [false, true] {
            let program = load(&bytes, jit).unwrap();
            for test in &program.program.tests {
                count += 1;
                let report = run_test(&program, test);
                if let Some(failure) = &report.failure {
                    let lines: String = report
                        .lines
                        .iter()
                        .map(|l| format!("    {:5} {}\n", l.who, l.text))
                        .collect();
                    wrong.push(format!(
                        "{name}, jit {jit}, {}:\n{lines}    {failure:?}",
                        report.name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 70, "{count} conversations");
}

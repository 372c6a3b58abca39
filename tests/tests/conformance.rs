//! What the language means, as conversations: every file of `conformance/` is a project with its
//! tests, run in the interpreter and as machine code.

use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_tests::{root, run_tests};

#[test]
fn conversations_go_as_written() {
    let (mut count, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(root().join("tests/conformance")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let compiled = flowright_compiler::compile(&MemorySources::one(&name, &text)).unwrap();
        let Some(bundle) = &compiled.bundle else {
            wrong.push(format!("{name}: {:?}", compiled.analysis.diagnostics));
            continue;
        };
        let (ran, failed) = run_tests(&name, &bundle::write(bundle).unwrap().bytes);
        count += ran;
        wrong.extend(failed);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 80, "{count} conversations");
}

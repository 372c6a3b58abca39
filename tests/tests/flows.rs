//! The example projects: they compile without errors, their bundles round-trip, all their tests
//! pass, in the interpreter and as machine code.

use flowright_engine::transcript::run_test;
use flowright_tests::{bundle_of, load};

const PROJECTS: [&str; 3] = ["order_change", "invoice_query", "outage_report"];

#[test]
fn all_tests_of_all_projects_pass_in_both_executors() {
    let mut failed = Vec::new();
    for project in PROJECTS {
        let bytes = bundle_of(project);
        for jit in [false, true] {
            let program = load(&bytes, jit).unwrap();
            assert!(!program.program.tests.is_empty(), "{project} has no tests");
            for test in &program.program.tests {
                let report = run_test(&program, test);
                if let Some(failure) = &report.failure {
                    let lines: String = report
                        .lines
                        .iter()
                        .map(|l| format!("    {:5} {}\n", l.who, l.text))
                        .collect();
                    failed.push(format!(
                        "{project}, jit {jit}: {}\n{lines}    {failure:?}\n",
                        report.name
                    ));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_same_sources_give_the_same_bundle() {
    for project in PROJECTS {
        assert_eq!(bundle_of(project), bundle_of(project), "{project}");
    }
}

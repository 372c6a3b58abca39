//! The example projects: they compile without errors, the same sources give the same bundle, all
//! their tests pass, in the interpreter and as machine code.

use flowright_tests::{bundle_of, run_tests};

const PROJECTS: [&str; 3] = ["order_change", "invoice_query", "outage_report"];

#[test]
fn all_tests_of_all_projects_pass_in_both_executors() {
    let mut failed = Vec::new();
    for project in PROJECTS {
        let (count, of_project) = run_tests(project, &bundle_of(project));
        assert!(count >= 10, "{project} has {count} tests");
        failed.extend(of_project);
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_same_sources_give_the_same_bundle() {
    for project in PROJECTS {
        assert_eq!(bundle_of(project), bundle_of(project), "{project}");
    }
}

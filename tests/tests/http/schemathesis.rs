//! The description of the API against the server, by a tool that makes requests of it: no server error,
//! and no answer that the description does not have. Needs schemathesis (`pip install schemathesis`).

use std::process::Command;

use flowright_access::social::{Changes, Keys};
use flowright_runtime::service::Options;
use flowright_tests::World;

/// What must hold of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_in_the_description() {
    if Command::new("st").arg("--version").output().is_err() {
        eprintln!("skipped: schemathesis is not installed");
        return;
    }
    // Webhooks of a CRM are refused where they are not signed.
    let secrets = Keys::new("secret", ["a secret of a CRM that nobody knows"]).unwrap();
    let changes = Some(Changes::new(secrets));
    let world = World::start_with("order_change", |o| Options { changes, ..o }).await;
    world.say("a-session", "1", "我需要修改订单#12345的交货日期。", "C-1001").await;
    let mut run = Command::new("st");
    // Its events go on for ever.
    run.args(["run", &world.url("/openapi.json"), "--exclude-path-regex", "/events$"]);
    run.args(["--checks", CHECKS, "--max-examples", "60", "--suppress-health-check", "all"]);
    run.args(["--seed", "7", "--no-color"]).env("NO_COLOR", "1");
    let folder = flowright_tests::Fresh::new("st");
    run.current_dir(folder.parent().unwrap());
    let output = tokio::task::spawn_blocking(move || run.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    // That it asked for something.
    assert!(said.contains("/v1/messages") || said.contains("Tested:"), "{said}");
}

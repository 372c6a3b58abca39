//! A client that is not ours: Python's grpcio, with what it makes of the published files itself.

use std::path::Path;
use std::process::{Command, Stdio};

use flowright_tests::{World, root};

/// The interpreter: `FLOWRIGHT_PYTHON`, or whichever is there.
fn interpreter() -> String {
    std::env::var("FLOWRIGHT_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// Whether it has the packages.
fn has_packages(python: &str) -> bool {
    let wanted = "import grpc, grpc_tools, grpc_reflection, grpc_health, grpc_status";
    let run = Command::new(python).args(["-c", wanted]).stderr(Stdio::null()).status();
    run.is_ok_and(|status| status.success())
}

async fn run(world: &World, part: &str) {
    let python = interpreter();
    if !has_packages(&python) {
        // In CI it is there: `.ci/run` says so.
        assert!(std::env::var("FLOWRIGHT_PYTHON").is_err(), "{python} has no grpcio");
        println!(
            "left out: {python} has no grpcio-tools, grpcio-reflection, grpcio-health-checking and \
             grpcio-status"
        );
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/grpc/client.py");
    let mut command = Command::new(&python);
    command
        .arg(script)
        .arg(root().join("access/proto"))
        .arg(world.server.grpc_address.to_string())
        .arg(part)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let ran = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{part}:\n{out}\n{err}");
    assert!(out.trim_end().ends_with("done"), "{part}:\n{out}\n{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_changes_an_order() {
    let world = World::start("order_change").await;
    run(&world, "order").await;
    if has_packages(&interpreter()) {
        assert_eq!(world.crm.data().orders.get("12345").unwrap()["due"], "2026-06-20");
        assert_eq!(world.crm.data().audit.len(), 2, "once each");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_finds_its_way() {
    let world = super::echo_with(super::alone).await;
    run(&world, "describe").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_is_refused_in_its_own_words() {
    let world = super::echo_with(|mut options| {
        options.token = Some("secret-token".to_owned().into());
        options
    })
    .await;
    run(&world, "refusals").await;
}

/// The action hangs: three times the time that the caller has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_waits_no_longer_than_it_wants() {
    let world = World::start("order_change").await;
    world.crm.set_delay(std::time::Duration::from_millis(700));
    run(&world, "deadline").await;
}

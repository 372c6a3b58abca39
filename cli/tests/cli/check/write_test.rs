//! `--write-test`: what refutes a property, as a test.

use super::{check, project};
use crate::support::{code, err, flowright, out};

/// A property that does not hold, with what has to be escaped in its name.
const REFUTED: &str = "customer { id: text  tag: text }\n\
    action crm.permission(id: text) -> { granted: bool } { get \"{env.U}/p/{id}\" }\n\
    effect orders.cancel(id: text) { post \"{env.U}/c/{id}\" }\n\
    intent cancel { en \"cancel it\", \"cancel my order\", \"stop the order\", \"no more order\", \"end it\" }\n\
    flow cancel {\n  on intent cancel\n  \
    ensure customer.tag == \"a {{b}} \\\"c\\\"\" before orders.cancel\n  \
    slot note: text { ask \"Why?\" }\n  \
    state start { do seen = crm.permission(customer.id) { failed -> handoff }  fill note  -> go }\n  \
    state go    { do orders.cancel(customer.id) { failed -> handoff }  say \"Done: {note}\"  end resolved }\n}\n";

#[test]
fn a_refuted_property_becomes_a_test_that_fails_once() {
    let place = project("write-test", REFUTED);
    let args = ["bots", "--format", "short", "--write-test", "bots/found.flow"];
    let run = check(&place, &args);
    assert_eq!(code(&run), Some(1), "{}", err(&run));
    assert!(out(&run).contains("error[E0801]"), "{}{}", out(&run), err(&run));
    assert!(err(&run).contains("bots/found.flow: 1 test added"), "{}", err(&run));
    let written = std::fs::read_to_string(place.join("bots/found.flow")).unwrap();
    let again = check(&place, &args);
    assert!(err(&again).contains("bots/found.flow: 0 tests added"), "{}", err(&again));
    assert_eq!(std::fs::read_to_string(place.join("bots/found.flow")).unwrap(), written);

    // Another test of that name is left as it is, and the new one gets a number.
    let changed = written.replace("{\n", "{\n  // By hand.\n");
    assert_ne!(changed, written);
    std::fs::write(place.join("bots/found.flow"), &changed).unwrap();
    for added in ["1 test added", "0 tests added"] {
        let run = check(&place, &args);
        assert!(err(&run).contains(&format!("bots/found.flow: {added}")), "{}", err(&run));
        let both = std::fs::read_to_string(place.join("bots/found.flow")).unwrap();
        assert!(both.starts_with(&changed) && both.contains(" (2)\" {\n"), "{both}");
    }
    std::fs::write(place.join("bots/found.flow"), written).unwrap();

    // It stands for the property: without the claim the project is built, and the test fails.
    let claim = REFUTED.lines().find(|line| line.contains("ensure")).unwrap();
    std::fs::write(place.join("bots/a.flow"), REFUTED.replace(claim, "")).unwrap();
    let tested = flowright(&place, &["test", "bots"]);
    assert_eq!(code(&tested), Some(1), "{}{}", out(&tested), err(&tested));
    assert!(out(&tested).contains("the action was called"), "{}", out(&tested));

    let wrong = check(&place, &["bots", "--write-test", "found.txt"]);
    assert_eq!(code(&wrong), Some(2));
    assert!(err(&wrong).contains("is not a `.flow` file"), "{}", err(&wrong));
}

/// The proof lets the customer fill `m` alone; the engine takes the first number for `n`.
const NOT_PLAYED: &str = "effect pay(x: number) { post \"{env.U}/pay\"  body { x } }\n\
    intent buy { en \"I want to buy\", \"buy it please\", \"an order\", \"order something\" }\n\
    flow buy {\n  on intent buy\n  ensure has n before pay\n  \
    slot n: number { ask \"N?\" }\n  slot m: number { ask \"M?\" }\n  \
    state start {\n    when has m { do pay(1) { failed -> handoff } }\n    \
    fill n, m\n    say \"{n} {m}\"\n    end resolved\n  }\n}\n";

#[test]
fn a_refutation_that_does_not_come_to_its_fault_is_said_and_not_written() {
    let place = project("write-test-not-played", NOT_PLAYED);
    let run = check(&place, &["bots", "--write-test", "bots/found.flow"]);
    assert_eq!(code(&run), Some(1), "{}", err(&run));
    let said = err(&run);
    assert!(said.contains("bots/found.flow: 0 tests added"), "{said}");
    assert!(said.contains("no test for `buy: ensure has n before pay`"), "{said}");
    assert!(!place.join("bots/found.flow").exists(), "nothing is written");
}

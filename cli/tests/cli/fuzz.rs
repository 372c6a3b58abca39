//! `flowright fuzz` as people and CI use it: what it prints where, its exit codes, its tests.

use std::path::PathBuf;

use crate::support::{err, flowright, folder, out, root};

/// A folder of its own with one of the programs that are wrong on purpose.
fn project(name: &str, fixture: &str) -> PathBuf {
    let text = std::fs::read_to_string(root().join("tests/fuzz").join(fixture)).unwrap();
    folder(name, &[("bot.flow", &text)])
}

#[test]
fn the_same_seed_and_runs_give_the_same_output() {
    let place = project("fuzz-same", "twice.flow");
    for format in ["human", "json"] {
        let args = ["fuzz", "--seed", "3", "--runs", "60", "--format", format];
        let (once, again) = (flowright(&place, &args), flowright(&place, &args));
        assert_eq!(once.status.code(), Some(1), "{}", err(&once));
        assert_eq!(out(&once), out(&again));
    }
    let report = out(&flowright(&place, &["fuzz", "--runs", "60", "--format", "json"]));
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["conversations"], 60);
    assert_eq!(report["failures"][0]["invariant"], "effect-once");
    assert_eq!(report["failures"][0]["place"], "complain.again");
}

#[test]
fn a_failure_becomes_a_test_that_fails_once() {
    let place = project("fuzz-write", "silent.flow");
    let args = ["fuzz", "--runs", "60", "--write-test", "found.flow"];
    let run = flowright(&place, &args);
    assert_eq!(run.status.code(), Some(1));
    assert!(out(&run).contains("FAIL answered in book_table.later"), "{}", out(&run));
    assert!(err(&run).contains("1 of 1 failures written to `found.flow`"), "{}", err(&run));
    let written = std::fs::read_to_string(place.join("found.flow")).unwrap();
    let tested = flowright(&place, &["test"]);
    assert_eq!(tested.status.code(), Some(1), "{}{}", out(&tested), err(&tested));
    assert!(out(&tested).contains("FAIL fuzz: answered in book_table.later"), "{}", out(&tested));

    let again = flowright(&place, &args);
    assert!(err(&again).contains("0 of 1 failures written"), "{}", err(&again));
    assert_eq!(std::fs::read_to_string(place.join("found.flow")).unwrap(), written);

    // Mended, the fuzzer is content and so is the test with the bot's words in their place.
    let bot = std::fs::read_to_string(place.join("bot.flow")).unwrap();
    let mended = bot.replace("{ wait 2h ", "{ say \"One moment.\"  wait 2h ");
    std::fs::write(place.join("bot.flow"), mended).unwrap();
    let test = written.replace("(what the bot should say here)", "One moment.");
    std::fs::write(place.join("found.flow"), test).unwrap();
    let tested = flowright(&place, &["test"]);
    assert_eq!(tested.status.code(), Some(0), "{}", out(&tested));
    let run = flowright(&place, &["fuzz", "--runs", "60", "--no-jit"]);
    assert_eq!(run.status.code(), Some(0), "{}", out(&run));
}

#[test]
fn what_a_test_cannot_say_is_said() {
    let place = project("fuzz-lost", "limit.flow");
    let visits = "effect visits.count() { post \"{env.U}/visits\" }\n";
    let welcome = "flow welcome {\n  on start\n  state a { do visits.count() { failed -> b }  -> b }\n  \
                   state b { do visits.count() { failed -> c }  -> c }\n  \
                   state c { say \"Welcome.\"  end resolved }\n}\n";
    std::fs::write(place.join("welcome.flow"), format!("{visits}\n{welcome}")).unwrap();
    let run = flowright(&place, &["fuzz", "--runs", "60", "--write-test", "found.flow"]);
    assert_eq!(run.status.code(), Some(1), "{}{}", out(&run), err(&run));
    assert!(out(&run).contains("(opens the session)"), "{}", out(&run));
    let said = "a test cannot say that the session is opened without a word";
    assert!(err(&run).contains(said), "{}", err(&run));
    assert!(!place.join("found.flow").exists(), "nothing half said is written");
}

#[test]
fn what_cannot_run_says_why() {
    let place = project("fuzz-wrong", "silent.flow");
    let built = flowright(&place, &["build", "-o", "bot.flowb"]);
    assert_eq!(built.status.code(), Some(0), "{}", err(&built));
    std::fs::write(place.join("broken.txt"), "").unwrap();
    for (args, message) in [
        (&["fuzz", "bot.flowb"][..], "a bundle holds no utterances"),
        (&["fuzz", "--filter", "book_tabel"], "did you mean `book_table`?"),
        (&["fuzz", "--time", "2x"], "write a time such as 30s or 5m"),
        (&["fuzz", "--runs", "5", "--time", "5s"], "cannot be used with"),
        (&["fuzz", "--runs", "0"], "is not in 1.."),
        (&["fuzz", "nowhere"], "there is no such file or folder"),
        (&["fuzz", "--runs", "20", "--write-test", "broken.txt"], "is not a `.flow` file"),
    ] {
        let run = flowright(&place, args);
        assert_eq!(run.status.code(), Some(2), "{args:?}: {}", err(&run));
        assert!(err(&run).contains(message), "{args:?}: {}", err(&run));
    }
    std::fs::write(place.join("bad.flow"), "flow x {\n  state a { -> nowhere }\n}\n").unwrap();
    let run = flowright(&place, &["fuzz"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(err(&run).contains("error[E0203]") && out(&run).is_empty(), "{}", err(&run));
}

#[test]
fn a_filter_keeps_to_its_flow_and_a_time_ends() {
    let place = project("fuzz-filter", "limit.flow");
    let run = flowright(&place, &["fuzz", "--time", "300ms", "--filter", "refund"]);
    assert_eq!(run.status.code(), Some(0), "{}{}", out(&run), err(&run));
    assert!(out(&run).contains("  refund  "), "{}", out(&run));
    assert!(err(&run).contains("0 failures (machine code, compared, seed 1,"), "{}", err(&run));
}

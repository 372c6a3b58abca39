//! The project's tests: which there are, how they go, what they come through.

use std::sync::Arc;

use flowright_lsp::talk::program::Ready;
use flowright_lsp::talk::tests::{list, run};

use crate::{ORDERS, checked, example, ready, small};

const GO: bool = false;

fn all(ready: &Arc<Ready>) -> flowright_lsp::talk::tests::Ran {
    run(ready, None, &|| GO)
}

fn text(ready: &Ready, at: flowright_compiler::base::FileSpan) -> &str {
    &ready.sources.get(at.file).unwrap().text[at.span.range()]
}

const BOT: &str = "intent go { en \"go on\", \"start it\", \"begin\" }\n\
    flow f {\n  on intent go\n  slot n: number { ask { en \"How many?\" } }\n  \
    state s {\n    fill n\n    when n > 5 -> many\n    otherwise -> few\n  }\n  \
    state many { say { en \"Many.\" } end resolved }\n  \
    state few { say { en \"Few.\" } end resolved }\n}\n\
    test \"many\" {\n  user \"go on\"\n  bot \"How many?\"\n  user \"7\"\n  bot \"Many.\"\n}\n\
    test \"wrong\" {\n  user \"go on\"\n  bot \"How many?\"\n  user \"7\"\n  bot \"Few.\"\n}\n";

#[test]
fn tests_are_listed_with_their_places_whatever_else_is_wrong() {
    for rest in ["", "flow broken { state s { -> nowhere } }\n", "flow worse {\n"] {
        let analysis = checked(&small(&format!("{BOT}{rest}")));
        let tests = list(&analysis.sources);
        let ids: Vec<&str> = tests.iter().map(|test| test.id.as_str()).collect();
        assert_eq!(ids, ["bot.flow#many", "bot.flow#wrong"], "{rest}");
        let source = &analysis.sources.get(tests[1].location.file).unwrap().text;
        assert_eq!(&source[tests[1].location.span.range()], "\"wrong\"");
        assert!(source[tests[1].block.span.range()].starts_with("test \"wrong\" {"));
        assert!(source[tests[1].block.span.range()].ends_with('}'));
    }
}

#[test]
fn results_say_what_was_not_so_and_where() {
    let ready = ready(&small(BOT));
    let ran = all(&ready);
    assert_eq!(ran.results.iter().map(|r| r.passed).collect::<Vec<_>>(), [true, false]);
    let wrong = &ran.results[1];
    assert_eq!(wrong.message.as_deref(), Some("the bot said something else"));
    assert_eq!((wrong.expected.as_deref(), wrong.actual.as_deref()), (Some("Few."), Some("Many.")));
    assert_eq!(text(&ready, wrong.location.unwrap()), "bot \"Few.\"");
    assert_eq!(wrong.lines.last().unwrap().text, "Many.");

    let one = run(&ready, Some(&["bot.flow#wrong".to_owned(), "bot.flow#gone".to_owned()]), &|| GO);
    let shown: Vec<(&str, bool)> = one.results.iter().map(|r| (r.id.as_str(), r.passed)).collect();
    assert_eq!(shown, [("bot.flow#gone", false), ("bot.flow#wrong", false)]);
    assert!(one.results[0].message.as_ref().unwrap().contains("not part of the program"));
    assert!(run(&ready, None, &|| true).results.is_empty(), "stopped");
}

#[test]
fn coverage_names_states_and_steps_in_the_sources() {
    let ready = ready(&small(BOT));
    let coverage = all(&ready).coverage;
    let files = coverage.by_file();
    assert_eq!(files.len(), 1);
    let states: Vec<(&str, usize)> =
        files[0].states.iter().map(|state| (text(&ready, state.location), state.entered)).collect();
    assert_eq!(states, [("s", 2), ("many", 2), ("few", 0)]);
    let ways: Vec<(&str, usize)> =
        files[0].ways.iter().map(|way| (text(&ready, way.location), way.taken)).collect();
    assert_eq!(ways, [("many", 2), ("few", 0)]);
}

#[test]
fn the_tests_of_the_examples_pass() {
    let orders = all(&ORDERS);
    for ran in [orders, all(&ready(&example("crane_service")))] {
        assert!(ran.results.len() > 2);
        for result in &ran.results {
            assert!(result.passed, "{result:?}");
        }
        let states = ran.coverage.flows.iter().flat_map(|flow| &flow.states);
        assert!(states.clone().count() > 0 && states.clone().any(|state| state.entered > 0));
    }
}

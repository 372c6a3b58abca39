//! Which declarations count, and where names of the language's own name others.
#![cfg(test)]

use crate::ide::fixture::Bench;
use crate::ide::navigate::references;
use crate::ide::symbols::{Kind, Symbol};

#[test]
fn standard_declarations_that_are_replaced_do_not_count() {
    let mut bench = Bench::default();
    let head = "bot b { languages en  timezone \"UTC\" }\nuse std.repair\n$0";
    let before = bench.at(head).snapshot;
    let count = before.model.flows().count();
    let cancels = Symbol::top(Kind::Intent, "cancel");
    assert!(before.model.flow_of_intent("cancel").is_some());
    assert_eq!(references(&before, &cancels).len(), 2);
    let own = "flow repair.cancel { state mine { end } }\nflow other { state mine { end } }\n";
    let after = bench.at(&format!("{head}{own}")).snapshot;
    assert_eq!(after.model.flows().count(), count + 1);
    assert!(after.model.flow_of_intent("cancel").is_none());
    assert_eq!(references(&after, &cancels).len(), 1);
    assert_eq!(after.model.flows_with_state("mine"), ["repair.cancel", "other"]);
    assert!(after.model.replaces(Kind::Flow, "repair.cancel"));
    assert!(!after.model.replaces(Kind::Flow, "other"));
}

#[test]
fn the_first_flow_with_a_slot_is_the_compilers() {
    let mut bench = Bench::default();
    let text = "slot shared: text\nflow a { slot x: text  state s { end } }\n\
                flow b { slot y: text  slot shared: text  state s { end } }\n$0";
    let model = &bench.at(text).snapshot.model;
    let first = |names: &[&str]| model.first_flow_with_slot(names).map(|flow| &*flow.name.text);
    assert_eq!(first(&["y", "x"]), Some("a"));
    assert_eq!(first(&["y"]), Some("b"));
    assert_eq!(first(&["shared"]), None);
    assert_eq!(first(&["nothing"]), None);
    assert_eq!(model.flows_with_state("s"), ["a", "b"]);
}

#[test]
fn what_stands_behind_is_may_name_channels_languages_and_intents() {
    let mut bench = Bench::default();
    let text = "bot b { languages en  timezone \"UTC\" }\nchannel web: websocket { path \"/c\" }\n\
                intent go { en \"go\" }\nflow a { state s {\n\
                when channel is web { end }  when language is not en { end }\n\
                when intent is go { end } } }\n\
                flow hides { slot channel: one_of { web }  state s { when channel is web { end } } }\n$0";
    let snapshot = bench.at(text).snapshot;
    for (kind, name) in [(Kind::Channel, "web"), (Kind::Language, "en"), (Kind::Intent, "go")] {
        let mut found = references(&snapshot, &Symbol::top(kind, name));
        found.retain(|found| !snapshot.is_standard(found.at.file));
        let wanted = if kind == Kind::Language { 3 } else { 2 };
        assert_eq!(found.len(), wanted, "{kind:?}: {found:#?}");
    }
}

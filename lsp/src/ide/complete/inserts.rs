//! What is written and over what, when it is offered unasked, and what a call takes: at marked places.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "tests")]

use super::tests::{BASE, flow, item, labels, offered};
use super::{Asked, complete, help};
use crate::ide::fixture::Bench;

#[test]
fn snippets_only_where_the_editor_knows_them_and_nothing_stands_behind() {
    let mut bench = Bench::default();
    let mut insert = |text: &str, label: &str, snippets: bool| {
        let (_, offered) = offered(&mut bench, &flow(text), snippets);
        item(&offered, label).insert.clone()
    };
    assert_eq!(insert("$0", "say", false), "say");
    assert_eq!(insert("$0", "say", true), "say { en \"${1}\"  zh \"${2}\" \\}$0");
    assert_eq!(insert("$0 \"x\"", "say", true), "say");
    assert_eq!(insert("do found = $0", "orders.get", true), "orders.get(${1:order}, ${2:by})");
    assert_eq!(insert("do found = $0", "orders.get", false), "orders.get");
    assert_eq!(insert("do x = orders.get(order, id) { $0 }", "closed", true), "closed -> $0");
}

#[test]
fn what_is_replaced_is_the_word_with_its_dots() {
    let mut bench = Bench::default();
    for (text, label, replaced) in [
        ("fill or$0der", "order", "order"),
        ("do x = orders.g$0et", "orders.get", "orders.get"),
        ("do x = ord$0ers.get(", "orders.get", "orders.get"),
        ("when customer.ti$0", "tier", "ti"),
        ("-> 收$0集", "收集", "收集"),
        ("when intent == \"pri$0\"", "prices", "pri"),
    ] {
        let (fixture, offered) = offered(&mut bench, &flow(text), false);
        let source = fixture.snapshot.source(fixture.file).unwrap();
        let item = item(&offered, label);
        assert_eq!(&source.text[item.replaces.range()], replaced, "{text}");
    }
}

#[test]
fn a_brace_or_quotes_that_are_typed_ask_for_something_in_texts_only() {
    let mut bench = Bench::default();
    for (text, typed, any) in [
        ("say \"{$0", '{', true),
        ("do x = orders.get(order, id) {$0", '{', false),
        ("fill order ->$0", '>', true),
        ("when day >$0", '>', false),
        ("when intent == \"$0", '"', true),
        ("say \"x\"$0", '"', false),
    ] {
        let fixture = bench.at(&format!("{}{BASE}", flow(text)));
        let asked = Asked { snippets: false, typed: Some(typed) };
        let offered = complete(&fixture.snapshot, fixture.file, fixture.offset, asked);
        assert_eq!(!offered.items.is_empty(), any, "{text}");
    }
}

#[test]
fn the_parameter_at_the_place_is_told() {
    let mut bench = Bench::default();
    let get = "orders.get(order: order_number, by: one_of { id, name })";
    for (text, label, active) in [
        ("do x = orders.get($0", get, Some("order: order_number")),
        ("do x = orders.get(order, $0", get, Some("by: one_of { id, name }")),
        ("do x = orders.get(by: $0)", get, Some("by: one_of { id, name }")),
        (
            "do x = orders.get(min(1$0",
            "min(number, money or duration, number, money or duration) -> number, money or duration",
            Some("number, money or duration"),
        ),
        ("do x = orders.get(order, id, $0", get, None),
        (
            "call helper(count_of: $0)",
            "helper(reason: text, count_of: number)",
            Some("count_of: number"),
        ),
        ("say promise($0)", "promise(by: date)", Some("by: date")),
        ("set day = weekday(da$0)", "weekday(date) -> number", Some("date")),
        ("say \"{length($0)}\"", "length(text) -> number", Some("text")),
    ] {
        let fixture = bench.at(&format!("{}{BASE}", flow(text)));
        let help = help(&fixture.snapshot, fixture.file, fixture.offset).unwrap();
        assert_eq!(help.label, label, "{text}");
        let param = help.active.map(|active| help.params[active]);
        assert_eq!(param.map(|(start, end)| &help.label[start..end]), active, "{text}");
    }
    let fixture = bench.at(&format!("{}{BASE}", flow("do x = orders.get(order, id) $0")));
    assert!(help(&fixture.snapshot, fixture.file, fixture.offset).is_none());
}

#[test]
fn too_many_names_are_cut_off_and_asked_for_again() {
    let mut bench = Bench::default();
    let skills: String = (0..1_200).map(|number| format!("skill s{number}\n")).collect();
    let mut offered = |text: &str| {
        let fixture = bench.at(&format!("{}{BASE}\n{skills}", flow(text)));
        let asked = Asked::default();
        complete(&fixture.snapshot, fixture.file, fixture.offset, asked)
    };
    let all = offered("handoff to $0");
    assert_eq!((all.items.len(), all.is_incomplete), (1_000, true));
    let some = offered("handoff to s119$0");
    assert!(labels(&some).contains(&"s1199"), "{:?}", some.items.len());
    assert!(!labels(&some).contains(&"s77"));
}

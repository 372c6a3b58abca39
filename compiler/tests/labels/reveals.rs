//! Reveals as auditors see them, and the labels that slots take on.

use std::collections::BTreeSet;

use flowright_compiler::compile;
use flowright_compiler::compile::MemorySources;

use super::{COMMON, ROUTE, analysis, codes, flow};

#[test]
fn reveals_are_listed_with_all_that_an_audit_asks() {
    let own = "text t(a: text) { en \"{reveal(a) because \"second\"}\" }\n\
               text unused(a: text) { en \"{reveal(a) because \"fourth\"}\" }\n"
        .to_owned()
        + &flow(
            "say \"{reveal(customer.contract) because \"first\"}\"\n\
             say t(customer.note)\n\
             do keep(reveal(\"{customer.email}{customer.rating}\") because \"third\") { failed -> end }\n\
             when reveal(customer.vip) because \"fifth\" { set word = reveal(customer.id) because \"\" }",
        );
    let analysis = analysis(&own);
    assert_eq!(codes(&analysis), ["E0705", "W0703"]);
    let reveals = analysis.reveals.unwrap();
    let told = reveals
        .iter()
        .map(|r| format!("{} [{}] to {}: {}", r.value, r.labels.join(", "), r.to, r.because));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "a [visible to supervisor] to the customer: second",
            "a [] to the customer: fourth",
            "customer.contract [visible to supervisor] to the customer: first",
            "\"{customer.email}{customer.rating}\" [personal, visible to agent] to `any` of `keep`: third",
            "customer.vip [visible to supervisor] to a branch: fifth",
            "customer.id [] to `word`: ",
        ]
    );
}

#[test]
fn a_needless_reveal_is_taken_out_by_its_fix() {
    for (expr, mended) in [
        ("reveal(customer.id) because \"x\"", "customer.id"),
        ("reveal(customer.open + CNY 1) because \"x\"", "(customer.open + CNY 1)"),
    ] {
        let analysis = analysis(&flow(&format!("say \"{{{expr}}}\"")));
        assert_eq!(codes(&analysis), ["W0703"], "{expr}");
        let finding = analysis.diagnostics.iter().find(|d| d.code.as_str() == "W0703").unwrap();
        assert_eq!(finding.fixes[0].edits[0].text, mended);
    }
}

#[test]
fn slots_take_on_what_flows_in_so_that_summaries_mask_them() {
    let declared = r#"
role boss includes supervisor, auditor
role lawyer
slot shared: text { ask "x" }
slot mail: text personal { default "x" }
slot all: list of { name: text, cost: money }
intent stay { en "stay now", "stay on", "please stay", "do stay", "let us stay" }
flow other {
  on intent stay
  slot a: text
  slot plain: text
  slot law: text visible to lawyer { default "x" }
  slot aud: text visible to auditor { default "x" }
  slot both: text
  slot none: text
  state x {
    fill shared
    set a = shared
    set both = "{aud}{customer.note}"
    set none = "{law}{aud}"
    set plain = customer.id
    do trusted(plain) { failed -> end }
    end
  }
}
"#;
    let steps = "set kept = customer.contract\n\
                 set word = \"{customer.rating}{customer.note}{mail}\"\n\
                 set shared = customer.email\n\
                 set all = found.items";
    let own = declared.to_owned() + &flow(steps);
    let text = format!("{COMMON}{ROUTE}{own}");
    let compiled = compile(&MemorySources::one("case.flow", &text)).unwrap();
    assert_eq!(compiled.analysis.errors(), 0, "{:#?}", compiled.analysis.diagnostics);
    let program = compiled.bundle.unwrap().program;
    let slots = program.flows.iter().flat_map(|flow| &flow.slots).chain(&program.session_slots);
    let labels: BTreeSet<String> = slots
        .map(|slot| {
            format!("{} {} {}", slot.name, slot.personal, slot.visible_to.as_deref().unwrap_or("-"))
        })
        .collect();
    // A slot of the session stands in the tables of each flow that fills it, masked there too.
    let expected = [
        "a true -",
        "all false supervisor",
        "aud false auditor",
        "both false boss",
        "kept false supervisor",
        "law false lawyer",
        "mail true -",
        "none false auditor and lawyer",
        "plain false -",
        "shared true -",
        "word true supervisor",
        "yes false -",
    ];
    assert_eq!(labels.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

//! Trying the intents out on each other: where it is done, and where it is too much.

use flowright_compiler::base::limits::EXAMPLES_TIMES_INTENTS_MAX;
use flowright_compiler::compile::{MemorySources, training_spec};
use flowright_compiler::diag::Code;
use flowright_compiler::{Analysis, analyse, compile};

/// Two intents that sound alike, the second with `before` in front of it, among so many others.
fn project(before: &str, others: usize) -> MemorySources {
    let mut text = format!(
        r#"bot b {{ languages en  timezone "Europe/London" }}
skill desk
route {{ otherwise -> desk }}
intent one {{ en "I want to change my address", "please update my address", "my address is wrong", "I moved to another place", "new address for my account" }}
{before}
intent two {{ en "please do update my address", "my address is wrong now", "I moved to another new place", "a new address for my account", "I want to change my address now" }}
"#
    );
    for i in 0..others {
        text += &format!("intent other{i} {{ en \"about thing{i} of kind{i}\" }}\n");
    }
    text += "flow f {\n  on intent one\n  on intent two\n";
    for i in 0..others {
        text += &format!("  on intent other{i}\n");
    }
    text += "  state s { say \"Yes.\"  end resolved }\n}\n";
    MemorySources::one("b.flow", &text)
}

fn count(analysis: &Analysis, code: Code) -> usize {
    analysis.diagnostics.iter().filter(|finding| finding.code == code).count()
}

#[test]
fn the_model_that_judged_is_the_one_in_the_bundle() {
    let compiled = compile(&project("", 3)).unwrap();
    let project = compiled.analysis.project.as_ref().unwrap();
    assert_eq!(count(&compiled.analysis, Code::W0507), 1);
    let trained = flowright_nlu::train(&training_spec(project)).unwrap();
    assert_eq!(compiled.bundle.unwrap().model, trained.to_bytes());
}

#[test]
fn what_is_too_much_for_a_check_is_left_to_the_build() {
    let allowed = r#"allow(W0507, "the desk sorts them out")"#;
    let many = EXAMPLES_TIMES_INTENTS_MAX.isqrt();
    for (before, others) in [("", 3), ("", many), (allowed, 3), (allowed, many)] {
        let large = others == many;
        let checked = analyse(&project(before, others)).unwrap();
        assert_eq!(checked.intents_left_out, large);
        assert_eq!(checked.model.is_none(), large);
        assert_eq!(count(&checked, Code::W0507), usize::from(!large && before.is_empty()));
        // What nobody looked for, an `allow` may well not hide.
        assert_eq!(count(&checked, Code::W0902), 0);
        let compiled = compile(&project(before, others)).unwrap();
        assert_eq!(count(&compiled.analysis, Code::W0507), usize::from(before.is_empty()));
        assert_eq!(compiled.analysis.allowed.len(), usize::from(!before.is_empty()));
    }
}

#[test]
fn what_intents_are_not_is_work_too() {
    let nots: Vec<String> =
        (0..EXAMPLES_TIMES_INTENTS_MAX / 2).map(|i| format!("\"thing{i}\"")).collect();
    let text = format!(
        "bot b {{ languages en  timezone \"UTC\" }}\n\
         intent one {{ en \"my address\", \"an address\", \"address\"  not en {} }}\n\
         intent two {{ en \"my order\", \"an order\", \"order\" }}\n\
         flow f {{ on intent one  on intent two  state s {{ say \"Yes.\"  end resolved }} }}\n",
        nots.join(", ")
    );
    let checked = analyse(&MemorySources::one("b.flow", &text)).unwrap();
    assert_eq!(checked.errors(), 0, "{:?}", checked.diagnostics);
    assert!(checked.intents_left_out && checked.model.is_none());
}

#[test]
fn more_than_a_model_can_hold_is_said_in_a_check() {
    let small = analyse(&project("", 0)).unwrap().project.unwrap().intents.len();
    let free = flowright_nlu::INTENTS_MAX - small;
    for (others, errors) in [(free, 0), (free + 1, 1)] {
        let checked = analyse(&project("", others)).unwrap();
        assert_eq!((count(&checked, Code::E0901), checked.errors()), (errors, errors));
    }
}

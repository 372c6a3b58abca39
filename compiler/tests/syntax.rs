//! The front end on whole programs: what it accepts, what it saves of broken ones.

#![expect(clippy::string_slice, reason = "tests cut sources at token boundaries")]

use flowright_compiler::base::FileId;
use flowright_compiler::diag::{Code, Diagnostic};
use flowright_compiler::syntax::ast::{Decl, DeclKind, Step, StepKind};
use flowright_compiler::syntax::{ParseCache, Parsed, parse};
use proptest::prelude::*;

const DESIGN: &str = include_str!("fixtures/design.flow");

fn parsed(text: &str) -> Parsed {
    parse(text, FileId(0))
}

fn shown(text: &str, diagnostics: &[Diagnostic]) -> Vec<String> {
    let place = |d: &Diagnostic| text.get(d.primary.at.span.range()).unwrap_or("?").to_owned();
    diagnostics.iter().map(|d| format!("{} at `{}`: {}", d.code, place(d), d.message)).collect()
}

fn name(decl: &Decl) -> String {
    match &decl.node.kind {
        DeclKind::Flow(flow) => flow.name.text.clone(),
        DeclKind::Error { name, .. } => {
            format!("lost {}", name.as_ref().map_or("?", |n| n.text.as_str()))
        }
        other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
    }
}

fn broken_steps(parsed: &Parsed) -> usize {
    let count =
        |steps: &[Step]| steps.iter().filter(|s| matches!(s.kind, StepKind::Error { .. })).count();
    let flows = parsed.decls.iter().filter_map(|decl| match &decl.node.kind {
        DeclKind::Flow(flow) => Some(flow),
        _ => None,
    });
    flows.flat_map(|flow| &flow.states).map(|state| count(&state.steps)).sum()
}

fn ten_flows() -> String {
    let flow = |i: u32| {
        format!(
            "flow f{i} {{\n  on intent i{i}\n\n  state a {{\n    say \"one\"\n    fill order\n    -> b\n  }}\n\n  \
             state b {{\n    say \"two\"\n    end resolved\n  }}\n}}\n\n"
        )
    };
    (0..10).map(flow).collect()
}

#[test]
fn the_design_program_parses_whole() {
    let parsed = parsed(DESIGN);
    assert_eq!(shown(DESIGN, &parsed.diagnostics), Vec::<String>::new());
    assert_eq!(parsed.decls.len(), 26);
}

#[test]
fn two_typos_in_ten_flows_lose_two_statements() {
    let text = ten_flows().replacen("fill order", "fil order", 1);
    let at = text.rfind("say \"two\"").unwrap();
    let text = format!("{}sya{}", &text[..at], &text[at + 3..]);
    let parsed = parsed(&text);
    assert_eq!(parsed.decls.len(), 10);
    assert_eq!(broken_steps(&parsed), 2, "{:?}", shown(&text, &parsed.diagnostics));
    assert_eq!(parsed.diagnostics.len(), 2, "{:?}", shown(&text, &parsed.diagnostics));
    for (diagnostic, meant) in parsed.diagnostics.iter().zip(["fill", "say"]) {
        assert_eq!(diagnostic.help, [format!("did you mean `{meant}`?")], "{diagnostic:?}");
    }
}

#[test]
fn a_missing_brace_loses_one_declaration() {
    let text = ten_flows().replacen(
        "    end resolved\n  }\n}\n\nflow f4",
        "    end resolved\n  }\n\nflow f4",
        1,
    );
    let parsed = parsed(&text);
    let names: Vec<_> = parsed.decls.iter().map(name).collect();
    let lost: Vec<_> = names.iter().filter(|name| name.starts_with("lost")).collect();
    assert_eq!(lost, ["lost f3"], "{names:?}");
    let codes: Vec<_> = parsed.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::E0104]);
}

#[test]
fn an_edit_parses_only_what_it_touched() {
    let mut cache = ParseCache::default();
    let text = ten_flows();
    cache.parse(&text, FileId(0));
    assert_eq!(cache.parsed_chunks(), 10);
    let edited = text.replacen("say \"one\"", "say \"uno, due\"", 1);
    let after = cache.parse(&edited, FileId(0));
    assert_eq!(cache.parsed_chunks(), 11);
    let fresh = parsed(&edited);
    assert_eq!(after.decls, fresh.decls);
}

#[test]
fn depth_and_size_do_no_harm() {
    let wrap = |expr: &str| format!("flow f {{\n  state a {{\n    when {expr} -> a\n  }}\n}}\n");
    let nested = |n: usize| wrap(&format!("{}true{}", "(".repeat(n), ")".repeat(n)));
    assert!(parsed(&nested(13)).diagnostics.is_empty());
    let deep = parsed(&nested(5_000));
    assert_eq!(deep.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::E0106]);
    let arms: String = (0..5_000).map(|i| format!("      \"choice {i}\" -> a\n")).collect();
    let wide = format!("flow f {{\n  state a {{\n    choose {{\n{arms}    }}\n  }}\n}}\n");
    assert!(parsed(&wide).diagnostics.is_empty());
}

/// Source, expected codes, expected fix.
const FAULTS: &[(&str, &[&str], &str)] = &[
    ("bot b { languages zh timezone }", &["E0101"], ""),
    ("flw f { }", &["E0107"], "flow"),
    ("role a\nrloe b\nrole c", &["E0107"], "role"),
    ("bot b {\n  languges zh\n  timezone \"Asia/Shanghai\"\n}", &["E0101"], "languages"),
    ("skill s { first_reply 5m  overflw a after 2m  weight 2 }", &["E0101"], "overflow"),
    ("intent a {\n  titel { en \"x\" }\n  en \"x\", \"y\"\n}", &["E0101"], "title"),
    ("action a() {\n  gte \"https://x\"\n  timeout 2s\n}", &["E0101"], "get"),
    ("customer {\n  id text\n  name: text\n}", &["E0101"], ":"),
    ("flow f {\n  slot a: { ask \"x\" }\n  state a { end }\n}", &["E0101"], ""),
    ("flow f\n  state a { end }\n}", &["E0104"], " {"),
    (
        "flow f {\n  state a {\n    do x = y() {\n      no -> { sya \"x\" }\n    }\n    end\n  }\n}",
        &["E0101"],
        "say",
    ),
    ("test \"t\" {\n  user \"x\"\n  bt \"y\"\n}", &["E0101"], "bot"),
    ("intent a { en \"x }\n", &["E0103"], "\""),
    ("role a\nrole b )\n", &["E0105"], ""),
    ("role a\u{ff0c}\n", &["E0102"], ","),
    ("test \"t\" {\n  today 2026-02-30\n}", &["E0108"], ""),
    ("test \"t\" {\n  usre \"x\"\n  bot \"y\"\n}", &["E0101"], "user"),
    ("route {\n  urgency high whn true\n  otherwise -> a\n}", &["E0101"], "when"),
    ("flow f {\n  state a {\n    -> \n  }\n}", &["E0101"], ""),
];

#[test]
fn faults_have_a_code_a_place_and_a_way_out() {
    for (text, codes, fix) in FAULTS {
        let found = parsed(text).diagnostics;
        let got: Vec<_> = found.iter().map(|d| d.code.as_str()).collect();
        assert_eq!(got, *codes, "{text}: {:?}", shown(text, &found));
        let fixes: Vec<_> = found.iter().flat_map(|d| &d.fixes).flat_map(|f| &f.edits).collect();
        assert_eq!(fixes.first().map_or("", |edit| edit.text.as_str()), *fix, "{text}");
    }
}

/// Removing any one token neither panics nor touches a declaration that does not hold it.
#[test]
fn any_token_can_be_missing() {
    let whole = parsed(DESIGN);
    for token in whole.tokens.iter().filter(|t| !t.kind.is_trivia()) {
        let span = token.span.range();
        let text = format!("{}{}", &DESIGN[..span.start], &DESIGN[span.end..]);
        let without = parsed(&text);
        let holder = |decl: &Decl| decl.origin <= token.span.start;
        let before = whole.decls.iter().rposition(holder).unwrap_or_default();
        let kept = |decls: &[Decl], skip: usize| -> Vec<Decl> {
            decls.iter().take(skip.saturating_sub(1)).cloned().collect()
        };
        assert!(kept(&without.decls, before) == kept(&whole.decls, before), "without {token:?}");
        let tail = whole.decls.len().saturating_sub(before + 2);
        let last = |decls: &[Decl]| -> Vec<DeclKind> {
            decls.iter().rev().take(tail).map(|d| d.node.kind.clone()).collect()
        };
        assert_eq!(
            last(&without.decls),
            last(&whole.decls),
            "without {token:?} of `{}`",
            &DESIGN[span]
        );
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = parsed(&text);
    }

    #[test]
    fn no_scramble_of_the_design_makes_it_panic(
        cuts in proptest::collection::vec((0..5_000_usize, 0..60_usize), 1..6)
    ) {
        let mut text: Vec<char> = DESIGN.chars().collect();
        for (at, length) in cuts {
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            text.drain(at..end);
        }
        let _ = parsed(&text.into_iter().collect::<String>());
    }
}

/// What is left of a declaration that lost parts.
#[test]
fn a_lost_part_takes_nothing_with_it() {
    let text = "bot b {\n  languges zh\n  timezone \"Asia/Shanghai\"\n}\n\n\
                flow f {\n  slot order: text { ask \"?\"  tris 3 }\n  state a {\n    \
                do found = get() {\n      failed -> { sya \"x\" }\n    }\n    -> a\n  }\n}\n";
    let parsed = parsed(text);
    assert_eq!(parsed.diagnostics.len(), 3, "{:?}", shown(text, &parsed.diagnostics));
    let [bot, flow] = parsed.decls.as_slice() else { panic!("{:?}", parsed.decls) };
    assert!(bot.node.broken && flow.node.broken);
    let DeclKind::Bot(bot) = &bot.node.kind else { panic!("{bot:?}") };
    assert!(bot.languages.is_empty() && bot.timezone.is_some());
    let DeclKind::Flow(flow) = &flow.node.kind else { panic!("{flow:?}") };
    assert!(flow.slots[0].broken && flow.slots[0].ask.is_some());
    let kinds: Vec<_> = flow.states[0].steps.iter().map(|step| &step.kind).collect();
    assert!(
        matches!(kinds[..], [StepKind::Do { .. }, StepKind::Error { .. }, StepKind::Goto(_)]),
        "{kinds:?}"
    );
}

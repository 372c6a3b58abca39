//! Who may see what: every expression keeps the labels of its parts, every reader is asked, the
//! route is told in order, and random programs agree with plain reachability.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

mod random;
mod reveals;
mod routes;

use std::fmt::Write as _;

use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::Diagnostic;
use flowright_compiler::{Analysis, analyse};

/// What every case has; its own lines come behind it.
const COMMON: &str = r#"bot b {
  languages en
  timezone "UTC"
}
channel web: websocket
skill s
role agent
role supervisor includes agent
role auditor includes agent
customer {
  id: text
  open: money
  email: text personal
  contract: money visible to supervisor
  rating: text visible to agent
  note: text visible to supervisor
  vip: bool visible to supervisor
  due: date visible to supervisor
  home: { street: text, door: number } visible to supervisor
  shop: { street: text }
}
intent go { en "go now", "go on", "please go", "do go", "let us go" }
action look(id: text) -> {
  price: money visible to supervisor,
  title: text,
  items: list of { name: text, cost: money visible to supervisor },
  tags: list of text visible to supervisor,
  words: list of text
} { post "https://example.com" body { id } }
action keep(any: text) { post "https://example.com" body { any } }
action trusted(any: text personal visible to supervisor) { post "https://example.com" body { any } }
"#;

const ROUTE: &str = "route { otherwise -> s }\n";

fn analysis(own: &str) -> Analysis {
    let route = if own.contains("\nroute ") || own.starts_with("route ") { "" } else { ROUTE };
    analyse(&MemorySources::one("case.flow", &format!("{COMMON}{route}{own}"))).unwrap()
}

/// A flow of one state.
fn flow(steps: &str) -> String {
    let slots = "  slot kept: money { ask \"How much?\" }\n  slot word: text\n  slot yes: bool\n";
    let look = "do found = look(customer.id) { failed -> end }";
    format!("flow main {{\n  on intent go\n{slots}  state start {{ {look}\n{steps}\n  end }}\n}}\n")
}

/// Codes about confidentiality. Wrong names or types are a mistake in the case; its graph may be
/// as it likes.
fn codes(analysis: &Analysis) -> Vec<&'static str> {
    let group = |d: &Diagnostic| d.code.as_str()[1..3].to_owned();
    let about = |d: &&Diagnostic| group(d) == "07";
    let other: Vec<_> = analysis
        .diagnostics
        .iter()
        .filter(|d| d.is_error() && group(d) != "04" && !about(d))
        .collect();
    assert!(other.is_empty(), "{other:#?}");
    let found: Vec<_> =
        analysis.diagnostics.iter().filter(about).map(|d| d.code.as_str()).collect();
    assert!(analysis.reveals.is_some() || found.contains(&"E0706"), "labels were not followed");
    found
}

#[test]
fn every_expression_carries_the_labels_of_all_its_parts() {
    // By kind: an expression with the secret in each of its parts.
    let secret = [
        ("Load", "customer.contract"),
        ("Not", "not customer.vip"),
        ("Neg", "-customer.contract"),
        ("Arith, left", "customer.contract * 2"),
        ("Arith, right", "customer.open + customer.contract"),
        ("Compare, left", "customer.contract > CNY 1"),
        ("Compare, right", "CNY 1 > customer.contract"),
        ("And, left", "customer.vip and true"),
        ("And, right", "true and customer.vip"),
        ("Or, left", "customer.vip or true"),
        ("Or, right", "true or customer.vip"),
        ("InSet, value", "customer.note in [\"a\", \"b\"]"),
        ("InSet, set", "customer.id in [\"a\", customer.note]"),
        ("Has", "has customer.contract"),
        ("Call, only", "abs(customer.contract)"),
        ("Call, first", "max(customer.contract, customer.open)"),
        ("Call, second", "max(customer.open, customer.contract)"),
        ("Call, contains", "customer.id contains customer.note"),
        ("Call, matches", "customer.note matches r\"x\""),
        ("Call, list contains", "customer.id in found.tags"),
        ("Call, value in list", "customer.note in found.words"),
        ("Call, count", "count(found.tags)"),
        ("Call, first of list", "first(found.tags)"),
        ("Call, field", "customer.home.street"),
        ("Call, days", "days_until(customer.due)"),
        ("Concat, last", "upper(\"a{customer.id}{customer.note}\")"),
        ("result", "found.price"),
        ("whole list", "found.tags"),
    ];
    for (kind, expr) in secret {
        let said = analysis(&flow(&format!("say \"{{{expr}}}\"")));
        assert_eq!(codes(&said), ["E0701"], "{kind}: {expr}");
    }
    let open = [
        ("Const", "CNY 1"),
        ("Load", "customer.open"),
        ("turn", "today"),
        ("personal, hers", "customer.email"),
        ("Reveal", "reveal(customer.contract) because \"x\""),
        ("Reveal inside", "customer.open + (reveal(customer.contract) because \"x\")"),
        ("count of a list with a secret field", "count(found.items)"),
        ("a field beside the secret one", "found.title"),
        ("has of an open one", "has customer.open"),
        ("a field of an open record", "customer.shop.street"),
        ("a list of open texts", "first(found.words)"),
    ];
    for (kind, expr) in open {
        let said = analysis(&flow(&format!("say \"{{{expr}}}\"")));
        assert!(codes(&said).is_empty(), "{kind}: {expr}: {:#?}", said.diagnostics);
    }
}

#[test]
fn a_parameter_of_a_text_is_what_it_is_given_there() {
    let texts = "text both(a: text, b: text) { en \"{a} {b}\" }\n\
                 text one(a: text, b: text) { en \"{a}\" }\n";
    for (call, expected) in [
        ("both(customer.id, customer.note)", 1),
        ("both(customer.note, customer.id)", 1),
        ("both(customer.note, customer.note)", 2),
        ("one(customer.note, customer.id)", 1),
        ("one(customer.id, customer.note)", 0),
        ("both(customer.id, reveal(customer.note) because \"x\")", 0),
    ] {
        let said = analysis(&(texts.to_owned() + &flow(&format!("say {call}"))));
        assert_eq!(codes(&said), vec!["E0701"; expected], "{call}");
    }
    // One text, used with a secret once: the other use is in order.
    let two = flow("say one(customer.id, \"\")\nsay one(customer.note, \"\")");
    let said = analysis(&(texts.to_owned() + &two));
    assert_eq!(codes(&said).len(), 1, "{:#?}", said.diagnostics);
}

#[test]
fn every_reader_is_asked() {
    // `@` stands for the value.
    let steps = [
        ("E0701", "say \"{@}\""),
        ("E0701", "say \"x\" choices { \"{@}\" }"),
        ("E0701", "say \"x\" link \"https://example.com\" \"{@}\""),
        ("E0701", "say \"x\" image \"https://example.com\" \"{@}\""),
        ("E0701", "say \"x\" card { title \"{@}\" }"),
        ("E0701", "say \"x\" card { title \"x\"  body \"{@}\" }"),
        ("E0701", "say \"x\" card { title \"x\"  link \"https://example.com\" \"{@}\" }"),
        ("E0701", "confirm \"{@}\" { yes -> end resolved  no -> end resolved }"),
        ("E0701", "choose \"{@}\" { \"x\" -> end }"),
        ("E0701", "choose { \"{@}\" -> end }"),
        ("E0701", "choose it in found.items \"{@}\" { \"x\" -> end }"),
        ("E0701", "choose it in found.items { \"{@}\" -> end }"),
        ("E0702", "say \"x\" link \"https://example.com/{@}\" \"x\""),
        ("E0702", "say \"x\" image \"https://example.com/{@}\" \"x\""),
        ("E0702", "say \"x\" card { title \"x\"  image \"https://example.com/{@}\" \"x\" }"),
        ("E0702", "do keep(\"{@}\") { failed -> end }"),
        ("E0703", "handoff because \"{@}\""),
    ];
    for (code, step) in steps {
        let with = |value: &str| flow(&format!("when true {{ {} }}", step.replace('@', value)));
        let said = analysis(&with("customer.contract"));
        assert_eq!(codes(&said), [code], "{step}");
        assert!(codes(&analysis(&with("customer.open"))).is_empty(), "{step}");
        let personal = analysis(&with("customer.email"));
        let hers: &[&str] = if code == "E0701" { &[] } else { &[code] };
        assert_eq!(codes(&personal), hers, "{step} with what is personal");
    }
    let slot = |what: &str| {
        format!(
            "flow main {{ on intent go\n slot n: text {{ {what} }}\n state a {{ fill n  say \"{{n}}\"  end }} }}\n"
        )
    };
    let declared = [
        ("E0701", slot("ask \"{customer.contract}\"")),
        ("E0701", slot("ask \"x\"  check length(n) > 1 else \"{customer.contract}\"")),
        ("E0701", slot("ask \"x\"  default customer.note")),
        ("E0701", "intent other { title { en \"{customer.note}\" } en \"a b\", \"c d\", \"e f\", \"g h\", \"i j\" }".to_owned()),
        ("E0701", "text core.miss { en \"{customer.note}\" }".to_owned()),
        ("E0701", "text t { en \"{customer.note}\" }\n".to_owned() + &flow("say t")),
        ("E0703", "text t { en \"{customer.note}\" }\n".to_owned() + &flow("when true { handoff because t }")),
        ("E0702", "action get_it(mail: text personal) { get \"https://example.com/{mail}\" }".to_owned()),
    ];
    for (code, own) in declared {
        assert_eq!(codes(&analysis(&own)), [code], "{own}");
    }
}

#[test]
fn what_stays_inside_may_read_everything() {
    let own = [
        "route { urgency high when customer.contract > CNY 1  otherwise -> s }".to_owned(),
        flow("mark \"x\"").replace("end }\n}", "end }\n ensure customer.vip before keep\n}"),
        flow("say \"x\"") + "test \"t\" { user \"go\"  expect customer.contract > CNY 1 }\n",
        flow(
            "do trusted(\"{customer.email}{customer.contract}{customer.rating}\") { failed -> end }",
        ),
        "action h(k: text personal) { post \"https://example.com\" header \"X-K\" \"{k}\" body { k } }"
            .to_owned(),
        "text unused { en \"{customer.note}\" }".to_owned(),
    ];
    for own in own {
        assert!(codes(&analysis(&own)).is_empty(), "{own}");
    }
}

#[test]
fn roles_include_roles() {
    let own = |label: &str, value: &str| {
        format!("action put(x: text {label}) {{ post \"https://example.com\" body {{ x }} }}\n")
            + &flow(&format!("do put({value}) {{ failed -> end }}"))
    };
    for (label, value, expected) in [
        ("visible to supervisor", "customer.note", 0),
        ("visible to agent", "customer.note", 1),
        ("visible to auditor", "customer.note", 1),
        ("visible to supervisor", "customer.rating", 0),
        ("visible to auditor", "customer.rating", 0),
        ("visible to agent", "customer.rating", 0),
        ("personal", "customer.rating", 1),
        ("visible to agent", "customer.email", 1),
        ("personal", "customer.email", 0),
        ("personal visible to agent", "\"{customer.email}{customer.rating}\"", 0),
        ("visible to agent", "\"{customer.email}{customer.rating}\"", 1),
    ] {
        let said = analysis(&own(label, value));
        assert_eq!(codes(&said), vec!["E0702"; expected], "{label} {value}");
    }
    // Every role has an agent's rights: any agent may read it.
    let told = flow("when true { handoff because \"{customer.rating}\" }");
    assert!(codes(&analysis(&told)).is_empty());
    let guest = "role guest\n".to_owned() + &told;
    assert_eq!(codes(&analysis(&guest)), ["E0703"]);
}

#[test]
fn what_a_secret_decides_is_a_warning_where_it_shows() {
    let warned = [
        "when customer.contract > CNY 1 { say \"x\" }",
        "when customer.open > CNY 1 { say \"y\" }\nwhen not (customer.vip) -> tell",
        "when customer.vip { mark \"x\" }\notherwise { say \"x\" }",
        "when customer.open > CNY 1 or customer.vip { confirm \"x\" { yes -> end resolved  no -> end resolved } }",
        "set yes = customer.vip\nwhen yes { choose \"x\" { \"y\" -> end } }",
        "when customer.vip { do keep(\"x\") { failed -> end } }",
        "when customer.open > CNY 1 { when has customer.note { say \"x\" } }",
        // A human or not, an end or not, also in a called flow and round a loop.
        "when customer.vip -> quiet",
        "when customer.open > CNY 1 { say \"x\" }\nwhen customer.vip { handoff }",
        "when customer.vip { end }\nsay \"x\"",
        "when customer.vip { call tells() }",
        "when customer.vip { wait 1h }\nsay \"x\"",
        "when customer.vip -> start\nsay \"x\"",
        // What is kept by it and said, asked for, or decided by.
        "set kept = CNY 1\nwhen customer.vip { set kept = CNY 2 }\nsay \"{kept}\"",
        "set kept = CNY 1\nwhen customer.vip { set kept = CNY 2 }\nmark \"m\"\nwhen kept > CNY 1 { say \"x\" }",
        "when customer.vip { set kept = CNY 2 }\nfill kept",
        "set kept = CNY 1\nwhen customer.vip { clear kept }\nfill kept",
        "when customer.vip { call keeps() }\nsay \"{remembered}\"",
    ];
    let tell = "  state tell { say \"x\"  end }\n  state quiet { handoff }\n}\nflow tells { state a { say \"x\"  end } }\nslot remembered: number\nflow keeps { state a { set remembered = 1  end } }\nflow mute { state a { mark \"x\"  end } }\n";
    let with = |steps: &str| flow(steps).trim_end().trim_end_matches('}').to_owned() + tell;
    for steps in warned {
        assert_eq!(codes(&analysis(&with(steps))), ["W0702"], "{steps}");
    }
    let silent = [
        "when customer.open > CNY 1 { say \"x\" }",
        "when has customer.email { say \"x\" }",
        "when customer.vip { mark \"x\" }",
        "when customer.vip { call mute() }\nsay \"x\"",
        "when customer.vip { set kept = CNY 2 }\nsay \"x\"",
        "when customer.vip { do trusted(\"x\") { failed -> handoff } }\nsay \"x\"",
        "when customer.vip { do trusted(\"x\") { failed -> end } }",
        "when reveal(customer.vip) because \"they know\" { say \"x\" }",
        "set kept = customer.open\nfill kept",
    ];
    for steps in silent {
        let said = analysis(&with(steps));
        assert!(codes(&said).is_empty(), "{steps}: {:#?}", said.diagnostics);
    }
    let who = with("when customer.vip -> quiet\nhandoff to s").replace("\n  end }", " }");
    assert!(codes(&analysis(&who)).is_empty(), "only who takes over: {who}");
    let check = |cond: &str| {
        format!(
            "flow main {{ on intent go\n slot n: money {{ ask \"How much?\"  check {cond} else \"No.\" }}\n state a {{ fill n  say \"{{n}}\"  end }} }}\n"
        )
    };
    assert_eq!(codes(&analysis(&check("n < customer.contract"))), ["W0702"]);
    assert!(codes(&analysis(&check("n < customer.open"))).is_empty());
    let own = check("n < CNY 5").replace("n: money", "n: money visible to supervisor");
    assert!(!codes(&analysis(&own)).contains(&"W0702"), "her own answer she knows");
    let put_in =
        check("n < CNY 5").replace("fill n  say \"{n}\"", "set n = customer.contract  fill n");
    assert_eq!(codes(&analysis(&put_in)), ["W0702"], "it is refused only when it is large");
}

#[test]
fn lists_of_records_are_followed_field_by_field() {
    let own = |label: &str, shown: &str| {
        let steps = format!("set all = found.items\nchoose it in all {{ \"{{{shown}}}\" -> end }}");
        format!("slot all: list of {{ name: text, cost: money }} {label}\n{}", flow(&steps))
    };
    assert_eq!(codes(&analysis(&own("", "it.cost"))), ["E0701"]);
    assert!(codes(&analysis(&own("", "it.name"))).is_empty());
    assert!(codes(&analysis(&own("", "count(all)"))).is_empty());
    // The label of the whole is around each part, and must be enough for each part.
    assert_eq!(codes(&analysis(&own("visible to supervisor", "it.name"))), ["E0701"]);
    assert_eq!(codes(&analysis(&own("personal", "it.name"))), ["E0704"]);
    // A list goes to an action with all that is in it.
    let passed = "action put(all: list of { name: text, cost: money }) { post \"https://example.com\" body { all } }\n"
        .to_owned()
        + &flow("do put(found.items) { failed -> end }");
    assert_eq!(codes(&analysis(&passed)), ["E0702"]);
}

#[test]
fn labels_stand_where_they_are_followed() {
    for own in [
        "text t(a: text personal) { en \"{a}\" }",
        "slot x: list of { a: text personal }",
        "slot x: list of { a: { b: text visible to agent } }",
        "text t(a: list of { b: text personal }) { en \"{count(a)}\" }",
        "action put(x: { a: text personal }) { post \"https://example.com\" body { x } }",
    ] {
        assert_eq!(codes(&analysis(own)), ["E0706"], "{own}");
    }
    let inside = COMMON.replace("shop: { street: text }", "shop: { street: text personal }");
    let found = analyse(&MemorySources::one("case.flow", &format!("{inside}{ROUTE}"))).unwrap();
    assert_eq!(codes(&found), ["E0706"]);
}

#[test]
fn there_are_limits() {
    let roles: String = (0..300).fold(String::new(), |mut text, n| {
        let _ = writeln!(text, "role r{n}");
        text
    });
    let found = analyse(&MemorySources::one("case.flow", &format!("{COMMON}{ROUTE}{roles}")));
    let found = found.unwrap().diagnostics;
    assert!(found.iter().any(|d| d.code.as_str() == "E0901"), "{found:#?}");
}

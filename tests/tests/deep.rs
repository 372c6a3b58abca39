//! Whatever nests or forms a chain, short or endless: no stack may overflow on the way from the text
//! to a bundle and its machine code, or in the formatter. What is too deep is an error that says so.
#![expect(clippy::unwrap_used, reason = "tests")]

use flowright_compiler::base::FileId;
use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::{Code, Diagnostic};
use flowright_tests::load;

/// The stack of a thread that Rust starts, which is a quarter of that of the main thread.
const STACK_BYTES: usize = 2 << 20;

/// How many links each form gets. The first is about as many brackets as may be, the third as many
/// operations.
const SIZES: [usize; 5] = [60, 100, 250, 1_000, 20_000];

/// How a form grows with its links.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grows {
    /// In brackets, or in steps: 64 may be in each other.
    Inward,
    /// As operations in each other: 256 may be.
    Along,
    /// Not at all: one stands after the other.
    Aside,
    /// It is wrong from the first, or too much for another reason.
    Anyhow,
}

use Grows::{Along, Anyhow, Aside, Inward};

/// A project around its flow.
const HEAD: &str = r#"
bot deep { languages en  timezone "UTC" }
skill front
route { otherwise -> front }
customer { id: text }
action ask.it(q: text) -> { ok: bool, n: number } { get "{env.CRM}/{q}"  error gone when status == 404 }
"#;

/// `link` between `n` copies of `item`.
fn chain(item: &str, link: &str, n: usize) -> String {
    vec![item; n].join(link)
}

fn around(open: &str, inner: &str, close: &str, n: usize) -> String {
    format!("{}{inner}{}", open.repeat(n), close.repeat(n))
}

/// A flow with a number, a bool, a text and a choice, and these steps before its end.
fn steps(steps: &str) -> String {
    format!(
        r#"{HEAD}
flow deep {{
  on start
  slot x: number {{ default 1 }}
  slot b: bool {{ default true }}
  slot t: text {{ default "a" }}
  slot c: one_of {{ red, blue }} {{ default red }}
  state s {{
{steps}
    end resolved
  }}
}}
"#
    )
}

fn when(condition: &str) -> String {
    steps(&format!("when {condition} {{ say \"Yes.\" }}"))
}

/// A name, how it grows, and the text for a number of links.
type Form = (&'static str, Grows, fn(usize) -> String);

/// What is true or false.
const CONDITIONS: [Form; 14] = [
    ("and", Along, |n| chain("b", " and ", n)),
    ("or", Along, |n| chain("b", " or ", n)),
    ("or of comparisons", Along, |n| chain("x == 1", " or ", n)),
    ("and or", Along, |n| chain("b and x > 2", " or ", n)),
    ("not", Along, |n| format!("{}b", "not ".repeat(n))),
    ("not of and", Along, |n| chain("not b", " and not ", n)),
    ("comparisons", Along, |n| chain("x", " == ", n)),
    ("is", Along, |n| chain("c is red", " and ", n)),
    ("in a list", Aside, |n| format!("x in [{}]", chain("1", ", ", n))),
    ("parentheses", Inward, |n| around("(", "b", ")", n)),
    ("not of parentheses", Inward, |n| around("not (", "b", ")", n)),
    ("all in brackets", Inward, |n| around("b or b and not not (", "b", ")", n)),
    ("lists", Inward, |n| format!("x in {}", around("[", "1", "]", n))),
    ("reveal", Inward, |n| around("reveal(", "b", ") because \"c\"", n)),
];

/// What is a number.
const NUMBERS: [Form; 9] = [
    ("plus", Along, |n| chain("1", " + ", n)),
    ("minus", Along, |n| chain("x", " - ", n)),
    ("times", Along, |n| chain("1", " * ", n)),
    ("plus times", Along, |n| chain("1 * x", " + ", n)),
    ("negative", Along, |n| format!("{}1", "- ".repeat(n))),
    ("negative and not", Anyhow, |n| format!("{}1", "not - ".repeat(n))),
    ("sums in brackets", Inward, |n| around("1 + 1 * - - (", "x", ")", n)),
    ("calls", Inward, |n| around("max(1, ", "x", ")", n)),
    ("calls of sums", Inward, |n| around("max(1 + 1 + 1 + 1, 1 + ", "x", ")", n)),
];

/// Other places of a tree that may be deep.
const OTHERS: [Form; 33] = [
    ("a text of many values", Aside, |n| steps(&format!("say \"{}\"", "{x}".repeat(n)))),
    ("texts in texts", Inward, |n| steps(&format!("say {}", around("\"{", "x", "}\"", n)))),
    ("plurals in plurals", Inward, |n| {
        steps(&format!("say \"{}\"", around("{x, plural, other {", "#", "}}", n / 2)))
    }),
    ("records", Inward, |n| steps(&format!("set x = {}", around("{ a: ", "1", " }", n)))),
    ("when in when", Inward, |n| steps(&format!("{}say \"a\"", "when b ".repeat(n)))),
    ("when to when", Inward, |n| steps(&format!("{}-> s", "when b -> ".repeat(n)))),
    ("otherwise in otherwise", Inward, |n| {
        steps(&format!("when b -> s\n{}say \"a\"", "otherwise ".repeat(n)))
    }),
    ("otherwise when", Inward, |n| {
        steps(&format!("when b -> s\n{}-> s", "otherwise when b ".repeat(n / 2)))
    }),
    ("arrows", Anyhow, |n| steps(&format!("when b {}s", "-> ".repeat(n)))),
    ("whens in a row", Aside, |n| steps(&"when x == 1 { say \"a\" }\n".repeat(n))),
    ("blocks", Inward, |n| steps(&around("when b { ", "say \"a\"", " }", n))),
    ("else blocks", Inward, |n| {
        steps(&around("when b { say \"a\" } otherwise { ", "say \"a\"", " }", n))
    }),
    ("questions", Inward, |n| {
        steps(&around("confirm \"a\" { no -> end resolved yes -> { ", "say \"a\"", " } }", n / 2))
    }),
    ("menus", Inward, |n| steps(&around("choose \"a\" { \"b\" -> { ", "say \"a\"", " } }", n / 2))),
    ("errors of actions", Inward, |n| {
        steps(&around("do ask.it(t) { failed -> { ", "say \"a\"", " } }", n / 2))
    }),
    ("steps in a row", Aside, |n| steps(&"set x = 1\n".repeat(n))),
    ("lines that are no steps", Anyhow, |n| steps(&"no step\n".repeat(n))),
    ("choices", Aside, |n| steps(&format!("say \"a\" choices {{ {} }}", "\"b\" ".repeat(n)))),
    ("lists of lists", Inward, |n| {
        let ty = "list of ".repeat(n);
        format!("{HEAD}\naction a() -> {{ c: {ty}text }} {{ get \"{{env.CRM}}\" }}")
    }),
    ("slots of lists", Inward, |n| format!("{HEAD}\nslot a: {}text", "list of ".repeat(n))),
    ("records of records", Inward, |n| {
        let ty = around("{ c: ", "text", " }", n);
        format!("{HEAD}\naction a() -> {ty} {{ get \"{{env.CRM}}\" }}")
    }),
    ("states", Anyhow, |n| {
        let each = |i| format!("state s{i} {{ -> s{} }}\n", i + 1);
        let all: String = (0..n).map(each).collect();
        format!("{HEAD}\nflow deep {{\non start\n{all}state s{n} {{ end resolved }}\n}}\n")
    }),
    ("flows", Anyhow, |n| {
        let each = |i| format!("flow f{i} {{ state s {{ call f{}() end resolved }} }}\n", i + 1);
        let all: String = (0..n).map(each).collect();
        format!("{HEAD}\n{all}flow f{n} {{ on start state s {{ end resolved }} }}\n")
    }),
    ("skills", Aside, |n| {
        let each = |i| format!("skill k{i} {{ overflow k{} after 5m }}\n", i + 1);
        let all: String = (0..n).map(each).collect();
        format!("{HEAD}\n{all}skill k{n}\n")
    }),
    ("roles", Anyhow, |n| {
        let all: String = (0..n).map(|i| format!("role r{i} includes r{}\n", i + 1)).collect();
        format!("{HEAD}\n{all}role r{n}\n")
    }),
    ("entities", Aside, |n| {
        let all: String = (0..n).map(|i| format!("entity e{i}: e{}\n", i + 1)).collect();
        format!("{HEAD}\n{all}entity e{n}: text {{ pattern r\"a\" }}\n")
    }),
    ("entities in a circle", Anyhow, |n| {
        let all: String = (0..n).map(|i| format!("entity e{i}: e{}\n", (i + 1) % n)).collect();
        format!("{HEAD}\n{all}")
    }),
    ("a pattern", Anyhow, |n| {
        format!("{HEAD}\nentity e: text {{ pattern r\"{}\" }}\n", around("(", "a", ")", n))
    }),
    ("behind an open text", Anyhow, |n| {
        steps(&format!("say \"a\nwhen {} -> s", around("(", "b", ")", n)))
    }),
    ("in an open text", Anyhow, |n| steps(&format!("say \"{{{}\n", around("(", "b", ")", n)))),
    // Where this string ends is seen in two ways: with its line, or behind its placeholder.
    ("in a text or not", Anyhow, |n| {
        steps(&format!("when \"a{{b\n}}\" == {} -> s", around("(", "b", ")", n)))
    }),
    ("allow", Aside, |n| steps(&"allow(W0403, \"a\")\n".repeat(n))),
    ("fields of fields", Anyhow, |n| when(&format!("customer{} == 1", ".id".repeat(n)))),
];

/// Everything that happens to a text; what is wrong with it.
fn all_the_way(text: &str, size: usize) -> Vec<Diagnostic> {
    if size <= 1_000 {
        let parsed = flowright_compiler::syntax::parse(text, FileId(0));
        drop(format!("{:?}", parsed.decls.clone()));
    }
    drop(flowright_compiler::fmt::format(text));
    let compiled = flowright_compiler::compile(&MemorySources::one("deep.flow", text)).unwrap();
    if let Some(bundle) = &compiled.bundle {
        let bytes = bundle::write(bundle).unwrap().bytes;
        drop(load(&bytes, false).unwrap());
        // What is long and not deep is compiled in time that grows faster than it.
        if size <= 1_000 {
            drop(load(&bytes, true).unwrap());
        }
    }
    compiled.analysis.diagnostics
}

/// Whether a text goes all the way on a small stack, with the finding where it must have it.
fn goes(name: &str, grows: Grows, size: usize, text: String) -> Result<(), String> {
    // An overflow ends the process with the name of the thread.
    let name = format!("{name} x {size}");
    let thread = std::thread::Builder::new().name(name.clone()).stack_size(STACK_BYTES);
    let found = thread.spawn(move || all_the_way(&text, size)).unwrap().join();
    let found = found.map_err(|_| format!("{name}: panic"))?;
    let too_deep = found.iter().any(|d| d.code == Code::E0106);
    let wanted = match grows {
        Inward => size > 64,
        Along => size > 256,
        Aside => false,
        Anyhow => too_deep,
    };
    let faults = found.iter().filter(|d| d.is_error() && d.code != Code::E0106);
    let shown: Vec<&str> = faults.map(|d| d.message.as_str()).take(3).collect();
    if wanted != too_deep || found.iter().any(|d| d.code == Code::E0902) {
        return Err(format!("{name}: too deep: {too_deep}, {shown:?}"));
    }
    Ok(())
}

/// Every form with every size, each in all the places that `places` makes.
fn all_go(forms: &[Form], sizes: &[usize], place: fn(String) -> String) {
    let each = |(name, grows, form): &Form| -> Vec<String> {
        // What does not nest is only long; it need not be longest.
        let long = |size: usize| match grows {
            Inward | Along => size,
            Aside | Anyhow => size.min(2_000),
        };
        let one = |size: &usize| {
            let size = long(*size);
            goes(name, *grows, size, place(form(size))).err()
        };
        sizes.iter().filter_map(one).collect()
    };
    let wrong: Vec<String> = forms.iter().flat_map(each).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All but the largest.
fn smaller() -> &'static [usize] {
    SIZES.split_last().unwrap().1
}

/// A word of the language in place of a slot that is not known there.
fn without_slots(text: &str) -> String {
    let word = |word: &str| match word {
        "x" => "misses".to_owned(),
        "b" => "business_hours".to_owned(),
        other => other.to_owned(),
    };
    let mut out = String::new();
    for piece in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let end = piece.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        let (name, rest) = piece.split_at(end);
        out.push_str(&word(name));
        out.push_str(rest);
    }
    out
}

#[test]
fn conditions_do_not_overflow_the_stack() {
    all_go(&CONDITIONS, &SIZES, |condition| when(&condition));
}

#[test]
fn numbers_do_not_overflow_the_stack() {
    all_go(&NUMBERS, &SIZES, |number| steps(&format!("set x = {number}\nsay \"{{x}}\"")));
}

#[test]
fn other_forms_do_not_overflow_the_stack() {
    let (first, second) = OTHERS.split_at(OTHERS.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| all_go(first, &SIZES, |text| text));
        all_go(second, &SIZES, |text| text);
    });
}

#[test]
fn properties_do_not_overflow_the_stack() {
    all_go(&CONDITIONS, smaller(), |condition| {
        let flow = steps("do ask.it(t) { failed -> end resolved }");
        let open = flow.trim_end().trim_end_matches('}');
        format!("{open}\n  ensure {condition} before ask.it\n}}\n")
    });
}

#[test]
fn routes_do_not_overflow_the_stack() {
    all_go(&CONDITIONS, smaller(), |condition| {
        let head = HEAD.replace("route { otherwise -> front }", "");
        let condition = without_slots(&condition);
        format!("{head}\nroute {{ when {condition} -> front  otherwise -> front }}\n")
    });
}

#[test]
fn texts_tests_and_defaults_do_not_overflow_the_stack() {
    all_go(&NUMBERS, smaller(), |number| {
        let flow = steps(&format!("say \"{{{number}}}\""));
        let number = without_slots(&number);
        format!("{flow}\ntest \"a\" {{ expect {number} == 1 }}\n")
    });
    all_go(&NUMBERS, smaller(), |number| {
        let number = number.replace(" x", " 1");
        format!("{}\nslot y: number {{ default {number} }}\n", steps(""))
    });
}

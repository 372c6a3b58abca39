//! What is told: the whole route of a value, in order.

use std::fmt::Write as _;

use flowright_compiler::diag::Diagnostic;

use super::{analysis, codes, flow};

/// The places of a finding in the order of its route, each as `line: text` with the line's words.
fn route(finding: &Diagnostic, source: &str) -> Vec<String> {
    let places = finding.related.iter().chain([&finding.primary]);
    let mut places: Vec<(u32, String)> = places
        .filter_map(|label| {
            let (number, text) = label.text.split_once(": ")?;
            let here = &source[label.at.span.range()];
            Some((number.parse().ok()?, format!("{here} — {text}")))
        })
        .collect();
    places.sort();
    places.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn the_whole_route_is_told_in_order() {
    let cases: [(&str, &[&str]); 4] = [
        (
            "slot note: money\n\
             text worth(amount: money) { en \"It is worth {amount}.\" }\n\
             flow a { on intent go\n state x { set note = customer.contract * 2  call b(sum: note + CNY 1)  end } }\n\
             flow b { slot sum: money\n state x { say worth(sum)  end } }\n",
            &[
                "contract — `customer.contract` is declared `visible to supervisor`",
                "customer.contract — kept in `note`",
                "note — given to `sum` of `b`",
                "sum — said here",
                "amount — and the text shows it here",
            ],
        ),
        (
            "flow a { on intent go\n state x { do found = look(customer.id) { failed -> end }\n\
             choose it in found.items \"Which?\" { \"{it.name}\" -> y } }\n\
             state y { say \"{it.cost}\"  end } }\n",
            &[
                "cost — `items.cost` of `look` is declared `visible to supervisor`",
                "do found = look(customer.id) { failed -> end } — comes back as `found.items.cost`",
                "found.items — one of them becomes `it.cost`",
                "it.cost — said here",
            ],
        ),
        (
            "slot first: text visible to supervisor\n\
             flow a { on intent go\n slot second: text { default first }\n\
             state x { do keep(second) { failed -> end }  end } }\n",
            &[
                "first — `first` is declared `visible to supervisor`",
                "first — `second` begins with it",
                "second — given to the parameter `any` here",
            ],
        ),
        (
            "slot mail: text personal\nslot copy: text\nslot other: text visible to supervisor\n\
             flow a { on intent go\n state x { set copy = lower(mail)  set other = \"<{copy}>\"  end } }\n",
            &[
                "mail — `mail` is declared `personal`",
                "mail — kept in `copy`",
                "copy — kept in `other` here",
            ],
        ),
    ];
    for (own, expected) in cases {
        let analysis = analysis(own);
        assert_eq!(codes(&analysis).len(), 1, "{own}: {:#?}", analysis.diagnostics);
        let finding =
            analysis.diagnostics.iter().find(|d| d.code.as_str().starts_with("E07")).unwrap();
        let file = analysis.sources.get(finding.primary.at.file).unwrap();
        assert_eq!(route(finding, &file.text), expected, "{own}");
    }
}

#[test]
fn a_long_route_is_told_from_both_ends() {
    let mut own = String::new();
    let mut steps = "set s0 = customer.note".to_owned();
    for n in 0..100 {
        let _ = writeln!(own, "slot s{n}: text");
        let _ = writeln!(steps, "\nset s{} = s{n}", n + 1);
    }
    let _ = write!(own, "slot s100: text\n{}", flow(&format!("{steps}\nsay \"{{s100}}\"")));
    let analysis = analysis(&own);
    assert_eq!(codes(&analysis), ["E0701"]);
    let finding = analysis.diagnostics.iter().find(|d| d.code.as_str().starts_with("E07")).unwrap();
    let texts: Vec<&str> = finding.related.iter().map(|label| label.text.as_str()).collect();
    assert_eq!(texts.len(), 32, "{texts:#?}");
    assert!(texts.contains(&"17: and 71 places on"), "{texts:#?}");
    assert_eq!(finding.primary.text, "103: said here");
}

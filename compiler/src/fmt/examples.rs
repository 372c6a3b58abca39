//! What the formatter makes of texts, beside what it was given.

use super::{Formatted, format};

/// What is shown, the text before, the text after.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("nothing", "", ""),
    ("only blanks", " \r\n\t\n", ""),
    ("only a comment", "  // nothing here yet   ", "// nothing here yet\n"),
    ("a mark at the start, other line ends", "\u{FEFF}use a\r\n", "use a\n"),
    (
        "signs and blanks",
        "slot a:number{check a>-  1 and not(a==2)or f ( a,[ 1 ,2 ] )<3*(a+1)else\"no\"}",
        "slot a: number { check a > -1 and not (a == 2) or f(a, [1, 2]) < 3 * (a + 1) else \"no\" }\n",
    ),
    (
        "a line between declarations; short ones stay together, one line apart at most",
        "use a\nuse b\n\n\n\nuse c\nroute{otherwise->s}\nskill s\nflow f{}",
        "use a\nuse b\n\nuse c\n\nroute { otherwise -> s }\n\nskill s\n\nflow f {}\n",
    ),
    (
        "what was on one line stays there",
        "flow f {\n state a {say \"x\" end resolved}\n   state b2{end}\n}",
        "flow f {\n  state a  { say \"x\"  end resolved }\n  state b2 { end }\n}\n",
    ),
    (
        "what was broken anywhere is one step a line",
        "flow f { state a { say \"x\"\n end resolved } }",
        "flow f {\n  state a {\n    say \"x\"\n    end resolved\n  }\n}\n",
    ),
    (
        "empty lines inside are kept, one at most, none at the edges",
        "flow f {\n\n\n  on start\n\n\n\n  state a { end }\n\n}\n",
        "flow f {\n  on start\n\n  state a { end }\n}\n",
    ),
    (
        "languages below each other",
        "flow f {\n state a {\n say { en \"One\"\n zh \"一\" }\n end } }",
        "flow f {\n  state a {\n    say { en \"One\"\n          zh \"一\" }\n    end\n  }\n}\n",
    ),
    (
        "another channel stands before the text, in tests in front of the words",
        "flow f { state a {\n say   on mail{en \"One\"\n zh on web \"一\"}\n when reachable  on mail->b\n end } }\ntest \"t\" {\n reachable on mail,web\n user \"a\"\n bot on mail \"One\"\n}",
        "flow f {\n  state a {\n    say on mail { en \"One\"\n                  zh on web \"一\" }\n    when reachable on mail -> b\n    end\n  }\n}\n\ntest \"t\" {\n  reachable on mail, web\n  user \"a\"\n  bot  on mail \"One\"\n}\n",
    ),
    (
        "languages below each other, and a keyword's column",
        "slot a: text {\n ask { en \"Which?\"\n zh \"哪个?\" }\n tries 3 }",
        "slot a: text {\n  ask   { en \"Which?\"\n          zh \"哪个?\" }\n  tries 3\n}\n",
    ),
    (
        "languages one a line where the brace ends the line",
        "text a { \n en \"One\"  zh \"一\" }",
        "text a {\n  en \"One\"\n  zh \"一\"\n}\n",
    ),
    (
        "fields, labels and the comments behind them",
        "customer {\n id: text // the key\n contract: money visible to boss // yearly\n mail: text personal\n}",
        "customer {\n  id:       text                    // the key\n  contract: money  visible to boss  // yearly\n  mail:     text   personal\n}\n",
    ),
    (
        "arrows of rules",
        "route {\n urgency high when a\n urgency critical when b\n\n x, y when c -> s\n otherwise -> t\n}",
        "route {\n  urgency high     when a\n  urgency critical when b\n\n  x, y when c -> s\n  otherwise   -> t\n}\n",
    ),
    (
        "arrows of arms, Chinese in two columns",
        "flow f { state a { choose \"?\" {\n {en \"One\" zh \"一二三\"} -> a\n {en \"Another\" zh \"一\"} -> a\n none -> a } } }",
        "flow f {\n  state a {\n    choose \"?\" {\n      { en \"One\"      zh \"一二三\" } -> a\n      { en \"Another\"  zh \"一\" }     -> a\n      none                          -> a\n    }\n  }\n}\n",
    ),
    (
        "choices with words",
        "entity e: one_of {\n a { en \"x\", \"yy\" zh \"字\" }\n bb { en \"x\" zh \"字\" }\n}",
        "entity e: one_of {\n  a  { en \"x\", \"yy\"  zh \"字\" }\n  bb { en \"x\"        zh \"字\" }\n}\n",
    ),
    (
        "parts of an action may share a line",
        "action a.b(x: text, y: one_of{p,q}) -> {z: text} {\n put \"u\" body{x}\n timeout 2s retries 2\n error no when status==404\n error other when status == 409\n}",
        "action a.b(x: text, y: one_of { p, q }) -> { z: text } {\n  put \"u\"  body { x }\n  timeout 2s  retries 2\n  error no    when status == 404\n  error other when status == 409\n}\n",
    ),
    (
        "examples: the author's lines",
        "intent i {\n en \"a\",\"b\",\n \"c\"\n not zh \"甲\"\n}",
        "intent i {\n  en \"a\", \"b\",\n     \"c\"\n  not zh \"甲\"\n}\n",
    ),
    (
        "a value that begins where its list does",
        "test \"t\" {\n given a.b -> { items: [\n{n: 1},{n: 2} ] }\n user \"x\"\n bot \"y\" }",
        "test \"t\" {\n  given a.b -> { items: [\n    { n: 1 },\n    { n: 2 }\n  ] }\n  user \"x\"\n  bot  \"y\"\n}\n",
    ),
    (
        "a line that is too long",
        "flow f {\n  state a {\n    when customer.contract >= CNY 1_000_000 and customer.tier is gold or customer.vip and not business_hours -> b\n  }\n}",
        "flow f {\n  state a {\n    when customer.contract >= CNY 1_000_000 and customer.tier is gold or customer.vip\n        and not business_hours -> b\n  }\n}\n",
    ),
    (
        "a block that does not fit on its line",
        "flow f {\n  state a { say \"a text of some length, to be sure\"  handoff because \"it has become very much too long\" }\n}",
        "flow f {\n  state a {\n    say \"a text of some length, to be sure\"\n    handoff because \"it has become very much too long\"\n  }\n}\n",
    ),
    (
        "comments stay where they stand",
        "// a\n\n/// b\nflow f{ // c\n// d\n\n on start // e\n // f\n state /// g\n a{ end // h\n}\n// i\n}// j\n// k",
        "// a\n\n/// b\nflow f {  // c\n  // d\n\n  on start  // e\n  // f\n  state  /// g\n      a {\n    end  // h\n  }\n  // i\n}  // j\n// k\n",
    ),
    (
        "texts are never touched",
        "text a \"\"\"one  \n   two{ x }\n\"\"\"\ntext b \"  a  //  b\\n{ y }\"",
        "text a \"\"\"one  \n   two{ x }\n\"\"\"\n\ntext b \"  a  //  b\\n{ y }\"\n",
    ),
    (
        "a declaration with an error is left, those around it are not",
        "use   a\n\n/// d\nflow f{on start\n      sya \"x\"\n  }\nuse   b",
        "use a\n\n/// d\nflow f{on start\n      sya \"x\"\n  }\n\nuse b\n",
    ),
    (
        "a brace that is missing costs one declaration",
        "flow f {\n  state a   { end\n}\nflow g   {}\n",
        "flow f {\n  state a   { end\n}\n\nflow g {}\n",
    ),
    (
        "a text that is not closed",
        "use   a\ntext t \"no end\nuse   b\ntext u \"\"\"no end\n\n",
        "use a\n\ntext t \"no end\n\nuse b\n\ntext u \"\"\"no end\n\n",
    ),
];

#[test]
fn the_examples_come_out_as_shown() {
    let mut wrong = String::new();
    for (label, before, after) in EXAMPLES {
        let formatted = format(before);
        if formatted.text != *after || formatted.finding.is_some() || format(after).text != *after {
            wrong.push_str(&format!("{label}: {:?}\n{}", formatted.finding, formatted.text));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_was_left_is_named() {
    let text = "use   a\nflow f { sya \"x\" }\nuse   b\n";
    let Formatted { left, .. } = format(text);
    let left: Vec<&str> = left.iter().filter_map(|span| text.get(span.range())).collect();
    assert_eq!(left, ["flow f { sya \"x\" }"]);
}

#[test]
fn a_file_that_is_too_large_is_left() {
    let text = "use   a\n".repeat(1 << 20);
    let formatted = format(&text);
    assert_eq!(formatted.text, text);
    assert_eq!(formatted.finding.map(|f| f.code), Some(crate::diag::Code::E0109));
}

#[test]
fn a_result_that_says_something_else_is_refused() {
    let text = "/// doc\nslot a: text { tries 3 } // end\n";
    let cases = [
        ("/// doc\nslot a: text { tries 4 } // end\n", "a word or sign differs"),
        ("/// doc\nslot a: text { tries 3 }\n", "a comment differs"),
        ("/// doc\n\nslot a: text { tries 3 } // end\n", "a declaration would be read"),
        ("/// doc\nslot a: text {   tries 3 } // end\n", "again changes it"),
    ];
    for (written, what) in cases {
        let finding = super::check::check(text, written).unwrap();
        assert_eq!(finding.code, crate::diag::Code::E0902);
        assert!(finding.message.contains(what), "{}", finding.message);
    }
    let good = format(text).text;
    assert_eq!(super::check::check(text, &good), None);
}

//! What is and is not said of channels: small projects and the codes that they give.
#![cfg(test)]

use crate::compile::{MemorySources, analyse};
use crate::diag::Code;

/// Codes of the findings about channels, in order.
fn codes(text: &str) -> Vec<String> {
    let project = format!(
        "bot b {{ languages en timezone \"UTC\" }}\n\
         channel web: websocket\n\
         channel shop: webhook {{ provider whatsapp }}\n\
         channel page: webhook {{ provider messenger }}\n\
         skill frontline\nroute {{ otherwise -> frontline }}\n{text}\n"
    );
    let analysis = analyse(&MemorySources::one("t.flow", &project)).unwrap();
    let of_channels = |code: &String| ["E061", "W061"].iter().any(|group| code.starts_with(group));
    let codes = analysis.diagnostics.iter().map(|finding| finding.code.to_string());
    let other: Vec<String> = analysis
        .diagnostics
        .iter()
        .filter(|d| d.is_error() && d.code != Code::E0410)
        .map(|d| d.message.clone())
        .collect();
    let found: Vec<String> = codes.filter(of_channels).collect();
    assert!(!found.is_empty() || other.is_empty(), "{other:?}");
    found
}

/// A flow that does this and ends.
fn flow(steps: &str) -> String {
    format!("flow f {{\n  on start\n  state s {{\n{steps}\n    end resolved\n  }}\n}}\n")
}

#[test]
fn a_text_is_measured_on_every_channel_that_it_can_go_to() {
    let long = "x".repeat(2_001);
    let said = |steps: &str| codes(&flow(steps));
    assert_eq!(said(&format!("say \"{long}\"")), ["E0610"]);
    assert_eq!(said(&format!("say \"{}\"", "x".repeat(2_000))), [""; 0]);
    assert_eq!(said(&format!("say {{ en \"{long}\" en on page \"short\" }}")), [""; 0]);
    assert_eq!(said(&format!("say {{ en \"short\" en on page \"{long}\" }}")), ["E0610"]);
    assert_eq!(said(&format!("say {{ en \"short\" en on web \"{long}\" }}")), [""; 0]);
}

#[test]
fn conditions_on_the_channel_leave_the_others_out() {
    let long = format!("say \"{}\"", "x".repeat(2_001));
    for (cond, found) in [
        ("channel == \"page\"", 1),
        ("channel == \"shop\"", 0),
        ("channel != \"page\"", 0),
        ("not (channel == \"page\")", 0),
        ("channel in [\"web\", \"shop\"]", 0),
        ("channel in [\"web\", \"page\"]", 1),
        ("channel == \"shop\" or channel == \"web\"", 0),
        ("channel == \"page\" or misses > 1", 1),
        ("channel == \"shop\" and misses > 1", 0),
        ("misses > 1", 1),
    ] {
        let steps = format!("when {cond} {{ {long} }}");
        assert_eq!(codes(&flow(&steps)).len(), found, "{cond}");
    }
    let otherwise = format!("when channel == \"page\" {{ say \"x\" }} otherwise {{ {long} }}");
    assert_eq!(codes(&flow(&otherwise)), [""; 0]);
}

#[test]
fn what_a_channel_cannot_show_counts_in_its_text() {
    let text = "x".repeat(1_980);
    let link = format!("say \"{text}\" link \"https://acme.example/all\"");
    assert_eq!(codes(&flow(&link)), ["E0610"]);
    let image = format!("say \"{text}\" image \"https://acme.example/all.png\"");
    assert_eq!(codes(&flow(&image)), [""; 0]);
    let card = format!("say \"short\" card {{ title \"short\" body \"{text}{text}\" }}");
    assert_eq!(codes(&flow(&card)), ["E0610"]);
}

#[test]
fn placeholders_count_with_their_largest_value() {
    let filled = |slot: &str, hole: &str, length: usize| {
        let text = "x".repeat(length);
        let entity = "entity code: text { pattern r\"C(\\d{4,6})\" }\n";
        codes(&format!("{entity}slot v: {slot}\n{}", flow(&format!("say \"{text}{{{hole}}}\""))))
    };
    // "28 September 9998" has 17 characters, a code 6 digits; a text from outside counts as nothing.
    assert_eq!(filled("date", "v", 1_983), [""; 0]);
    assert_eq!(filled("date", "v", 1_984), ["W0610"]);
    assert_eq!(filled("code", "v", 1_994), [""; 0]);
    assert_eq!(filled("code", "v", 1_995), ["W0610"]);
    assert_eq!(filled("text", "v", 2_000), [""; 0]);
    assert_eq!(filled("time", "v", 1_996), ["W0610"]);
    assert_eq!(filled("bool", "v", 1_998), ["W0610"]);
    assert_eq!(filled("one_of { a, longer }", "v", 1_994), [""; 0]);
    assert_eq!(filled("one_of { a, longer }", "v", 1_995), ["W0610"]);
    assert_eq!(filled("text", "channel", 1_997), ["W0610"]);
}

#[test]
fn a_plural_counts_with_its_longest_branch_and_is_certain_of_its_shortest() {
    let plural = |one: usize, other: usize| {
        let (one, other) = ("x".repeat(one), "x".repeat(other));
        let text = format!("say \"{{n, plural, one {{{one}}} other {{{other}}}}}\"");
        codes(&format!("slot n: number\n{}", flow(&text)))
    };
    assert_eq!(plural(10, 2_000), [""; 0]);
    assert_eq!(plural(10, 2_001), ["W0610"]);
    assert_eq!(plural(2_001, 2_002), ["E0610"]);
}

#[test]
fn arguments_of_a_named_text_are_measured_where_it_is_said() {
    let text = |length: usize, arg: &str| {
        let named = format!("text t(a: text) {{ en \"{}{{a}}\" }}\n", "x".repeat(length));
        codes(&format!("{named}{}", flow(&format!("say t({arg})"))))
    };
    assert_eq!(text(1_990, "\"ten chars.\""), [""; 0]);
    assert_eq!(text(1_991, "\"ten chars.\""), ["W0610"]);
    assert_eq!(text(1_991, "utterance"), [""; 0]);
}

#[test]
fn menus_take_the_first_form_that_holds_them() {
    let menu = |text: &str, labels: &[&str]| {
        let arms: String = labels.iter().map(|label| format!("\"{label}\" -> done\n")).collect();
        codes(&format!(
            "flow f {{ on start\n state s {{ choose \"{text}\" {{ {arms} }} }}\n state done {{ end resolved }} }}"
        ))
    };
    let twenty = "12345678901234567890";
    let more = "123456789012345678901234";
    // Messenger takes 20 characters; WhatsApp 20 on a button, 24 in a list.
    assert_eq!(menu("Which?", &["a", twenty]), [""; 0]);
    assert_eq!(menu("Which?", &["a", more]), ["W0611"]);
    // Fourteen: more than either has; numbered lines carry them.
    let many: Vec<String> =
        (0..14).map(|n| format!("choice number {n} of many, in full")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(menu("Which?", &many), [""; 0]);
    assert_eq!(menu(&"x".repeat(1_900), &many), ["E0611"]);
}

#[test]
fn replies_after_the_window_are_found() {
    let flow = |steps: &str, silence: &str| {
        codes(&format!(
            "flow f {{ on start\n slot a: text {{ ask \"A?\" }}\n state s {{ {steps} fill a end resolved }}\n {silence} }}"
        ))
    };
    assert_eq!(flow("wait 23h say \"x\"", ""), [""; 0]);
    assert_eq!(flow("wait 24h say \"x\"", ""), ["W0612"]);
    assert_eq!(flow("wait 12h wait 12h say \"x\"", ""), ["W0612"]);
    assert_eq!(flow("wait 24h fill a say \"{a}\"", ""), [""; 0]);
    assert_eq!(flow("wait 24h when channel == \"web\" { say \"x\" }", ""), [""; 0]);
    assert_eq!(flow("", "on silence 25h { say \"x\" }"), ["W0612"]);
    assert_eq!(flow("", "on silence 25h { end unresolved }"), [""; 0]);
}

#[test]
fn a_provider_with_a_typo_is_said_to_be_unknown() {
    assert_eq!(codes("channel other: webhook { provider whatsap }"), ["W0613"]);
    assert_eq!(codes("channel other: webhook { provider line }"), [""; 0]);
}

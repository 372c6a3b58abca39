//! Rules of `fallback` by which a human is asked, whatever the customer wrote.

use flowright_engine::model::{Reason, Status};

use super::{SOURCE, Talk};

const RULES: &str = "fallback { handoff when sentiment < -0.7 to billing  handoff when utterance contains \"lawyer\" }
intent calm { en \"stay calm\", \"calm down\", \"easy now\", \"relax\", \"slowly\" }
flow calm { on intent calm  fallback { handoff when utterance contains \"press\" to billing }
  slot what: text { ask \"What happened?\" }  state start { fill what  say \"I see: {what}.\"  end resolved } }";

fn talk() -> Talk {
    Talk::of(&format!("{SOURCE}\n{RULES}"))
}

/// By which rule it was handed over, and to whom; nothing where the bot has it.
fn handed_over(talk: &Talk) -> Option<(&str, Option<&str>)> {
    match &talk.session.status {
        Status::HandedOff(handoff) => {
            assert_eq!(handoff.reason, Reason::Rule);
            Some((&handoff.because, handoff.skill_name.as_deref()))
        }
        Status::Bot => None,
    }
}

#[test]
fn a_rule_hands_over_whatever_is_under_way() {
    let mut talk = talk();
    talk.say("book a visit");
    assert_eq!(handed_over(&talk), None);
    let said = talk.say("I am furious, you are thieves!!");
    assert_eq!(said, ["I am passing you to a colleague, one moment please."]);
    assert_eq!(handed_over(&talk), Some(("sentiment < -0.7", Some("billing"))));
    assert_eq!(talk.say("5"), ["Your message has been passed on to my colleague."]);
    assert_eq!(talk.say("5"), [""; 0], "no answer to what it had asked");
}

#[test]
fn without_a_skill_the_routing_says_which() {
    let mut talk = talk();
    talk.say("my lawyer will write to you");
    assert_eq!(handed_over(&talk), Some((r#"utterance contains "lawyer""#, Some("desk"))));
}

#[test]
fn a_flow_has_rules_besides_those_of_the_bot() {
    let mut own = talk();
    own.say("stay calm");
    own.say("I call the press");
    assert_eq!(handed_over(&own), Some((r#"utterance contains "press""#, Some("billing"))));
    let mut bots = talk();
    bots.say("stay calm");
    bots.say("I call my lawyer");
    assert_eq!(handed_over(&bots), Some((r#"utterance contains "lawyer""#, Some("desk"))));
    // Elsewhere the flow's own do not count.
    let mut other = talk();
    other.say("I call the press");
    assert_eq!(handed_over(&other), None);
}

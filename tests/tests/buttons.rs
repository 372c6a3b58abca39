//! Buttons of replies further up: they say their label, but a yes to one question is no yes to
//! another.
#![expect(clippy::unwrap_used, reason = "tests")]

use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_engine::model::{Command, Event, Reply, Session};
use flowright_engine::{LoadedProgram, open_session, step};

const BOT: &str = r#"
bot buttons { languages en  timezone "UTC" }
channel web: websocket
skill s
route { otherwise -> s }

effect money.pay() { post "{env.U}/pay" }

intent pay  { en "pay the bill", "I want to pay", "payment", "settle the invoice", "pay now" }
intent news { en "send me news", "newsletter", "subscribe to news", "any news", "news please" }

flow pay {
  on intent pay
  state start { confirm "Pay 500?" { yes -> go  no -> stop } }
  state go    { do money.pay() { failed -> handoff }  say "Paid."  end resolved }
  state stop  { say "Not paid."  end cancelled }
  on silence 5m { say "Still there?" }
}

flow news {
  on intent news
  state start { confirm "Weekly news?" { yes -> done  no -> done } }
  state done  { say "All right."  end resolved }
}
"#;

fn program() -> LoadedProgram {
    let compiled = flowright_compiler::compile(&MemorySources::one("bot.flow", BOT)).unwrap();
    let bytes = bundle::write(&compiled.bundle.unwrap()).unwrap().bytes;
    flowright_tests::load(&bytes, false).unwrap()
}

fn send(
    program: &LoadedProgram,
    session: &mut Session,
    text: &str,
    payload: Option<&str>,
) -> Vec<Command> {
    let payload = payload.map(str::to_owned);
    let event = Event::Message {
        channel: "web".to_owned(),
        text: text.to_owned(),
        payload,
        external: None,
        knowledge: Vec::new(),
        attachments: Vec::new(),
        from: None,
    };
    step(program, session, event, 1_780_000_000_000).unwrap().commands
}

fn replies(commands: &[Command]) -> Vec<&Reply> {
    let mut replies = Vec::new();
    for command in commands {
        if let Command::Reply(reply) = command {
            replies.push(reply);
        }
    }
    replies
}

#[test]
fn an_old_yes_pays_nothing() {
    let program = program();
    let mut session = open_session(&program, "s", "web", None, 0);
    let asked = send(&program, &mut session, "newsletter", None);
    let old_yes = replies(&asked).last().unwrap().choices.first().unwrap().payload.clone();
    let asked = send(&program, &mut session, "I want to pay", None);
    let yes = replies(&asked).last().unwrap().choices.first().unwrap().payload.clone();
    assert_ne!(old_yes, yes);

    let pressed = send(&program, &mut session, "Yes", Some(&old_yes));
    assert!(!pressed.iter().any(|c| matches!(c, Command::Call(_))), "{pressed:?}");
    let again = replies(&pressed).last().unwrap().choices.first().unwrap().payload.clone();
    assert_eq!(replies(&pressed).last().unwrap().text, "Pay 500?", "it is asked again");

    let pressed = send(&program, &mut session, "Yes", Some(&again));
    assert!(pressed.iter().any(|c| matches!(c, Command::Call(_))), "{pressed:?}");
}

#[test]
fn a_yes_after_a_reminder_still_counts() {
    let program = program();
    let mut session = open_session(&program, "s", "web", None, 0);
    let asked = send(&program, &mut session, "I want to pay", None);
    let yes = replies(&asked).last().unwrap().choices.first().unwrap().payload.clone();
    let woken = step(&program, &mut session, Event::Wake, 1_780_000_600_000).unwrap().commands;
    assert_eq!(replies(&woken).last().unwrap().text, "Still there?");
    let pressed = send(&program, &mut session, "Yes", Some(&yes));
    assert!(pressed.iter().any(|c| matches!(c, Command::Call(_))), "{pressed:?}");
}

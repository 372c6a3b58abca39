//! What a flow says on a channel of its choice: by its own tests in both executors, and step by step.
#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

use flowright_engine::model::{Command, Contact, Event, Reply, Sender, Session, Status};
use flowright_engine::transcript::run_test;
use flowright_engine::{LoadedProgram, open_session, step};
use flowright_tests::{bundle_of_text, load, run_tests};

const BOT: &str = include_str!("bot.flow");
const HOUR_MS: i64 = 3_600_000;

#[test]
fn tests_say_which_channel_a_reply_goes_to_in_both_executors() {
    let (count, failed) = run_tests("elsewhere", &bundle_of_text(BOT));
    assert_eq!(count, 12);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What a test says of the one line that is wrong.
fn failure(wrong: &str, right: &str) -> (String, Option<String>, Option<String>) {
    assert!(BOT.contains(right));
    let program = load(&bundle_of_text(&BOT.replacen(right, wrong, 1)), false).unwrap();
    let failures: Vec<_> =
        program.program.tests.iter().filter_map(|test| run_test(&program, test).failure).collect();
    let [failure] = failures.as_slice() else { panic!("{failures:?}") };
    (failure.message.clone(), failure.expected.clone(), failure.actual.clone())
}

#[test]
fn a_test_fails_where_a_reply_goes_elsewhere_than_it_says() {
    let some = |text: &str| Some(text.to_owned());
    let went = "it went to another channel".to_owned();
    let right = "bot  on mail \"Dear customer,";
    assert_eq!(failure("bot  \"Dear customer,", right), (went.clone(), some("web"), some("mail")));
    assert_eq!(
        failure("bot  on shop \"Dear customer,", right),
        (went.clone(), some("shop"), some("mail"))
    );
    let right = "bot  \"Confirmed.\"";
    assert_eq!(failure("bot  on mail \"Confirmed.\"", right), (went, some("mail"), some("web")));
}

struct Talk {
    program: LoadedProgram,
    session: Session,
    now_ms: i64,
    /// Everything that happened, with when.
    events: Vec<(Event, i64)>,
    commands: Vec<Command>,
}

impl Talk {
    fn new(jit: bool) -> Self {
        let program = load(&bundle_of_text(BOT), jit).unwrap();
        let session = open_session(&program, "s", "web", None, 0);
        Self { program, session, now_ms: 0, events: Vec::new(), commands: Vec::new() }
    }

    fn event(&mut self, event: Event) -> Vec<Command> {
        self.events.push((event.clone(), self.now_ms));
        let done = step(&self.program, &mut self.session, event, self.now_ms).unwrap();
        self.commands.extend(done.commands.iter().cloned());
        done.commands
    }

    /// What is said to a message: the channel, if it is another, and the text.
    fn say(&mut self, channel: &str, text: &str, from: Option<Sender>) -> Vec<(String, String)> {
        let (channel, text, from) = (channel.to_owned(), text.to_owned(), from.map(Box::new));
        let (payload, external, attachments) = (None, None, Vec::new());
        let knowledge = Vec::new();
        let event =
            Event::Message { channel, text, payload, external, knowledge, attachments, from };
        said(&self.event(event))
    }

    fn reachable(&mut self, hers: &[Contact]) {
        assert_eq!(self.event(Event::Contacts { hers: hers.to_vec() }), []);
    }
}

fn said(commands: &[Command]) -> Vec<(String, String)> {
    let said = |command: &Command| match command {
        Command::Reply(Reply { on, text, .. }) => {
            Some((on.clone().unwrap_or_default(), text.clone()))
        }
        _ => None,
    };
    commands.iter().filter_map(said).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(on, text)| ((*on).to_owned(), (*text).to_owned())).collect()
}

fn contact(channel: &str, address: &str, heard_at_ms: i64) -> Contact {
    let (channel, address) = (channel.to_owned(), address.to_owned());
    Contact { channel, address, reply_to: None, heard_at_ms }
}

const BY_MAIL: [(&str, &str); 2] =
    [("mail", "Dear customer,\nyour order moves to 15 June."), ("", "Confirmed.")];
const HERE: [(&str, &str); 2] =
    [("", "It moves to 15 June (we have no address of yours)."), ("", "Confirmed.")];

#[test]
fn it_goes_to_an_address_that_is_hers_and_only_as_long_as_it_is() {
    let mut talk = Talk::new(false);
    let ask = "confirm it in writing";
    assert_eq!(talk.say("web", ask, None), pairs(&HERE));
    let not_reached = Command::NotReached { channel: "mail".to_owned() };
    assert!(talk.commands.contains(&not_reached));
    talk.reachable(&[contact("mail", "ann@x.example", 1)]);
    talk.commands.clear();
    assert_eq!(talk.say("web", ask, None), pairs(&BY_MAIL));
    assert!(!talk.commands.contains(&not_reached));
    // What came with it goes with it.
    let link = |command: &Command| match command {
        Command::Reply(reply) if reply.on.is_some() => reply.links.first().cloned(),
        _ => None,
    };
    let link = talk.commands.iter().find_map(link).unwrap();
    assert_eq!(link.label.as_deref(), Some("All orders"));
    talk.reachable(&[]);
    assert_eq!(talk.say("web", ask, None), pairs(&HERE));
    // On REST it has the words for all.
    let here = [("", "It moves to 15 June."), ("", "Confirmed.")];
    assert_eq!(talk.say("api", ask, None), pairs(&here));
}

#[test]
fn of_several_addresses_it_is_the_one_that_she_used_last() {
    let mut talk = Talk::new(false);
    talk.reachable(&[contact("mail", "old@x.example", 1), contact("mail", "new@x.example", 2)]);
    let used = |talk: &Talk| talk.session.contact("mail").unwrap().clone();
    assert_eq!(used(&talk).address, "new@x.example");
    talk.now_ms = 10;
    let sender =
        Sender { address: "old@x.example".to_owned(), reply_to: Some("thread 7".to_owned()) };
    // She writes there: an ordinary answer.
    let answer = talk.say("mail", "confirm it in writing", Some(sender));
    assert_eq!(answer, pairs(&BY_MAIL.map(|(_, text)| ("", text))));
    let last = used(&talk);
    assert_eq!(
        (last.address.as_str(), last.reply_to.as_deref()),
        ("old@x.example", Some("thread 7"))
    );
    // The shell names all that are hers, and knows nothing of the thread: it is kept.
    talk.reachable(&[contact("mail", "old@x.example", 1), contact("mail", "new@x.example", 2)]);
    assert_eq!(used(&talk), last);
    talk.reachable(&[contact("mail", "new@x.example", 2)]);
    assert_eq!(used(&talk).address, "new@x.example");
    // Of very many those that were used last are kept.
    let many: Vec<Contact> =
        (0..40).map(|n| contact("mail", &format!("{n}@x.example"), n)).collect();
    talk.reachable(&many);
    assert_eq!(talk.session.contacts.len(), flowright_engine::limits::CONTACTS_MAX);
    assert_eq!(used(&talk).address, "39@x.example");
}

#[test]
fn a_messenger_takes_it_as_long_as_its_window_is_open() {
    let receipt = |hours: i64| {
        let mut talk = Talk::new(false);
        talk.reachable(&[contact("shop", "4711", 0)]);
        talk.now_ms = hours * HOUR_MS;
        talk.say("web", "send me a receipt", None)
    };
    let there = [("shop", "Receipt 4711"), ("", "It is on your phone.")];
    assert_eq!(receipt(23), pairs(&there));
    assert_eq!(receipt(24), pairs(&[("", "Your receipt has the number 4711.")]));
}

#[test]
fn it_is_in_the_transcript_and_the_handoff_but_is_not_repeated() {
    let mut talk = Talk::new(false);
    talk.reachable(&[contact("mail", "ann@x.example", 1)]);
    talk.say("web", "confirm it in writing", None);
    let repeated: Vec<_> = talk.session.last_said.iter().map(|said| said.text.as_str()).collect();
    assert_eq!(repeated, ["Confirmed."]);
    talk.say("web", "a human please", None);
    let Status::HandedOff(handoff) = &talk.session.status else { panic!("nobody has it") };
    let lines: Vec<_> =
        handoff.summary.transcript.iter().map(|l| (l.on.as_deref(), l.text.as_str())).collect();
    assert_eq!(lines[1], (Some("mail"), BY_MAIL[0].1));
    assert_eq!(lines[2], (None, "Confirmed."));
    // While a human has it, the bot says nothing anywhere.
    talk.say("web", "hello", None);
    assert_eq!(talk.say("web", "confirm it in writing", None), []);
}

#[test]
fn conversations_that_become_one_know_the_addresses_of_both() {
    let (mut talk, mut other) = (Talk::new(false), Talk::new(false));
    talk.reachable(&[contact("mail", "ann@x.example", 1)]);
    other.now_ms = 5;
    let sender = Sender { address: "ann@x.example".to_owned(), reply_to: Some("later".to_owned()) };
    other.say("mail", "hello", Some(sender));
    other.reachable(&[contact("mail", "ann@x.example", 1), contact("shop", "4711", 3)]);
    talk.event(Event::Joined { other: Box::new(other.session.clone()) });
    other.event(Event::Left { into: "s".to_owned() });
    assert_eq!(other.session.contacts, []);
    assert_eq!(talk.session.contact("mail").unwrap().reply_to.as_deref(), Some("later"));
    assert_eq!(talk.session.contact("shop").unwrap().address, "4711");
}

/// The journal alone gives the same conversation again, byte for byte, also by the other executor and with a
/// session that came out of the store after every step.
#[test]
fn what_happened_happens_again_from_its_events() {
    let mut talk = Talk::new(false);
    talk.say("web", "confirm it in writing", None);
    talk.reachable(&[contact("mail", "ann@x.example", 1), contact("shop", "4711", 1)]);
    talk.say("web", "confirm it in writing", None);
    talk.say("web", "send me a receipt", None);
    talk.reachable(&[contact("shop", "4711", 1)]);
    talk.now_ms = 25 * HOUR_MS;
    talk.say("web", "2", None);
    let replies = said(&talk.commands);
    assert!(replies.iter().any(|(on, _)| on == "mail"), "{replies:?}");
    assert!(replies.contains(&(String::new(), "Receipt 4711".to_owned())), "{replies:?}");
    let bytes = |commands: &[Command]| serde_json::to_string(commands).unwrap();
    for jit in [false, true] {
        let mut again = Talk::new(jit);
        for (event, now_ms) in &talk.events {
            let event = serde_json::to_string(event).unwrap();
            again.now_ms = *now_ms;
            again.event(serde_json::from_str(&event).unwrap());
            let session = serde_json::to_string(&again.session).unwrap();
            again.session = serde_json::from_str(&session).unwrap();
        }
        assert_eq!(bytes(&again.commands), bytes(&talk.commands), "jit {jit}");
        assert_eq!(again.session, talk.session, "jit {jit}");
    }
}

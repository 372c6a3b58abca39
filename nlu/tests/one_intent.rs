//! A bot that knows one thing still knows what it does not know: `tables/one_intent.txt`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{best, example, order_and_date};
use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{IntentSpec, Spec};
use flowright_nlu::{Understander, train};

const TABLE: &str = include_str!("tables/one_intent.txt");

/// From here on a bot acts, unless its `fallback` says otherwise.
const ACCEPT: f32 = 0.7;
/// Below this it does not even ask.
const CLARIFY: f32 = 0.4;

struct Bot {
    name: String,
    spec: Spec,
    /// What is said, and which intent it means.
    means: Vec<(String, String)>,
}

fn read_table() -> (Vec<Bot>, Vec<String>) {
    let (mut bots, mut nonsense): (Vec<Bot>, Vec<String>) = (Vec::new(), Vec::new());
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
        let (word, rest) = line.split_once(' ').unwrap();
        match (word, rest.split_once(" | ")) {
            ("bot", _) => {
                let mut words = rest.split(' ');
                let name = words.next().unwrap().to_owned();
                let languages = words.map(|code| Lang::parse(code).unwrap()).collect();
                let spec = Spec { languages, entities: order_and_date(), ..Spec::default() };
                bots.push(Bot { name, spec, means: Vec::new() });
            }
            ("nonsense", _) => nonsense.push(rest.to_owned()),
            ("means", Some((intent, said))) => {
                bots.last_mut().unwrap().means.push((said.to_owned(), intent.to_owned()));
            }
            (intent, _) => {
                let intents = &mut bots.last_mut().unwrap().spec.intents;
                if intents.last().is_none_or(|known| known.name != intent) {
                    intents.push(IntentSpec { name: intent.to_owned(), ..IntentSpec::default() });
                }
                let said = rest.strip_prefix("| ").unwrap();
                intents.last_mut().unwrap().examples.push(example(said));
            }
        }
    }
    (bots, nonsense)
}

fn trained(bot: &Bot) -> Understander {
    let model = train(&bot.spec).unwrap();
    assert_eq!(model.to_bytes(), train(&bot.spec).unwrap().to_bytes(), "{}", bot.name);
    Understander::new(model).unwrap()
}

#[test]
fn nonsense_is_never_acted_on_and_hardly_ever_asked_about() {
    let (bots, nonsense) = read_table();
    let (mut asked, mut all) = (Vec::new(), 0);
    for bot in &bots {
        let understander = trained(bot);
        for said in &nonsense {
            let (intent, confidence) = best(&understander, said);
            assert!(confidence < ACCEPT, "{}: {said} is {intent} {confidence}", bot.name);
            if confidence >= CLARIFY {
                asked.push(format!("{}: {said} {confidence}", bot.name));
            }
            all += 1;
        }
    }
    assert!(all > 300 && asked.len() * 50 <= all, "{asked:#?}");
}

#[test]
fn other_words_for_what_a_bot_knows_are_understood() {
    let (bots, _) = read_table();
    let (mut doubted, mut all) = (Vec::new(), 0);
    for bot in &bots {
        let understander = trained(bot);
        for (said, means) in &bot.means {
            let (intent, confidence) = best(&understander, said);
            assert_eq!(intent, *means, "{}: {said}", bot.name);
            assert!(confidence >= CLARIFY, "{}: {said} {confidence}", bot.name);
            if confidence < ACCEPT {
                doubted.push(format!("{}: {said} {confidence}", bot.name));
            }
            all += 1;
        }
    }
    assert!(all >= 40 && doubted.len() * 10 <= all, "{doubted:#?}");
}

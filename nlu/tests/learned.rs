//! Values that are learned from examples: `tables/learned.txt`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;
#[path = "common/spans.rs"]
mod spans;

use common::{cx, order_and_date};
use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{EntityId, EntityKind, EntitySpec, Example, IntentSpec, Piece, Spec};
use flowright_nlu::value::Value;
use flowright_nlu::{Model, Understander, train};

const TABLE: &str = include_str!("tables/learned.txt");

#[derive(Default)]
struct Bot {
    name: String,
    spec: Spec,
    /// `says` and `asked` lines.
    lines: Vec<String>,
}

fn entity(spec: &mut Spec, name: &str) -> EntityId {
    let known = spec.entities.iter().position(|entity| entity.name == name);
    let number = known.unwrap_or_else(|| {
        spec.entities.push(EntitySpec { name: name.to_owned(), kind: EntityKind::Learned });
        spec.entities.len() - 1
    });
    EntityId(number as u16)
}

fn example(spec: &mut Spec, text: &str) -> Example {
    let mut pieces = Vec::new();
    for (i, part) in text.split(['<', '>']).enumerate().filter(|(_, part)| !part.is_empty()) {
        pieces.push(match (i % 2, part.split_once('=')) {
            (0, _) => Piece::Text(part.to_owned()),
            (_, Some((name, said))) => {
                let (entity, said) = (entity(spec, name), Some(said.to_owned()));
                Piece::Slot { slot: name.to_owned(), entity, said }
            }
            (_, None) => {
                let number = spec.entities.iter().position(|e| e.name == part).unwrap();
                let entity = EntityId(number as u16);
                Piece::Slot { slot: part.to_owned(), entity, said: None }
            }
        });
    }
    Example { lang: None, pieces }
}

fn bots() -> Vec<Bot> {
    let mut bots: Vec<Bot> = Vec::new();
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
        if let Some(rest) = line.strip_prefix("bot ") {
            let mut words = rest.split(' ');
            let name = words.next().unwrap().to_owned();
            let languages = words.map(|code| Lang::parse(code).unwrap()).collect();
            let spec = Spec { languages, entities: order_and_date(), ..Spec::default() };
            bots.push(Bot { name, spec, lines: Vec::new() });
            continue;
        }
        let bot = bots.last_mut().unwrap();
        if line.starts_with("says ") || line.starts_with("asked ") {
            bot.lines.push(line.to_owned());
            continue;
        }
        let (intent, text) = line.split_once(" | ").unwrap();
        let example = example(&mut bot.spec, text);
        if bot.spec.intents.last().is_none_or(|known| known.name != intent) {
            let name = intent.to_owned();
            bot.spec.intents.push(IntentSpec { name, ..IntentSpec::default() });
        }
        bot.spec.intents.last_mut().unwrap().examples.push(example);
    }
    bots
}

/// The learned values in what is said, as a line of the table has them.
fn found(bot: &Bot, ready: &Understander, line: &str) -> String {
    let (said, _) = line.split_once(" |").unwrap();
    let text = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    if let Some(said) = said.strip_prefix("says ") {
        let entities = ready.understand(said, &cx()).entities;
        let learned = entities.iter().filter(|e| {
            bot.spec.entities.get(usize::from(e.entity.0)).unwrap().kind == EntityKind::Learned
        });
        let named = learned.map(|e| {
            let place = said.get(e.start..e.end).unwrap();
            assert_eq!(text(&e.value), place, "as it was written, in its place");
            format!("{}={}", ready.entity_name(e.entity).unwrap(), text(&e.value))
        });
        return named.collect::<Vec<_>>().join(", ");
    }
    let (name, said) = said.strip_prefix("asked ").unwrap().split_once(' ').unwrap();
    let number = bot.spec.entities.iter().position(|entity| entity.name == name).unwrap();
    let found = ready.find(said, EntityId(number as u16), &cx());
    found.iter().map(|e| text(&e.value)).collect::<Vec<_>>().join(", ")
}

#[test]
fn values_that_no_example_has_are_found_where_they_stand() {
    let (mut missed, mut wrong, mut all) = (Vec::new(), Vec::new(), 0);
    for bot in bots() {
        let ready = Understander::new(train(&bot.spec).unwrap()).unwrap();
        for line in &bot.lines {
            let wanted = line.split_once(" |").unwrap().1.trim();
            let found = found(&bot, &ready, line);
            let said = format!("{}: {line}: found `{found}`", bot.name);
            match found.as_str() {
                found if found == wanted => {}
                "" => missed.push(said),
                _ => wrong.push(said),
            }
            all += 1;
        }
    }
    // From a dozen examples not all is found, but what is found is right.
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(all >= 40 && missed.len() * 6 <= all, "{} of {all}: {missed:#?}", missed.len());
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    for bot in bots() {
        let bytes = train(&bot.spec).unwrap().to_bytes();
        assert!(bytes == train(&bot.spec).unwrap().to_bytes(), "{}", bot.name);
        assert!(bytes == Model::from_bytes(&bytes).unwrap().to_bytes(), "{}", bot.name);
    }
}

#[test]
fn an_intent_gets_its_values() {
    let bot = bots().remove(0);
    let ready = Understander::new(train(&bot.spec).unwrap()).unwrap();
    let understood = ready.understand("book a table at Luigi's Place on June 15", &cx());
    let best = &understood.intents[0];
    assert_eq!(ready.intent_name(best.intent), Some("book"));
    assert!(best.confidence > 0.7, "{best:?}");
    let slots: Vec<&str> = best.slots.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(slots, ["venue", "date"]);
}

#[test]
fn an_example_without_words_teaches_with_those_of_others() {
    let spec = |text: &str| {
        let mut bot = bots().remove(0);
        let extra = example(&mut bot.spec, text);
        bot.spec.intents[0].examples.push(extra);
        bot.spec
    };
    let mut without = spec("throw a party in <venue=x>");
    for piece in &mut without.intents[0].examples.last_mut().unwrap().pieces {
        if let Piece::Slot { said, .. } = piece {
            *said = None;
        }
    }
    let with = spec("throw a party in <venue=La Scala>");
    assert!(train(&without).unwrap().to_bytes() == train(&with).unwrap().to_bytes());
}

/// What is reached on rows of SNIPS that were held out, where it is at hand; on its test split only
/// `bench/benches/values.rs` and the test of the whole set look.
#[test]
fn values_of_a_public_set_are_found() {
    let Some(rows) = spans::rows("train.bio.tsv") else { return };
    let (asked, learned) = spans::held_out(&rows, 13);
    let of = |rows: &[spans::Row]| -> Vec<spans::Row> {
        rows.iter().filter(|row| row.intent == "BookRestaurant").cloned().collect()
    };
    let ready = Understander::new(train(&spans::spec(&spans::few(&of(&learned), 200))).unwrap());
    let (ready, mut tally) = (ready.unwrap(), spans::Tally::default());
    of(&asked).iter().for_each(|row| tally.count(&ready, row));
    println!("SNIPS, BookRestaurant, 200: {}", tally.figures());
    assert!(tally.meant > 300 && tally.f1() > 0.78, "{}", tally.figures());
}

/// All seven intents of SNIPS as one project.
#[test]
#[ignore = "a minute: run with -- --ignored --nocapture"]
fn values_of_a_whole_public_set_are_found() {
    let (Some(rows), Some(test)) = (spans::rows("train.bio.tsv"), spans::rows("test.bio.tsv"))
    else {
        return;
    };
    for (each, floor) in [(10, 0.35), (20, 0.5), (usize::MAX, 0.93)] {
        let spec = spans::spec(&spans::few(&rows, each));
        let began = std::time::Instant::now();
        let model = train(&spec).unwrap();
        let took = began.elapsed().as_secs_f64();
        let bytes = model.to_bytes().len();
        let (ready, mut tally) = (Understander::new(model).unwrap(), spans::Tally::default());
        test.iter().for_each(|row| tally.count(&ready, row));
        let each = if each == usize::MAX { "all of".to_owned() } else { format!("{each} of") };
        println!("SNIPS, {each} each intent: {}, {took:.2} s, {bytes} bytes", tally.figures());
        assert!(tally.f1() > floor, "{}", tally.figures());
    }
}

#[test]
fn long_utterances_are_read_so_far() {
    let bot = bots().remove(0);
    let ready = Understander::new(train(&bot.spec).unwrap()).unwrap();
    let text = format!("book a table at Luigi's Place for two {}", "字,".repeat(4_000));
    let found = ready.understand(&text, &cx()).entities;
    assert!(found.iter().any(|e| e.value == Value::Text("Luigi's Place".into())), "{found:?}");
}

#[test]
fn too_many_words_are_refused_and_said_so() {
    let mut bot = bots().remove(0);
    let long = "word ".repeat(1_000);
    for _ in 0..400 {
        let example = example(&mut bot.spec, &format!("at <venue=La Scala> {long}"));
        bot.spec.intents[0].examples.push(example);
    }
    let error = train(&bot.spec).unwrap_err().to_string();
    assert!(error.contains("a model learns from at most 400000"), "{error}");
}

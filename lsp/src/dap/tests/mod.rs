//! The debugger over a small project in memory.

mod moving;
mod recording;
mod setting;

use std::path::PathBuf;
use std::rc::Rc;

use flowright_compiler::compile::MemorySources;

use super::arguments::Launch;
use super::launch::launch;
use super::record::{Scene, What};
use super::run::{Run, Stops, Told};
use super::target::Target;

/// A bot with two flows, one of which calls the other.
const SOURCE: &str = r#"bot shop {
  languages en
  timezone  "UTC"
}

use std.dates
use std.repair

customer {
  name: text
}

channel web: websocket { path "/chat" }

slot mood: one_of { calm, cross }

action stock.count(item: text) -> { left: number, place: text } {
  get "{env.SHOP}/stock/{item}"
  error unknown when status == 404
}

intent order {
  en "I want to order something", "order a thing please", "I would like to buy"
}

flow order {
  on intent order

  slot item: text { ask { en "Which item?" } }
  slot pieces: number { ask { en "How many?" } }

  state collect {
    fill item, pieces
    call check(what: item)
    -> done
  }

  state done {
    say { en "You get {pieces} of {item}." }
    when pieces > 10 { say { en "That is a lot." } }
    otherwise { say { en "That is little." } }
    end resolved
  }
}

flow check {
  slot what: text { ask { en "What?" } }

  state look {
    do found = stock.count(what) {
      unknown -> { say { en "We have no {what}." } end unresolved }
      failed  -> handoff because "the stock does not answer"
    }
    set mood = calm
    end resolved
  }
}

skill help
route { otherwise -> help }

test "an order" {
  given stock.count -> { left: 3, place: "cellar" }
  user "I want to order something"
  bot  "Which item?"
  user "chair"
  bot  "How many?"
  user "12"
  bot  "You get 12 of chair."
  bot  "That is a lot."
  expect ended resolved
}

test "a wrong one" {
  given stock.count -> unknown
  user "I want to order something"
  bot  "Which item?"
  user "chair"
  bot  "How many?"
  user "2"
  bot  "You get 2 of chair."
}
"#;

fn target() -> Rc<Target> {
    let sources = MemorySources::one("shop.flow", SOURCE);
    Rc::new(Target::of(PathBuf::from("/project"), &sources).unwrap())
}

/// The line, from 1, on which a text stands first.
fn line_of(text: &str) -> i64 {
    let before = SOURCE.split_once(text).unwrap().0;
    i64::try_from(before.lines().count()).unwrap() + i64::from(before.ends_with('\n'))
}

/// A test, played and not begun.
fn test_run(name: &str) -> Run {
    launch(target(), &Launch { test: Some(name.to_owned()), ..Launch::default() }, 0).unwrap()
}

/// A conversation in the console.
fn talk() -> Run {
    let mut run = launch(target(), &Launch::default(), 1_780_000_000_000).unwrap();
    run.start(&Stops::default(), false);
    run
}

/// The source of a step on one line.
fn source_of(run: &Run, what: &What, at: Option<flowright_compiler::base::FileSpan>) -> String {
    let text = at.map(|at| run.target.analysis.sources.one_line(at)).unwrap_or_default();
    let text: String = text.chars().take(24).collect();
    match what {
        What::Line => format!("test: {text}"),
        What::Step(Some(_)) => format!("entered: {text}"),
        What::Step(None) => text,
        What::Incident(incident) => format!("({})", incident.text),
    }
}

/// All that is recorded, in order.
fn recorded(run: &Run) -> Vec<String> {
    let points = run.tape.entries.iter().flat_map(|entry| &entry.points);
    points.map(|point| source_of(run, &point.what, point.at)).collect()
}

/// A variable of the flow on top, as shown.
fn local(run: &mut Run, path: &str) -> String {
    let frame = run.frame(None);
    run.evaluate(path, frame).unwrap()["result"].as_str().unwrap().to_owned()
}

/// The lines that the console shows.
fn console(run: &mut Run) -> Vec<String> {
    let told = std::mem::take(&mut run.told).into_iter();
    told.filter_map(|told| match told {
        Told::Output { text, .. } => Some(text),
        _ => None,
    })
    .collect()
}

/// All scenes, in order.
fn scenes(run: &Run) -> Vec<Scene> {
    let points = run.tape.entries.iter().flat_map(|entry| &entry.points);
    points.map(|point| point.scene.clone()).collect()
}

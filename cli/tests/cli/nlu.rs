//! `flowright nlu`: reports of the intent model, and why it takes an utterance for what it does.

use std::sync::Arc;

use flowright_compiler::compile::{EncodedSources, MemorySources};
use flowright_compiler::{bundle, compile};
use flowright_nlu::{Encoder, EncoderError};

use crate::support::{BOT, code, err, flowright, folder, out};

const INTENTS: &str = r#"
entity order: text { pattern r"\d{5}" }
intent cancel { en "cancel my order", "please cancel order {number: order}", "I want to cancel", "stop the delivery", "call it off" }
intent invoice { en "my invoice is wrong", "send me the bill", "a question about the invoice", "copy of the bill", "wrong amount on the bill" }
flow f { on intent cancel  slot number: order { ask "Which?" }  state start { fill number  say "Order {number}."  end resolved } }
flow g { on intent invoice  state start { say "A copy is on its way."  end resolved } }
"#;
const DATA: &str = "cancel order 12345\tcancel\nplease send the invoice\tinvoice\n\
                    the bill, cancel it\tinvoice\nwhere do penguins live\t-\nsing a song\toos\n";

#[test]
fn a_report_says_how_often_the_model_is_right() {
    let bot = format!("{BOT}{INTENTS}");
    let wrong = "a\tcancel\nb\tinvoic\n";
    let outside = "where do penguins live\t-\n";
    let place = folder(
        "nlu-eval",
        &[("a.flow", &bot), ("data.tsv", DATA), ("wrong.tsv", wrong), ("outside.tsv", outside)],
    );
    std::fs::write(place.join("latin.tsv"), b"a\tcancel\ncaf\xe9\tcancel\n").unwrap();
    let run = flowright(&place, &["nlu", "eval", "data.tsv", "--picture", "p.svg"]);
    let text = out(&run);
    assert_eq!(code(&run), Some(0), "{text}{}", err(&run));
    for part in [
        "3 utterances of 2 intents, 2 that no intent is for",
        "accuracy            66.7 %",
        "    1  invoice for cancel\n       \"the bill, cancel it\"",
        "What `accept above` would do",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let picture = std::fs::read_to_string(place.join("p.svg")).unwrap();
    assert!(picture.starts_with("<svg ") && picture.matches("<polyline").count() == 3, "{picture}");

    let run = flowright(&place, &["nlu", "eval", "data.tsv", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out(&run)).unwrap();
    assert_eq!((json["inside"].as_u64(), json["outside"].as_u64()), (Some(3), Some(2)), "{json}");
    assert_eq!(json["confusions"][0]["examples"][0], "the bill, cancel it", "{json}");
    assert_eq!(json["auroc"], 1.0, "{json}");

    let text = out(&flowright(&place, &["nlu", "eval", "outside.tsv"]));
    assert!(text.starts_with("0 utterances of 0 intents, 1 that no intent is for\n"), "{text}");
    assert!(
        !text.contains("accuracy") && !text.contains("macro-F1"),
        "nothing was right or wrong: {text}"
    );

    let run = flowright(&place, &["nlu", "eval", "data.tsv", "--at-least", "90"]);
    assert_eq!(code(&run), Some(1));
    assert!(err(&run).contains("66.7 % are taken right, fewer than 90.0 %"), "{}", err(&run));
    for (file, said) in [
        ("wrong.tsv", "wrong.tsv:2: there is no intent `invoic`\nhelp: did you mean `invoice`?"),
        ("latin.tsv", "latin.tsv:2: this line is not UTF-8\nhelp: save the file as UTF-8"),
        ("none.tsv", "cannot read `none.tsv`: there is no such file or folder"),
    ] {
        let run = flowright(&place, &["nlu", "eval", file]);
        assert_eq!(code(&run), Some(2), "{file}");
        assert!(err(&run).contains(said), "{}", err(&run));
    }
}

#[test]
fn an_explanation_shows_what_each_word_speaks_for() {
    let place = folder("nlu-explain", &[("a.flow", &format!("{BOT}{INTENTS}"))]);
    let run = flowright(&place, &["nlu", "explain", "cancel 12345 zebra"]);
    let text = out(&run);
    assert!(text.starts_with("seen as   cancel {order} zebra\n"), "{text}");
    assert!(text.contains("unknown   zebra (50.0 % of the words"), "{text}");
    let cancel = text.find("\ncancel  ").unwrap();
    assert!(text.find("\ninvoice  ").is_none_or(|invoice| cancel < invoice), "{text}");

    let run = flowright(&place, &["nlu", "explain", "Cancel my order!", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out(&run)).unwrap();
    let best = &json["intents"][0];
    assert_eq!((&best["intent"], &best["is_example"]), (&"cancel".into(), &true.into()), "{json}");
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let words: f64 = best["words"].as_array().unwrap().iter().map(|w| number(&w["margin"])).sum();
    let rest = number(&best["sentence"]) + number(&best["bias"]);
    assert!((words + rest - number(&best["margin"])).abs() < 1e-4, "{json}");
}

/// A project that names an encoder is not compiled without it, whatever it is asked for.
#[test]
fn an_encoder_that_cannot_be_used_is_said() {
    let config = "[nlu]\nencoder = \"models/none\"\n";
    let place = folder(
        "nlu-encoder",
        &[("a.flow", &format!("{BOT}{INTENTS}")), ("flowright.toml", config)],
    );
    let (code, help) = match cfg!(feature = "encoder") {
        true => ("R0208", "model.safetensors"),
        false => ("R0207", "--features encoder"),
    };
    for args in [
        &["check"][..],
        &["check", "--fix"],
        &["build"],
        &["test"],
        &["nlu", "explain", "cancel"],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        let run = flowright(&place, args);
        assert_eq!(run.status.code(), Some(2), "{args:?}: {}{}", out(&run), err(&run));
        let said = err(&run);
        assert!(said.contains(code) && said.contains(help), "{args:?}: {said}");
        assert!(said.contains("models/none"), "{args:?}: {said}");
    }
    // What needs no model works: a text is a text.
    assert_eq!(flowright(&place, &["fmt"]).status.code(), Some(0));
}

/// All sentences are alike to it.
#[derive(Debug)]
struct Alike;

impl Encoder for Alike {
    fn width(&self) -> usize {
        1
    }

    fn id(&self) -> [u8; 32] {
        [1; 32]
    }

    fn encode(&self, _: &str) -> Result<Vec<f32>, EncoderError> {
        Ok(vec![1.0])
    }
}

#[test]
fn a_bundle_is_refused_without_the_encoder_that_it_was_trained_with() {
    let place = folder("nlu-encoded", &[]);
    let sources = MemorySources::one("a.flow", &format!("{BOT}{INTENTS}"));
    let project = EncodedSources { sources, encoder: Some(Arc::new(Alike)) };
    let compiled = compile::compile(&project).unwrap();
    let bytes = bundle::write(&compiled.bundle.unwrap()).unwrap().bytes;
    std::fs::write(place.join("b.flowb"), bytes).unwrap();
    for args in [
        &["test", "b.flowb"][..],
        &["chat", "b.flowb"],
        &["nlu", "explain", "cancel", "b.flowb"],
        &["serve", "b.flowb", "--listen", "127.0.0.1:0"],
    ] {
        let run = flowright(&place, args);
        let said = err(&run);
        assert_eq!(code(&run), Some(2), "{args:?}: {}{said}", out(&run));
        assert!(said.contains("R0209: ") && said.contains("encoder"), "{args:?}: {said}");
    }
}

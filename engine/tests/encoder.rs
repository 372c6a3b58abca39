//! A sentence encoder that fails on an utterance: the turn goes on without it, and operators are told.

use std::sync::Arc;

use flowright_compiler::compile::{EncodedSources, MemorySources};
use flowright_compiler::{bundle, compile};
use flowright_engine::model::{Command, Event};
use flowright_engine::{LoadedProgram, open_session, step};
use flowright_nlu::{Encoder, EncoderError};

const SOURCE: &str = r#"
bot b { languages en  timezone "UTC" }
channel web: websocket
skill s
route { otherwise -> s }
intent refund { en "give me my money back", "refund it", "refund please", "I want a refund", "a refund" }
flow refund { on intent refund  state start { say "Refunded."  end resolved } }
"#;

/// Encodes what a model is trained with, and nothing else.
#[derive(Debug)]
struct Fails;

impl Encoder for Fails {
    fn width(&self) -> usize {
        1
    }

    fn id(&self) -> [u8; 32] {
        [1; 32]
    }

    fn encode(&self, _: &str) -> Result<Vec<f32>, EncoderError> {
        Err(EncoderError("no memory is left".to_owned()))
    }

    fn encode_all(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EncoderError> {
        Ok(vec![vec![1.0]; texts.len()])
    }
}

#[test]
fn an_encoder_that_fails_is_told_and_an_example_is_understood_all_the_same() {
    let sources = MemorySources::one("a.flow", SOURCE);
    let project = EncodedSources { sources, encoder: Some(Arc::new(Fails)) };
    let compiled = compile::compile(&project).unwrap();
    let encoded = bundle::write(&compiled.bundle.unwrap()).unwrap();
    let read = bundle::read(&encoded.bytes).unwrap().0;
    let encoder = Some(Arc::new(Fails) as Arc<dyn Encoder>);
    let program = LoadedProgram::interpreted_with(read, encoded.hash, encoder).unwrap();
    let said = |text: &str| {
        let mut session = open_session(&program, "s", "web", None, 0);
        let (channel, text) = ("web".to_owned(), text.to_owned());
        let event = Event::Message {
            channel,
            text,
            payload: None,
            external: None,
            knowledge: Vec::new(),
            attachments: Vec::new(),
            from: None,
        };
        step(&program, &mut session, event, 1_000).unwrap().commands
    };
    let told = |commands: &[Command]| {
        commands.iter().any(|command| {
            matches!(command, Command::Note { code, text }
                if code == "R0105" && text.contains("no memory is left"))
        })
    };
    let refunded = |commands: &[Command]| {
        commands
            .iter()
            .any(|command| matches!(command, Command::Reply(reply) if reply.text == "Refunded."))
    };
    let other = said("would you refund me that");
    assert!(told(&other) && !refunded(&other), "{other:?}");
    let example = said("Refund please!");
    assert!(refunded(&example), "{example:?}");
}

//! A model whose bytes were changed is refused, or is used without harm: each part of it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::sync::{Arc, LazyLock};

use common::{cx, example, order_and_date};
use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{
    ChoiceOption, EntityId, EntityKind, EntitySpec, Example, IntentSpec, Piece, Spec,
};
use flowright_nlu::{Encoder, EncoderError, Model, Understander, train_with};
use proptest::prelude::*;

/// Tells long texts from short ones.
#[derive(Debug)]
struct Length;

impl Encoder for Length {
    fn width(&self) -> usize {
        2
    }

    fn id(&self) -> [u8; 32] {
        [3; 32]
    }

    fn encode(&self, text: &str) -> Result<Vec<f32>, EncoderError> {
        Ok(if text.len() > 20 { vec![1.0, 0.0] } else { vec![0.0, 1.0] })
    }
}

/// Intents with patterns, examples with values of every kind, an encoder.
fn spec() -> Spec {
    let mut entities = order_and_date();
    let red = ChoiceOption { name: "red".into(), words: vec![(Some(Lang::ZH), "红色".into())] };
    for (name, kind) in [("colour", EntityKind::Choice(vec![red])), ("venue", EntityKind::Learned)]
    {
        entities.push(EntitySpec { name: name.to_owned(), kind });
    }
    let at = |text: &str, said: &str| Example {
        lang: Some(Lang::EN),
        pieces: vec![
            Piece::Text(text.to_owned()),
            Piece::Slot { slot: "venue".into(), entity: EntityId(3), said: Some(said.to_owned()) },
        ],
    };
    let book = IntentSpec {
        name: "book".to_owned(),
        examples: vec![at("a table at ", "La Scala"), at("dinner at ", "外婆家")],
        ..IntentSpec::default()
    };
    let cancel = IntentSpec {
        name: "cancel".to_owned(),
        examples: vec![example("cancel order {order}"), example("取消订单{order}")],
        negatives: vec![example("when is it due")],
        patterns: vec![r"(?i)^stop\b".to_owned()],
    };
    Spec { languages: vec![Lang::ZH, Lang::EN], intents: vec![book, cancel], entities }
}

static MODEL: LazyLock<Vec<u8>> =
    LazyLock::new(|| train_with(&spec(), Some(&Length)).unwrap().to_bytes());

const SAID: [&str; 5] =
    ["dinner at La Scala please", "取消订单12345", "stop it", "红色, on June 15", ""];

/// Uses a model for all that it is there for, where it is one.
fn used(bytes: &[u8]) -> Result<(), TestCaseError> {
    let Ok(model) = Model::from_bytes(bytes) else { return Ok(()) };
    for share in [0.0, 0.05, 0.5] {
        prop_assert!(model.accept_at(share).is_none_or(|sure| (0.0..=1.0).contains(&sure)));
        prop_assert!(model.passes_at(share as f32).is_none_or(|all| (0.0..=1.0).contains(&all)));
    }
    let Ok(ready) = Understander::with_encoder(model, Some(Arc::new(Length))) else {
        return Ok(());
    };
    for said in SAID {
        let understood = ready.understand(said, &cx());
        prop_assert!(understood.entities.iter().all(|e| said.get(e.start..e.end).is_some()));
        let sure = |confidence: f32| (0.0..=1.0).contains(&confidence);
        prop_assert!(understood.intents.iter().all(|i| sure(i.confidence)), "{understood:?}");
        prop_assert!(ready.explain(said, &cx(), 2).is_ok());
        for entity in 0..4 {
            let found = ready.find(said, EntityId(entity), &cx());
            prop_assert!(found.iter().all(|e| said.get(e.start..e.end).is_some()));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_do_no_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        inserted in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let mut bytes = MODEL.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some((at, byte)) = inserted {
            bytes.insert(at.index(bytes.len()), byte);
        }
        used(&bytes)?;
    }

    /// Whole lengths and numbers instead of what is there.
    #[test]
    fn large_numbers_do_no_harm(at in any::<prop::sample::Index>(), number in any::<u32>()) {
        let mut bytes = MODEL.clone();
        let at = at.index(bytes.len());
        bytes.splice(at..=at, postcard::to_stdvec(&number).unwrap());
        used(&bytes)?;
    }
}

#[test]
fn the_whole_model_is_used() {
    let model = Model::from_bytes(&MODEL).unwrap();
    assert!(model.accept_at(0.05).is_some() && model.passes_at(0.5).is_some());
    used(&MODEL).unwrap();
    assert!(Model::from_bytes(&[]).is_err());
}

//! A model that was trained with a sentence encoder: it knows sentences whose words it does not know,
//! says what the encoder adds, and is nothing without that encoder. The encoder here knows a few words
//! that mean the same.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{best, cx, example, order_and_date};
use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{IntentSpec, Spec};
use flowright_nlu::{
    Encoder, EncoderError, Model, ModelError, TrainError, Understander, train, train_with,
};

/// Words of one meaning, a line each.
const MEANINGS: [&[&str]; 4] = [
    &["pay", "settle", "bill", "invoice", "amount"],
    &["cancel", "scrap", "revoke", "annul"],
    &["order", "purchase", "number"],
    &["human", "person", "somebody", "agent"],
];

/// Counts the words of each meaning; fails at one word.
#[derive(Debug)]
struct Synonyms {
    id: u8,
    width: usize,
}

impl Encoder for Synonyms {
    fn width(&self) -> usize {
        self.width
    }

    fn id(&self) -> [u8; 32] {
        [self.id; 32]
    }

    fn encode(&self, text: &str) -> Result<Vec<f32>, EncoderError> {
        if text.contains("meltdown") {
            return Err(EncoderError("it is too hot".to_owned()));
        }
        let count = |words: &&[&str]| text.split(' ').filter(|w| words.contains(w)).count() as f32;
        let mut counts: Vec<f32> = MEANINGS.iter().map(count).collect();
        counts.resize(self.width, 0.0);
        let norm = counts.iter().map(|n| n * n).sum::<f32>().sqrt().max(1.0);
        Ok(counts.into_iter().map(|n| n / norm).collect())
    }
}

const ENCODER: Synonyms = Synonyms { id: 7, width: 6 };

fn spec() -> Spec {
    let intent = |name: &str, examples: &[&str]| IntentSpec {
        name: name.to_owned(),
        examples: examples.iter().map(|text| example(text)).collect(),
        ..IntentSpec::default()
    };
    let intents = vec![
        intent("pay", &["pay my bill", "i want to pay", "how do i pay the invoice"]),
        intent("cancel", &["cancel order {order}", "please cancel", "cancel it for me"]),
        intent("person", &["a human please", "give me an agent", "i want a human"]),
    ];
    Spec { languages: vec![Lang::EN], intents, entities: order_and_date() }
}

fn trained() -> Model {
    train_with(&spec(), Some(&ENCODER)).unwrap()
}

fn ready(model: Model) -> Understander {
    Understander::with_encoder(model, Some(Arc::new(ENCODER))).unwrap()
}

#[test]
fn what_means_the_same_is_understood_by_other_words() {
    let words = Understander::new(train(&spec()).unwrap()).unwrap();
    let both = ready(trained());
    for (text, intent) in
        [("settle the amount", "pay"), ("scrap it", "cancel"), ("somebody here", "person")]
    {
        let ((_, without), (said, with)) = (best(&words, text), best(&both, text));
        assert_eq!(said, intent, "{text}");
        assert!(with > without + 0.1, "{text}: {without} {with}");
    }
    // What neither knows stays unknown.
    let (said, confidence) = best(&both, "grapefruit zeppelin marmalade");
    assert!(confidence < 0.4, "{said} {confidence}");
    assert!(both.takes_long() && !words.takes_long());
}

#[test]
fn a_model_keeps_its_encoder_through_its_bytes() {
    let bytes = trained().to_bytes();
    assert!(bytes == trained().to_bytes(), "training is deterministic");
    assert!(bytes != train(&spec()).unwrap().to_bytes());
    let read = Model::from_bytes(&bytes).unwrap();
    assert_eq!(read, trained());
    assert_eq!((read.encoder(), train(&spec()).unwrap().encoder()), (Some([7; 32]), None));
    for length in 0..bytes.len() {
        assert!(Model::from_bytes(&bytes[..length]).is_err(), "{length}");
    }
}

#[test]
fn without_its_encoder_a_model_is_refused() {
    let none = Understander::new(trained()).unwrap_err();
    assert_eq!(none, ModelError::NoEncoder([7; 32]));
    assert!(none.to_string().contains("`[nlu] encoder = \"FOLDER\"`"), "{none}");
    for other in [Synonyms { id: 8, width: 6 }, Synonyms { id: 7, width: 5 }] {
        let given = other.id();
        let error = Understander::with_encoder(trained(), Some(Arc::new(other))).unwrap_err();
        assert_eq!(error, ModelError::OtherEncoder { trained: [7; 32], given });
    }
    // One that was trained without needs none, and takes no notice of it.
    let words = train(&spec()).unwrap();
    let beside = Understander::with_encoder(words.clone(), Some(Arc::new(ENCODER))).unwrap();
    let alone = Understander::new(words).unwrap();
    assert_eq!(best(&beside, "settle the amount"), best(&alone, "settle the amount"));
}

#[test]
fn an_encoder_that_fails_is_not_passed_over() {
    let bot = ready(trained());
    let failed = bot.understand("meltdown cancel order 54321", &cx());
    assert_eq!(failed.fault, Some(EncoderError("it is too hot".to_owned())));
    assert!(failed.intents.iter().all(|intent| intent.confidence == 0.0), "{failed:?}");
    assert!(!failed.entities.is_empty(), "values are found all the same");
    assert!(bot.explain("meltdown", &cx(), 1).is_err());
    assert_eq!(bot.understand("cancel", &cx()).fault, None);
    let mut spec = spec();
    spec.intents[0].examples.push(example("meltdown"));
    let error = train_with(&spec, Some(&ENCODER)).unwrap_err();
    assert_eq!(error, TrainError::Encoder(EncoderError("it is too hot".to_owned())));
    let wide = Synonyms { id: 1, width: 5_000 };
    let error = train_with(&spec_of_one(), Some(&wide)).unwrap_err().to_string();
    assert!(error.contains("it gives 5000 numbers, not 1 to 4096"), "{error}");
}

fn spec_of_one() -> Spec {
    Spec { intents: spec().intents.into_iter().take(1).collect(), ..spec() }
}

/// Counts the sentences that it is shown.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Encoder for Counting {
    fn width(&self) -> usize {
        ENCODER.width()
    }

    fn id(&self) -> [u8; 32] {
        ENCODER.id()
    }

    fn encode(&self, text: &str) -> Result<Vec<f32>, EncoderError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        ENCODER.encode(text)
    }
}

#[test]
fn an_utterance_is_encoded_once() {
    let encoder = Arc::new(Counting::default());
    let shown = Arc::clone(&encoder);
    let bot = Understander::with_encoder(trained(), Some(encoder)).unwrap();
    let count = || shown.0.swap(0, Ordering::Relaxed);
    assert!(bot.understand("scrap order 54321", &cx()).fault.is_none());
    assert_eq!(count(), 1);
    bot.explain("scrap order 54321", &cx(), 3).unwrap();
    assert_eq!(count(), 1);
}

#[test]
fn what_the_encoder_adds_is_told() {
    let (bot, cx) = (ready(trained()), cx());
    let explained = bot.explain("scrap order 54321", &cx, 1).unwrap();
    let [first] = explained.intents.as_slice() else { panic!("{explained:?}") };
    assert_eq!(first.intent, "cancel");
    let sentence = first.sentence.unwrap();
    assert!(sentence > 0.1, "{first:?}");
    let words: f32 = first.words.iter().map(|part| part.margin).sum();
    assert!((first.margin - (words + sentence + first.bias)).abs() < 1e-5, "{first:?}");
    // Without one it is what the words mean, in the languages of which that is known.
    let sentence = |languages: &[Lang]| {
        let spec = Spec { languages: languages.to_vec(), ..spec() };
        let bot = Understander::new(train(&spec).unwrap()).unwrap();
        bot.explain("scrap", &cx, 1).unwrap().intents[0].sentence
    };
    assert!(sentence(&[Lang::EN]).is_some() && sentence(&[Lang::ZH]).is_none());
}

//! A sentence encoder takes its time: meanwhile the server answers others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use flowright_compiler::compile::{EncodedSources, MemorySources};
use flowright_compiler::{bundle, compile};
use flowright_engine::LoadedProgram;
use flowright_nlu::{Encoder, EncoderError};
use flowright_runtime::programs::Loader;
use flowright_runtime::service::{Options, Service};
use flowright_tests::{Fresh, send};
use serde_json::json;

const BOT: &str = include_str!("../../conformance/slots.flow");
/// How long an utterance takes.
const LONG: Duration = Duration::from_millis(400);

/// Slow with one utterance; what a model is trained with comes fast.
#[derive(Debug)]
struct Slow;

impl Encoder for Slow {
    fn width(&self) -> usize {
        1
    }

    fn id(&self) -> [u8; 32] {
        [1; 32]
    }

    fn encode(&self, _: &str) -> Result<Vec<f32>, EncoderError> {
        std::thread::sleep(LONG);
        Ok(vec![1.0])
    }

    fn encode_all(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EncoderError> {
        Ok(vec![vec![1.0]; texts.len()])
    }
}

#[tokio::test(flavor = "current_thread")]
async fn while_one_is_understood_others_are_answered() {
    let sources = MemorySources::one("a.flow", BOT);
    let project = EncodedSources { sources, encoder: Some(Arc::new(Slow)) };
    let compiled = compile::compile(&project).unwrap();
    let bytes = bundle::write(&compiled.bundle.unwrap()).unwrap().bytes;
    let load = |encoder: Option<Arc<dyn Encoder>>| -> Loader {
        Arc::new(move |bytes| {
            let (bundle, hash) = bundle::read(bytes).map_err(|e| e.to_string())?;
            LoadedProgram::interpreted_with(bundle, hash, encoder.clone())
                .map_err(|e| e.to_string())
        })
    };
    let store = Fresh::new("encoded.sqlite");
    let refused = Service::start(&bytes, load(None), Options::local(store.to_owned())).await;
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("was trained with a sentence encoder"), "{said}");
    let options = Options::local(store.to_owned());
    let server = Service::start(&bytes, load(Some(Arc::new(Slow))), options).await.unwrap();
    let url = |path: &str| format!("http://{}{path}", server.address);
    let begun = Instant::now();
    let message = Some(json!({ "id": "1", "text": "hello there" }));
    let to = url("/v1/sessions/s/messages");
    let talk = tokio::spawn(async move { send(&to, "POST", message, &[]).await });
    // The message is under way, and the one thread that there is has nothing else to do.
    tokio::time::sleep(LONG / 4).await;
    for _ in 0..3 {
        assert_eq!(send(&url("/healthz"), "GET", None, &[]).await.0, 200);
    }
    assert!(!talk.is_finished() && begun.elapsed() < LONG, "{:?}", begun.elapsed());
    let (status, answer) = talk.await.unwrap();
    assert_eq!(status, 200, "{answer}");
    assert!(begun.elapsed() >= LONG, "{:?}", begun.elapsed());
    server.stop().await;
}

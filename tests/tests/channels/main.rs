//! What every channel does alike: the same conversations by each of them, over real sockets, with the same
//! words out of each. And one conversation that goes from channel to channel.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod cases;
mod rest;
mod rpc;
mod socket;

use std::collections::VecDeque;

use flowright_tests::{ECHO, World, bundle_of_text};
use futures_util::future::BoxFuture;

use cases::{CASES, Does, LONG};

/// One sender on one channel.
trait Line: Send {
    /// Sends a message, and comes back when it was taken.
    fn say<'l>(&'l mut self, id: &'l str, text: &'l str) -> BoxFuture<'l, ()>;

    /// The next thing that is said to this sender.
    fn hear(&mut self) -> BoxFuture<'_, String>;
}

/// A channel, as its customers know it.
trait Kind: Sync {
    fn name(&self) -> &'static str;

    /// The declaration in the language.
    fn declared(&self) -> &'static str;

    /// A sender whom nobody knows yet.
    fn line<'w>(&'w self, world: &'w World, sender: &'w str) -> BoxFuture<'w, Box<dyn Line>>;
}

/// All channels.
const KINDS: [&dyn Kind; 3] = [&rest::Rest, &socket::Socket, &rpc::Rpc];

/// The bot that says back what it hears, on every channel.
fn bot() -> String {
    let declared: String = KINDS.iter().map(|kind| format!("{}\n", kind.declared())).collect();
    let without = |source: &str, line: &str| source.replacen(line, "", 1);
    let source = without(ECHO, "channel api: rest\n");
    let source = without(&source, "channel web: websocket { path \"/chat\" }\n");
    format!("{declared}{source}")
}

/// What was said and not looked at yet.
type Said = VecDeque<String>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_channel_passes_every_case() {
    let bundle = bundle_of_text(&bot());
    assert!(CASES.len() >= 40, "{}", CASES.len());
    for kind in KINDS {
        let mut world = World::start_bundle(bundle.clone(), |options| options).await;
        for (number, case) in CASES.iter().enumerate() {
            let at = format!("{}: {}", kind.name(), case.name);
            let sender = |name: &str| format!("sender-{number:02}-{name}-0123456789");
            let (first, second) = (sender("first"), sender("second"));
            let mut lines = [kind.line(&world, &first).await, kind.line(&world, &second).await];
            let mut numbers = [0; 2];
            for step in case.steps {
                let who = usize::from(matches!(step, Does::Other(..)));
                let line = lines.get_mut(who).unwrap();
                match step {
                    Does::Says(text, answers) | Does::Other(text, answers) => {
                        let sent = numbers.get_mut(who).unwrap();
                        *sent += 1;
                        let id = format!("{number}-{who}-{sent}");
                        let text = if *text == LONG { &*"long ".repeat(400) } else { text };
                        line.say(&id, text).await;
                        for answer in *answers {
                            let answer = answer.replace(LONG, "long ".repeat(400).trim_end());
                            assert_eq!(line.hear().await, answer, "{at}: {text}");
                        }
                    }
                    Does::Again(text) => {
                        let id = format!("{number}-{who}-{}", numbers.first().unwrap());
                        line.say(&id, text).await;
                    }
                    Does::Hears(text) => assert_eq!(line.hear().await, *text, "{at}"),
                    Does::Waits(ms) => world.clock.advance_ms(*ms),
                    Does::Restart => {
                        world = world.restart().await;
                        lines = [kind.line(&world, &first).await, kind.line(&world, &second).await];
                    }
                }
            }
        }
    }
}

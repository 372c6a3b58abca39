//! What every channel does alike: the same conversations by each of them, over real sockets, with the same
//! words out of each. And one conversation that goes from channel to channel.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod cases;
mod hook;
mod mail;
mod rest;
mod rpc;
#[path = "../email/smarthost.rs"]
#[expect(dead_code, reason = "more of it is for the tests of email")]
mod smarthost;
mod socket;
#[path = "../social/standin.rs"]
#[expect(dead_code, reason = "more of it is for the tests of messengers")]
mod standin;

use std::collections::VecDeque;

use flowright_compiler::compile::MemorySources;
pub use flowright_compiler::ir::Program;
use flowright_runtime::config::Config;
use flowright_runtime::service::Options;
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

    /// What a server needs for it.
    fn serve(&self, options: Options, _program: &Program) -> Options {
        options
    }

    /// A sender, of whom nothing is heard that was said before.
    fn line<'w>(&'w self, world: &'w World, sender: &'w str) -> BoxFuture<'w, Box<dyn Line>>;
}

/// A configuration that is right.
fn config(text: &str) -> Config {
    Config::parse("flowright.toml", text).unwrap()
}

/// The bot that says back what it hears, on every channel.
fn bot(kinds: &[Box<dyn Kind>]) -> String {
    let declared: String = kinds.iter().map(|kind| format!("{}\n", kind.declared())).collect();
    let without = |source: &str, line: &str| source.replacen(line, "", 1);
    let source = without(ECHO, "channel api: rest\n");
    let source = without(&source, "channel web: websocket { path \"/chat\" }\n");
    format!("{declared}{source}")
}

/// The two senders of a case.
fn senders(number: usize) -> [String; 2] {
    ["first", "second"].map(|name| format!("sender-{number:02}-{name}-0123456789"))
}

/// What was said and not looked at yet.
type Said = VecDeque<String>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_channel_passes_every_case() {
    assert!(CASES.len() >= 40, "{}", CASES.len());
    let all: Vec<String> = (0..CASES.len()).flat_map(senders).collect();
    let kinds: [Box<dyn Kind>; 5] = [
        Box::new(rest::Rest),
        Box::new(socket::Socket),
        Box::new(rpc::Rpc),
        Box::new(mail::Mail::start(&all).await),
        Box::new(hook::Hook::start().await),
    ];
    let text = bot(&kinds);
    let bundle = bundle_of_text(&text);
    let sources = MemorySources::one("a.flow", &text);
    let program = flowright_compiler::compile(&sources).unwrap().bundle.unwrap().program;
    for kind in &kinds {
        let serve = |options| kind.serve(options, &program);
        let mut world = World::start_bundle(bundle.clone(), serve).await;
        for (number, case) in CASES.iter().enumerate() {
            let at = format!("{}: {}", kind.name(), case.name);
            let [first, second] = senders(number);
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
                        world = world.restart_as(serve).await;
                        lines = [kind.line(&world, &first).await, kind.line(&world, &second).await];
                    }
                }
            }
        }
    }
}

//! One customer's conversation, the versions that may answer it, and what each of them says.

use std::collections::BTreeMap;

use flowright_tests::World;
use futures_util::future::join_all;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value as Json, json};

/// The versions: `B` has other texts, in `C` a state has another name and `migrate` says so, in `D` a
/// state is gone.
pub(crate) const TAGS: [char; 4] = ['A', 'B', 'C', 'D'];

/// Every text begins with its version.
const SOURCE: &str = r#"
bot b { languages en  timezone "UTC" }
channel api: rest
skill s
route { otherwise -> s }
effect tickets.open(name: text) -> { number: text } {
  post "{env.CRM_URL}/tickets"
  body { name }
  timeout 30s  retries 2
}
text core.handoff { en "@ human" }
text core.held { en "@ human" }
intent begin { pattern r"^begin$"  en "begin", "let us begin", "begin now please", "start it", "go" }
flow main {
  on intent begin
  slot name: text { ask "@ name?" }
  slot note: text { ask "@ say something?" }
  state start { fill name  -> sure }
  state sure  { confirm "@ sure?" { yes -> pick  no -> start } }
  state pick  {
    choose "@ pick?" {
      "call"  -> call
      "wait"  -> pause
      "quiet" -> quiet
      "human" -> human
      "done"  -> done
    }
  }
  state call {
    do ticket = tickets.open(name) { failed -> { say "@ failed."  end unresolved } }
    say "@ opened."
    -> pick
  }
  state pause { say "@ waiting."  wait 1h  say "@ waited."  -> pick }
  state quiet {
    on silence 10m { say "@ still there?" }
    fill note
    say "@ noted."
    -> pick
  }
  state human { handoff because "asked for" }
  state done  { say "@ bye."  end resolved }
}
"#;

/// A version's source.
pub(crate) fn source(tag: char) -> String {
    let source = SOURCE.replace('@', &tag.to_string());
    match tag {
        'C' => {
            let renamed =
                source.replace("state pick ", "state select ").replace("-> pick", "-> select");
            renamed + "migrate { state main.pick is main.select }\n"
        }
        'D' => {
            let line = "  state sure  { confirm \"D sure?\" { yes -> pick  no -> start } }\n";
            assert!(source.contains(line));
            source.replace(line, "").replace("-> sure", "-> pick")
        }
        _ => source,
    }
}

/// The version that goes on with a session when it is touched.
fn goes_on(from: char, phase: &str, current: char) -> char {
    match (from, phase, current) {
        // The question is gone.
        (_, "sure?", 'D') => from,
        // The state has its new name only in `C`, and only `C` says so: back in the others it is gone,
        // and yes leads elsewhere.
        ('C', "pick?" | "sure?", _) if current != 'C' => from,
        _ => current,
    }
}

/// Without its version: which it was, and what was said.
fn split(text: &str) -> (char, String) {
    let (tag, said) = text.split_once(' ').unwrap();
    (tag.chars().next().unwrap(), said.to_owned())
}

/// What is said in each version, phase and to each input, in a conversation that knows no other.
#[derive(Debug, Default)]
pub(crate) struct Reference(BTreeMap<(char, String, String), Vec<String>>);

impl Reference {
    pub(crate) async fn learn(bundles: &BTreeMap<char, Vec<u8>>) -> Self {
        let mut all = BTreeMap::new();
        for part in join_all(bundles.iter().map(|(tag, bundle)| walk(*tag, bundle))).await {
            all.extend(part);
        }
        Self(all)
    }

    fn of(&self, version: char, phase: &str, input: &str) -> &[String] {
        let known = self.0.get(&(version, phase.to_owned(), input.to_owned()));
        known.unwrap_or_else(|| panic!("`{input}` at `{phase}` of {version} was not learned"))
    }
}

/// All of a version, alone on a server. An input of minutes lets time pass.
async fn walk(tag: char, bundle: &[u8]) -> BTreeMap<(char, String, String), Vec<String>> {
    let world = World::start_bundle(bundle.to_vec(), |options| options).await;
    let mut learned = BTreeMap::new();
    let sure: &[&str] = if tag == 'D' { &[] } else { &["no", "yes"] };
    let to_menu = ["begin", "Ann"].iter().chain(sure);
    let first = ["call", "quiet", "+", "hm", "wait", "+", "done"];
    let first: Vec<&str> = to_menu.clone().copied().chain(first).collect();
    let second: Vec<&str> = to_menu.copied().chain(["human", "hello"]).collect();
    for (session, inputs) in [("one", first), ("two", second)] {
        let (mut phase, mut said) = (String::new(), 0);
        for (number, input) in inputs.into_iter().enumerate() {
            let dispatch = world.server.dispatch();
            if input == "+" {
                world.clock.advance_ms(61 * 60 * 1_000);
                while dispatch.replies_after(session, said).await.unwrap().is_empty() {
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
            } else {
                world.say_plain(session, &number.to_string(), input).await;
            }
            let replies = dispatch.replies_after(session, said).await.unwrap();
            said += replies.len() as u64;
            let (tags, texts): (Vec<char>, Vec<String>) =
                replies.iter().map(|reply| split(&reply.reply.text)).unzip();
            assert!(tags.iter().all(|t| *t == tag), "{tag}: {replies:?}");
            let next = next_phase(&phase, &texts);
            learned.insert((tag, std::mem::replace(&mut phase, next), input.to_owned()), texts);
        }
        let end = if session == "one" { "bye." } else { "human" };
        assert_eq!(phase, end, "{learned:?}");
    }
    world.server.stop().await;
    learned
}

/// A session is where its last text says; being asked whether she is there changes nothing.
fn next_phase(phase: &str, texts: &[String]) -> String {
    texts.iter().rfind(|text| *text != "still there?").map_or(phase, String::as_str).to_owned()
}

/// A client that keeps its connections.
pub(crate) struct Client {
    client: hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>,
    base: String,
}

impl Client {
    pub(crate) fn new(world: &World) -> Self {
        let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
        Self { client, base: world.url("/v1/sessions") }
    }

    async fn post(&self, session: &str, id: u64, text: &str) -> Json {
        let body = json!({ "id": format!("m{id}"), "text": text }).to_string();
        let request = hyper::Request::post(format!("{}/{session}/messages", self.base))
            .header("content-type", "application/json")
            .body(Full::new(body.into()))
            .unwrap();
        let response = self.client.request(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(status, 200, "{session}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap()
    }
}

/// One customer.
#[derive(Debug)]
pub(crate) struct Talk {
    pub(crate) id: String,
    /// The version that said the last text.
    pub(crate) version: Option<char>,
    /// The last text, without its version.
    pub(crate) phase: String,
    /// Tickets that were opened.
    pub(crate) calls: u64,
    /// Messages so far, and the last of them with its answer.
    messages: u64,
    last: (String, Json),
    /// Number of the last reply.
    said: u64,
    /// What is done once in a conversation.
    has_been_quiet: bool,
    was_asked: bool,
    said_no: bool,
}

impl Talk {
    pub(crate) fn new(number: usize) -> Self {
        Self {
            id: format!("s{number}"),
            version: None,
            phase: String::new(),
            calls: 0,
            messages: 0,
            last: (String::new(), Json::Null),
            said: 0,
            has_been_quiet: false,
            was_asked: false,
            said_no: false,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase.as_str(), "bye." | "human")
    }

    /// What the customer says, if it is her turn.
    fn input(&mut self, choice: u64, at_last: bool) -> Option<&'static str> {
        Some(match self.phase.as_str() {
            "" => "begin",
            "name?" => "Ann",
            "sure?" if !at_last && choice.is_multiple_of(4) && !self.said_no => {
                self.said_no = true;
                "no"
            }
            "sure?" => "yes",
            "pick?" if at_last && choice.is_multiple_of(2) => "human",
            "pick?" if at_last => "done",
            "pick?" => match choice % 16 {
                0 => "human",
                1 => "done",
                2..=6 if !self.has_been_quiet => {
                    self.has_been_quiet = true;
                    "quiet"
                }
                2..=9 => "wait",
                _ => "call",
            },
            "say something?" if at_last || choice.is_multiple_of(3) => "hm",
            "human" => "hello",
            _ => return None,
        })
    }

    /// The customer says something, if it is her turn, and hears what one of the versions says that
    /// are current meanwhile. Whether an action was called.
    pub(crate) async fn says(
        &mut self,
        client: &Client,
        reference: &Reference,
        choice: u64,
        at_last: bool,
        current: &[char],
    ) -> bool {
        let Some(input) = self.input(choice, at_last) else { return false };
        self.messages += 1;
        let answer = client.post(&self.id, self.messages, input).await;
        let heard: Vec<(u64, String)> = answer["replies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reply| {
                (reply["seq"].as_u64().unwrap(), reply["text"].as_str().unwrap().to_owned())
            })
            .collect();
        self.last = (input.to_owned(), answer);
        self.hears(heard, reference, input, current);
        assert_eq!(self.last.1["handed_off"], self.phase == "human", "{self:?}");
        let called = input == "call";
        self.calls += u64::from(called);
        called
    }

    fn hears(
        &mut self,
        heard: Vec<(u64, String)>,
        reference: &Reference,
        input: &str,
        current: &[char],
    ) {
        let numbers: Vec<u64> = heard.iter().map(|(seq, _)| *seq).collect();
        let expected: Vec<u64> = (self.said + 1..).take(heard.len()).collect();
        assert_eq!(numbers, expected, "{self:?}");
        self.said += heard.len() as u64;
        let (tags, texts): (Vec<char>, Vec<String>) =
            heard.iter().map(|(_, text)| split(text)).unzip();
        // A human has the conversation.
        let Some(tag) = tags.first().copied() else {
            assert_eq!(self.phase, "human", "nothing was said: {self:?}");
            return;
        };
        assert!(tags.iter().all(|t| *t == tag), "two versions in a turn: {heard:?} {self:?}");
        let may = |now: &char| self.version.map_or(*now, |from| goes_on(from, &self.phase, *now));
        let allowed: Vec<char> = current.iter().map(may).collect();
        assert!(allowed.contains(&tag), "{tag} took `{input}`, not one of {allowed:?}: {self:?}");
        assert_eq!(texts, reference.of(tag, &self.phase, input), "{tag}, `{input}`: {self:?}");
        self.version = Some(tag);
        self.phase = next_phase(&self.phase, &texts);
    }

    /// Whether what is due was said, when an hour has gone by.
    pub(crate) async fn woken(
        &mut self,
        world: &World,
        reference: &Reference,
        current: char,
    ) -> bool {
        let is_silent = self.phase == "say something?" && !self.was_asked;
        if self.phase != "waiting." && !is_silent {
            return true;
        }
        let replies = world.server.dispatch().replies_after(&self.id, self.said).await.unwrap();
        if replies.is_empty() {
            return false;
        }
        let heard = replies.into_iter().map(|reply| (reply.seq, reply.reply.text)).collect();
        self.was_asked |= is_silent;
        self.hears(heard, reference, "+", &[current]);
        true
    }

    /// The last message again: the same answer, whichever version runs now.
    pub(crate) async fn hears_the_same_again(&self, client: &Client) {
        let (input, first) = &self.last;
        let again = client.post(&self.id, self.messages, input).await;
        assert_eq!(again["repeated"], true, "{self:?}");
        for field in ["replies", "turn", "handed_off"] {
            assert_eq!(again[field], first[field], "{field}: {self:?}");
        }
    }
}

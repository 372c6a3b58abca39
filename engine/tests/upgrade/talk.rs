//! A conversation that can change its program.

use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::upgrade::{Diff, MigrationPlan, Version, diff};
use flowright_engine::model::{ActionResult, Command, Event, Session};
use flowright_engine::upgrade::{Stays, move_session};
use flowright_engine::{LoadedProgram, open_session, step};
use serde_json::json;

const COMMON: [(&str, &str); 4] = [
    ("bot ", "bot example {\n  languages en\n  timezone \"Asia/Shanghai\"\n}\n"),
    ("channel ", "channel web: websocket\n"),
    ("skill ", "skill frontline\n"),
    ("route ", "route { otherwise -> frontline }\n"),
];

/// 2026-06-01 09:00 in Shanghai.
const NOW_MS: i64 = 1_780_275_600_000;

/// A conversation that can change its program.
pub(super) struct Talk {
    program: LoadedProgram,
    pub(super) session: Session,
    now_ms: i64,
    pub(super) called: Vec<String>,
}

impl Talk {
    pub(super) fn new(source: &str) -> Self {
        let program = load(source);
        let session = open_session(&program, "s", "web", None, NOW_MS);
        Self { program, session, now_ms: NOW_MS, called: Vec::new() }
    }

    fn event(&mut self, event: Event) -> Vec<String> {
        let (mut event, mut said) = (event, Vec::new());
        loop {
            let done = step(&self.program, &mut self.session, event, self.now_ms).unwrap();
            for command in done.commands {
                match command {
                    Command::Reply(reply) => said.push(reply.text),
                    Command::Note { code, text } => panic!("{code}: {text}"),
                    _ => {}
                }
            }
            let Some(call) = self.session.pending_call().cloned() else { return said };
            let action = &self.program.program.actions[call.action.index()];
            self.called.push(format!("{} {:?}", action.name, call.args));
            let body = match action.name.as_str() {
                "orders.all" => json!({ "items": [
                    { "title": "Pump", "price": 3, "stock": 1 },
                    { "title": "Pipe", "price": 4, "stock": 2 },
                ] }),
                _ => json!({ "due": "2026-06-10", "owner": "C-1" }),
            };
            let result = ActionResult::Answer { status: 200, body };
            event = Event::ActionResult { key: call.key, result };
        }
    }

    pub(super) fn say(&mut self, text: &str) -> Vec<String> {
        let (channel, payload) = ("web".to_owned(), None);
        self.event(Event::Message {
            channel,
            text: text.to_owned(),
            payload,
            external: None,
            knowledge: Vec::new(),
            attachments: Vec::new(),
            from: None,
        })
    }

    /// The new program takes over; what is said at once.
    pub(super) fn upgrade(&mut self, source: &str) -> Result<Vec<String>, Stays> {
        let new = load(source);
        let plan = between(&self.program, &new).plan;
        // As a runtime would keep it.
        let plan: MigrationPlan =
            serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        self.session = move_session(&plan, &self.session, &new.program)?;
        self.program = new;
        match self.session.wake_at_ms {
            Some(due) if due <= self.now_ms => Ok(self.event(Event::Wake)),
            _ => Ok(Vec::new()),
        }
    }
}

pub(super) fn load(text: &str) -> LoadedProgram {
    let mut text = text.to_owned();
    for (word, common) in COMMON {
        if !text.lines().any(|line| line.starts_with(word)) {
            text.push_str(common);
        }
    }
    let analysis = flowright_compiler::analyse(&MemorySources::one("bot.flow", &text)).unwrap();
    // A new version may read what it never fills: that is one of the changes told apart here.
    let made = flowright_compiler::compile::build(&analysis)
        .unwrap_or_else(|e| panic!("{e}: {:?}", analysis.diagnostics));
    let encoded = bundle::write(&made).unwrap();
    let (read, hash) = bundle::read(&encoded.bytes).unwrap();
    LoadedProgram::interpreted(read, hash).unwrap()
}

fn version(loaded: &LoadedProgram) -> Version<'_> {
    Version { program: &loaded.program, hash: loaded.bundle }
}

pub(super) fn between(old: &LoadedProgram, new: &LoadedProgram) -> Diff {
    diff(version(old), version(new))
}

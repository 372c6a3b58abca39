//! `flowright chat`: a conversation in the terminal. Actions are carried out for real.

use std::io::BufRead as _;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use flowright_engine::json::value_from_json;
use flowright_engine::model::{ActionResult, Command, Contact, Event, Reply, Session, Status};
use flowright_engine::{LoadedProgram, open_session, step};
use flowright_knowledge::Index;
use flowright_nlu::external::External;
use flowright_nlu::lang::Lang;
use flowright_runtime::access::Rehearsal;
use flowright_runtime::actions::{ActionClient, variables_needed};
use flowright_runtime::clock::{Clock as _, WallClock};
use flowright_runtime::external::{Asker, ExternalOptions};
use flowright_runtime::knowledge::find;
use flowright_runtime::telemetry::Metrics;
use flowright_runtime::transport::HttpTransport;
use tokio::runtime::Runtime;

use super::serve::{demo_customers, external, variables};
use crate::Outcome;
use crate::args::ChatArgs;
use crate::configuration;
use crate::failure::{Failure, print};
use crate::runnable::{Runnable, articles};
use crate::style::{Stream, is_terminal, paint};

/// Longest wait for input before timers are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(crate) fn run(args: &ChatArgs) -> Result<Outcome, Failure> {
    let Some(runnable) = Runnable::open(&args.path)? else { return Ok(Outcome::Findings) };
    let config = configuration::read(None, &runnable.folder)?;
    let program = runnable.load(args.no_jit)?;
    let variables = variables(&config, &variables_needed(&program.program))?;
    let runtime = Runtime::new().map_err(|e| Failure::new(format!("cannot start threads: {e}")))?;
    let external = external(&config)?;
    let (actions, asker) = {
        let _in_runtime = runtime.enter();
        let asker = |options: ExternalOptions| {
            Asker::new(options, Arc::new(WallClock), Arc::new(Metrics::default()))
        };
        (ActionClient::new(Arc::new(HttpTransport::default()), variables), external.map(asker))
    };
    let customer = customer(args.customer.as_deref(), &demo_customers(&config), &program)?;
    let lang = language(args.language.as_deref())?;
    let who = Who { customer, lang, reachable: reachable(&args.reachable, &program)? };
    let session = begin(&program, &who);
    let trace = args.trace;
    let codes = Rehearsal::new().map_err(Failure::new)?;
    let articles = articles(&program)?;
    let mut chat = Chat { program, runtime, actions, asker, articles, codes, session, who, trace };
    chat.talk()?;
    Ok(Outcome::Fine)
}

type Profile = Vec<Option<flowright_nlu::value::Value>>;

/// Who talks here.
struct Who {
    customer: Profile,
    lang: Option<Lang>,
    /// Channels on which she has an address, too.
    reachable: Vec<String>,
}

fn begin(program: &LoadedProgram, who: &Who) -> Session {
    let channel = program.program.channels.first().map_or("chat", |channel| channel.name.as_str());
    let now = WallClock.now_ms();
    let mut session = open_session(program, &format!("chat-{now}"), channel, who.lang, now);
    session.customer.clone_from(&who.customer);
    let contact = |channel: &String| Contact {
        channel: channel.clone(),
        address: "you".to_owned(),
        reply_to: None,
        heard_at_ms: now,
    };
    session.contacts = who.reachable.iter().map(contact).collect();
    session
}

/// The channels that are named, if the bot has them.
fn reachable(wanted: &[String], program: &LoadedProgram) -> Result<Vec<String>, Failure> {
    let known = &program.program.channels;
    if let Some(name) = wanted.iter().find(|name| !known.iter().any(|c| c.name == **name)) {
        let names: Vec<&str> = known.iter().map(|channel| channel.name.as_str()).collect();
        let help = match names.is_empty() {
            true => "the bot declares no channel".to_owned(),
            false => format!("it has {}", names.join(", ")),
        };
        return Err(Failure::new(format!("the bot has no channel `{name}`")).with_help(help));
    }
    Ok(wanted.to_vec())
}

fn language(code: Option<&str>) -> Result<Option<Lang>, Failure> {
    let parse = |code: &str| {
        Lang::parse(code).ok_or_else(|| {
            Failure::new(format!("`{code}` is not a language")).with_help("such as `zh` or `en`")
        })
    };
    code.map(parse).transpose()
}

/// The customer wanted: one of the configuration, or a profile as JSON.
fn customer(
    wanted: Option<&str>,
    known: &[serde_json::Value],
    program: &LoadedProgram,
) -> Result<Profile, Failure> {
    let fields = &program.program.customer;
    let Some(wanted) = wanted else { return Ok(vec![None; fields.len()]) };
    let by_id = known.iter().find(|c| c.get("id").and_then(|id| id.as_str()) == Some(wanted));
    let json = match by_id {
        Some(json) => json.clone(),
        None => serde_json::from_str(wanted).map_err(|_| {
            let ids: Vec<&str> =
                known.iter().filter_map(|c| c.get("id").and_then(|id| id.as_str())).collect();
            Failure::new(format!("there is no customer `{wanted}`")).with_help(format!(
                "flowright.toml has: {}; or give a profile: '{{\"id\": \"C-1\"}}'",
                if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
            ))
        })?,
    };
    let field = |field: &flowright_compiler::ir::FieldDef| {
        let value = json.get(&field.name).unwrap_or(&serde_json::Value::Null);
        value_from_json(&program.program, &field.ty, value)
            .map_err(|e| Failure::new(format!("customer: {}: {e}", field.name)))
    };
    fields.iter().map(field).collect()
}

struct Chat {
    program: LoadedProgram,
    runtime: Runtime,
    actions: ActionClient,
    asker: Option<Asker>,
    articles: Index,
    /// Stands in for the mail server.
    codes: Rehearsal,
    session: Session,
    who: Who,
    trace: bool,
}

impl Chat {
    fn talk(&mut self) -> Result<(), Failure> {
        let terminal = is_terminal(Stream::Out);
        if terminal {
            let bot = &self.program.program.bot.name;
            eprintln!(
                "{bot}: type a message; /restart begins again, /state shows where you are, /quit ends"
            );
        }
        let lines = read_lines();
        self.open()?;
        loop {
            if terminal {
                print(&paint(Stream::Out, "1;34", "you  "))?;
            }
            let Some(line) = self.next_line(&lines)? else { return Ok(()) };
            match line.trim() {
                "" => {}
                "/quit" | "/exit" => return Ok(()),
                "/restart" => {
                    self.session = begin(&self.program, &self.who);
                    self.open()?;
                }
                "/state" => print(&self.where_it_is())?,
                command if command.starts_with('/') => {
                    eprintln!("there is no command `{command}`: /restart, /state, /quit");
                }
                text => {
                    if !terminal {
                        print(&format!("you  {text}\n"))?;
                    }
                    self.say(text)?;
                }
            }
        }
    }

    fn open(&mut self) -> Result<(), Failure> {
        let channel = self.session.channel.clone();
        self.take(Event::Opened { channel })
    }

    fn say(&mut self, text: &str) -> Result<(), Failure> {
        let channel = self.session.channel.clone();
        let external = self.ask(text);
        self.take(Event::Message {
            channel,
            text: text.to_owned(),
            payload: None,
            external,
            knowledge: find(&self.articles, &self.program, &self.session, text),
            attachments: Vec::new(),
            from: None,
        })
    }

    /// What a model elsewhere makes of a line, where one is configured.
    fn ask(&self, text: &str) -> Option<Box<External>> {
        let asker = self.asker.as_ref()?;
        let asked = self.runtime.block_on(asker.ask(&self.program, &self.session, text, None));
        for notice in &asked.notices {
            eprintln!("     {notice}");
        }
        asked.external
    }

    /// The next line, while timers run.
    fn next_line(&mut self, lines: &Receiver<String>) -> Result<Option<String>, Failure> {
        loop {
            match lines.recv_timeout(LOOK_EVERY) {
                Ok(line) => return Ok(Some(line)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {
                    let now = WallClock.now_ms();
                    if self.session.wake_at_ms.is_some_and(|at| at <= now) {
                        print("\n")?;
                        self.take(Event::Wake)?;
                    }
                }
            }
        }
    }

    /// A step, and those that follow from its calls.
    fn take(&mut self, event: Event) -> Result<(), Failure> {
        let mut next = Some(event);
        while let Some(event) = next.take() {
            let now = WallClock.now_ms();
            let done = step(&self.program, &mut self.session, event, now)
                .map_err(|e| Failure::new(e.to_string()))?;
            if self.trace {
                self.show_trace(&done.trace);
            }
            for command in &done.commands {
                self.show(command)?;
            }
            if let Some(call) = self.session.pending_call().cloned() {
                let own = self.codes.carry_out(&self.program, &self.session, &call, now);
                let result = match own {
                    Some((result, letter)) => {
                        letter.iter().flat_map(|text| text.lines()).for_each(show_mail);
                        result
                    }
                    None => {
                        let program = &self.program.program;
                        self.runtime.block_on(self.actions.call(program, &call))
                    }
                };
                if self.trace || matches!(result, ActionResult::Failed(_)) {
                    self.show_result(&call, &result);
                }
                next = Some(Event::ActionResult { key: call.key, result });
            }
        }
        Ok(())
    }

    fn show(&self, command: &Command) -> Result<(), Failure> {
        match command {
            Command::Reply(reply) => print(&render(reply)),
            Command::Handoff(handoff) => {
                let skill = handoff.skill_name.as_deref().unwrap_or("whoever is free");
                let text = format!("---  to a human: {skill}, because {}\n", handoff.because);
                print(&paint(Stream::Out, "33", &text))
            }
            Command::FlowEnded { flow, outcome } if self.trace => {
                eprintln!("     {flow} ended {outcome:?}");
                Ok(())
            }
            Command::NotReached { channel } => {
                eprintln!(
                    "     R0106: you have no address on `{channel}`: `--reachable {channel}` gives you one"
                );
                Ok(())
            }
            Command::Note { code, text } => {
                eprintln!("     {code}: {text}");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn show_trace(&self, trace: &[flowright_engine::Entered]) {
        if let Some((intent, percent)) = self.session.last_intent {
            let name =
                self.program.program.intents.get(intent.index()).map_or("", |i| i.name.as_str());
            eprintln!("     understood {name} ({percent}%)");
        }
        if let Some(felt) = self.session.sentiment_percent {
            eprintln!("     sentiment {:.2}", f64::from(felt) / 100.0);
        }
        for entered in trace {
            let Some(flow) = self.program.program.flows.get(entered.flow.index()) else { continue };
            let state = flow.states.get(entered.state.index()).map_or("", |s| s.name.as_str());
            eprintln!("     -> {}.{state}", flow.name);
        }
    }

    fn show_result(&self, call: &flowright_engine::model::PendingCall, result: &ActionResult) {
        let action = self.program.program.actions.get(call.action.index());
        let name = action.map_or("", |action| action.name.as_str());
        match result {
            ActionResult::Answer { status, body } => eprintln!("     {name}: {status} {body}"),
            ActionResult::Failed(cause) => eprintln!("     {name} failed: {cause}"),
            _ => {}
        }
    }

    fn where_it_is(&self) -> String {
        let mut text = match &self.session.status {
            Status::Bot if self.session.stack.is_empty() => {
                "     nothing is under way\n".to_owned()
            }
            Status::Bot => String::new(),
            Status::HandedOff(_) => "     a human has it\n".to_owned(),
        };
        for frame in &self.session.stack {
            let Some(flow) = self.program.program.flows.get(frame.flow.index()) else { continue };
            let state = flow.states.get(frame.state.index()).map_or("", |s| s.name.as_str());
            text.push_str(&format!("     {}.{state}\n", flow.name));
            for (name, value) in flow.cell_names.iter().zip(&frame.cells) {
                if let Some(value) = value {
                    text.push_str(&format!("       {name} = {value:?}\n"));
                }
            }
        }
        text
    }
}

/// A line of a mail that a server would send.
fn show_mail(line: &str) {
    eprintln!("mail {line}");
}

/// A reply in lines: its words, choices by number, links.
fn render(reply: &Reply) -> String {
    let on = reply.on.as_ref().map_or_else(String::new, |on| format!("(on {on}) "));
    let mut text = format!("{}{on}{}\n", paint(Stream::Out, "1;32", "bot  "), reply.text);
    if let Some(card) = &reply.card {
        text.push_str(&format!("     [{}] {}\n", card.title, card.body.as_deref().unwrap_or("")));
    }
    for (number, choice) in (1..).zip(&reply.choices) {
        text.push_str(&format!("     {number}. {}\n", choice.label));
    }
    for media in reply.links.iter().chain(&reply.images) {
        text.push_str(&format!("     {} {}\n", media.label.as_deref().unwrap_or(""), media.url));
    }
    text
}

/// Lines of standard input, read beside everything else. The channel ends with the input.
fn read_lines() -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

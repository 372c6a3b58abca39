//! The protocol: requests in, responses and events out.

mod handlers;

use std::io::{BufReader, Read, Write};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::Shell;
use super::arguments::{Attach, Launch, SourceAsked};
use super::breakpoints::Asks;
use super::incidents::Trigger;
use super::run::{Doing, Driver, Run, Stops, Told};
use super::sources::{Counting, source};
use super::variables::Lists;
use super::wire::{self, WireError};

/// How often a server that is followed is asked for news; less often while it does not answer.
const POLL_EVERY: Duration = Duration::from_millis(300);
const POLL_EVERY_MAX: Duration = Duration::from_secs(10);
/// Messages that may wait.
const MESSAGES_MAX: usize = 64;
/// Files with breakpoints.
const FILES_MAX: usize = 10_000;
/// The only thread: a conversation is one.
const THREAD: i64 = 1;

/// Speaks the protocol until whoever debugs is done.
///
/// # Errors
/// What was read is not the protocol, or nobody reads what is written.
pub fn serve(
    input: impl Read + Send + 'static,
    output: impl Write,
    shell: &dyn Shell,
) -> Result<(), String> {
    let (sender, messages) = sync_channel(MESSAGES_MAX);
    let reader = std::thread::Builder::new().name("flowright-dap".to_owned());
    // It ends with its input, or when nobody takes what it has read.
    reader
        .spawn(move || read_all(input, &sender))
        .map_err(|e| format!("cannot start a thread: {e}"))?;
    Adapter::new(output, shell).run(&messages)
}

fn read_all(input: impl Read, sender: &SyncSender<Result<Json, WireError>>) {
    let mut input = BufReader::new(input);
    loop {
        let read = wire::read(&mut input).transpose();
        let Some(message) = read else { return };
        let lost = matches!(message, Err(WireError::Lost(_)));
        if sender.send(message).is_err() || lost {
            return;
        }
    }
}

/// What a conversation began with, to begin it again.
#[derive(Debug, Clone)]
enum Begun {
    Launched(Launch),
    Attached(Attach),
}

struct Adapter<'s, W> {
    output: W,
    shell: &'s dyn Shell,
    seq: i64,
    counting: Counting,
    begun: Option<Begun>,
    run: Option<Run>,
    /// `configurationDone` was said.
    configured: bool,
    stops: Stops,
    /// What was asked for, for a conversation that begins again with other sources.
    asked_files: Vec<(SourceAsked, Vec<Asks>)>,
    asked_states: Vec<Asks>,
    /// Counts the breakpoints.
    last_id: i64,
    /// The editor asks again for what is not so any more.
    invalidates: bool,
    poll_every: Duration,
    done: bool,
}

impl<'s, W: Write> Adapter<'s, W> {
    fn new(output: W, shell: &'s dyn Shell) -> Self {
        let filters = ["test", "failure"].into_iter().filter_map(Trigger::parse);
        let filters = filters.filter(|t| t.is_default()).map(Trigger::name).collect();
        Self {
            output,
            shell,
            seq: 0,
            counting: Counting { line: 1, column: 1 },
            begun: None,
            run: None,
            configured: false,
            stops: Stops { filters, ..Stops::default() },
            asked_files: Vec::new(),
            asked_states: Vec::new(),
            last_id: 0,
            invalidates: false,
            poll_every: POLL_EVERY,
            done: false,
        }
    }

    fn run(mut self, messages: &Receiver<Result<Json, WireError>>) -> Result<(), String> {
        while !self.done {
            let follows = self.configured
                && self.run.as_ref().is_some_and(|run| matches!(run.driver, Driver::Server(_)));
            let message = match follows {
                true => messages.recv_timeout(self.poll_every),
                false => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(Ok(message)) => self.message(&message)?,
                Ok(Err(WireError::Bad(cause))) => self.output("stderr", &cause)?,
                Ok(Err(WireError::Lost(cause))) => {
                    self.output("stderr", &cause)?;
                    return Err(cause);
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(run) = &mut self.run {
                        let answers = run.poll(&self.stops);
                        let later = self.poll_every.saturating_mul(2).min(POLL_EVERY_MAX);
                        self.poll_every = if answers { POLL_EVERY } else { later };
                    }
                    self.tell()?;
                }
                // Whoever debugged is gone.
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
        Ok(())
    }

    /// Answers a message.
    fn message(&mut self, message: &Json) -> Result<(), String> {
        let field = |name: &str| message.get(name).and_then(Json::as_str);
        let seq = message.get("seq").and_then(Json::as_i64);
        let (Some("request"), Some(command), Some(seq)) = (field("type"), field("command"), seq)
        else {
            return self.output("stderr", "a message that is no request");
        };
        let arguments = message.get("arguments").unwrap_or(&Json::Null);
        let answer = self.request(command, arguments);
        let mut response = json!({
            "type": "response", "request_seq": seq, "command": command,
            "success": answer.is_ok(),
        });
        if let Some(response) = response.as_object_mut() {
            match answer {
                Ok(body) => {
                    response.insert("body".to_owned(), body);
                }
                Err(cause) => {
                    response.insert("message".to_owned(), json!(cause));
                    let mut error = json!({ "id": 1, "format": cause });
                    // What an editor evaluates by itself, for a word under the mouse, fails in silence;
                    // that a beginning fails is always shown.
                    if !matches!(command, "launch" | "attach")
                        && let Some(error) = error.as_object_mut()
                    {
                        let shown = matches!(command, "restart" | "setExpression");
                        error.insert("showUser".to_owned(), shown.into());
                    }
                    response.insert("body".to_owned(), json!({ "error": error }));
                }
            }
        }
        let began = self.run.is_some() && matches!(command, "launch" | "attach");
        let good = response.get("success") == Some(&Json::Bool(true));
        self.send(response)?;
        if began && good {
            self.event("initialized", json!({}))?;
        }
        self.tell()
    }

    fn send(&mut self, mut message: Json) -> Result<(), String> {
        self.seq += 1;
        if let Some(message) = message.as_object_mut() {
            message.insert("seq".to_owned(), json!(self.seq));
        }
        wire::write(&mut self.output, &message).map_err(|e| format!("nobody reads: {e}"))
    }

    fn event(&mut self, name: &str, body: Json) -> Result<(), String> {
        self.send(json!({ "type": "event", "event": name, "body": body }))
    }

    fn output(&mut self, category: &str, text: &str) -> Result<(), String> {
        self.event("output", json!({ "category": category, "output": format!("{text}\n") }))
    }

    /// Tells what has happened.
    fn tell(&mut self) -> Result<(), String> {
        let Some(run) = &mut self.run else { return Ok(()) };
        for told in std::mem::take(&mut run.told) {
            match told {
                Told::Output { category, text, at } => {
                    let mut body = json!({ "category": category, "output": format!("{text}\n") });
                    let target = self.run.as_ref().map(|run| Rc::clone(&run.target));
                    if let (Some(at), Some(target), Some(body)) = (at, target, body.as_object_mut())
                    {
                        let (line, column) = target.line_column(at);
                        body.insert("source".to_owned(), source(&target, at.file));
                        let (first, column_first) = (self.counting.line, self.counting.column);
                        body.insert("line".to_owned(), json!(i64::from(line) + first));
                        body.insert("column".to_owned(), json!(i64::from(column) + column_first));
                    }
                    self.event("output", body)?;
                }
                Told::Stopped => {
                    let body = self.stopped();
                    self.event("stopped", body)?;
                }
                Told::Continued => {
                    let body = json!({ "threadId": THREAD, "allThreadsContinued": true });
                    self.event("continued", body)?;
                }
                Told::Breakpoint(breakpoint) => {
                    let body = json!({ "reason": "changed", "breakpoint": breakpoint });
                    self.event("breakpoint", body)?;
                }
                Told::Invalidated if !self.invalidates => {}
                Told::Invalidated => {
                    if let Some(run) = &mut self.run {
                        run.lists = Lists::default();
                    }
                    self.event("invalidated", json!({ "areas": ["variables", "stacks"] }))?;
                }
                Told::Terminated { exit_code } => {
                    self.event("exited", json!({ "exitCode": exit_code }))?;
                    self.event("terminated", json!({}))?;
                }
            }
        }
        Ok(())
    }

    /// Why it is stopped.
    fn stopped(&self) -> Json {
        let stop = self.run.as_ref().and_then(|run| match &run.doing {
            Doing::Stopped(stop) => Some((run, stop)),
            Doing::Waiting(_) | Doing::Over => None,
        });
        let Some((run, stop)) = stop else { return json!({ "threadId": THREAD }) };
        let mut body = json!({
            "reason": stop.reason, "threadId": THREAD, "allThreadsStopped": true,
            "hitBreakpointIds": stop.hits,
        });
        let incident = run.incident().filter(|_| stop.reason == "exception");
        if let (Some(incident), Some(body)) = (incident, body.as_object_mut()) {
            let details = incident.details.as_ref().map(|details| format!("\n{details}"));
            let text = format!("{}{}", incident.text, details.unwrap_or_default());
            body.insert("description".to_owned(), json!(incident.text));
            body.insert("text".to_owned(), json!(text));
        }
        body
    }
}

//! Plays a conversation against the engine and holds every step against the invariants.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use flowright_compiler::ir::{ActionId, FlowId, StateId};

use super::answers::{Answers, plainest};
use super::conversation::{Answer, Conversation, Move};
use super::invariants::{
    Broken, Guard, Invariant, Key, Ledger, property_broken, says_something, stored,
};
use super::random::Random;
use super::seen::{Seen, of_step, place};
use super::turns::Turns;
use crate::LoadedProgram;
use crate::json::value_to_json;
use crate::model::{ActionResult, Choice, Command, Event, PendingCall, Session, Status};
use crate::session::open_session;
use crate::step::{Entered, step};
use crate::transcript::{ReportLine, contacts_on, instant, shown};

/// Calls that one event may lead to.
const CALLS_PER_EVENT_MAX: usize = 200;
/// Timers that one silence may set off; time stands still after them.
const WAKES_PER_SILENCE_MAX: usize = 50;
/// Timers that may go off at one instant.
const WAKES_AT_ONCE_MAX: usize = 20;
/// Buttons of earlier replies that are remembered.
const OLD_BUTTONS_MAX: usize = 20;
/// Characters of a line that are shown.
const SHOWN_CHARS_MAX: usize = 160;

/// A conversation under way.
#[derive(Clone)]
pub(super) struct Player<'p> {
    pub(super) program: &'p LoadedProgram,
    guard: &'p Guard,
    /// Failures that were found before: the conversation goes on where it can.
    known: Arc<BTreeSet<Key>>,
    pub(super) session: Session,
    pub(super) now_ms: i64,
    /// Buttons of the last reply that had some.
    pub(super) buttons: Vec<Choice>,
    /// Buttons of replies before that.
    pub(super) old_buttons: VecDeque<Choice>,
    /// What each action answers, grown as it is asked for, and how many were used.
    pub(super) answers: BTreeMap<ActionId, Vec<Answer>>,
    used: BTreeMap<ActionId, usize>,
    /// Makes answers that are not there yet; without it the last one repeats.
    fresh: Option<(&'p Answers, Random)>,
    pub(super) today: flowright_nlu::value::Date,
    ledger: Ledger,
    flow_turns: Turns,
    pub(super) seen: BTreeSet<Seen>,
    pub(super) entered: BTreeSet<Entered>,
    last_entered: Option<(FlowId, StateId)>,
    pub(super) commands: Vec<Command>,
    pub(super) lines: Vec<ReportLine>,
    pub(super) turns: u64,
}

impl<'p> Player<'p> {
    pub(super) fn new(
        program: &'p LoadedProgram,
        guard: &'p Guard,
        conversation: &Conversation,
        known: &Arc<BTreeSet<Key>>,
        fresh: Option<(&'p Answers, Random)>,
    ) -> Self {
        let (today, time_s) = conversation.today;
        let now_ms = instant(program, today, time_s);
        let channels = &program.program.channels;
        let channel = conversation.channel.and_then(|id| channels.get(id.index()));
        let channel = channel.or(channels.first()).map_or("test", |channel| channel.name.as_str());
        let mut session = open_session(program, "fuzz", channel, conversation.lang, now_ms);
        if conversation.customer.len() == session.customer.len() {
            session.customer.clone_from(&conversation.customer);
        }
        session.contacts = contacts_on(program, &conversation.reachable, now_ms);
        Self {
            program,
            guard,
            known: Arc::clone(known),
            session,
            now_ms,
            buttons: Vec::new(),
            old_buttons: VecDeque::new(),
            answers: conversation.answers.clone(),
            used: BTreeMap::new(),
            fresh,
            today,
            ledger: Ledger::default(),
            flow_turns: Turns::default(),
            seen: BTreeSet::new(),
            entered: BTreeSet::new(),
            last_entered: None,
            commands: Vec::new(),
            lines: Vec::new(),
            turns: 0,
        }
    }

    /// The session is opened without a word.
    pub(super) fn open(&mut self) -> Result<(), Broken> {
        self.note("user", "(opens the session)");
        let channel = self.session.channel.clone();
        self.take(Event::Opened { channel }).map(|_| ())
    }

    /// Makes a move; whether there was one to make.
    pub(super) fn make(&mut self, made: &Move) -> Result<bool, Broken> {
        match made {
            Move::Say(text) => self.say("user", text.clone(), text.clone(), None)?,
            Move::Press(label) => {
                let button = self.buttons.iter().find(|choice| choice.label == *label).cloned();
                let Some(button) = button else { return Ok(false) };
                // A button that only says its label sends it as words.
                let payload = Some(button.payload).filter(|payload| payload != "say");
                self.say("user", format!("[{label}]"), button.label, payload)?;
            }
            Move::PressOld { label, payload } => {
                let text = format!("[{label}] (a button further up)");
                self.say("user", text, label.clone(), Some(payload.clone()))?;
            }
            Move::Silence(ms) => self.silence(*ms)?,
        }
        Ok(true)
    }

    fn say(
        &mut self,
        who: &'static str,
        line: String,
        text: String,
        payload: Option<String>,
    ) -> Result<(), Broken> {
        self.note(who, &line);
        let (was_bot, before) = (self.session.status == Status::Bot, place(&self.session));
        let channel = self.session.channel.clone();
        let answered = self.take(Event::Message {
            channel,
            text,
            payload,
            external: None,
            knowledge: Vec::new(),
            attachments: Vec::new(),
            from: None,
        })?;
        if was_bot && !answered {
            let at = place(&self.session).or(before).or(self.last_entered);
            self.broke(Broken::new(Invariant::Answered, at, "the message gets no answer"))?;
        }
        Ok(())
    }

    /// Ends the conversation, unless it is a known failure after which it can go on.
    fn broke(&self, broken: Broken) -> Result<(), Broken> {
        let goes_on = broken.invariant.can_go_on() && self.known.contains(&broken.key());
        if goes_on { Ok(()) } else { Err(broken) }
    }

    /// Takes an event and answers calls until the turn is over; whether the customer got an answer.
    fn take(&mut self, event: Event) -> Result<bool, Broken> {
        self.turns += 1;
        self.ledger.begin_turn();
        let (mut event, mut answered) = (event, false);
        for _ in 0..CALLS_PER_EVENT_MAX {
            answered |= self.step(event)?;
            let Some(call) = self.session.pending_call().cloned() else {
                self.check_turns()?;
                return Ok(answered);
            };
            let answer = self.answer(&call);
            self.note_call(&call, &answer);
            event = Event::ActionResult { key: call.key, result: result(answer) };
        }
        let what = format!("one turn makes more than {CALLS_PER_EVENT_MAX} calls");
        Err(Broken::new(Invariant::CallsEnd, place(&self.session), what))
    }

    /// One step of the engine; whether it answered the customer.
    fn step(&mut self, event: Event) -> Result<bool, Broken> {
        let before = place(&self.session);
        let asking = Turns::asking(&self.session);
        let asked = self.session.pending_call().map(|call| call.action);
        let (program, now_ms) = (self.program, self.now_ms);
        let mut outcome = None;
        let mut session = self.session.clone();
        let guarded = (self.guard)(&mut || {
            outcome = Some(step(program, &mut session, event.clone(), now_ms));
        });
        let stepped = match (guarded, outcome) {
            (Ok(()), Some(Ok(stepped))) => stepped,
            (Ok(()), Some(Err(error))) => {
                return Err(Broken::new(Invariant::EventsTaken, before, error.to_string()));
            }
            (Err(message), _) => return Err(Broken::new(Invariant::NoPanic, before, message)),
            (Ok(()), None) => {
                return Err(Broken::new(Invariant::NoPanic, before, "the step was not run"));
            }
        };
        self.session = stored(&session)
            .map_err(|what| Broken::new(Invariant::Stored, place(&session), what))?;
        match event {
            Event::Message { .. } => self.flow_turns.said(asking, &stepped.taken),
            // What runs in a silence leads somewhere else.
            Event::Wake => self.flow_turns.lose_all(),
            _ => {}
        }
        self.flow_turns.step(self.program, &self.session, &stepped);
        self.seen.extend(of_step(&stepped, before, &self.session));
        self.entered.extend(stepped.trace.iter().copied());
        let last = stepped.trace.last().map(|entered| (entered.flow, entered.state));
        self.last_entered = last.or(self.last_entered);
        if let (Some(action), Some(tried)) = (asked, self.session.tried.last()) {
            self.seen.insert(Seen::Result(action, before, tried.result.clone()));
        }
        if event == Event::Wake {
            self.seen.insert(Seen::Woke(before));
        }
        let mut answered = false;
        for command in stepped.commands {
            answered |= self.command(&command)?;
            self.commands.push(command);
        }
        Ok(answered)
    }

    /// Takes note of a command; whether it is an answer to the customer.
    fn command(&mut self, command: &Command) -> Result<bool, Broken> {
        match command {
            Command::Reply(reply) => {
                self.note("bot", &shown(reply));
                if !reply.choices.is_empty() {
                    let old = std::mem::replace(&mut self.buttons, reply.choices.clone());
                    self.old_buttons.extend(old);
                    let surplus = self.old_buttons.len().saturating_sub(OLD_BUTTONS_MAX);
                    self.old_buttons.drain(..surplus);
                }
                return Ok(reply.on.is_none() && says_something(reply));
            }
            Command::Handoff(handoff) => {
                self.note("call", &format!("handoff because {:?}", handoff.because));
                return Ok(true);
            }
            Command::Call(_) => self.check_call()?,
            Command::Note { code, text } if code == "R0102" => {
                let what = format!("the flow could not go on: {text}");
                return Err(Broken::new(Invariant::NoTrouble, place(&self.session), what));
            }
            _ => {}
        }
        Ok(false)
    }

    fn check_turns(&self) -> Result<(), Broken> {
        let Some((number, flow)) = self.flow_turns.too_many(self.program) else { return Ok(()) };
        let flow = self.program.program.flows.get(flow.index());
        let name = flow.map_or("", |flow| flow.name.as_str());
        let what = format!("`{name}` is not over after the turns that its `ensure` allows");
        self.broke(Broken::new(Invariant::Property(number), place(&self.session), what))
    }

    fn check_call(&mut self) -> Result<(), Broken> {
        let Some(call) = self.session.pending_call().cloned() else { return Ok(()) };
        let twice = self.ledger.enter(self.program, &self.session, &call);
        let against = property_broken(self.program, &self.session, &call, self.now_ms);
        for broken in twice.into_iter().chain(against) {
            if let Err(broken) = self.broke(broken) {
                self.note("call", &self.call_text(&call));
                return Err(broken);
            }
        }
        Ok(())
    }

    /// What a call comes to: the next answer there is, a fresh one, or the last one again.
    fn answer(&mut self, call: &PendingCall) -> Answer {
        let used = self.used.entry(call.action).or_default();
        let known = self.answers.entry(call.action).or_default();
        let number = *used;
        *used += 1;
        if let Some(answer) = known.get(number) {
            return answer.clone();
        }
        let program = &self.program.program;
        let Some(action) = program.actions.get(call.action.index()) else { return Answer::Fails };
        if let Some((answers, random)) = &mut self.fresh {
            let answer = answers.answer(program, action, self.today, random);
            known.push(answer.clone());
            return answer;
        }
        known.last().cloned().unwrap_or_else(|| {
            let result = action.result.as_ref();
            Answer::Value(result.map(|ty| plainest(ty, self.today)))
        })
    }

    /// Time passes; timers go off when they are due.
    fn silence(&mut self, ms: i64) -> Result<(), Broken> {
        self.note("time", &format!("{} s pass", ms / 1_000));
        let until = self.now_ms.saturating_add(ms);
        let (mut at_once, mut last) = (0, self.now_ms);
        for _ in 0..WAKES_PER_SILENCE_MAX {
            let Some(due) = self.session.wake_at_ms.filter(|due| *due <= until) else {
                self.now_ms = until;
                return Ok(());
            };
            self.now_ms = due.max(self.now_ms);
            at_once = if self.now_ms == last { at_once + 1 } else { 0 };
            last = self.now_ms;
            if at_once > WAKES_AT_ONCE_MAX {
                let what = "a timer that has gone off is due again at once";
                return Err(Broken::new(Invariant::TimersEnd, place(&self.session), what));
            }
            self.take(Event::Wake)?;
        }
        Ok(())
    }

    fn note(&mut self, who: &'static str, text: &str) {
        let short = match text.char_indices().nth(SHOWN_CHARS_MAX) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text.to_owned(),
        };
        self.lines.push(ReportLine { who, text: short.replace('\n', " ") });
    }

    fn note_call(&mut self, call: &PendingCall, answer: &Answer) {
        let program = &self.program.program;
        let action = program.actions.get(call.action.index());
        let answer = match answer {
            Answer::Value(Some(value)) => action
                .and_then(|action| action.result.as_ref())
                .map_or_else(String::new, |ty| value_to_json(program, ty, value).to_string()),
            Answer::Value(None) => "done".to_owned(),
            Answer::Error(number) => action
                .and_then(|action| action.errors.get(*number as usize))
                .map_or_else(String::new, |error| error.name.clone()),
            Answer::Fails => "fails".to_owned(),
            Answer::Http { status, body } => format!("{status} {body}"),
        };
        let text = format!("{} -> {answer}", self.call_text(call));
        self.note("call", &text);
    }

    fn call_text(&self, call: &PendingCall) -> String {
        let program = &self.program.program;
        let Some(action) = program.actions.get(call.action.index()) else { return String::new() };
        let args = action.params.iter().zip(&call.args).map(|(param, value)| {
            let json = value.as_ref().map(|value| value_to_json(program, &param.ty, value));
            format!("{}: {}", param.name, json.unwrap_or_default())
        });
        format!("{}({})", action.name, args.collect::<Vec<_>>().join(", "))
    }
}

fn result(answer: Answer) -> ActionResult {
    match answer {
        Answer::Value(value) => ActionResult::Value(value),
        Answer::Error(number) => ActionResult::Error(number),
        Answer::Fails => ActionResult::Failed("no answer in time".to_owned()),
        Answer::Http { status, body } => ActionResult::Answer { status, body },
    }
}

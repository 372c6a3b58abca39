//! A step under way: where an event goes, and what runs of the program.

use std::sync::Arc;

use flowright_compiler::ir::{
    Exit, FlowDef, FuncId, IntentId, Place, RunContext, RunError, Space, turn,
};
use flowright_nlu::external::External;
use flowright_nlu::value::{Date, Decimal, Value};
use flowright_nlu::{ScoredIntent, Understanding};

use crate::LoadedProgram;
use crate::limits::{FUEL_PER_RUN, RUNS_PER_STEP_MAX, UNDERSTOOD_MAX};
use crate::model::{Command, Event, FoundArticle, Reply, Session, Status, Wait};
use crate::step::{Entered, Step, Taken};
use crate::watch::{Moment, Watch};

/// Why the flow under way cannot go on. Ends at a human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// A run spent its budget, or the step ran too many functions.
    TooLong,
    /// Too many flows at once.
    TooDeep,
    /// Calls that follow from each other without end.
    TooManyCalls,
    /// Something that the verifier rules out.
    Unsound(&'static str),
}

/// A function's exit with its values.
pub(crate) struct Exited {
    pub(crate) exit: Exit,
    pub(crate) args: Vec<Option<Value>>,
}

/// A step under way.
pub(crate) struct Stepper<'s> {
    pub(crate) program: &'s LoadedProgram,
    pub(crate) session: &'s mut Session,
    pub(crate) now_ms: i64,
    pub(crate) commands: Vec<Command>,
    pub(crate) trace: Vec<Entered>,
    /// The commands before each of these.
    pub(crate) before: Vec<usize>,
    pub(crate) taken: Vec<Taken>,
    /// What the turn brings, by [`turn`] cell.
    pub(crate) turn: Vec<Option<Value>>,
    pub(crate) understanding: Option<Understanding>,
    /// What a model elsewhere made of this turn's utterance.
    pub(crate) external: Option<Box<External>>,
    /// Articles that may answer this turn's utterance.
    pub(crate) knowledge: Vec<FoundArticle>,
    /// What was said before this turn.
    pub(crate) said_before: Vec<Reply>,
    /// `repeat` has said it: the question is not asked again.
    pub(crate) said_again: bool,
    /// A clarifying question was asked, and this utterance does not answer it.
    pub(crate) clarified_in_vain: bool,
    /// Runs functions in place of the executor.
    pub(crate) watch: Option<&'s mut dyn Watch>,
    cx: RunContext,
    runs_left: u32,
}

impl<'s> Stepper<'s> {
    pub(crate) fn new(program: &'s LoadedProgram, session: &'s mut Session, now_ms: i64) -> Self {
        let (code, regexes) = (Arc::clone(&program.program), Arc::clone(&program.regexes));
        let cx = RunContext::with_regexes(code, regexes, FUEL_PER_RUN);
        Self {
            program,
            session,
            now_ms,
            commands: Vec::new(),
            trace: Vec::new(),
            before: Vec::new(),
            taken: Vec::new(),
            turn: vec![None; turn::CELLS as usize],
            understanding: None,
            external: None,
            knowledge: Vec::new(),
            said_before: Vec::new(),
            said_again: false,
            clarified_in_vain: false,
            watch: None,
            cx,
            runs_left: RUNS_PER_STEP_MAX,
        }
    }

    /// Sends the event to where it belongs.
    pub(crate) fn take(&mut self, event: Event) {
        self.set_turn_cells();
        let goes_on = matches!(
            event,
            Event::ActionResult { .. } | Event::Customer { .. } | Event::Contacts { .. }
        );
        if !goes_on {
            self.session.calls_before = self.session.calls;
        }
        match event {
            Event::Customer { profile } => {
                if profile.len() == self.session.customer.len() {
                    self.session.customer = profile;
                }
            }
            Event::Opened { channel } => {
                self.begin_turn(channel);
                self.opened();
            }
            Event::Contacts { hers } => self.learn_contacts(hers),
            Event::Message { channel, text, payload, external, knowledge, attachments, from } => {
                self.begin_turn(channel);
                if let Some(sender) = from {
                    self.hear_from(*sender);
                }
                self.external = external;
                self.knowledge = knowledge;
                self.message(&text, payload.as_deref(), &attachments);
            }
            Event::ActionResult { key, result } => self.action_result(&key, &result),
            Event::Wake => self.wake(),
            Event::Expired => self.expire(),
            Event::Agent { name, text, then, by: _ } => self.agent(name, text, then),
            Event::Desk { epoch: _, what } => self.desk(what),
            Event::Note { by, text } => self.note(by, &text),
            Event::Joined { other } => self.join(*other),
            Event::Left { .. } => self.leave(),
            // `step` has refused it.
            Event::Upgraded { .. } => {}
        }
    }

    pub(crate) fn begin_turn(&mut self, channel: String) {
        self.session.turn += 1;
        self.session.channel = channel;
        self.session.heard_at_ms = self.now_ms;
        self.said_before = std::mem::take(&mut self.session.last_said);
        self.set_turn_cells();
        if self.session.turn == 1 {
            self.default_session_slots();
        }
    }

    /// Leaves the session in a state to be stored; what the step gives.
    pub(crate) fn finish(self) -> Step {
        for command in &self.commands {
            // What a human said is not the bot's to repeat, nor what went elsewhere.
            if let Command::Reply(reply) = command
                && reply.agent.is_none()
                && reply.on.is_none()
            {
                self.session.last_said.push(reply.clone());
            }
        }
        self.session.wake_at_ms = self.next_wake();
        let intents = self.understanding.iter().flat_map(|understanding| &understanding.intents);
        let shown = |scored: &ScoredIntent| {
            (IntentId(scored.intent.into()), (scored.confidence * 1_000.0).round() as u16)
        };
        let understood = intents.take(UNDERSTOOD_MAX).map(shown).collect();
        let settled = !self.session.is_calling();
        let Self { commands, trace, before, taken, .. } = self;
        Step { commands, settled, trace, before, taken, understood }
    }

    /// When the earliest timer of the frame on top is due.
    fn next_wake(&self) -> Option<i64> {
        if self.session.status != Status::Bot {
            return self.waits_until();
        }
        let frame = self.session.stack.last()?;
        match &frame.wait {
            Wait::Until { at_ms, .. } => Some(*at_ms),
            Wait::Nothing | Wait::Return | Wait::Action(_) => None,
            _ => {
                let (ms, _) = self.silences().get(frame.silences as usize).copied()?;
                Some(self.session.heard_at_ms.saturating_add(ms))
            }
        }
    }

    /// The silence handlers that hold now: the state's, else the flow's.
    pub(crate) fn silences(&self) -> Vec<(i64, FuncId)> {
        let Some((flow, frame)) = self.flow().zip(self.session.stack.last()) else {
            return Vec::new();
        };
        let state = flow.states.get(frame.state.index()).map(|state| &state.handlers.silences);
        match state {
            Some(own) if !own.is_empty() => own.clone(),
            _ => flow.handlers.silences.clone(),
        }
    }

    pub(crate) fn set_turn_cells(&mut self) {
        let local = self.local_now();
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        self.set_turn(turn::TODAY, local.map(|at| Value::Date(Date::from_civil(at.date()))));
        self.set_turn(turn::NOW, Some(Value::DateTime(self.now_ms)));
        self.set_turn(turn::CHANNEL, text(&self.session.channel));
        self.set_turn(turn::LANGUAGE, text(&self.session.lang.to_string()));
        self.set_turn(
            turn::MISSES,
            Decimal::from_int(self.session.misses.into()).map(Value::Number),
        );
        self.set_turn(turn::BUSINESS_HOURS, local.map(|at| Value::Bool(self.is_open(at))));
        self.set_turn(turn::REACHABLE, Some(self.reachable()));
        self.set_sentiment();
    }

    /// How the customer feels by her last utterance: it outlasts the turn, so that a conversation
    /// that goes to a human when a call has failed is as urgent as what she wrote before the call.
    pub(crate) fn set_sentiment(&mut self) {
        let felt = self.session.sentiment_percent;
        let number = felt.map(|percent| Value::Number(Decimal(i64::from(percent) * 10_000)));
        self.set_turn(turn::SENTIMENT, number);
    }

    /// A cell of the turn.
    pub(crate) fn set_turn(&mut self, cell: u32, value: Option<Value>) {
        if let Some(target) = self.turn.get_mut(cell as usize) {
            *target = value;
        }
    }

    /// Today in the bot's timezone.
    pub(crate) fn today(&self) -> Date {
        match self.turn.get(turn::TODAY as usize) {
            Some(Some(Value::Date(date))) => *date,
            _ => Date(0),
        }
    }

    /// The flow on top of the stack.
    pub(crate) fn flow(&self) -> Option<&'s FlowDef> {
        self.program.program.flows.get(self.session.stack.last()?.flow.index())
    }

    /// Runs a function on the session's cells and those of the frame on top. What it writes is
    /// written, what it says is said.
    pub(crate) fn run(&mut self, function: FuncId) -> Result<Exited, Trouble> {
        self.runs_left = self.runs_left.checked_sub(1).ok_or(Trouble::TooLong)?;
        self.load_cells();
        self.cx.fuel = FUEL_PER_RUN;
        let exit = match &mut self.watch {
            None => self.program.executor.run(function, &mut self.cx),
            Some(watch) => {
                let (session, commands) = (&mut *self.session, self.commands.len());
                watch.run(Moment { function, session, cx: &mut self.cx, commands })
            }
        };
        let exit = match exit {
            Ok(exit) => exit,
            Err(RunError::OutOfFuel) => return Err(Trouble::TooLong),
            Err(_) => return Err(Trouble::Unsound("a function could not be run")),
        };
        let program = &self.program.program;
        let code =
            program.functions.get(function.index()).ok_or(Trouble::Unsound("no such function"))?;
        let exit = code.exits.get(exit as usize).ok_or(Trouble::Unsound("no such exit"))?.clone();
        let value = |cell| self.cx.heap.value(cell, &program.strings);
        let args = self.cx.exit_args.iter().map(|cell| value(*cell)).collect();
        let written: Vec<(Place, Option<Value>)> =
            code.writes.iter().map(|place| (*place, value(self.cx.cell(*place)))).collect();
        let emitted: Vec<_> = self
            .cx
            .emitted
            .iter()
            .map(|e| (e.emit, e.args.iter().map(|cell| value(*cell)).collect::<Vec<_>>()))
            .collect();
        let noted = !self.cx.notes.is_empty();
        written.into_iter().for_each(|(place, value)| self.write(place, value));
        emitted.into_iter().for_each(|(emit, args)| self.emitted(emit, &args));
        if noted {
            let text = format!("two currencies met in `{}`", code.name);
            self.commands.push(Command::Note { code: "R0101".to_owned(), text });
        }
        Ok(Exited { exit, args })
    }

    fn load_cells(&mut self) {
        self.cx.heap.clear();
        let none: Vec<Option<Value>> = Vec::new();
        let frame = self.session.stack.last().map_or(&none, |frame| &frame.cells);
        let spaces = [&self.turn, &self.session.customer, &self.session.slots, frame];
        for (cells, values) in self.cx.spaces.iter_mut().zip(spaces) {
            let mut values = values.iter();
            for cell in cells.iter_mut() {
                *cell = self.cx.heap.cell(values.next().and_then(Option::as_ref));
            }
        }
    }

    /// A cell of the session or of the frame on top.
    pub(crate) fn read(&self, place: Place) -> Option<&Value> {
        let cells = match place.space {
            Space::Turn => &self.turn,
            Space::Customer => &self.session.customer,
            Space::Session => &self.session.slots,
            Space::Flow => &self.session.stack.last()?.cells,
        };
        cells.get(place.index as usize)?.as_ref()
    }

    /// Changes a cell of the session or of the frame on top.
    pub(crate) fn write(&mut self, place: Place, value: Option<Value>) {
        let cells = match place.space {
            Space::Session => Some(&mut self.session.slots),
            Space::Flow => self.session.stack.last_mut().map(|frame| &mut frame.cells),
            Space::Turn | Space::Customer => None,
        };
        if let Some(cell) = cells.and_then(|cells| cells.get_mut(place.index as usize)) {
            *cell = value;
        }
    }
}

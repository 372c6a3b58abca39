//! A conversation that is debugged: its record, where one is in it, and who has it go on.

use std::collections::BTreeSet;
use std::rc::Rc;

use flowright_compiler::base::FileSpan;
use flowright_engine::model::Session;
use flowright_engine::transcript::follow_test;

use super::attached::Attached;
use super::breakpoints::Breaks;
use super::console;
use super::incidents::{Incident, Trigger};
use super::motion::{Motion, Stop, Way, depth};
use super::record::{What, Write};
use super::spots::Spots;
use super::tape::{Position, Tape};
use super::target::Target;
use super::variables::Lists;

/// Who has the conversation go on.
#[derive(Debug)]
pub(super) enum Driver {
    /// A test by its number, and whether it has gone as written.
    Test { number: usize, passed: bool },
    /// Whoever types into the console.
    Console,
    /// A server.
    Server(Box<Attached>),
}

/// What is going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doing {
    Stopped(Stop),
    /// The end of what is recorded is reached: with what comes, it goes on so.
    Waiting(Motion),
    Over,
}

/// Something that an editor is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    Output {
        category: &'static str,
        text: String,
        at: Option<FileSpan>,
    },
    Stopped,
    Continued,
    /// What became of a breakpoint.
    Breakpoint(serde_json::Value),
    /// What is shown of the moment is not so any more.
    Invalidated,
    Terminated {
        exit_code: i32,
    },
}

/// A conversation that is debugged.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) target: Rc<Target>,
    pub(super) spots: Spots,
    pub(super) tape: Tape,
    pub(super) driver: Driver,
    pub(super) at: Position,
    pub(super) doing: Doing,
    pub(super) lists: Lists,
    pub(super) told: Vec<Told>,
    said_full: bool,
    /// The entry, and how many of its lines, up to which the conversation was shown.
    pub(super) printed: (usize, usize),
}

/// What is stopped at.
#[derive(Debug, Default)]
pub(super) struct Stops {
    pub(super) breaks: Breaks,
    pub(super) filters: BTreeSet<&'static str>,
}

impl Run {
    pub(super) fn new(target: Rc<Target>, tape: Tape, driver: Driver) -> Self {
        Self {
            spots: Spots::of(&target),
            target,
            at: Position { entry: 0, point: 0 },
            tape,
            driver,
            doing: Doing::Waiting(Motion::On),
            lists: Lists::default(),
            told: Vec::new(),
            said_full: false,
            printed: (0, 0),
        }
    }

    /// Begins.
    pub(super) fn start(&mut self, stops: &Stops, stop_on_entry: bool) {
        if let Driver::Server(_) = self.driver {
            return self.start_following(stop_on_entry);
        }
        self.follow_test();
        let first = self.tape.from(Position { entry: 0, point: 0 });
        match first.filter(|_| stop_on_entry) {
            Some(at) => self.stop(Stop { at, reason: "entry", hits: Vec::new() }, &[]),
            None => {
                let motion = if stop_on_entry { Motion::Into } else { Motion::On };
                self.go(Position { entry: 0, point: 0 }, motion, stops);
            }
        }
    }

    /// Has what a server stored happen, and stands at its end.
    fn start_following(&mut self, stop_on_entry: bool) {
        self.follow_server();
        self.print(self.tape.end(), &[]);
        self.at = self.tape.end();
        if stop_on_entry {
            self.pause();
        }
    }

    /// Whether the server answered.
    fn follow_server(&mut self) -> bool {
        let Driver::Server(server) = &mut self.driver else { return true };
        let told = server.follow(&self.target, &mut self.tape);
        let answers = server.answers();
        told.into_iter().for_each(|text| self.output("console", text));
        self.say_what_is_lost();
        answers
    }

    /// Says once that not all is recorded, and what went wrong beside the conversation.
    fn say_what_is_lost(&mut self) {
        if self.tape.is_full() && !std::mem::replace(&mut self.said_full, true) {
            let text = "the conversation is longer than what is recorded of one: what follows is not \
                        stopped in";
            self.output("important", text.to_owned());
        }
        for why in self.target.troubles() {
            self.output("stderr", why);
        }
    }

    /// Plays the test, if it is one: all of it, at once.
    fn follow_test(&mut self) {
        let Driver::Test { number, .. } = self.driver else { return };
        let target = Rc::clone(&self.target);
        let Some(test) = target.tables().tests.get(number) else { return };
        self.tape.rewind();
        let own: &Target = &target;
        let find = |session: &Session, text: &str| own.find(session, text);
        let report = follow_test(&target.program, test, &find, &mut self.tape);
        self.tape.session = report.session;
        if let Some(failure) = &report.failure {
            self.tape.fail(failure);
        }
        self.driver = Driver::Test { number, passed: report.failure.is_none() };
        self.say_what_is_lost();
    }

    /// Goes on from a moment, that one included.
    fn go(&mut self, from: Position, motion: Motion, stops: &Stops) {
        let mut logs = Vec::new();
        let way = way(&self.target, &self.tape, stops);
        match way.forward(from, motion, &mut logs) {
            Some(stop) => self.stop(stop, &logs),
            None => {
                self.print(self.tape.end(), &logs);
                self.at = self.tape.end();
                match self.driver {
                    Driver::Test { passed, .. } => self.end(passed),
                    Driver::Console => {
                        self.doing = Doing::Waiting(motion);
                        let prompt = console::prompt(&self.target, &self.tape);
                        prompt.into_iter().for_each(|prompt| self.output("important", prompt));
                    }
                    Driver::Server(_) => self.doing = Doing::Waiting(motion),
                }
            }
        }
    }

    fn stop(&mut self, stop: Stop, logs: &[(Position, String)]) {
        self.print(stop.at, logs);
        self.at = stop.at;
        self.lists = Lists::default();
        self.doing = Doing::Stopped(stop);
        self.told.push(Told::Stopped);
    }

    fn end(&mut self, passed: bool) {
        let text = if passed { "the test passed" } else { "the test failed" };
        self.output("console", text.to_owned());
        self.doing = Doing::Over;
        self.told.push(Told::Terminated { exit_code: i32::from(!passed) });
    }

    /// Goes on.
    pub(super) fn resume(&mut self, motion: Motion, stops: &Stops) {
        self.lists = Lists::default();
        // From the end, what comes next is the first that happens.
        let from = self.tape.after(self.at).unwrap_or(self.tape.end());
        let from = if self.at == self.tape.end() { self.at } else { from };
        self.go(from, motion, stops);
    }

    /// Goes one step back.
    pub(super) fn step_back(&mut self, stops: &Stops) {
        let stop = way(&self.target, &self.tape, stops).step_back(self.at);
        self.stop_there(stop);
    }

    /// Goes back to the breakpoint before.
    pub(super) fn back(&mut self, stops: &Stops) {
        let stop = way(&self.target, &self.tape, stops).back(self.at);
        self.stop_there(stop);
    }

    /// Stops at a moment, or where one is: there is nothing before the first.
    fn stop_there(&mut self, stop: Option<Stop>) {
        let here = Stop { at: self.at, reason: "entry", hits: Vec::new() };
        self.stop(stop.unwrap_or(here), &[]);
    }

    /// Stops at the end of what is recorded.
    pub(super) fn pause(&mut self) {
        if let Doing::Waiting(_) = self.doing {
            let stop = Stop { at: self.tape.end(), reason: "pause", hits: Vec::new() };
            self.stop(stop, &[]);
        }
    }

    /// How many flows are under way where one is.
    pub(super) fn depth(&self) -> usize {
        match self.tape.point(self.at) {
            Some(point) => depth(point),
            None => self.tape.session.stack.len(),
        }
    }

    /// Whether something can be typed in.
    pub(super) fn waits(&self) -> bool {
        let at_end = self.at == self.tape.end();
        matches!(self.driver, Driver::Console)
            && match &self.doing {
                Doing::Waiting(_) => true,
                Doing::Stopped(_) => at_end,
                Doing::Over => false,
            }
    }

    /// Takes a line that was typed in.
    ///
    /// # Errors
    /// Why it cannot be carried out, in words.
    pub(super) fn enter(&mut self, line: &str, stops: &Stops) -> Result<(), String> {
        let before = self.tape.end();
        let done = console::enter(&self.target, &mut self.tape, line);
        self.say_what_is_lost();
        let motion = match self.doing {
            Doing::Waiting(motion) => motion,
            Doing::Stopped(_) | Doing::Over => Motion::On,
        };
        // What a wait has set off before it failed has happened.
        if self.tape.end() != before {
            if let Doing::Stopped(_) = self.doing {
                self.told.push(Told::Continued);
            }
            self.go(before, motion, stops);
        }
        done
    }

    /// Has what a server stored happen here too. Gives whether it answered.
    pub(super) fn poll(&mut self, stops: &Stops) -> bool {
        // While it is stopped, what is new stays with the server.
        let Doing::Waiting(motion) = self.doing else { return true };
        let before = self.tape.end();
        let answers = self.follow_server();
        if self.tape.end() != before {
            self.go(before, motion, stops);
        }
        answers
    }

    /// Sets a value where one is; what follows happens again.
    ///
    /// # Errors
    /// Why it cannot be set, in words.
    pub(super) fn set(&mut self, name: &str, value: &str, write: Write) -> Result<(), String> {
        if let Doing::Waiting(_) | Doing::Over = self.doing {
            return Err("values are set while the conversation is stopped".to_owned());
        }
        let at = self.at;
        if matches!(self.driver, Driver::Test { .. }) && at == self.tape.end() {
            return Err("the test is over".to_owned());
        }
        match self.incident().map(|incident| incident.trigger) {
            Some(Trigger::Test) => return Err("the test is over".to_owned()),
            Some(Trigger::Handoff | Trigger::Miss) => {
                let why = "this has happened: go a step back and set it there";
                return Err(why.to_owned());
            }
            Some(Trigger::Failure | Trigger::Error) | None => {}
        }
        let events = self.tape.entries.len();
        let at_end = at == self.tape.end();
        self.tape.set(at, write);
        self.cut_printed(at);
        let again = match self.driver {
            Driver::Test { .. } => {
                self.follow_test();
                Ok(())
            }
            Driver::Console => self.tape.again(at.entry.saturating_add(1)),
            Driver::Server(_) => {
                self.driver = Driver::Console;
                let text = "from here on this is another conversation than the server's: \
                            what you type is said to the bot";
                self.output("important", text.to_owned());
                self.tape.again(at.entry.saturating_add(1))
            }
        };
        again.map_err(|e| format!("with that, what happened cannot happen: {e}"))?;
        self.at = if at_end { self.tape.end() } else { at };
        let dropped = match self.driver {
            Driver::Test { .. } => 0,
            Driver::Console | Driver::Server(_) => events.saturating_sub(self.tape.entries.len()),
        };
        let what = match (dropped, at_end) {
            (0, true) => String::new(),
            (0, false) => "; what follows happens again".to_owned(),
            (1, _) => "; the event behind this one is forgotten".to_owned(),
            (many, _) => format!("; the {many} events behind this one are forgotten"),
        };
        self.output("console", format!("{name} is {value} from here on{what}"));
        self.told.push(Told::Invalidated);
        Ok(())
    }

    /// What happened where one is stopped.
    pub(super) fn incident(&self) -> Option<&Incident> {
        match &self.tape.point(self.at)?.what {
            What::Incident(incident) => Some(incident),
            What::Line | What::Step(_) => None,
        }
    }

    pub(super) fn output(&mut self, category: &'static str, text: String) {
        self.told.push(Told::Output { category, text, at: None });
    }
}

fn way<'w>(target: &'w Target, tape: &'w Tape, stops: &'w Stops) -> Way<'w> {
    Way { target, tape, breaks: &stops.breaks, filters: &stops.filters }
}

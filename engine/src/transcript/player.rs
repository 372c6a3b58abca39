//! Plays the lines of one test.

use std::collections::{BTreeSet, VecDeque};

use flowright_compiler::base::FileSpan;
use flowright_compiler::ir::{ChannelDef, ChannelId, Outcome, TestDef, TestLineDef, TestStep};
use flowright_nlu::value::Date;

use super::actions::{Answers, Called};
use super::{Failure, Find, Follow, Recorded, ReportLine};
use crate::LoadedProgram;
use crate::model::{Choice, Command, Contact, Event, Reply, Session};
use crate::session::open_session;
use crate::step::{Entered, step};

/// Calls that one line of a test may lead to.
const CALLS_PER_LINE_MAX: usize = 200;
/// Timers that one silence may set off.
const WAKES_PER_SILENCE_MAX: usize = 1_000;
/// Today in a test that does not say.
const DEFAULT_TODAY: (i16, i8, i8) = (2026, 1, 1);
/// The time of day in a test that does not say: 09:00.
const DEFAULT_TIME_S: u32 = 9 * 3600;

pub(super) struct Player<'t> {
    pub(super) program: &'t LoadedProgram,
    pub(super) test: &'t TestDef,
    find: Option<Find<'t>>,
    follow: Option<&'t mut dyn Follow>,
    pub(super) session: Session,
    pub(super) now_ms: i64,
    answers: Answers<'t>,
    pub(super) called: Vec<Called>,
    pub(super) ended: Option<Outcome>,
    /// Said and not yet compared.
    said: VecDeque<Reply>,
    /// Buttons of the last reply that had some.
    buttons: Vec<Choice>,
    pub(super) lines: Vec<ReportLine>,
    /// What the bot says is written down, not compared: a line a reply, and where the customer
    /// speaks.
    recorded: Option<Vec<Recorded>>,
    pub(super) entered: BTreeSet<Entered>,
}

impl<'t> Player<'t> {
    pub(super) fn new(
        program: &'t LoadedProgram,
        test: &'t TestDef,
        find: Option<Find<'t>>,
    ) -> Self {
        let (y, m, d) = DEFAULT_TODAY;
        let default = Date::from_ymd(y, m, d).unwrap_or(Date(0));
        let (today, time_s) = test.today.unwrap_or((default, DEFAULT_TIME_S));
        let now_ms = instant(program, today, time_s);
        let channel = test.channel.and_then(|id| program.program.channels.get(id.index()));
        let channel = channel.or(program.program.channels.first());
        let channel = channel.map_or("test", |channel| channel.name.as_str());
        let mut session = open_session(program, "test", channel, test.language, now_ms);
        session.customer.clone_from(&test.customer);
        session.contacts = contacts_on(program, &test.reachable, now_ms);
        Self {
            program,
            test,
            find,
            follow: None,
            session,
            now_ms,
            answers: Answers::new(&test.givens),
            called: Vec::new(),
            ended: None,
            said: VecDeque::new(),
            buttons: Vec::new(),
            lines: Vec::new(),
            recorded: None,
            entered: BTreeSet::new(),
        }
    }

    /// The same, and somebody goes along.
    pub(super) fn followed_by(self, follow: &'t mut dyn Follow) -> Self {
        Self { follow: Some(follow), ..self }
    }

    /// Plays the customer's part and writes down the bot's, as far as it goes. With `opens`, the
    /// session is opened without a word first.
    pub(super) fn record(mut self, opens: bool) -> Vec<Recorded> {
        self.recorded = Some(Vec::new());
        if opens && self.open().is_err() {
            return self.recorded.unwrap_or_default();
        }
        self.said.clear();
        for line in &self.test.lines {
            let spoken = match &line.kind {
                TestStep::User(text) => Recorded::User(text.clone()),
                TestStep::Silence(ms) => Recorded::Silence(*ms),
                _ => continue,
            };
            self.recorded.iter_mut().for_each(|lines| lines.push(spoken.clone()));
            if self.line(line).is_err() {
                break;
            }
            self.said.clear();
        }
        self.recorded.unwrap_or_default()
    }

    pub(super) fn play(&mut self) -> Result<(), Failure> {
        // Where the bot has the first word, nobody else has had one.
        let word = |step: &&TestStep| {
            matches!(
                step,
                TestStep::User(_)
                    | TestStep::Presses(_)
                    | TestStep::Bot { .. }
                    | TestStep::Article(_)
            )
        };
        let mut steps = self.test.lines.iter().map(|line| &line.kind);
        if matches!(steps.find(word), Some(TestStep::Bot { .. } | TestStep::Article(_))) {
            self.open()?;
        }
        for line in &self.test.lines {
            self.line(line)?;
        }
        self.nothing_unread(self.test.at)
    }

    fn open(&mut self) -> Result<(), Failure> {
        let channel = self.session.channel.clone();
        self.take(self.test.at, Event::Opened { channel })
    }

    fn line(&mut self, line: &TestLineDef) -> Result<(), Failure> {
        if let Some(follow) = &mut self.follow {
            follow.line(line.at, &mut self.session, self.now_ms);
        }
        match &line.kind {
            TestStep::User(text) => {
                self.nothing_unread(line.at)?;
                self.note("user", text.clone());
                self.say(line.at, text.clone(), None)
            }
            TestStep::Presses(label) => {
                self.nothing_unread(line.at)?;
                let button = self.buttons.iter().find(|choice| choice.label == *label).cloned();
                let Some(button) = button else {
                    let labels: Vec<&str> = self.buttons.iter().map(|c| c.label.as_str()).collect();
                    let actual = format!("buttons: {}", labels.join(" | "));
                    return Err(failure(
                        line.at,
                        "there is no such button",
                        Some(label),
                        Some(actual),
                    ));
                };
                self.note("user", format!("[{label}]"));
                let payload = Some(button.payload).filter(|payload| payload != "say");
                self.say(line.at, button.label, payload)
            }
            TestStep::Bot { on, text } => self.compare(line.at, *on, text),
            TestStep::Article(id) => self.compare_article(line.at, id),
            TestStep::Silence(ms) => self.silence(line.at, *ms),
            other => self.expect(line.at, other),
        }
    }

    pub(super) fn note(&mut self, who: &'static str, text: String) {
        self.lines.push(ReportLine { who, text });
    }

    fn say(&mut self, at: FileSpan, text: String, payload: Option<String>) -> Result<(), Failure> {
        let channel = self.session.channel.clone();
        let looks = payload.is_none() && self.program.program.answers_from().is_some();
        let find = self.find.filter(|_| looks);
        let knowledge = find.map(|find| find(&self.session, &text)).unwrap_or_default();
        self.take(
            at,
            Event::Message {
                channel,
                text,
                payload,
                external: None,
                knowledge,
                attachments: Vec::new(),
                from: None,
            },
        )
    }

    /// Takes an event, and answers calls until the turn is over.
    fn take(&mut self, at: FileSpan, event: Event) -> Result<(), Failure> {
        let mut event = event;
        for _ in 0..CALLS_PER_LINE_MAX {
            let (program, session, now_ms) = (self.program, &mut self.session, self.now_ms);
            let step = match &mut self.follow {
                None => step(program, session, event, now_ms),
                Some(follow) => follow.step(program, session, event, now_ms),
            };
            let step = step.map_err(|e| failure(at, &e.to_string(), None, None))?;
            self.entered.extend(step.trace);
            step.commands.into_iter().for_each(|command| self.command(command));
            let Some(call) = self.session.pending_call().cloned() else { return Ok(()) };
            let called = Called { action: call.action, args: call.args };
            let name =
                self.program.program.actions.get(call.action.index()).map(|a| a.name.clone());
            let name = name.unwrap_or_default();
            self.note("call", name.clone());
            let is_silent_effect = self
                .program
                .program
                .actions
                .get(call.action.index())
                .is_some_and(|action| action.result.is_none());
            let answer = self.answers.answer(&called);
            self.called.push(called);
            let result = match answer {
                Some(result) => result,
                // An effect that gives nothing back succeeds unless the test says otherwise.
                None if is_silent_effect => crate::model::ActionResult::Value(None),
                None => {
                    let message = format!("`{name}` is called and the test gives no answer");
                    return Err(failure(
                        at,
                        &message,
                        None,
                        Some(format!("add `given {name} -> …`")),
                    ));
                }
            };
            event = Event::ActionResult { key: call.key, result };
        }
        Err(failure(at, "the conversation calls actions without end", None, None))
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Reply(reply) => {
                self.note("bot", shown(&reply));
                let said = Recorded::Bot { on: reply.on.clone(), text: reply.text.clone() };
                self.recorded.iter_mut().for_each(|lines| lines.push(said.clone()));
                if !reply.choices.is_empty() {
                    self.buttons.clone_from(&reply.choices);
                }
                self.said.push_back(reply);
            }
            Command::FlowEnded { outcome, .. } => self.ended = Some(outcome),
            Command::Handoff(_) => self.note("call", "handoff".to_owned()),
            _ => {}
        }
    }

    fn compare(
        &mut self,
        at: FileSpan,
        on: Option<ChannelId>,
        expected: &str,
    ) -> Result<(), Failure> {
        let on = on.and_then(|on| self.program.program.channels.get(on.index()));
        // Where she wrote last it is said without a name.
        let on = on.map(|on| on.name.as_str()).filter(|on| *on != self.session.channel);
        match self.said.pop_front() {
            Some(reply) if reply.text != expected => {
                Err(failure(at, "the bot said something else", Some(expected), Some(reply.text)))
            }
            Some(reply) if reply.on.as_deref() != on => {
                let wanted = on.unwrap_or(&self.session.channel).to_owned();
                let went = reply.on.unwrap_or_else(|| self.session.channel.clone());
                Err(failure(at, "it went to another channel", Some(&wanted), Some(went)))
            }
            Some(_) => Ok(()),
            None => Err(failure(at, "the bot said nothing more", Some(expected), None)),
        }
    }

    fn compare_article(&mut self, at: FileSpan, id: &str) -> Result<(), Failure> {
        let wanted = format!("the article `{id}`");
        match self.said.pop_front() {
            Some(reply) => match &reply.article {
                Some(article) if article.id == id => Ok(()),
                Some(article) => {
                    let actual = format!("the article `{}`: {}", article.id, reply.text);
                    let message = "another article was answered with";
                    Err(failure(at, message, Some(&wanted), Some(actual)))
                }
                None => {
                    let message = "what the bot said is from no article";
                    Err(failure(at, message, Some(&wanted), Some(reply.text)))
                }
            },
            None => Err(failure(at, "the bot said nothing more", Some(&wanted), None)),
        }
    }

    fn nothing_unread(&self, at: FileSpan) -> Result<(), Failure> {
        match self.said.front() {
            Some(reply) => Err(failure(
                at,
                "the bot said more than the test expects",
                None,
                Some(reply.text.clone()),
            )),
            None => Ok(()),
        }
    }

    /// Time passes; timers go off when they are due.
    fn silence(&mut self, at: FileSpan, ms: i64) -> Result<(), Failure> {
        self.nothing_unread(at)?;
        self.note("time", format!("{} s pass", ms / 1_000));
        let until = self.now_ms.saturating_add(ms);
        for _ in 0..WAKES_PER_SILENCE_MAX {
            let Some(due) = self.session.wake_at_ms.filter(|due| *due <= until) else { break };
            self.now_ms = due.max(self.now_ms);
            self.take(at, Event::Wake)?;
        }
        self.now_ms = until;
        Ok(())
    }
}

/// The instant at which a day and time of day (seconds since midnight) are in the bot's timezone.
#[must_use]
pub fn instant(program: &LoadedProgram, today: Date, time_s: u32) -> i64 {
    let zone =
        jiff::tz::TimeZone::get(&program.program.bot.timezone).unwrap_or(jiff::tz::TimeZone::UTC);
    let part = |seconds: u32| i8::try_from(seconds).unwrap_or(0);
    let at =
        today.to_civil().at(part(time_s / 3600 % 24), part(time_s / 60 % 60), part(time_s % 60), 0);
    at.to_zoned_datetime(zone).map_or(0, |at| at.timestamp().as_millisecond())
}

/// A reply on one line: in front the channel, where it is another, behind it the buttons.
#[must_use]
pub fn shown(reply: &Reply) -> String {
    let on = reply.on.as_ref().map(|on| format!("(on {on}) "));
    let labels = reply.choices.iter().map(|choice| format!(" [{}]", choice.label));
    let labels: String = labels.collect();
    format!("{}{}{labels}", on.unwrap_or_default(), reply.text)
}

/// Addresses of a customer who can be written to on these channels.
#[must_use]
pub fn contacts_on(program: &LoadedProgram, channels: &[ChannelId], now_ms: i64) -> Vec<Contact> {
    let named = channels.iter().filter_map(|id| program.program.channels.get(id.index()));
    let contact = |channel: &ChannelDef| Contact {
        channel: channel.name.clone(),
        address: "the customer".to_owned(),
        reply_to: None,
        heard_at_ms: now_ms,
    };
    named.map(contact).collect()
}

pub(super) fn failure(
    at: FileSpan,
    message: &str,
    expected: Option<&str>,
    actual: Option<String>,
) -> Failure {
    Failure { at, message: message.to_owned(), expected: expected.map(str::to_owned), actual }
}

//! The lines of a conversation: who said or did what, in which state, and what was made of it.

use flowright_compiler::base::FileSpan;
use flowright_compiler::ir::{FlowId, StateId};
use flowright_engine::model::{Choice, Command, Reply};
use flowright_engine::{Entered, Step};
use serde::Serialize;

use super::Conversation;
use super::script::Scripted;
use crate::talk::limits::{LINES_MAX, PATH_MAX, SCRIPT_MAX};

/// Who a line is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// The customer.
    User,
    /// The bot.
    Bot,
    /// An action that was called, and what it answered.
    Call,
    /// Time that passed.
    Time,
    /// What else there is to know.
    Note,
}

/// A state of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The flow.
    pub flow: String,
    /// The state.
    pub state: String,
    /// Its name in the sources; none where they do not have it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<FileSpan>,
}

/// What an utterance may mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Guess {
    /// The intent.
    pub intent: String,
    /// How sure that is, from 0 to 1.
    pub confidence: f64,
}

/// A line of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Whose it is.
    pub who: Who,
    /// What was said or done.
    pub text: String,
    /// The channel that it went to, where that is not the one that the customer wrote on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Buttons below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The state that it is said or done in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Place>,
    /// What the words may mean, the surest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub understanding: Vec<Guess>,
    /// What the words were taken for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
    /// The states that were entered because of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<Place>,
}

impl Line {
    pub(super) fn new(who: Who, text: impl Into<String>) -> Self {
        Self {
            who,
            text: text.into(),
            on: None,
            choices: Vec::new(),
            state: None,
            understanding: Vec::new(),
            taken: None,
            entered: Vec::new(),
        }
    }
}

/// The flows under way with their states, as a step goes on; a flow that has entered none yet has none.
struct Standing(Vec<(Option<FlowId>, Option<StateId>)>);

impl Standing {
    fn enter(&mut self, entered: &Entered) {
        if let Some(top) = self.0.last_mut() {
            *top = (Some(entered.flow), Some(entered.state));
        }
    }

    fn top(&self) -> Option<(FlowId, StateId)> {
        let (flow, state) = *self.0.last()?;
        flow.zip(state)
    }
}

impl Conversation {
    /// The flows under way with their states.
    pub(super) fn places(&self) -> Vec<(FlowId, StateId)> {
        self.session.stack.iter().map(|frame| (frame.flow, frame.state)).collect()
    }

    pub(super) fn push(&mut self, line: Line) {
        self.lines.push_back(line);
        let surplus = self.lines.len().saturating_sub(LINES_MAX);
        self.lines.drain(..surplus);
    }

    pub(super) fn note(&mut self, text: &str) {
        self.push(Line::new(Who::Note, text));
    }

    /// A state by its names.
    pub(super) fn named(&self, flow: FlowId, state: StateId) -> Option<Place> {
        let flow = self.ready.program().flows.get(flow.index())?;
        let state = flow.states.get(state.index())?;
        Some(Place { flow: flow.name.clone(), state: state.name.clone(), location: None })
    }

    /// Shows what a step did: what it said goes with the state in which it was said.
    pub(super) fn show(&mut self, step: Step, before: Vec<(FlowId, StateId)>) {
        let mut standing = Standing(before.into_iter().map(|(f, s)| (Some(f), Some(s))).collect());
        let mut entered = step.trace.iter().zip(&step.before).peekable();
        for (number, command) in step.commands.into_iter().enumerate() {
            while let Some((state, _)) = entered.next_if(|(_, before)| **before <= number) {
                standing.enter(state);
            }
            match command {
                Command::FlowStarted { .. } => standing.0.push((None, None)),
                Command::FlowEnded { flow, outcome } => {
                    standing.0.pop();
                    self.ended = Some(outcome);
                    self.note(&format!("`{flow}` ended {}", super::words::outcome(outcome)));
                }
                Command::Reply(reply) => self.said(reply, standing.top()),
                Command::Handoff(handoff) => {
                    let skill = handoff.skill_name.as_deref().unwrap_or("whoever is free");
                    let text = format!("to a human: {skill}, because {}", handoff.because);
                    self.note(&text);
                }
                Command::NotReached { channel } => {
                    self.note(&format!("the customer has no address on `{channel}`"));
                }
                Command::Note { code, text } => self.note(&format!("{code}: {text}")),
                Command::Mark { name } => self.note(&format!("milestone `{name}`")),
                Command::Call(_) => {}
            }
        }
        let causes = |line: &Line| matches!(line.who, Who::User | Who::Call | Who::Time);
        let cause = self.lines.iter().rposition(causes).unwrap_or(0);
        for Entered { flow, state, .. } in step.trace {
            let Some(place) = self.named(flow, state) else { continue };
            self.trail.push_back((place.flow.clone(), place.state.clone()));
            if let Some(line) = self.lines.get_mut(cause) {
                line.entered.push(place);
            }
        }
        let surplus = self.trail.len().saturating_sub(PATH_MAX);
        self.trail.drain(..surplus);
        self.revision += 1;
    }

    fn said(&mut self, reply: Reply, at: Option<(FlowId, StateId)>) {
        if !reply.choices.is_empty() {
            self.buttons.clone_from(&reply.choices);
        }
        let article = reply.article.as_ref().map(|article| article.id.clone());
        let (on, text) = (reply.on.clone(), reply.text.clone());
        self.keep(Scripted::Said { on, text, article });
        let mut text = reply.text;
        for media in reply.links.iter().chain(&reply.images) {
            text.push_str(&format!("\n{} {}", media.label.as_deref().unwrap_or(""), media.url));
        }
        if let Some(card) = &reply.card {
            text.push_str(&format!("\n[{}] {}", card.title, card.body.as_deref().unwrap_or("")));
        }
        let state = at.and_then(|(flow, state)| self.named(flow, state));
        self.push(Line {
            on: reply.on,
            choices: reply.choices,
            state,
            ..Line::new(Who::Bot, text)
        });
    }

    /// Keeps something to be written down, unless there is too much of it.
    pub(super) fn keep(&mut self, what: Scripted) {
        if self.script.len() < SCRIPT_MAX {
            self.script.push(what);
        } else {
            self.lost.insert("a conversation this long".to_owned());
        }
    }
}

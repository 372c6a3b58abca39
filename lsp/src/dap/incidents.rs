//! What a debugger may stop at besides steps: what protocol and editors call exceptions.

use flowright_engine::model::{Command, Event, Session};
use flowright_engine::{Step, Taken};
use serde_json::{Value as Json, json};

use super::record::{Point, Scene, What};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    /// A conversation goes to a human.
    Handoff,
    /// An action did not answer, or not as it is declared to.
    Failure,
    /// An action answered with an error that it declares.
    Error,
    /// An utterance was not understood.
    Miss,
    /// A line of a test is not as it must be.
    Test,
}

impl Trigger {
    const ALL: [Self; 5] = [Self::Test, Self::Failure, Self::Error, Self::Handoff, Self::Miss];

    /// As editors name it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Handoff => "handoff",
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Miss => "miss",
            Self::Test => "test",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Handoff => "Handoffs to a human",
            Self::Failure => "Actions that fail",
            Self::Error => "Actions that answer with a declared error",
            Self::Miss => "Utterances not understood",
            Self::Test => "Tests that do not go as written",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trigger| trigger.name() == name)
    }

    /// What editors offer to stop at.
    pub(super) fn filters() -> Json {
        let filter = |trigger: Self| {
            json!({
                "filter": trigger.name(),
                "label": trigger.label(),
                "default": trigger.is_default(),
            })
        };
        Self::ALL.map(filter).into_iter().collect()
    }

    /// Whether it is stopped at as long as nobody says otherwise.
    pub(super) const fn is_default(self) -> bool {
        matches!(self, Self::Test | Self::Failure)
    }
}

/// Something that happened, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Incident {
    pub(super) trigger: Trigger,
    pub(super) text: String,
    pub(super) details: Option<String>,
}

impl Incident {
    pub(super) fn new(trigger: Trigger, text: impl Into<String>) -> Self {
        Self { trigger, text: text.into(), details: None }
    }
}

/// What an event and its step are between.
pub(super) struct Around<'a> {
    pub(super) before: &'a Scene,
    pub(super) after: &'a Scene,
    pub(super) session: &'a Session,
}

/// Puts what happened in a step between its points.
pub(super) fn add(
    points: &mut Vec<Point>,
    event: &Event,
    answered: Option<String>,
    step: &Step,
    around: &Around<'_>,
) {
    // Behind the last step, so that the numbers of those before stay what they are.
    if step.taken.contains(&Taken::Missed) {
        let text = match event {
            Event::Message { text, .. } => format!("not understood: {text}"),
            _ => "not understood".to_owned(),
        };
        let point = after(points, Incident::new(Trigger::Miss, text), step.commands.len(), around);
        points.push(point);
    }
    let handoff = step.commands.iter().enumerate().find_map(|(number, command)| match command {
        Command::Handoff(handoff) => Some((number, handoff)),
        _ => None,
    });
    if let Some((number, handoff)) = handoff {
        let to = handoff.skill_name.as_ref().map(|skill| format!(" to {skill}"));
        let because = match handoff.because.as_str() {
            "" => String::new(),
            because => format!(": {because}"),
        };
        let text = format!("handed over{}{because}", to.unwrap_or_default());
        let point = after(points, Incident::new(Trigger::Handoff, text), number + 1, around);
        points.push(point);
    }
    if let Some(action) = answered {
        points.splice(0..0, failure(&action, step, around));
    }
}

/// A moment behind the last step.
fn after(points: &[Point], incident: Incident, commands: usize, around: &Around<'_>) -> Point {
    let last = points.iter().rev().find(|point| matches!(point.what, What::Step(_)));
    Point {
        what: What::Incident(incident),
        at: last.and_then(|point| point.at),
        // Where a handoff ends what was under way, the flow that made it is what one wants to see.
        scene: last.map_or(around.after, |point| &point.scene).clone(),
        commands,
    }
}

/// An action's answer that is none, before what follows from it.
fn failure(action: &str, step: &Step, around: &Around<'_>) -> Option<Point> {
    let result = around.session.tried.last().filter(|tried| tried.action == action)?;
    let (trigger, text) = match result.result.as_str() {
        "ok" => return None,
        "failed" => (Trigger::Failure, format!("`{action}` failed")),
        error => (Trigger::Error, format!("`{action}` answered `{error}`")),
    };
    let cause = step.commands.iter().find_map(|command| match command {
        Command::Note { code, text } if code == "R0104" => Some(text.clone()),
        _ => None,
    });
    Some(Point {
        what: What::Incident(Incident { trigger, text, details: cause }),
        at: around.before.frames.last().and_then(|frame| frame.at),
        scene: around.before.clone(),
        commands: 0,
    })
}

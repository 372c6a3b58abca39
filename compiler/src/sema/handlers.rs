//! Handlers that never run: nobody is waited for where they hold, the conversation is over before,
//! or nothing is left that could fail.

use super::cx::Checker;
use super::hir::{Body, Flow, Handlers, State, StepKind};
use super::lints::inner_bodies;
use crate::base::Span;
use crate::diag::Code;
use crate::syntax::ast::{self, Handler, HandlerOn};

impl Checker<'_> {
    /// The handlers of a flow that is sound.
    pub(super) fn idle_handlers(&mut self, written: &ast::Flow, flow: &Flow) {
        for (written, state) in written.states.iter().zip(&flow.states) {
            let waits = waits_in(flow, state);
            let place = format!("the state `{}`", state.name);
            self.idle(&written.handlers, &waits, &place);
            self.silences_too_late(&written.handlers, &state.handlers);
        }
        let all = flow.states.iter().map(|state| waits_in(flow, state));
        let waits = all.fold(Waits::default(), |all, one| all.or(&one));
        self.idle(&written.handlers, &waits, &format!("the flow `{}`", flow.name));
        self.silences_too_late(&written.handlers, &flow.handlers);
    }

    fn idle(&mut self, handlers: &[Handler], waits: &Waits, place: &str) {
        const WHERE: &str = "a handler runs while its own flow waits for the customer";
        for handler in handlers {
            let (span, why, help) = match &handler.on {
                HandlerOn::Intent(intent) if !waits.at_all => {
                    let help = format!(
                        "{WHERE} (`fill`, `confirm`, `choose`, `wait`): put it where she is waited for, or remove it"
                    );
                    (intent.span, format!("{place} never waits for the customer"), help)
                }
                HandlerOn::Silence(time) if !waits.for_an_answer => {
                    let help = format!(
                        "{WHERE} to answer (`fill`, `confirm`, `choose`): put it where she is asked, or remove it"
                    );
                    (time.span, format!("{place} never waits for an answer"), help)
                }
                HandlerOn::Failure(span) if !waits.for_actions => {
                    let help =
                        "`on failure` is for the failures that no `failed -> …` handles: remove it"
                            .to_owned();
                    (*span, format!("nothing in {place} leaves a failure to it"), help)
                }
                _ => continue,
            };
            self.never_runs(span, why, &help);
        }
    }

    fn never_runs(&mut self, span: Span, why: String, help: &str) {
        let finding =
            self.finding(Code::W0413, span, "this handler never runs").label(why).help(help);
        self.report(finding);
    }

    /// Silences behind a shorter one after which the conversation is over.
    fn silences_too_late(&mut self, written: &[Handler], handlers: &Handlers) {
        let mut silences: Vec<(i64, Span)> = written
            .iter()
            .filter_map(|handler| match &handler.on {
                HandlerOn::Silence(time) => Some((time.value, time.span)),
                _ => None,
            })
            .collect();
        silences.sort_by_key(|(ms, _)| *ms);
        let mut silences = silences.into_iter().zip(&handlers.silences);
        let over = silences.find(|(_, (_, body))| is_over(body));
        let Some(((_, first), _)) = over else { return };
        for ((_, span), _) in silences {
            let finding = self
                .finding(Code::W0413, span, "this handler never runs")
                .label("the flow is over before")
                .related(self.at(first), "after this silence it always is")
                .help("remove it, or let the shorter silence only remind the customer");
            self.report(finding);
        }
    }
}

/// What a state, its handlers among it, waits for.
#[derive(Debug, Clone, Copy, Default)]
struct Waits {
    at_all: bool,
    for_an_answer: bool,
    /// An action is called, and nothing there says what happens when it fails.
    for_actions: bool,
}

impl Waits {
    const fn or(self, other: &Self) -> Self {
        Self {
            at_all: self.at_all || other.at_all,
            for_an_answer: self.for_an_answer || other.for_an_answer,
            for_actions: self.for_actions || other.for_actions,
        }
    }

    fn of(body: &Body) -> Self {
        let mut waits = Self::default();
        for step in body {
            let own = match &step.kind {
                StepKind::Wait(_) => Self { at_all: true, ..Self::default() },
                StepKind::Fill(_)
                | StepKind::Confirm { .. }
                | StepKind::Choose { .. }
                | StepKind::ChooseFrom { .. } => {
                    Self { at_all: true, for_an_answer: true, ..Self::default() }
                }
                StepKind::Do { failed: None, .. } => Self { for_actions: true, ..Self::default() },
                _ => Self::default(),
            };
            let inner = inner_bodies(step).map(Self::of);
            waits = inner.fold(waits.or(&own), |all, one| all.or(&one));
        }
        waits
    }
}

/// A handler of intents or silences begins only where its state waits; one of failures begins
/// anywhere, and may wait itself.
fn waits_in(flow: &Flow, state: &State) -> Waits {
    let failures = state.handlers.failure.iter().chain(&flow.handlers.failure);
    let begins = std::iter::once(&state.body).chain(failures).map(Waits::of);
    let begins = begins.fold(Waits::default(), |all, one| all.or(&one));
    let others = state.handlers.bodies().chain(flow.handlers.bodies()).map(Waits::of);
    let all = others.fold(begins, |all, one| all.or(&one));
    Waits {
        at_all: begins.at_all,
        for_an_answer: begins.at_all && all.for_an_answer,
        for_actions: all.for_actions,
    }
}

/// Whether a handler always ends the flow, with nothing that waits on the way. After an arrow to a
/// state, the silence goes on there.
fn is_over(body: &Body) -> bool {
    falls_off(body) == Some(false)
}

/// Whether some way comes to the end of a body; nothing where one waits, or goes on elsewhere.
fn falls_off(body: &Body) -> Option<bool> {
    for step in body {
        match &step.kind {
            StepKind::End(_) | StepKind::Handoff { .. } | StepKind::Resume => return Some(false),
            StepKind::When { arms, otherwise } => {
                let mut falls = otherwise.is_none();
                for body in arms.iter().map(|(_, body)| body).chain(otherwise) {
                    falls |= falls_off(body)?;
                }
                if !falls {
                    return Some(false);
                }
            }
            StepKind::Do { handlers, failed: Some(failed), .. } => {
                for body in handlers.iter().map(|(_, body)| body).chain([failed]) {
                    falls_off(body)?;
                }
            }
            StepKind::Say(_)
            | StepKind::Set { .. }
            | StepKind::Clear(_)
            | StepKind::Mark(_)
            | StepKind::Repeat
            | StepKind::Abandon => {}
            _ => return None,
        }
    }
    Some(true)
}

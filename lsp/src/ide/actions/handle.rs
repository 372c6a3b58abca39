//! Says what happens when a call fails.

use flowright_compiler::base::Span;
use flowright_compiler::diag::{Code, Edit};
use flowright_compiler::syntax::ast::{DoHandler, Flow, HandlerOn, Name, Step, StepKind};

use super::Kind;
use super::cx::{Cx, touch};
use super::flows::steps;

pub(super) fn offer(cx: &mut Cx<'_>) {
    let Some((decl, flow)) = cx.flow() else { return };
    let called = steps(flow).filter_map(called).map(|call| call.shifted(decl.origin));
    let mut called: Vec<Call<'_>> = called.collect();
    called.retain(|call| touch(call.step, cx.at));
    for call in called {
        let here = |finding: &&(usize, _, Span)| touch(finding.2, call.step);
        let mends = cx.findings_of(&[Code::W0402, Code::E0412]);
        let mends = mends.iter().find(here).map(|(number, ..)| *number);
        let name = &call.action.text;
        let mut missing = missing(cx, &call);
        if !call.handles("failed") {
            let edits = vec![handlers(cx, &call, &["failed".to_owned()])];
            let title = format!("hand over when `{name}` fails");
            match mends {
                Some(mends) => cx.fix("handle-failure", title, mends, edits),
                None => cx.offer("handle-failure", Kind::Rewrite, title, edits),
            }
            missing.push("failed".to_owned());
        }
        if missing.len() > 1 || missing.first().is_some_and(|error| error != "failed") {
            let edits = vec![handlers(cx, &call, &missing)];
            let title = format!("handle every error of `{name}`");
            cx.offer("handle-errors", Kind::Rewrite, title, edits);
        }
        if let Some(mends) = mends.filter(|_| !has_on_failure(flow)) {
            let edits = on_failure(cx, flow, decl.origin);
            let title = format!("hand over whenever a call of `{}` fails", flow.name.text);
            cx.fix("on-failure", title, mends, edits);
        }
    }
}

/// A call, with places of the file.
struct Call<'f> {
    step: Span,
    action: &'f Name,
    handlers: &'f [DoHandler],
}

impl Call<'_> {
    fn shifted(mut self, by: u32) -> Self {
        self.step = self.step.shifted(by);
        self
    }

    fn handles(&self, error: &str) -> bool {
        self.handlers.iter().any(|handler| handler.error.text == error)
    }
}

fn called(step: &Step) -> Option<Call<'_>> {
    let StepKind::Do { action, handlers, .. } = &step.kind else { return None };
    Some(Call { step: step.span, action, handlers })
}

/// The declared errors that are not handled.
fn missing(cx: &Cx<'_>, call: &Call<'_>) -> Vec<String> {
    let action = cx.model.action(&call.action.text);
    let errors = action.map_or(&[][..], |action| &action.errors).iter();
    let errors = errors.map(|error| error.name.text.clone());
    errors.filter(|error| !call.handles(error)).collect()
}

/// Handlers behind those that are there.
fn handlers(cx: &Cx<'_>, call: &Call<'_>, errors: &[String]) -> Edit {
    let name = &call.action.text;
    let lines = errors.iter().map(|error| match error.as_str() {
        "failed" => format!("\nfailed -> handoff because \"{name} does not answer\""),
        error => format!("\n{error} -> handoff because \"{name}: {}\"", error.replace('_', " ")),
    });
    let lines: String = lines.collect();
    match cx.closing(call.step) {
        Some(last) => cx.insert(last, format!("{lines}\n")),
        None => cx.insert(call.step.end, format!(" {{{lines}\n}}")),
    }
}

fn has_on_failure(flow: &Flow) -> bool {
    flow.handlers.iter().any(|handler| matches!(handler.on, HandlerOn::Failure(_)))
}

/// `on failure` behind the last part of the flow.
fn on_failure(cx: &Cx<'_>, flow: &Flow, origin: u32) -> Vec<Edit> {
    let text = "on failure { handoff because \"a system does not answer\" }";
    let last = flow.states.last().map(|state| state.span.shifted(origin).end);
    let last = last.max(flow.handlers.last().map(|handler| handler.span.shifted(origin).end));
    last.map(|last| cx.insert(cx.line_end(last), format!("\n\n  {text}"))).into_iter().collect()
}

//! Results of actions and menus: each gets its cells before any expression is checked.

use super::FlowScope;
use crate::diag::Code;
use crate::ir::{RecordCells, Type};
use crate::sema::cx::{Checker, flow_place};
use crate::sema::once::first_of;
use crate::syntax::ast::{self, Body, Name, Step, StepKind};

impl Checker<'_> {
    pub(super) fn results_of_body(&mut self, body: &Body, cx: &mut FlowScope) {
        if let Body::Steps(steps) = body {
            self.results(steps, cx);
        }
    }

    /// Gives every result of the steps its cells.
    pub(super) fn results(&mut self, steps: &[Step], cx: &mut FlowScope) {
        for step in steps {
            match &step.kind {
                StepKind::Do { bind, action, handlers, .. } => {
                    if let Some(bind) = bind {
                        self.result(bind, action, cx);
                    }
                    handlers.iter().for_each(|handler| self.results_of_body(&handler.body, cx));
                }
                StepKind::Confirm { yes, no, .. } => {
                    self.results_of_body(yes, cx);
                    self.results_of_body(no, cx);
                }
                StepKind::Choose { arms, .. } => {
                    arms.iter().for_each(|arm| self.results_of_body(&arm.body, cx));
                }
                StepKind::ChooseFrom { item, list, then, none, .. } => {
                    let names = match &list.kind {
                        ast::ExprKind::Path(names) => names.clone(),
                        _ => Vec::new(),
                    };
                    let scope = cx.scope.clone();
                    let before = self.diagnostics.len();
                    match self.cells(&names, list.span, &scope) {
                        Some((Type::List(ty), _)) => self.bind(item, &ty, cx),
                        _ => {
                            cx.scope.lost.insert(item.text.clone());
                        }
                    }
                    // The step itself says what is wrong with the list.
                    self.diagnostics.truncate(before);
                    self.results_of_body(then, cx);
                    none.iter().for_each(|body| self.results_of_body(body, cx));
                }
                StepKind::When { arms, otherwise } => {
                    arms.iter().for_each(|arm| self.results_of_body(&arm.body, cx));
                    otherwise.iter().for_each(|body| self.results_of_body(body, cx));
                }
                StepKind::Error { binds: Some(name) } => {
                    cx.scope.lost.insert(name.text.clone());
                }
                _ => {}
            }
        }
    }

    fn result(&mut self, bind: &Name, action: &Name, cx: &mut FlowScope) {
        let actions = &self.symbols.actions;
        // Of two actions of that name, which is meant is not known.
        let number = actions.get(&action.text).filter(|_| !actions.is_twice(&action.text));
        let signature = number.and_then(|n| self.actions.get(n as usize));
        let Some(signature) = signature.cloned() else {
            cx.scope.lost.insert(bind.text.clone());
            return;
        };
        match &signature.result {
            None if signature.result_lost => {
                cx.scope.lost.insert(bind.text.clone());
            }
            Some(ty) => self.bind(bind, ty, cx),
            None => {
                let message = format!("`{}` gives nothing to keep in `{}`", action.text, bind.text);
                self.error(Code::E0301, bind.span, message, "no result", "write `do` without `=`");
                cx.scope.lost.insert(bind.text.clone());
            }
        }
    }

    fn bind(&mut self, name: &Name, ty: &Type, cx: &mut FlowScope) {
        let Some(first) = first_of(&mut cx.named_at, name.text.clone(), name.span) else {
            self.hides_built_in("result", name, "in this flow");
            self.hides_session("result", name);
            let cells = allocate(&name.text, ty, cx);
            cx.results.insert(name.text.clone());
            cx.scope.locals.insert(name.text.clone(), (ty.clone(), cells));
            return;
        };
        let Some((known, _)) = cx.scope.locals.get(&name.text) else { return };
        if known == ty {
            return;
        }
        let known = known.clone();
        let (before, now) = (self.type_name(&known), self.type_name(ty));
        let message = format!("`{}` is a {before} already, here it would be a {now}", name.text);
        let finding = self
            .finding(Code::E0202, name.span, message)
            .label(format!("a {now}"))
            .related(self.at(first), format!("a {before}"))
            .help("give it another name");
        self.report(finding);
        // Which of the two is meant further on is not known.
        cx.scope.locals.remove(&name.text);
        cx.scope.lost.insert(name.text.clone());
    }
}

fn allocate(name: &str, ty: &Type, cx: &mut FlowScope) -> RecordCells {
    if let Type::Record(fields) = ty {
        let parts = fields.iter().map(|f| allocate(&format!("{name}.{}", f.name), &f.ty, cx));
        return RecordCells::Fields(parts.collect());
    }
    cx.cells += 1;
    cx.cell_names.push(name.to_owned());
    cx.cell_types.push(ty.clone());
    RecordCells::One(flow_place(cx.cells - 1))
}

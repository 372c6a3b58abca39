//! Results of actions and menus: each gets its cells before any expression is checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::FlowScope;
use crate::base::limits::FRAME_CELLS_MAX;
use crate::diag::Code;
use crate::ir::{ActionId, FieldType, Place, Type};
use crate::sema::cx::{Checker, flow_place};
use crate::sema::hir::{BindCells, Flow, Kept};
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
                        Some((Type::List(ty), _)) => {
                            let of = cx.list_of_result(&names);
                            self.bind(item, &ty, of, cx);
                        }
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
        let known = number.and_then(|n| Some((n, self.actions.get(n as usize)?.clone())));
        let Some((number, signature)) = known else {
            cx.scope.lost.insert(bind.text.clone());
            return;
        };
        match &signature.result {
            None if signature.result_lost => {
                cx.scope.lost.insert(bind.text.clone());
            }
            Some(ty) => self.bind(bind, ty, Some((ActionId(number), None)), cx),
            None => {
                let message = format!("`{}` gives nothing to keep in `{}`", action.text, bind.text);
                self.error(Code::E0301, bind.span, message, "no result", "write `do` without `=`");
                cx.scope.lost.insert(bind.text.clone());
            }
        }
    }

    /// A name for what a step gives, an action or a menu: of which action it is, and of which list in
    /// what the action gives.
    fn bind(
        &mut self,
        name: &Name,
        ty: &Type,
        of: Option<(ActionId, Option<String>)>,
        cx: &mut FlowScope,
    ) {
        let Some(first) = first_of(&mut cx.named_at, name.text.clone(), name.span) else {
            self.hides_built_in("result", name, "in this flow");
            self.hides_session("result", name);
            let of = of.and_then(|(id, list)| {
                let action = self.symbols.actions.items.get(id.index())?;
                Some((id, list, &action.node.name.text))
            });
            let cells = match of {
                Some((action, list, called)) => {
                    let kept = Kept { name: name.text.clone(), action, list };
                    let cells = keep(&kept, ty, called, cx);
                    cx.kept.push(kept);
                    cells
                }
                None => allocate(&name.text, ty, cx),
            };
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

    /// Whether the frame of a flow is surely as small as it must be, whatever it leaves unnamed of
    /// what actions give.
    pub(in crate::sema) fn fits(&self, flow: &Flow) -> bool {
        let result = |kept: &Kept| {
            let ty = self.result_of(kept.action).and_then(|result| kept.ty(result));
            ty.map(cells_of_type)
        };
        // What is wrong with a field that it does not name takes its result all the same.
        let given: Option<usize> = flow.results.iter().map(result).sum();
        given.is_some_and(|given| flow.cells as usize + given <= FRAME_CELLS_MAX)
    }

    /// Says of the lists that a flow keeps of what actions give which fields their items have now: it
    /// does not depend on those that it does not name.
    pub(in crate::sema) fn refresh_lists(&self, flow: &mut Arc<Flow>) {
        let changed = self.changed_lists(flow);
        if !changed.is_empty() {
            Arc::make_mut(flow).retype(&changed);
        }
    }

    fn changed_lists(&self, flow: &Flow) -> BTreeMap<Place, Type> {
        let mut changed = BTreeMap::new();
        for kept in flow.results.iter().filter(|kept| kept.list.is_none()) {
            let Some(Type::Record(fields)) = self.result_of(kept.action) else { continue };
            for field in fields.iter().filter(|field| matches!(field.ty, Type::List(_))) {
                let name = format!("{}.{}", kept.name, field.name);
                let cell = flow.cell_names.iter().position(|own| *own == name);
                let before = cell.and_then(|cell| flow.cell_types.get(cell));
                if let Some((index, before)) =
                    cell.and_then(|cell| u32::try_from(cell).ok()).zip(before)
                    && *before != field.ty
                {
                    changed.insert(flow_place(index), field.ty.clone());
                }
            }
        }
        changed
    }

    /// What an action gives.
    pub(in crate::sema) fn result_of(&self, action: ActionId) -> Option<&Type> {
        self.actions.get(action.index())?.result.as_ref()
    }
}

/// Cells for what a flow names of what an action gives, or of an item of a list in it: of the rest it
/// does not depend ([`crate::syntax::content`]).
fn keep(kept: &Kept, ty: &Type, action: &str, cx: &mut FlowScope) -> BindCells {
    let Type::Record(fields) = ty else { return allocate(&kept.name, ty, cx) };
    let is_item = kept.list.is_some();
    let named: Vec<_> =
        fields.iter().filter(|field| cx.names(action, is_item, &field.name)).collect();
    let before = cx.cells;
    let cells = of_fields(&kept.name, named, cx);
    cx.unnamed += cells_of_type(ty).saturating_sub((cx.cells - before) as usize);
    cells
}

fn allocate(name: &str, ty: &Type, cx: &mut FlowScope) -> BindCells {
    if let Type::Record(fields) = ty {
        return of_fields(name, fields, cx);
    }
    cx.cells += 1;
    cx.cell_names.push(name.to_owned());
    cx.cell_types.push(ty.clone());
    BindCells::One(flow_place(cx.cells - 1))
}

fn of_fields<'f>(
    name: &str,
    fields: impl IntoIterator<Item = &'f FieldType>,
    cx: &mut FlowScope,
) -> BindCells {
    let part = |field: &FieldType| {
        let cells = allocate(&format!("{name}.{}", field.name), &field.ty, cx);
        (field.name.clone(), cells)
    };
    BindCells::Fields(fields.into_iter().map(part).collect())
}

/// How many cells a value of a type takes.
fn cells_of_type(ty: &Type) -> usize {
    match ty {
        Type::Record(fields) => fields.iter().map(|field| cells_of_type(&field.ty)).sum(),
        _ => 1,
    }
}

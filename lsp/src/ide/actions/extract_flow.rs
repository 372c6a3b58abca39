//! Selected steps as a flow of their own that is called in their place.

use std::collections::BTreeMap;

use flowright_compiler::base::Span;
use flowright_compiler::diag::Edit;
use flowright_compiler::syntax::ast::{Decl, ExprKind, Flow, Slot, Step, StepKind};

use super::cx::Cx;
use super::exprs::{each_expr, expressions};
use super::flows::{Row, leaves, rows, within};
use super::names::free;
use super::types;
use super::{Kind as ActionKind, Plan};
use crate::ide::navigate::references;
use crate::ide::symbols::{Kind, Occurrence, Role, Scope, occurrences};

pub(super) fn offer(cx: &mut Cx<'_>) {
    let Some((decl, flow)) = cx.flow() else { return };
    let Some((row, steps)) = selected(cx, decl, flow) else { return };
    let name =
        free(&format!("{}_part", flow.name.text), |name| cx.model.declares(Kind::Flow, name));
    let part = Part { cx, decl, flow, row, steps };
    let plan = match part.edits(&name) {
        Ok(edits) => Plan::Checked(edits),
        Err(why) => Plan::Refused(why),
    };
    cx.offer_plan("extract-flow", ActionKind::Extract, "make a flow of these steps", plan);
}

/// The steps that are selected as wholes.
fn selected<'f>(cx: &Cx<'_>, decl: &Decl, flow: &'f Flow) -> Option<(Row<'f>, &'f [Step])> {
    let text = cx.slice(cx.at);
    let blank = |n: usize| u32::try_from(n).unwrap_or_default();
    let start = cx.at.start + blank(text.len() - text.trim_start().len());
    let end = cx.at.end - blank(text.len() - text.trim_end().len());
    if start >= end {
        return None;
    }
    for row in rows(flow) {
        let places = row.steps.iter().map(|step| step.span.shifted(decl.origin));
        let meets = places.map(|at| at.start < end && start < at.end).collect::<Vec<_>>();
        let Some(first) = meets.iter().position(|meets| *meets) else { continue };
        let last = meets.iter().rposition(|meets| *meets)?;
        let steps = row.steps.get(first..=last)?;
        let whole = steps.iter().all(|step| {
            let at = step.span.shifted(decl.origin);
            start <= at.start && at.end <= end
        });
        if whole {
            return Some((row, steps));
        }
    }
    None
}

struct Part<'c, 's, 'f> {
    cx: &'c Cx<'s>,
    decl: &'s Decl,
    flow: &'f Flow,
    row: Row<'f>,
    steps: &'f [Step],
}

/// What is read in the part: by the name of its new slot, the type and what is given.
type Given = BTreeMap<String, (String, String)>;

impl Part<'_, '_, '_> {
    /// Where the steps are, in the declaration.
    fn span(&self) -> Span {
        let ends = self.steps.first().zip(self.steps.last());
        ends.map(|(first, last)| first.span.cover(last.span)).unwrap_or_default()
    }

    fn edits(&self, name: &str) -> Result<Vec<Edit>, String> {
        self.goes_nowhere()?;
        self.waits_alike()?;
        let all = occurrences(self.cx.model, self.cx.file.id, self.decl);
        let moved = self.moved(&all)?;
        self.binds(&all)?;
        let (given, places) = self.given(&moved)?;
        let mut edits = Vec::new();
        let mut slots = String::new();
        for slot in &moved {
            let at = slot.span.shifted(self.decl.origin);
            slots.push_str(&format!("  {}\n", self.replaced(slot.span, &places)));
            let gone = flowright_compiler::diag::edits::with_its_line(self.cx.text, at);
            edits.push(self.cx.edit(gone, ""));
        }
        for (slot, (ty, _)) in &given {
            slots.push_str(&format!("  slot {slot}: {ty}\n"));
        }
        let steps = self.replaced(self.span(), &places);
        let text = format!(
            "flow {name} {{\n{slots}\n  state start {{\n    {steps}\n    end resolved\n  }}\n}}"
        );
        let args: Vec<_> =
            given.iter().map(|(slot, (_, given))| format!("{slot}: {given}")).collect();
        let call = format!("call {name}({})", args.join(", "));
        edits.push(self.cx.edit(self.span().shifted(self.decl.origin), call));
        edits.push(self.cx.declaration(&text));
        Ok(edits)
    }

    /// The steps end where they end, and lead nowhere else.
    fn goes_nowhere(&self) -> Result<(), String> {
        for step in within(self.steps) {
            let why = match &step.kind {
                StepKind::Goto(state) => {
                    format!("they go to the state `{}`, which another flow has not", state.text)
                }
                StepKind::End(_) => "they end the flow; called, they would end only theirs".into(),
                StepKind::Resume | StepKind::Repeat | StepKind::Abandon | StepKind::Correct => {
                    "they are about the flow that they stand in".into()
                }
                StepKind::Error { .. } => "they have an error of form".into(),
                _ => continue,
            };
            return Err(why);
        }
        let all = occurrences(self.cx.model, self.cx.file.id, self.decl);
        let inside = |found: &&Occurrence| self.holds(found);
        let goes = all.iter().filter(inside).find(|found| found.symbol.kind == Kind::State);
        if let Some(found) = goes {
            let state = &found.symbol.name;
            return Err(format!("they go to the state `{state}`, which another flow has not"));
        }
        match leaves(self.steps) {
            true => Err("nothing comes behind them: a call would come back".to_owned()),
            false => Ok(()),
        }
    }

    /// Handlers and thresholds of the flow do not hold while another waits.
    fn waits_alike(&self) -> Result<(), String> {
        let waits = within(self.steps).iter().any(|step| {
            matches!(
                &step.kind,
                StepKind::Fill(_)
                    | StepKind::Confirm { .. }
                    | StepKind::Choose { .. }
                    | StepKind::ChooseFrom { .. }
                    | StepKind::Wait(_)
                    | StepKind::Do { .. }
                    | StepKind::Call { .. }
            )
        });
        let of_state = self.row.state.map_or(0, |state| state.handlers.len());
        if waits && (of_state > 0 || !self.flow.handlers.is_empty() || self.row.in_handler) {
            return Err("the handlers here do not hold while a called flow waits".to_owned());
        }
        if waits && self.flow.fallback.is_some() {
            return Err("the flow's `fallback` does not hold in a called flow".to_owned());
        }
        Ok(())
    }

    fn holds(&self, found: &Occurrence) -> bool {
        let all = self.span().shifted(self.decl.origin);
        found.at.file == self.cx.file.id
            && all.start <= found.at.span.start
            && found.at.span.end <= all.end
    }

    /// Slots that are asked for or changed here, and used nowhere else.
    fn moved(&self, all: &[Occurrence]) -> Result<Vec<&Slot>, String> {
        let mut moved: Vec<&Slot> = Vec::new();
        for found in all.iter().filter(|found| self.holds(found)) {
            let written = found.symbol.kind == Kind::Slot && found.role == Role::Writes;
            let name = &found.symbol.name;
            if !written || moved.iter().any(|slot| slot.name.text == *name) {
                continue;
            }
            let Some(slot) = self.flow.slots.iter().find(|slot| slot.name.text == *name) else {
                continue;
            };
            let own = slot.span.shifted(self.decl.origin);
            let elsewhere = references(self.cx.snapshot, &found.symbol).into_iter().any(|other| {
                let in_slot = other.at.file == self.cx.file.id
                    && own.start <= other.at.span.start
                    && other.at.span.end <= own.end;
                !in_slot && !self.holds(&other)
            });
            if elsewhere {
                return Err(format!("`{name}` is changed here and used elsewhere"));
            }
            moved.push(slot);
        }
        Ok(moved)
    }

    /// What is bound here is used here alone.
    fn binds(&self, all: &[Occurrence]) -> Result<(), String> {
        for found in all.iter().filter(|found| self.holds(found)) {
            let declares = found.symbol.kind == Kind::Bind && found.role == Role::Declares;
            if declares && all.iter().any(|o| o.symbol == found.symbol && !self.holds(o)) {
                return Err(format!("`{}` is used behind them", found.symbol.name));
            }
        }
        Ok(())
    }

    /// What the steps read of the flow, and where.
    fn given(&self, moved: &[&Slot]) -> Result<(Given, Vec<(Span, String)>), String> {
        let scope = Scope::of_flow(self.cx.model, self.flow);
        let own = self.own_names(moved);
        let mut given = Given::new();
        let mut places = Vec::new();
        let inside = |span: Span| {
            let within = |all: Span| all.start <= span.start && span.end <= all.end;
            within(self.span()) || moved.iter().any(|slot| within(slot.span))
        };
        let mut paths = Vec::new();
        for placed in expressions(self.flow) {
            each_expr(placed.expr, &mut |expr| {
                if let ExprKind::Path(names) | ExprKind::Has(names) = &expr.kind
                    && inside(expr.span)
                {
                    paths.push((expr, names));
                }
            });
        }
        for (expr, names) in paths {
            let Some(first) = names.first() else { continue };
            let of_flow = scope.locals.contains_key(&first.text);
            if !of_flow || own.contains(&first.text) {
                continue;
            }
            if matches!(expr.kind, ExprKind::Has(_)) {
                return Err(format!("they ask whether there is a `{}`", first.text));
            }
            let words: Vec<_> = names.iter().map(|name| name.text.as_str()).collect();
            let path = words.join(".");
            let ty = scope.ty_of_path(self.cx.model, expr);
            let ty = ty.and_then(|ty| types::of_slot(self.cx.model, &ty));
            let ty = ty.ok_or_else(|| format!("no slot can hold what `{path}` is"))?;
            let name = words.join("_");
            if own.contains(&name) || given.get(&name).is_some_and(|(_, other)| *other != path) {
                return Err(format!("`{name}` would be there twice"));
            }
            given.insert(name.clone(), (ty, path));
            places.push((expr.span, name));
        }
        places.sort_by_key(|(at, _)| *at);
        Ok((given, places))
    }

    /// Names that the new flow has by itself.
    fn own_names(&self, moved: &[&Slot]) -> Vec<String> {
        let mut own: Vec<String> = moved.iter().map(|slot| slot.name.text.clone()).collect();
        for step in within(self.steps) {
            match &step.kind {
                StepKind::Do { bind: Some(bind), .. } => own.push(bind.text.clone()),
                StepKind::ChooseFrom { item, .. } => own.push(item.text.clone()),
                _ => {}
            }
        }
        own
    }

    /// A piece of the declaration with other names at some places.
    fn replaced(&self, piece: Span, places: &[(Span, String)]) -> String {
        let mut text = self.cx.of(self.decl, piece).to_owned();
        let inside = |at: Span| piece.start <= at.start && at.end <= piece.end;
        for (at, name) in places.iter().rev().filter(|(at, _)| inside(*at)) {
            let (start, end) = ((at.start - piece.start) as usize, (at.end - piece.start) as usize);
            if text.get(start..end).is_some() {
                text.replace_range(start..end, name);
            }
        }
        text
    }
}

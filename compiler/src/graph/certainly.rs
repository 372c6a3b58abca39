//! What is certain to hold something at one place of one flow, worked out when it is asked for: an
//! editor offers it first.
//!
//! What other flows do to the session's slots is not followed: whatever any step of the project
//! empties, or sets to something computed, may be empty again wherever the customer is waited for.
//! So less may be certain here than for the checks, never more.

use std::collections::BTreeSet;

use super::filled::{self, Cells, Filled, Others};
use super::points::{Op, Point, PointId, Points, Way};
use super::sessions::given_to;
use crate::base::{FileId, FileSpan};
use crate::ir::{FlowId, Place, Space};
use crate::sema::hir::{Bind, Body, ExprKind, Flow, Project, Step, StepKind};

/// A place of a flow.
#[derive(Debug, Clone, Copy)]
pub enum Spot<'s> {
    /// In the steps of a state or handler, or behind them.
    At(FileId, u32),
    /// Where a slot of the flow is asked for.
    Question(&'s str),
}

/// Names of a flow and of the session at a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certain {
    /// Slots and results that hold something on every way there.
    pub filled: BTreeSet<String>,
    /// Slots and results that some way leaves empty, or may.
    pub doubtful: BTreeSet<String>,
}

/// What is certain at a place of a flow. Nothing where the flow or the place is not known, where no
/// way leads there, or where the flow is too large to be followed.
#[must_use]
pub fn certainly_filled(project: &Project, flow: &str, spot: Spot<'_>) -> Option<Certain> {
    let (id, flow) = (0..).map(FlowId).zip(&project.flows).find(|(_, own)| own.name == flow)?;
    let points = Points::of(project, flow);
    if points.too_many {
        return None;
    }
    let emptied = emptied(project);
    let mut cleared_by = vec![BTreeSet::new(); project.flows.len()];
    let mut filled_by = vec![Vec::new(); project.flows.len()];
    for callee in &flow.calls {
        if let Some(own) = cleared_by.get_mut(callee.index()) {
            own.clone_from(&emptied);
        }
    }
    let given = given_to(project, id);
    let cleared: Vec<Place> = emptied.iter().copied().collect();
    for callee in &flow.calls {
        let none = vec![Vec::new(); project.flows.len()];
        let others = Others {
            cleared: cleared.clone(),
            filled_by: &none,
            cleared_by: &cleared_by,
            given: &[],
        };
        let called = project.flows.get(callee.index())?;
        let called = Points::of(project, called);
        if let Some(own) = filled_by.get_mut(callee.index()).filter(|_| !called.too_many) {
            *own = super::sessions::fills(project, &called, &others);
        }
    }
    let others = Others { cleared, filled_by: &filled_by, cleared_by: &cleared_by, given: &given };
    let filled = Filled::of(project, &points, &others);
    let looked = Looked { project, points: &points, others: &others, filled: &filled };
    let cells = match spot {
        Spot::Question(slot) => looked.asking(slot),
        Spot::At(file, offset) => looked.at(file, offset),
    }?;
    Some(named(project, flow, &points, &cells))
}

/// Slots of the session that some step empties, or sets to what may be empty.
fn emptied(project: &Project) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Step> =
        project.flows.iter().flat_map(|flow| flow.bodies()).flatten().collect();
    while let Some(step) = open.pop() {
        match &step.kind {
            StepKind::Clear(places) => found.extend(places.iter().copied()),
            StepKind::Set { place, value } if !matches!(value.kind, ExprKind::Const(_)) => {
                found.insert(*place);
            }
            _ => {}
        }
        open.extend(inside(step).into_iter().flatten());
    }
    found.retain(|place| place.space == Space::Session);
    found
}

/// What stands behind the arrows inside a step.
fn inside(step: &Step) -> Vec<&Body> {
    match &step.kind {
        StepKind::Confirm { yes, no, .. } => vec![yes, no],
        StepKind::Choose { arms, .. } => arms.iter().map(|(_, body)| body).collect(),
        StepKind::ChooseFrom { then, none, .. } => std::iter::once(then).chain(none).collect(),
        StepKind::Do { handlers, failed, .. } => {
            handlers.iter().map(|(_, body)| body).chain(failed).collect()
        }
        StepKind::When { arms, otherwise } => {
            arms.iter().map(|(_, body)| body).chain(otherwise).collect()
        }
        _ => Vec::new(),
    }
}

/// What the cells are called.
fn named(project: &Project, flow: &Flow, points: &Points<'_>, cells: &Cells) -> Certain {
    let mut certain = Certain::default();
    let mut put = |name: &str, is_filled: bool| {
        let names = if is_filled { &mut certain.filled } else { &mut certain.doubtful };
        names.insert(name.to_owned());
    };
    for slot in flow.slots.iter().chain(&project.session_slots) {
        put(&slot.name, cells.has(slot.place));
    }
    for point in &points.all {
        let (bind, ty) = match &point.op {
            Op::Do { bind: Some(bind), action, .. } => {
                let action = project.actions.get(action.index());
                (bind, action.and_then(|action| action.result.as_ref()))
            }
            Op::ChooseFrom { item, list, .. } => (item, crate::sema::hir::item_type(list)),
            _ => continue,
        };
        if let Some(is_filled) = is_kept(bind, ty, cells) {
            put(&bind.name, is_filled);
        }
    }
    // Kept twice, by unlike steps: one of them left it empty.
    certain.filled = certain.filled.difference(&certain.doubtful).cloned().collect();
    certain
}

/// Whether a result is there; not known of one of which the flow names nothing.
fn is_kept(bind: &Bind, ty: Option<&crate::ir::Type>, cells: &Cells) -> Option<bool> {
    let places = bind.filled(ty);
    let mut sure = places.iter().filter(|(_, optional)| !optional).peekable();
    sure.peek()?;
    Some(sure.all(|(place, _)| cells.has(*place)))
}

struct Looked<'l, 'p> {
    project: &'l Project,
    points: &'l Points<'p>,
    others: &'l Others<'l>,
    filled: &'l Filled,
}

impl Looked<'_, '_> {
    /// Where a slot is asked for, wherever that is.
    fn asking(&self, slot: &str) -> Option<Cells> {
        let is_it = |point: &Point<'_>| match point.op {
            Op::Ask(index) => {
                self.points.flow.slots.get(index.index()).is_some_and(|own| own.name == slot)
            }
            _ => false,
        };
        let mut cells = self.shared(is_it)?;
        let own = self.points.flow.slots.iter().find(|own| own.name == slot)?;
        cells.remove(own.place);
        Some(cells)
    }

    /// What all ways to these points share.
    fn shared(&self, is_it: impl Fn(&Point<'_>) -> bool) -> Option<Cells> {
        let points = self.points.ids().filter(|(_, point)| is_it(point));
        meet(points.filter_map(|(id, _)| self.filled.entering(id).cloned()))
    }

    fn at(&self, file: FileId, offset: u32) -> Option<Cells> {
        let own = |body: &&Body| {
            let first = body.first().map(|first| first.at);
            first.is_some_and(|at| at.file == file && at.span.start <= offset)
        };
        let bodies = self.points.flow.bodies();
        let nearest = bodies.filter(own).max_by_key(|body| body.first().map(|first| first.at));
        match nearest {
            Some(body) => self.in_body(body, offset),
            // Before every step: where the flow begins.
            None => self.filled.entering(self.points.start).cloned(),
        }
    }

    fn in_body(&self, body: &Body, offset: u32) -> Option<Cells> {
        let number = body.iter().rposition(|step| step.at.span.start <= offset)?;
        let step = body.get(number)?;
        // Right behind a closing brace nothing of what the braces hold is known any more.
        let is_plain = inside(step).is_empty();
        if offset < step.at.span.end || (is_plain && offset == step.at.span.end) {
            return self.in_step(step, offset);
        }
        match body.get(number + 1) {
            Some(next) => self.before(next.at).or_else(|| self.behind(step)),
            None => self.behind(step),
        }
    }

    fn in_step(&self, step: &Step, offset: u32) -> Option<Cells> {
        if let StepKind::When { arms, .. } = &step.kind {
            let around = |at: &FileSpan| at.span.start <= offset && offset <= at.span.end;
            if let Some((cond, _)) = arms.iter().find(|(cond, _)| around(&cond.at)) {
                return self.before(cond.at);
            }
        }
        let began = |body: &&Body| body.first().is_some_and(|first| first.at.span.start <= offset);
        let inner = inside(step).into_iter().filter(began);
        match inner.max_by_key(|body| body.first().map(|first| first.at)) {
            Some(body) => self.in_body(body, offset),
            None => self.before(step.at),
        }
    }

    /// On entering what is written there.
    fn before(&self, at: FileSpan) -> Option<Cells> {
        let does = |point: &Point<'_>| point.at == at && !matches!(point.op, Op::Pass);
        self.shared(does).or_else(|| self.shared(|point| point.at == at))
    }

    /// Behind a step, on the ways that go on there.
    fn behind(&self, step: &Step) -> Option<Cells> {
        let within = |at: FileSpan| {
            let (inner, outer) = (at.span, step.at.span);
            at.file == step.at.file && outer.start <= inner.start && inner.end <= outer.end
        };
        let own = |id: PointId| self.points.get(id).is_some_and(|point| within(point.at));
        let mut ends = Vec::new();
        for (id, point) in self.points.ids().filter(|(_, point)| within(point.at)) {
            let Some(entered) = self.filled.entering(id) else { continue };
            let entered = filled::behind_reads(self.points, point, entered.clone());
            for edge in point.next.iter().filter(|edge| !own(edge.to) && self.goes_on(point, edge))
            {
                let (project, others) = (self.project, self.others);
                let after =
                    filled::transfer(project, self.points, others, point, edge, entered.clone());
                ends.extend(after);
            }
        }
        meet(ends.into_iter())
    }

    /// Whether a way out of a step leads to what is written behind it.
    fn goes_on(&self, point: &Point<'_>, edge: &super::points::Edge) -> bool {
        let to_state = self.points.get(edge.to).is_some_and(|to| matches!(to.op, Op::Enter(_)));
        let done = |edge: &super::points::Edge| edge.way == Way::Done;
        match edge.way {
            Way::Intent(_) | Way::Silence(_) | Way::Correction(_) | Way::Back => false,
            // What fails unnamed is handled elsewhere, unless nothing is done about it.
            Way::Error(_) | Way::Failed => {
                point.next.iter().any(|other| done(other) && other.to == edge.to)
            }
            _ => !to_state,
        }
    }
}

/// What all have.
fn meet(mut all: impl Iterator<Item = Cells>) -> Option<Cells> {
    let first = all.next()?;
    Some(all.fold(first, |mut shared, other| {
        shared.keep(&other);
        shared
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::MemorySources;

    const PROJECT: &str = r#"
bot b { languages en  timezone "UTC" }
customer { id: text }
slot city: text { ask "Where?" }
slot size: number default_is
action orders.get(order: text) -> { due: date, note: text optional } {
  get "https://example.com/{order}"
  error not_found when status == 404
}
skill desk
route { otherwise -> desk }
intent i { en "one thing", "another thing", "a third thing", "thing four", "thing five" }
flow helper {
  slot given: text { ask "Given?" }
  state start { fill city  say "{given} {city}"  end resolved }
}
flow main {
  on intent i
  slot order: text { ask "Order, after A?" }
  slot day: date { ask "Day B?" }
  state start {
    say "C"
    fill order
    do found = orders.get(order) {
      not_found -> { say "D"  clear order  -> start }
      failed -> handoff
    }
    say "E {found.due}"
    call helper(given: order)
    say "F"
    when has day { say "G" }
    -> second
  }
  state second {
    fill day
    say "H"
    confirm "I?" { yes -> third  no -> start }
  }
  state third { say "J {order} {day} {city}"  end resolved }
}
"#;

    #[test]
    fn what_every_way_fills_is_certain() {
        let text = PROJECT.replace("number default_is", "number { default 1 }");
        let analysis = crate::analyse(&MemorySources::one("a.flow", &text)).unwrap();
        let project = analysis.project.as_ref().unwrap();
        let file = analysis.sources.iter().find(|(_, f)| f.label == "a.flow").unwrap().0;
        for (before, filled) in [
            ("C\"", "size"),
            ("D\"", "order size"),
            ("E {", "found order size"),
            ("F\"", "city found order size"),
            ("G\"", "city day found order size"),
            ("{ say \"G\" }", "city found order size"),
            ("H\"", "city day found order size"),
            ("J {", "city day found order size"),
        ] {
            let at = text.find(before).unwrap() + before.len();
            let at = u32::try_from(at).unwrap();
            let certain = certainly_filled(project, "main", Spot::At(file, at)).unwrap_or_default();
            let names: Vec<&str> = certain.filled.iter().map(String::as_str).collect();
            assert_eq!(names.join(" "), filled, "{before}");
        }
        let asked = |flow, slot| certainly_filled(project, flow, Spot::Question(slot)).unwrap();
        assert!(asked("main", "day").filled.contains("found"));
        assert!(!asked("main", "order").filled.contains("order"));
        // What calls give is asked for nowhere.
        assert_eq!(certainly_filled(project, "helper", Spot::Question("given")), None);
        let inside = text.find("{given}").unwrap();
        let inside = u32::try_from(inside).unwrap();
        let certain = certainly_filled(project, "helper", Spot::At(file, inside)).unwrap();
        assert!(certain.filled.contains("given"), "{certain:?}");
    }
}

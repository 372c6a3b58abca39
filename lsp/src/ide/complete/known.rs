//! What is known at the place: the declaration around, the names that can be read, what is filled.

use flowright_compiler::graph::{Certain, Spot, certainly_filled};
use flowright_compiler::syntax::ast::{DeclKind, Flow, Name};

use super::cx::{Cx, in_rule};
use super::mend::mended;
use super::values::ty_of_path;
use crate::ide::describe::ty_words;
use crate::ide::expect::{Frame, Rule};
use crate::ide::model::Model;
use crate::ide::symbols::{Kind, Scope, Symbol, Ty, ty_of};

impl Cx<'_> {
    /// The declaration around as it was written so far, where it is broken.
    pub(super) fn own(&self, frames: &[Frame]) -> Option<&Model> {
        if self.decl.is_some_and(|decl| !decl.node.broken) {
            return None;
        }
        let mend = || mended(self.piece, &self.tokens, frames, self.rest);
        self.own.get_or_init(mend).as_ref()
    }

    /// The tree of the declaration around, made whole where it is broken.
    fn tree(&self, frames: &[Frame]) -> Option<&DeclKind> {
        let own = self.own(frames).and_then(|own| own.decls().next());
        own.map(|(_, decl)| decl).or(self.decl).map(|decl| &decl.node.kind)
    }

    /// The flow around: its tree, or, where that is lost, as it was when it was last right.
    pub(super) fn flow(&self, frames: &[Frame]) -> Option<&Flow> {
        if let Some(DeclKind::Flow(flow)) = self.tree(frames) {
            return Some(flow);
        }
        let name = self.name_in(frames, Rule::Flow)?;
        self.model.flow(&name).or_else(|| self.snapshot.sound()?.model.flow(&name))
    }

    /// The choices of an owner of choices: of the project, or of what is being written.
    pub(super) fn choices(&self, owner: &str) -> Vec<&Name> {
        let known = self.model.choices(owner);
        match (known.is_empty(), self.own.get()) {
            (true, Some(Some(own))) => own.choices(owner),
            _ => known,
        }
    }

    /// A type in words.
    pub(super) fn ty_words(&self, ty: &Ty) -> String {
        match (ty, self.own.get()) {
            (Ty::Choices(owner), Some(Some(own))) if self.model.choices(owner).is_empty() => {
                ty_words(own, ty)
            }
            _ => ty_words(self.model, ty),
        }
    }

    /// The name of what a rule around the place declares or calls: the second token.
    pub(super) fn name_in(&self, frames: &[Frame], rule: Rule) -> Option<String> {
        let frame = frames.iter().find(|frame| frame.rule == rule)?;
        let name = self.path_from(frame.start + 1);
        Some(name).filter(|name| !name.is_empty())
    }

    /// Names that an expression at the place can read, besides those of the whole project.
    pub(super) fn scope(&self, frames: &[Frame]) -> Scope {
        let mut scope = match self.flow(frames) {
            Some(flow) if in_rule(frames, Rule::Flow) => Scope::of_flow(self.model, flow),
            _ => Scope::default(),
        };
        let own = self.own(frames).unwrap_or(self.model);
        let params = match self.tree(frames) {
            Some(DeclKind::Action(action)) => own.action_params(&action.name.text),
            Some(DeclKind::Text(text)) => own.text_params(&text.name.text),
            _ => Vec::new(),
        };
        for (symbol, ty) in params {
            scope.locals.insert(symbol.name.clone(), (symbol, ty));
        }
        if self.own(frames).is_some()
            && let Some(flow) = self.name_in(frames, Rule::Flow)
        {
            self.binds_before(&flow, &mut scope);
        }
        scope
    }

    /// Results of steps that are lost, by their words: `do x = …`, `choose x in …`.
    fn binds_before(&self, flow: &str, scope: &mut Scope) {
        for number in 0..self.tokens.len() {
            let next = self.word_of(number + 2);
            let ty = match self.word_of(number) {
                "do" if next == "=" => {
                    let action = self.model.action(&self.path_from(number + 3));
                    let action = action.and_then(|own| Some((own, own.result.as_ref()?)));
                    action.map(|(own, result)| ty_of(result, &own.name.text, ""))
                }
                "choose" if next == "in" => {
                    let list = self.path_from(number + 3);
                    let list: Vec<&str> = list.split('.').collect();
                    match ty_of_path(self, scope, &list) {
                        Some(Ty::List(item)) => Some(*item),
                        _ => None,
                    }
                }
                _ => continue,
            };
            let name = self.word_of(number + 1);
            let symbol = Symbol::inside(Kind::Bind, flow, name);
            let known = scope.locals.entry(name.to_owned()).or_insert((symbol, Ty::Unknown));
            if let (Ty::Unknown, Some(ty)) = (&known.1, ty) {
                known.1 = ty;
            }
        }
    }

    /// What is certain to hold something at the place, by the last version whose names and types were
    /// right. The place in it is where its text and this one's begin to differ, at the latest at the
    /// cursor; in a text that only grew there, that is the same place.
    pub(super) fn certain(&self, frames: &[Frame]) -> Option<&Certain> {
        self.certain.get_or_init(|| self.find_certain(frames)).as_ref()
    }

    fn find_certain(&self, frames: &[Frame]) -> Option<Certain> {
        let sound = self.snapshot.sound()?;
        let project = sound.analysis.project.as_ref()?;
        let name = self.name_in(frames, Rule::Flow)?;
        let (file, decl) = sound.model.decl(Kind::Flow, &name)?;
        let DeclKind::Flow(flow) = &decl.node.kind else { return None };
        let text: &str = &sound.source(file.id)?.text;
        if in_rule(frames, Rule::Slot) {
            let slot = self.name_in(frames, Rule::Slot)?;
            return certainly_filled(project, &name, Spot::Question(&slot));
        }
        let is_on = |rule| matches!(rule, Rule::On | Rule::OnInState);
        let (start, starts) = match frames.iter().find(|frame| frame.rule == Rule::StateDecl) {
            Some(state) => {
                let name = self.path_from(state.start + 1);
                let known = flow.states.iter().filter(|own| own.name.text == name);
                (state.start, known.map(|state| state.span.start).collect::<Vec<_>>())
            }
            None => {
                let on = frames.iter().find(|frame| is_on(frame.rule))?;
                (on.start, flow.handlers.iter().map(|handler| handler.span.start).collect())
            }
        };
        let written = self.piece.get(self.tokens.get(start)?.span.start as usize..)?;
        let same = |start: &u32| {
            let at = *start + decl.origin;
            let known = text.get(at as usize..).unwrap_or_default();
            (shared(known, written), at)
        };
        let (length, at) = starts.iter().map(same).max()?;
        certainly_filled(project, &name, Spot::At(file.id, at + u32::try_from(length).ok()?))
    }
}

/// Bytes that two texts begin with alike.
fn shared(one: &str, other: &str) -> usize {
    let pairs = one.char_indices().zip(other.chars());
    let differ = pairs.clone().find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    differ.unwrap_or_else(|| one.len().min(other.len()))
}
